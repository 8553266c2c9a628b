"""Answers that are not what they should be, and connections that end without one."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import MappingProxyType

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.simulators.previous.answers import answer
from local.simulators.previous.faults import Fault, FaultKind, is_web_api
from local.simulators.previous.manners import Manners

TRANSPORT = "simulator.transport"
"""Where the connection of a request is found in its scope, so that it can be torn."""


async def _nothing() -> Response | None:
    return None


@dataclass(frozen=True)
class Asked:
    """One call on its way: which endpoint, whose, and what it would be answered."""

    endpoint: str
    listener: str | None
    answer: Callable[[], Awaitable[Response]]
    repeat: Callable[[], Awaitable[Response | None]] = _nothing
    """The page before the one asked for; None where there is none."""
    parameters = MappingProxyType[str, str]({})
    limit = 0

    @property
    def api(self) -> bool:
        return is_web_api(self.endpoint)


class Torn(Response):
    """No answer at all: after a silence the connection is reset, as by a proxy that died."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__()
        self.seconds = seconds
        self.ending = "stall" if seconds else "reset"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
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


async def spoiled(fault: Fault, asked: Asked, manners: Manners) -> Response | None:
    """What a fault makes of a call; None where it can do nothing."""
    match fault.kind:
        case FaultKind.RESET:
            return Torn()
        case FaultKind.STALL:
            return Torn(fault.seconds)
        case FaultKind.EDIT:
            return await _edited(fault, asked, manners)
        case FaultKind.REPEAT:
            return await asked.repeat()
        case FaultKind.TRUNCATE:
            return await _truncated(fault, asked)
        case _:
            return _forged(fault, manners)


async def _edited(fault: Fault, asked: Asked, manners: Manners) -> Response | None:
    whole = await asked.answer()
    changed = manners.edited(json.loads(bytes(whole.body)), fault.edit) if whole.status_code == 200 else None
    return None if changed is None else answer(changed)


async def _truncated(fault: Fault, asked: Asked) -> Response:
    whole = await asked.answer()
    half = bytes(whole.body[: len(whole.body) // 2])
    return Response(half, fault.status or whole.status_code, media_type="application/json", headers=fault.headers)


def _forged(fault: Fault, manners: Manners) -> Response:
    """An answer that owes nothing to the call."""
    if fault.kind is FaultKind.EMPTY:
        return Response(b"", fault.status or 200, headers=fault.headers)
    status = fault.status or 502
    if fault.kind is FaultKind.HTML:
        page = fault.body or "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
        return Response(str(page), status, media_type="text/html", headers=fault.headers)
    if fault.body is None:
        return manners.failure(status, fault.headers)
    if isinstance(fault.body, str):
        return Response(fault.body, status, media_type="text/plain", headers=fault.headers)
    return answer(fault.body, status, fault.headers)
