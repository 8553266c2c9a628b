"""What happens to a call before it is answered: counted, delayed, refused, and spoiled on request."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import Response

from local.simulators.frame.bans import Ban, RateLimit, deadline
from local.simulators.frame.faults import Fault
from local.simulators.frame.pages import Page, Reading
from local.simulators.frame.spoiling import spoiled

if TYPE_CHECKING:
    from local.simulators.frame.service import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """One call on its way: which endpoint, whose, what it asks for, and what it would be answered."""

    endpoint: str
    """The method and the path with its placeholders, by which calls are counted."""
    listener: str | None
    answer: Callable[[], Awaitable[Response]]
    """What it is answered where nothing goes wrong."""
    api: bool = False
    """Whether it is part of the API, and not of the accounts pages."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of query, form and path."""
    reading: Callable[[], Reading | None] = lambda: None
    """The page that it truly gets; None where it asks for no list, or is refused."""
    with_page: Callable[[Reading, Page], Response] | None = None
    """The response with another page in the place of that."""


@dataclass(slots=True)
class Traffic:
    """
    All calls of one simulator. Every call is counted once, with the status it ended with, `reset` or `stall`.

    A rate limit's refusal begins a ban of the application, and so does a fault's 429 whose Retry-After tells a
    later moment. Calls to the API until then are refused, and change nothing about it.
    """

    service: "Service"
    latency_ms: float = 0.0
    flight_seconds: float = 0.25
    """So long after a 429 the calls of a ban are excused: they were on their way already."""
    clock: Callable[[], float] = time.time
    on_call: Callable[[str, int], None] | None = None
    """Called for each API call as it comes in: its endpoint, and its number since the last reset, from 1 on."""
    faults: list[Fault] = field(default_factory=list)
    limit: RateLimit | None = None
    ban: Ban | None = None
    endpoints: dict[str, Counter[str]] = field(default_factory=dict)
    listeners: Counter[str] = field(default_factory=Counter)
    faults_served: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    web_api_calls: int = 0
    calls_during_ban: int = 0
    calls_in_flight_at_ban: int = 0

    def reset_counters(self) -> None:
        self.endpoints.clear()
        self.listeners.clear()
        self.faults_served.clear()
        self.refreshes = self.web_api_calls = self.calls_during_ban = self.calls_in_flight_at_ban = 0

    async def pass_on(self, asked: Asked) -> Response:
        """Answer one call, and count it."""
        counter = self.endpoints.setdefault(asked.endpoint, Counter())
        counter["calls"] += 1
        if asked.listener is not None:
            self.listeners[asked.listener] += 1
        try:
            refused = self._arrived(asked.endpoint) if asked.api else None
            if self.latency_ms:
                await asyncio.sleep(self.latency_ms / 1000)
            response = refused or await self._answered(asked)
        except Exception:
            counter["500"] += 1
            raise
        counter[_ending(response)] += 1
        if refused or response.status_code == 429:
            self._banned(None if refused else _until(response, self.clock()))
        return response

    def _arrived(self, endpoint: str) -> Response | None:
        """Take note of a call to the API, and refuse it if nobody may call now."""
        self.web_api_calls += 1
        if self.on_call is not None:
            self.on_call(endpoint, self.web_api_calls)
        now = self.clock()
        ban = self._ban(now)
        if ban is not None:
            late = ban.answered is not None and now - ban.answered >= self.flight_seconds
            self.calls_during_ban += late
            self.calls_in_flight_at_ban += not late
            return self.service.too_many(ban.headers(now))
        if self.limit is None or self.limit.admits(now):
            return None
        self.ban = Ban(self.limit.deadline(now), self.limit)
        return self.service.too_many(self.ban.headers(now))

    def _ban(self, now: float) -> Ban | None:
        ban = self.ban
        over = ban is None or now >= ban.until or (ban.limit is not None and ban.limit is not self.limit)
        return None if over else ban

    def _banned(self, until: float | None) -> None:
        """A refusal leaves: one of the ban in force, or a fault's with a deadline of its own."""
        now = self.clock()
        ban = self._ban(now)
        if until is not None and until > now and (ban is None or until > ban.until):
            # Of several that were on their way together the latest deadline holds, from the first answer on.
            self.ban = ban = Ban(until, answered=None if ban is None else ban.answered)
        if ban is not None and ban.answered is None:
            ban.answered = now

    async def _answered(self, asked: Asked) -> Response:
        now = self.clock()
        due = [fault for fault in self.faults if fault.due(asked, now)]
        if not due:
            return await asked.answer()
        fault = due[0]
        response, changed = await spoiled(fault, asked, self.service, now)
        if changed:
            fault.count(asked)
            self.faults_served[fault.name] += 1
        return response


def _ending(response: Response) -> str:
    """Its status, unless it says of itself that this is not the whole truth."""
    return str(getattr(response, "ending", response.status_code))


def _until(response: Response, now: float) -> float | None:
    """When a fault's ban ends: when it truly does, or else when it tells."""
    seconds: float | None = getattr(response, "ban_seconds", None)
    return deadline(response.headers.get("retry-after"), now) if seconds is None else now + seconds
