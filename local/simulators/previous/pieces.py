"""Answers too long for one string: a large library is hundreds of megabytes."""

from collections.abc import AsyncIterator, Iterator

from starlette.responses import Response, StreamingResponse

from local.simulators.previous.answers import Json, encoded

_ENTRIES = 100
_BYTES = 1 << 18


def in_pieces(value: Json) -> Response:
    """A JSON answer of any length, written while it is sent."""
    return StreamingResponse(_sent(value), media_type="application/json")


async def _sent(value: Json) -> AsyncIterator[bytes]:
    waiting = bytearray()
    for piece in _written(value):
        waiting += piece
        if len(waiting) >= _BYTES:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _written(value: Json) -> Iterator[bytes]:
    if isinstance(value, dict):
        for place, (key, each) in enumerate(value.items()):
            yield (b"," if place else b"{") + encoded(key) + b":"
            yield from _written(each)
        yield b"}" if value else b"{}"
    elif isinstance(value, list):
        for start in range(0, len(value), _ENTRIES):
            yield (b"," if start else b"[") + encoded(value[start : start + _ENTRIES])[1:-1]
        yield b"]" if value else b"[]"
    else:
        yield encoded(value)
