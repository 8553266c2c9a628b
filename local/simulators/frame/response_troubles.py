"""Responses that are not what they should be, and connections that end without one. New kinds go here or beside it."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.simulators.frame.faults import Fault, FaultKind
from local.simulators.frame.page_troubles import PAGE_TROUBLES
from local.simulators.frame.responses import json_response

if TYPE_CHECKING:
    from local.simulators.frame.traffic import Asked

TRANSPORT = "simulator.transport"
"""Where the connection of a request is found in its scope, so that it can be torn."""

Failure = Callable[[int, Mapping[str, str]], Response]
"""How a service writes an error of which nothing is known but the status."""


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
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def spoiled(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    """What a fault makes of a call; None where it can do nothing."""
    if (trouble := PAGE_TROUBLES.get(fault.kind)) is not None:
        return await asked.respond(lambda reading: trouble(reading, fault))
    return await _TROUBLES[fault.kind](fault, asked, failure)


async def _reset(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    return Torn()


async def _stall(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    return Torn(fault.seconds)


async def _truncate(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    whole = await asked.true_response()
    half = bytes(whole.body[: len(whole.body) // 2])
    return Response(half, fault.status or whole.status_code, media_type="application/json", headers=fault.headers)


async def _rewrite(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    whole = await asked.true_response()
    if fault.rewrite is None or whole.status_code != 200:
        return None
    return json_response(fault.rewrite(json.loads(bytes(whole.body))))


async def _empty(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    return Response(b"", fault.status or 200, headers=fault.headers)


async def _html(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    page = fault.body or "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
    return Response(str(page), fault.status or 502, media_type="text/html", headers=fault.headers)


async def _status(fault: Fault, asked: "Asked", failure: Failure) -> Response | None:
    status = fault.status or 502
    if fault.body is None:
        return failure(status, fault.headers)
    if isinstance(fault.body, str):
        return Response(fault.body, status, media_type="text/plain", headers=fault.headers)
    return json_response(fault.body, status, fault.headers)


_TROUBLES: Mapping[FaultKind, Callable[[Fault, "Asked", Failure], Awaitable[Response | None]]] = {
    FaultKind.STATUS: _status,
    FaultKind.TRUNCATE: _truncate,
    FaultKind.HTML: _html,
    FaultKind.EMPTY: _empty,
    FaultKind.RESET: _reset,
    FaultKind.STALL: _stall,
    FaultKind.REWRITE: _rewrite,
}
