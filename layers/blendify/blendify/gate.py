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
"""Seconds of cool-down when a 429 does not say how long: Spotify's window is 30 s."""
QUOTA_SECONDS = 6 * 3600.0
"""Least cool-down after QUOTA_EXCEEDED; when a quota is given back is not documented."""


class Gate:
    """The gate of one application as one user's calls pass it."""

    def __init__(self, application: Application, user_id: str) -> None:
        self._pk = f"gate#{application.provider}#{application.name}"
        self._user_pk = f"{self._pk}#{user_id}"
        self._interval = _interval(application.calls_per_minute)
        self._user_interval = _interval(application.calls_per_minute_and_user)
        self._who = f"the {application.provider} application {application.name}"

    def pass_through(self) -> None:
        """
        Return when one call may be sent.

        Raises  MustWait when that is more than 20 s away
        """
        waited = self._user_interval > 0 and self._take(self._user_pk, self._user_interval)
        if self._interval:
            waited |= self._take(self._pk, self._interval)
        if waited or not self._interval:
            self._look()

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
            busy = Attr("tat").gte(now) & Attr("tat").lte(now + LONGEST_SLEEP_MS + interval * BURST) & cool
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
        elif tat > now + LONGEST_SLEEP_MS + interval * BURST:
            raise MustWait(
                "the queue of calls is longer than 20 s",
                times.from_milliseconds(tat - interval * BURST - LONGEST_SLEEP_MS // 2),
            )

    def _cool_down(self, cool: int, now: int) -> None:
        if cool - now > LONGEST_SLEEP_MS:
            raise MustWait(f"{self._who} was told to pause by the provider", times.from_milliseconds(cool))
        time.sleep((cool - now) / 1000)

    def _look(self) -> None:
        """Nothing fires during a cool-down, neither a slot reserved before the 429 nor a call whose pace is lifted."""
        while True:
            now = times.milliseconds(times.now())
            row = accounts().get(self._pk, "gate") or {}
            if int(row.get("cool", 0)) <= now:
                return
            self._cool_down(int(row["cool"]), now)


def _interval(calls_per_minute: float) -> int:
    return round(60_000 / calls_per_minute) if calls_per_minute else 0
