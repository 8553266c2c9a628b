"""How the collection stands, in one line: all is well, or what is wrong and what to do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blendify.access import grant_expiry
from blendify.core import times
from blendify.core.data_types import Outcome, Status

STARTING = timedelta(seconds=15)
"""After a login or a request a sync should have begun by then."""
BUSY = (Status.RUNNING, Status.WAITING)
UNREAD = (Outcome.FAILED, Outcome.WAITING)
"""Outcomes of a data type that another sync may better."""


@dataclass(frozen=True)
class Standing:
    """One line, and what can be done about it."""

    mood: str
    """`good`, `busy`, `warn` or `bad`."""
    text: str
    moment: str | None = None
    """The moment of which the text speaks at its end (ISO 8601)."""
    reconnect: Mapping[str, Any] | None = None
    """The connection that has to be connected again."""
    connect: bool = False
    """Whether an account has to be connected first."""


def standing(connections: Sequence[Mapping[str, Any]], syncs: Sequence[Mapping[str, Any]], now: datetime) -> Standing:
    """
    What matters most.

    connections     as `views.connection_view` shows them
    syncs           as `views.sync_view` shows them, newest first
    """
    if not connections:
        return Standing(
            "bad", "Nothing is connected, so nothing is collected. Your history so far is safe.", connect=True
        )
    for connection in connections:
        if connection["status"] != "active":
            text = f"Our access to {connection['title']} has ended. Connect it again, and collecting goes on."
            return Standing("bad", text, reconnect=connection)
    latest = _latest(syncs)
    if latest is None or latest["status"] in BUSY:
        return _busy(latest)
    if latest["status"] == Status.FAILED:
        why = latest["why"] or "The next one tries again by itself."
        return Standing("bad", f"The latest sync failed. {why}")
    if soon := [each for each in connections if ends_soon(each, now)]:
        first = min(soon, key=lambda each: str(each["access_ends_at"]))
        text = f"Connect {first['title']} again, so that nothing is missed: our access ends"
        return Standing("warn", text, first["access_ends_at"], reconnect=first)
    if latest["status"] == Status.PARTIAL:
        return Standing("warn", "Not everything could be read. The next sync tries again by itself.")
    return Standing("good", "All is well. Your collection is up to date as of", latest["finished_at"])


def _latest(syncs: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest sync of the account as a whole: polls of plays come many times a day and say little."""
    whole = [sync for sync in syncs if set(sync["data_types"]) != {"recently_played"}]
    return next(iter(whole or syncs), None)


def _busy(latest: Mapping[str, Any] | None) -> Standing:
    if latest is None:
        return Standing("busy", "Your first sync is about to begin.")
    if latest["status"] == Status.WAITING:
        text = "Reading takes a break and goes on by itself"
        return Standing("busy", f"{text} at" if latest["waiting_until"] else f"{text}.", latest["waiting_until"])
    records = sum(progress["records"] for progress in latest["data_types"].values())
    return Standing(
        "busy", f"Your account is being read: {records:,} records so far." if records else "Your account is being read."
    )


def ends_soon(connection: Mapping[str, Any], now: datetime) -> bool:
    """Whether the access ends so soon that the listener is asked to renew it."""
    soon = times.iso(now + timedelta(days=max(grant_expiry.NOTICES)))
    ends_at = connection["access_ends_at"]
    return connection["status"] == "active" and ends_at is not None and ends_at <= soon


def is_starting(
    connections: Sequence[Mapping[str, Any]], asked_at: datetime | None, latest: Mapping[str, Any] | None, now: datetime
) -> bool:
    """Whether a login or the listener has just asked for a sync that has not begun yet."""
    logins = [times.parse(each["authorized_at"]) for each in connections if each["status"] == "active"]
    request = max([*logins, *([asked_at] if asked_at else [])], default=None)
    if request is None or now - request > STARTING:
        return False
    return latest is None or times.parse(latest["started_at"]) < request


def unread(sync: Mapping[str, Any]) -> list[str]:
    """The data types of a sync that has ended which another one may read."""
    if sync["status"] in BUSY:
        return []
    return [name for name, progress in sync["data_types"].items() if progress["outcome"] in UNREAD]
