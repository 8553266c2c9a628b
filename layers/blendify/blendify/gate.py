"""
One quota for all Lambdas: a slot is reserved before every provider call, and a 429 closes the gate for everybody.

Algorithm  GCRA, the token bucket in one number: `tat`, the time in ms when the next slot is free; one conditional
           UpdateItem a slot, no read. `cool` is the deadline in ms of a cool-down and may only grow.
Items      `gate#<provider>#<application>`, and the same with the user for the pace of one user
"""

import time
from datetime import datetime

from boto3.dynamodb.conditions import Attr

from blendify import times
from blendify.applications import Application
from blendify.errors import MustWait, RateLimited
from blendify.storage.accounts import Change, ConditionFailed, accounts

LONGEST_SLEEP_MS = 20_000
"""Waiting in a Lambda costs money; what is longer becomes a Wait state."""
BURST = 5
"""Slots that an idle gate gives at once."""
WITHOUT_RETRY_AFTER = 30.0
"""Seconds of cool-down when a 429 does not say how long: providers' windows are 30 s or less."""
QUOTA_SECONDS = 6 * 3600.0
"""Least cool-down after QUOTA_EXCEEDED; when a quota is given back is not documented."""


class Gate:
    """The gate of one application as one user's calls pass it."""

    def __init__(self, application: Application, user_id: str | None, *, longest_ms: int = LONGEST_SLEEP_MS) -> None:
        """Without a user, as at a login, only the application's pace counts."""
        self._pk = f"gate#{application.provider}#{application.name}"
        self._user_pk = f"{self._pk}#{user_id}"
        self._longest_ms = longest_ms
        self._interval = _interval(application.calls_per_minute)
        self._user_interval = _interval(application.calls_per_minute_and_user) if user_id else 0

    def pass_through(self) -> None:
        """
        Return when one call may be sent.

        Raises  MustWait when that is further away than this gate sleeps
        """
        while self._pause():
            # A cool-down was slept out, by others too: all of them queue again, or they would call at once.
            pass

    def _pause(self) -> bool:
        """Sleep until the next free slot; answers whether a cool-down came between, so that the slot is void."""
        waited = self._user_interval > 0 and self._take(self._user_pk, self._user_interval)
        if self._interval:
            waited |= self._take(self._pk, self._interval)
        return (waited or not self._interval) and self._cooled_down()

    def close(self, error: RateLimited) -> datetime:
        """Note a 429: nobody of this application calls before the moment that is answered."""
        seconds = WITHOUT_RETRY_AFTER if error.seconds is None else error.seconds
        if error.quota:
            seconds = max(seconds, QUOTA_SECONDS)
        until = times.milliseconds(times.now()) + int(max(seconds, 1.0) * 1000)
        grows = Attr("cool").not_exists() | Attr("cool").lt(until)
        try:
            accounts().update(self._pk, "gate", Change(set={"cool": until}), only_if=grows)
        except ConditionFailed as refused:
            until = int((refused.found or {}).get("cool", until))
        return times.from_milliseconds(until)

    def _take(self, pk: str, interval: int) -> bool:
        """Reserve the next slot and sleep until it comes; answers whether there was anything to wait for."""
        while True:
            now = times.milliseconds(times.now())
            cool = Attr("cool").not_exists() | Attr("cool").lte(now)
            busy = Attr("tat").gte(now) & Attr("tat").lte(now + self._longest_ms + interval * BURST) & cool
            idle = (Attr("tat").not_exists() | Attr("tat").lt(now)) & cool
            try:
                tat = int(accounts().update(pk, "gate", Change(add={"tat": interval}), only_if=busy)["tat"])
                break
            except ConditionFailed as refused:
                self._refuse(refused.found, now, interval)
            try:
                tat = int(accounts().update(pk, "gate", Change(set={"tat": now + interval}), only_if=idle)["tat"])
                break
            except ConditionFailed as refused:
                self._refuse(refused.found, now, interval)
        wait = max(0, tat - interval - now - interval * (BURST - 1))
        time.sleep(wait / 1000)
        return wait > 0

    def _refuse(self, found: dict[str, object] | None, now: int, interval: int) -> None:
        """Why a slot was not given: sleep out a short cool-down, hand a long wait to the state machine."""
        row = found or {}
        cool, tat = int(str(row.get("cool", 0))), int(str(row.get("tat", 0)))
        if cool > now:
            self._cool_down(cool, now)
        elif tat > now + self._longest_ms + interval * BURST:
            raise MustWait(
                "more calls are waiting than can be made soon",
                times.from_milliseconds(tat - interval * BURST - self._longest_ms // 2),
            )

    def _cool_down(self, cool: int, now: int) -> None:
        if cool - now > self._longest_ms:
            raise MustWait("the provider asked this application to pause", times.from_milliseconds(cool))
        time.sleep((cool - now) / 1000)

    def _cooled_down(self) -> bool:
        """Sleep out a cool-down that began after the slot was taken; answers whether there was one."""
        now = times.milliseconds(times.now())
        cool = int((accounts().get(self._pk, "gate") or {}).get("cool", 0))
        if cool <= now:
            return False
        self._cool_down(cool, now)
        return True


def _interval(calls_per_minute: float) -> int:
    return round(60_000 / calls_per_minute) if calls_per_minute else 0
