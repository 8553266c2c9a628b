"""
One quota for all Lambdas: each provider call reserves a slot first, and a 429 stops the calls of all of them.

Only the calls of a login do not wait for their turn, because a person waits; they are counted once the provider has
accepted the login.

Algorithm  GCRA, a token bucket in one number: `next_slot_at`, the time in ms of the next free slot; one conditional
           UpdateItem a slot, no read. Slots are evenly spaced, without bursts: when a 429 comes, at most one call is
           already on its way. `cooldown_until` is the end of a cool-down in ms and only ever grows.
Items      `gate#<provider>#<application>`, and the same with the user id for the rate limit of one user. `interval`
           is the time between slots in ms, for the schedule: it may not read the application's secret
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.calling.daily_quota import DailyQuota
from blendify.core import telemetry, times
from blendify.core.errors import MustWait, RateLimited
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, StateTable, state_table
from blendify.providers.application import Application
from blendify.providers.provider import DEFAULT_BACKOFF

LONGEST_SLEEP_MS = 20_000
"""Sleeping in a Lambda costs money; a longer wait becomes a Wait state."""
MAX_QUEUE_MS = LONGEST_SLEEP_MS + 5_000
"""Beyond this no call jumps the queue: syncs alone make it `LONGEST_SLEEP_MS` long, and a little more."""
BACKOFF_RESET_MS = 15 * 60_000
"""A 429 this long after the end of the last cool-down is again the first in a row."""
QUOTA_SECONDS = 6 * 3600.0
"""Shortest cool-down after a quota is used up; when the quota is restored is not documented."""
JITTER_SECONDS = 0.5
"""Jitter after a cool-down, so that waiting workers do not all call at the same moment."""


class RateLimiter:
    """Limits the calls of one application for one user; the threads of a worker share it."""

    def __init__(
        self,
        application: Application,
        user_id: str | None,
        *,
        longest_ms: int = LONGEST_SLEEP_MS,
        table: StateTable | None = None,
    ) -> None:
        """
        `user_id` None, as at a login or a poll: only the application's rate limit applies.

        It applies alone, too, where it is the stricter one: calls that it spaces are far enough apart for each user.
        """
        self._table = table or state_table()
        self._pk = keys.rate_limiter(application.provider, application.name)
        self._user_pk = keys.rate_limiter(application.provider, application.name, user_id)
        self._longest_ms = longest_ms
        self._interval = _interval(application.calls_per_minute)
        of_user = _interval(application.calls_per_minute_and_user) if user_id else 0
        self._user_interval = of_user if of_user > self._interval else 0
        self._next_slot_at: dict[str, int] = {}
        """The next free slot of each limit after this worker's last call."""
        self._day = DailyQuota(application, self._table)
        self._cooldown_until = 0
        """The cool-down that this worker knows of, before the others can read it."""

    def acquire(self) -> None:
        """
        Return when one call may be sent.

        Raises  MustWait when that is later than this limiter may sleep, and when the day's quota is used up
        """
        while self._wait_for_slot():
            # All workers slept through the same cool-down: each takes a new slot, or they would call at once.
            pass
        self._day.take()

    def wait_until_open(self) -> None:
        """
        Return when a call may be sent that a person waits for, out of turn. It uses up no slot: see `count_call`.

        Raises  MustWait during a cool-down that is longer than this limiter may sleep, and while so many calls queue
                that more of them out of turn would hold up all syncs
        """
        while self._slept_through_cooldown():
            pass
        if not self._interval:
            return
        now, item = times.milliseconds(times.now()), self._table.get(self._pk, "gate") or {}
        next_slot_at = int(item.get("next_slot_at", 0))
        if next_slot_at > now + MAX_QUEUE_MS:
            raise MustWait(
                "many calls are waiting for their turn", times.from_milliseconds(next_slot_at - MAX_QUEUE_MS)
            )

    def count_call(self) -> None:
        """Use up a slot for a call that was sent out of turn; it delays the calls that queue."""
        self._day.take(beyond=True)
        while self._interval:
            now, slot = times.milliseconds(times.now()), Attr("next_slot_at")
            first = Change(set={"next_slot_at": now + self._interval, "interval": self._interval})
            for change, condition in ((_take_slot(self._interval), slot.gte(now)), (first, _idle(now))):
                try:
                    self._table.update(self._pk, "gate", change, only_if=condition)
                except ConditionFailed:
                    continue
                return

    def back_off(self, error: RateLimited, backoff: Sequence[float] = DEFAULT_BACKOFF) -> datetime:
        """
        Start a cool-down after a 429; returns its end, before which this application makes no call.

        backoff  seconds to wait after the first, second … 429 in a row that does not say how long
        """
        now = times.milliseconds(times.now())
        seconds = max(error.seconds or 0.0, QUOTA_SECONDS if error.quota else 0.0)
        if seconds:
            until = now + int(max(seconds, 1.0) * 1000)
            change, allowed = Change(set={"cooldown_until": until}), Attr("cooldown_until").lte(until)
        else:
            item = self._table.get(self._pk, "gate") or {}
            in_a_row = int(item.get("in_a_row", 0)) if now - _cooldown(item) < BACKOFF_RESET_MS else 0
            until = now + int(backoff[min(in_a_row, len(backoff) - 1)] * 1000)
            # Concurrent calls get their 429s together: these count as one, not as several in a row.
            change = Change(set={"cooldown_until": until, "in_a_row": in_a_row + 1})
            allowed = Attr("cooldown_until").lte(now)
        self._cooldown_until = max(self._cooldown_until, until)
        try:
            self._table.update(self._pk, "gate", change, only_if=Attr("cooldown_until").not_exists() | allowed)
            telemetry.paused((until - now) / 1000)
        except ConditionFailed as refused:
            self._cooldown_until = until = _cooldown(refused.stored) or until
        return times.from_milliseconds(until)

    def _wait_for_slot(self) -> bool:
        """Sleep until the next free slot; returns whether a cool-down began meanwhile, so that the slot is void."""
        waited = self._user_interval > 0 and self._reserve(self._user_pk, self._user_interval)
        if self._interval:
            waited |= self._reserve(self._pk, self._interval)
        return (waited or not self._interval) and self._slept_through_cooldown()

    def _reserve(self, pk: str, interval: int) -> bool:
        """Reserve the next slot and sleep until it comes; returns whether there was a wait."""
        while True:
            now = times.milliseconds(times.now())
            slot, ready = Attr("next_slot_at"), Attr("cooldown_until").not_exists() | Attr("cooldown_until").lte(now)
            busy = slot.gte(now) & slot.lte(now + self._longest_ms) & ready, _take_slot(interval)
            first = Change(set={"next_slot_at": now + interval, "interval": interval})
            idle = _idle(now) & ready, first
            # A failed condition costs as much as a write: what the item was at the last call says which to try first.
            likely = (busy, idle) if self._next_slot_at.get(pk, 0) >= now else (idle, busy)
            next_slot_at = self._first_met(pk, now, likely)
            if next_slot_at is not None:
                break
        self._next_slot_at[pk] = next_slot_at
        wait = max(0, next_slot_at - interval - now)
        time.sleep(wait / 1000)
        return wait > 0

    def _first_met(self, pk: str, now: int, choices: Sequence[tuple[ConditionBase, Change]]) -> int | None:
        """Make the first change whose condition is met; returns the next free slot, None if the item has changed."""
        for condition, change in choices:
            try:
                return int(self._table.update(pk, "gate", change, only_if=condition)["next_slot_at"])
            except ConditionFailed as refused:
                self._wait_or_raise(refused.stored, now)
        return None

    def _wait_or_raise(self, item: Item | None, now: int) -> None:
        """After a slot was refused: sleep through a short cool-down, leave a long wait to the state machine."""
        next_slot_at = int((item or {}).get("next_slot_at", 0))
        if _cooldown(item) > now:
            self._sleep_until(_cooldown(item), now)
        elif next_slot_at > now + self._longest_ms:
            raise MustWait(
                "many calls are waiting for their turn", times.from_milliseconds(next_slot_at - self._longest_ms // 2)
            )

    def _sleep_until(self, cooldown_until: int, now: int) -> None:
        if cooldown_until - now > self._longest_ms:
            raise MustWait("the provider asked us to pause", times.from_milliseconds(cooldown_until))
        time.sleep((cooldown_until - now) / 1000 + random.uniform(0, JITTER_SECONDS))  # noqa: S311 -- jitter

    def _slept_through_cooldown(self) -> bool:
        """Sleep through a cool-down that began after the slot was taken; returns whether there was one."""
        now = times.milliseconds(times.now())
        cooldown_until = max(self._cooldown_until, _cooldown(self._table.get(self._pk, "gate")))
        if cooldown_until <= now:
            return False
        self._sleep_until(cooldown_until, now)
        return True


def _cooldown(item: Item | None) -> int:
    """The end of the last cool-down in ms; 0 when there was none."""
    return int((item or {}).get("cooldown_until", 0))


def _idle(now: int) -> ConditionBase:
    """The condition that no call queues."""
    return Attr("next_slot_at").not_exists() | Attr("next_slot_at").lt(now)


def _take_slot(interval: int) -> Change:
    return Change(set={"interval": interval}, add={"next_slot_at": interval})


def _interval(calls_per_minute: float) -> int:
    return round(60_000 / calls_per_minute) if calls_per_minute else 0
