"""Responses that are not what they should be, and connections that end without one. New kinds go here or beside it."""

import asyncio
import json
import math
import socket
import struct
from collections.abc import Callable, Mapping
from itertools import repeat
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.simulators.frame.body_edits import BODY_EDITS, BYTE_EDITS, edited_body, edited_bytes
from local.simulators.frame.faults import DAY, Fault, FaultKind
from local.simulators.frame.page_edits import PAGE_EDITS, edited_page
from local.simulators.frame.responses import Json, encoded, json_response

if TYPE_CHECKING:
    from local.simulators.frame.faults import OwnTroubles
    from local.simulators.frame.service import Service
    from local.simulators.frame.traffic import Asked

TRANSPORT = "simulator.transport"
"""Where the connection of a request is found in its scope, so that it can be torn."""


class Torn(Response):
    """No response at all: after a silence the connection is reset, as by a proxy that died."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__()
        self.seconds = seconds
        self.ending = "stall" if seconds else "reset"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.seconds and await _leaves(receive, self.seconds):
            return
        transport: asyncio.Transport | None = scope.get(TRANSPORT)
        if transport is None:
            raise RuntimeError("Only a server whose connections are known can tear one.")
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await asyncio.sleep(0.01)


async def _leaves(receive: Receive, seconds: float) -> bool:
    """Whether the caller hangs up before so many seconds are over."""
    try:
        async with asyncio.timeout(None if seconds == math.inf else seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


class Slow(Response):
    """The body byte by byte, with so many seconds before each; or, without any, a body that never ends."""

    def __init__(self, body: bytes, status: int, seconds: float | None) -> None:
        super().__init__(body, status, media_type="application/json")
        self.seconds = seconds
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_leaves(receive, math.inf))
        for piece in repeat(_BLANKS) if self.seconds is None else (bytes([byte]) for byte in self.body):
            done, _ = await asyncio.wait([gone], timeout=self.seconds or 0)
            if done:
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        gone.cancel()
        await send({"type": "http.response.body"})


_BLANKS = b" " * 65_536


async def spoiled(fault: Fault, asked: "Asked", service: "Service", now: float) -> tuple[Response, bool]:
    """What becomes of a call, and whether that is something else than the true response."""
    match fault.kind:
        case FaultKind.EDIT:
            return await _edited(fault.edit, asked, service.troubles, int(now // DAY))
        case FaultKind.REWRITE if fault.rewrite is not None:
            return _changed(await asked.answer(), fault.rewrite)
        case FaultKind.RESET:
            return Torn(), True
        case FaultKind.STALL:
            return Torn(fault.seconds), True
        case FaultKind.STATUS:
            return _refusal(fault, service), True
        case FaultKind.EMPTY:
            return Response(b"", fault.status or 200, headers=fault.headers), True
        case FaultKind.HTML:
            page = fault.body or "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
            return Response(str(page), fault.status or 502, media_type="text/html", headers=fault.headers), True
    whole = await asked.answer()
    status = fault.status or whole.status_code
    if fault.kind is FaultKind.TRUNCATE:
        half = bytes(whole.body[: len(whole.body) // 2])
        return Response(half, status, media_type="application/json", headers=fault.headers), True
    return Slow(bytes(whole.body), status, fault.seconds if fault.kind is FaultKind.DRIBBLE else None), True


async def _edited(edits: Mapping[str, Json], asked: "Asked", own: "OwnTroubles", day: int) -> tuple[Response, bool]:
    """The page is edited first, then the fields of the body, then its bytes."""
    reading = asked.reading() if edits.keys() & PAGE_EDITS.keys() else None
    page = edited_page(reading, edits) if reading else None
    changed = page is not None
    response = asked.with_page(reading, page) if reading and page and asked.with_page else await asked.answer()
    if response.status_code != 200:
        return response, changed
    if edits.keys() & set(BODY_EDITS):
        response, here = _changed(response, lambda body: edited_body(body, edits, own.fields, own.numbers, day))
        changed |= here
    if edits.keys() & set(BYTE_EDITS):
        response, here = _with_body(response, *edited_bytes(bytes(response.body), edits))
        changed |= here
    return response, changed


def _changed(response: Response, change: Callable[[Json], Json]) -> tuple[Response, bool]:
    """A response whose JSON is another one; a refusal stays as it is."""
    if response.status_code != 200:
        return response, False
    return _with_body(response, encoded(change(json.loads(bytes(response.body)))))


def _with_body(response: Response, body: bytes, more: Mapping[str, str] | None = None) -> tuple[Response, bool]:
    """A response with other bytes, and whether they are other ones; `more` are headers."""
    head = {name: value for name, value in response.headers.items() if name != "content-length"}
    return (response, False) if body == response.body else (Response(body, 200, head | dict(more or {})), True)


def _refusal(fault: Fault, service: "Service") -> Response:
    status = fault.status or 502
    if fault.body is None:
        response = service.failure(status, fault.headers)
    elif isinstance(fault.body, str):
        response = Response(fault.body, status, media_type="text/plain", headers=fault.headers)
    else:
        response = json_response(fault.body, status, fault.headers)
    if fault.ban_seconds is not None:
        response.ban_seconds = fault.ban_seconds  # type: ignore[attr-defined]
    return response
