"""
One quota for all Lambdas: a slot is reserved before every provider call, and a 429 closes the gate for everybody.

Algorithm  GCRA, the token bucket in one number: `tat`, the time in ms when the next slot is free; one conditional
           UpdateItem a slot, no read. Slots are spaced evenly, without bursts: what cannot be called back once a
           429 comes is then at most one call. `cool` is the deadline in ms of a cool-down and may only grow.
Items      `gate#<provider>#<application>`, and the same with the user for the pace of one user; `interval` tells the
           pace to whoever plans with it and may not read the application's secret
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.errors import MustWait, RateLimited
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table
from blendify.providers.application import Application
from blendify.providers.provider import DEFAULT_BACKOFF

LONGEST_SLEEP_MS = 20_000
"""Waiting in a Lambda costs money; what is longer becomes a Wait state."""
IN_A_ROW_MS = 15 * 60_000
"""A 429 this long after the end of the last cool-down is the first of a new row."""
QUOTA_SECONDS = 6 * 3600.0
"""Least cool-down after a quota is used up; when it is given back is not documented."""
JITTER_SECONDS = 0.5
"""Who slept out a cool-down comes a little later than its end, not all in one moment."""


class RateLimiter:
    """The gate of one application as one user's calls pass it; the threads of one worker share it."""

    def __init__(self, application: Application, user_id: str | None, *, longest_ms: int = LONGEST_SLEEP_MS) -> None:
        """Without a user, as at a login, only the application's pace counts."""
        self._pk = keys.gate(application.provider, application.name)
        self._user_pk = keys.gate(application.provider, application.name, user_id)
        self._longest_ms = longest_ms
        self._interval = _interval(application.calls_per_minute)
        self._user_interval = _interval(application.calls_per_minute_and_user) if user_id else 0
        self._cool = 0
        """The cool-down that this worker knows of, before others can read it."""

    def pass_through(self) -> None:
        """
        Return when one call may be sent.

        Raises  MustWait when that is further away than this gate sleeps
        """
        while self._pause():
            # A cool-down was slept out, by others too: all of them queue again, or they would call at once.
            pass

    def pass_first(self) -> None:
        """
        The same for a call that somebody sits in front of: it takes the next slot's time, but does not queue for it.

        Raises  MustWait during a cool-down that is longer than this gate sleeps
        """
        while self._cooled_down():
            pass
        if self._interval:
            tat = Attr("tat").gte(times.milliseconds(times.now()))
            try:
                state_table().update(self._pk, "gate", _slot(self._interval), only_if=tat)
            except ConditionFailed:
                self._take(self._pk, self._interval)

    def close(self, error: RateLimited, untold: Sequence[float] = DEFAULT_BACKOFF) -> datetime:
        """
        Note a 429: nobody of this application calls before the moment that is answered.

        untold  seconds to pause for the first, second … in a row that do not say how long
        """
        now = times.milliseconds(times.now())
        told = max(error.seconds or 0.0, QUOTA_SECONDS if error.quota else 0.0)
        if told:
            until = now + int(max(told, 1.0) * 1000)
            change, grows = Change(set={"cool": until}), Attr("cool").lte(until)
        else:
            row = state_table().get(self._pk, "gate") or {}
            ended = int(row.get("cool", 0))
            strikes = int(row.get("untold", 0)) if now - ended < IN_A_ROW_MS else 0
            until = now + int(untold[min(strikes, len(untold) - 1)] * 1000)
            # Calls that were under way together are answered together: they are one 429, not a row of them.
            change, grows = Change(set={"cool": until, "untold": strikes + 1}), Attr("cool").lte(now)
        self._cool = max(self._cool, until)
        try:
            state_table().update(self._pk, "gate", change, only_if=Attr("cool").not_exists() | grows)
        except ConditionFailed as refused:
            self._cool = until = int((refused.found or {}).get("cool", until))
        return times.from_milliseconds(until)

    def _pause(self) -> bool:
        """Sleep until the next free slot; answers whether a cool-down came between, so that the slot is void."""
        waited = self._user_interval > 0 and self._take(self._user_pk, self._user_interval)
        if self._interval:
            waited |= self._take(self._pk, self._interval)
        return (waited or not self._interval) and self._cooled_down()

    def _take(self, pk: str, interval: int) -> bool:
        """Reserve the next slot and sleep until it comes; answers whether there was anything to wait for."""
        while True:
            now = times.milliseconds(times.now())
            cool = Attr("cool").not_exists() | Attr("cool").lte(now)
            busy = Attr("tat").gte(now) & Attr("tat").lte(now + self._longest_ms) & cool
            idle = (Attr("tat").not_exists() | Attr("tat").lt(now)) & cool
            try:
                tat = int(state_table().update(pk, "gate", _slot(interval), only_if=busy)["tat"])
                break
            except ConditionFailed as refused:
                self._refuse(refused.found, now)
            first = Change(set={"tat": now + interval, "interval": interval})
            try:
                tat = int(state_table().update(pk, "gate", first, only_if=idle)["tat"])
                break
            except ConditionFailed as refused:
                self._refuse(refused.found, now)
        wait = max(0, tat - interval - now)
        time.sleep(wait / 1000)
        return wait > 0

    def _refuse(self, found: dict[str, object] | None, now: int) -> None:
        """Why a slot was not given: sleep out a short cool-down, hand a long wait to the state machine."""
        row = found or {}
        cool, tat = int(str(row.get("cool", 0))), int(str(row.get("tat", 0)))
        if cool > now:
            self._cool_down(cool, now)
        elif tat > now + self._longest_ms:
            raise MustWait(
                "more calls are waiting than can be made soon", times.from_milliseconds(tat - self._longest_ms // 2)
            )

    def _cool_down(self, cool: int, now: int) -> None:
        if cool - now > self._longest_ms:
            raise MustWait("the provider asked this application to pause", times.from_milliseconds(cool))
        time.sleep((cool - now) / 1000 + random.uniform(0, JITTER_SECONDS))  # noqa: S311 -- jitter

    def _cooled_down(self) -> bool:
        """Sleep out a cool-down that began after the slot was taken; answers whether there was one."""
        now = times.milliseconds(times.now())
        cool = max(self._cool, int((state_table().get(self._pk, "gate") or {}).get("cool", 0)))
        if cool <= now:
            return False
        self._cool_down(cool, now)
        return True


def _slot(interval: int) -> Change:
    """The next slot is taken."""
    return Change(set={"interval": interval}, add={"tat": interval})


def _interval(calls_per_minute: float) -> int:
    return round(60_000 / calls_per_minute) if calls_per_minute else 0
