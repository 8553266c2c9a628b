"""JSON as the services write it: compact, in UTF-8, and in pieces where a library is large."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response, StreamingResponse

Json = Any
"""A value as `json.loads` gives it. Rendered objects are shared between responses: do not change one."""

_ENTRIES = 100


def moment(when: int) -> str:
    """A moment in seconds since 1970 as most services write it: `2026-01-31T21:07:13Z`."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(value: Json) -> bytes:
    """A lone surrogate, which has no UTF-8, stays the escape it is in JSON."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def json_response(value: Json | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response that must not be cached; `value` may be encoded already."""
    head = {"content-type": "application/json; charset=utf-8", "cache-control": "private, max-age=0"}
    return Response(value if isinstance(value, bytes) else encoded(value), status, {**head, **(headers or {})})


def in_pieces(value: Json, edit: Callable[[bytes], bytes]) -> Response:
    """
    A JSON response of any length, written while it is sent: a large library is hundreds of megabytes.

    edit    changes the text of whole values on their way out
    """
    return StreamingResponse(map(edit, _pieces(value)), media_type="application/json")


def _pieces(value: Json) -> Iterator[bytes]:
    if isinstance(value, dict):
        for place, (key, member) in enumerate(value.items()):
            yield (b"," if place else b"{") + encoded(key) + b":"
            yield from _pieces(member)
        yield b"}" if value else b"{}"
    elif isinstance(value, list):
        for start in range(0, len(value), _ENTRIES):
            yield (b"," if start else b"[") + encoded(value[start : start + _ENTRIES])[1:-1]
        yield b"]" if value else b"[]"
    else:
        yield encoded(value)
