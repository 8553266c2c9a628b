"""What happens to a call before it is answered: counted, delayed, limited, and spoiled on request."""

import asyncio
import math
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.simulators.spotify.answers import answer, refusal
from local.simulators.spotify.regimes import Json

TRANSPORT = "simulator.transport"
"""Where the connection of a request is found in its scope, so that it can be torn."""


class FaultKind(StrEnum):
    """How an answer is spoiled."""

    STATUS = "status"
    TRUNCATE = "truncate"
    """The true answer, cut in the middle."""
    HTML = "html"
    EMPTY = "empty"
    RESET = "reset"
    """No answer: the connection is torn."""


@dataclass(slots=True)
class Fault:
    """What to do to the calls of one endpoint; `times` None is for ever, `listener` None is for all."""

    endpoint: str
    kind: FaultKind = FaultKind.STATUS
    status: int | None = None
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    listener: str | None = None

    def applies(self, endpoint: str, listener: str | None) -> bool:
        return self.endpoint == endpoint and self.times != 0 and self.listener in {None, listener}


@dataclass(slots=True)
class RateLimit:
    """
    At most `calls` in any `seconds`, over all listeners; once exceeded, all are refused until a deadline.

    `retry_after` is sent as it is, and its number is the deadline; without it the header says when the window
    has room again; `silent` leaves the header away.
    """

    calls: int
    seconds: float
    retry_after: str | None = None
    silent: bool = False
    _accepted: deque[float] = field(default_factory=deque)
    _deadline: float = 0.0

    def banned(self, now: float) -> bool:
        return now < self._deadline

    def admits(self, now: float) -> bool:
        """Take note of a call, and whether there was room for it."""
        if self.banned(now):
            return False
        while self._accepted and self._accepted[0] <= now - self.seconds:
            self._accepted.popleft()
        if len(self._accepted) < self.calls:
            self._accepted.append(now)
            return True
        wait = self.seconds if not self._accepted else self._accepted[0] + self.seconds - now
        if self.retry_after is not None and self.retry_after.isdecimal():
            wait = int(self.retry_after)
        self._deadline = now + wait
        return False

    def headers(self, now: float) -> dict[str, str]:
        if self.silent:
            return {}
        if self.retry_after is not None and not self.retry_after.isdecimal():
            return {"retry-after": self.retry_after}
        return {"retry-after": str(max(1, math.ceil(self._deadline - now)))}


class Torn(Response):
    """No answer at all: the connection is reset, as by a proxy that died."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        transport: asyncio.Transport | None = scope.get(TRANSPORT)
        if transport is None:
            raise RuntimeError("Only a server whose connections are known can tear one.")
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await asyncio.sleep(0.01)


@dataclass(slots=True)
class Traffic:
    """All calls of one simulator. Every call is counted once, with the status it ended with or `reset`."""

    latency_ms: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    limit: RateLimit | None = None
    endpoints: dict[str, Counter[str]] = field(default_factory=dict)
    listeners: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    calls_during_ban: int = 0

    def reset_counters(self) -> None:
        self.endpoints.clear()
        self.listeners.clear()
        self.refreshes = self.calls_during_ban = 0

    async def pass_on(
        self,
        endpoint: str,
        listener: str | None,
        call: Callable[[], Awaitable[Response]],
        *,
        limited: bool,
    ) -> Response:
        """Answer one call, and count it."""
        counter = self.endpoints.setdefault(endpoint, Counter())
        counter["calls"] += 1
        if listener is not None:
            self.listeners[listener] += 1
        refused = self._refused() if limited else None
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        try:
            response = refused or await self._answered(endpoint, listener, call)
        except Exception:
            counter["500"] += 1
            raise
        counter["reset" if isinstance(response, Torn) else str(response.status_code)] += 1
        return response

    def _refused(self) -> Response | None:
        if self.limit is None:
            return None
        now = time.monotonic()
        self.calls_during_ban += self.limit.banned(now)
        if self.limit.admits(now):
            return None
        return refusal(429, "API rate limit exceeded", self.limit.headers(now))

    async def _answered(self, endpoint: str, listener: str | None, call: Callable[[], Awaitable[Response]]) -> Response:
        fault = next((fault for fault in self.faults if fault.applies(endpoint, listener)), None)
        if fault is None:
            return await call()
        if fault.times is not None:
            fault.times -= 1
        return await _spoiled(fault, call)


async def _spoiled(fault: Fault, call: Callable[[], Awaitable[Response]]) -> Response:
    if fault.kind is FaultKind.RESET:
        return Torn()
    if fault.kind is FaultKind.TRUNCATE:
        whole = await call()
        half = bytes(whole.body[: len(whole.body) // 2])
        return Response(half, fault.status or whole.status_code, media_type="application/json", headers=fault.headers)
    if fault.kind is FaultKind.EMPTY:
        return Response(b"", fault.status or 200, headers=fault.headers)
    status = fault.status or 502
    if fault.kind is FaultKind.HTML:
        page = fault.body or "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
        return Response(str(page), status, media_type="text/html", headers=fault.headers)
    if fault.body is None:
        return refusal(status, "The request could not be completed", fault.headers)
    if isinstance(fault.body, str):
        return Response(fault.body, status, media_type="text/plain", headers=fault.headers)
    return answer(fault.body, status, fault.headers)
