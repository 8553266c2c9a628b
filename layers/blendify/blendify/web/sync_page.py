"""GET /sync: what is being read, what came of it, where something is missing, and how to go on."""

from collections.abc import Mapping
from typing import Any

from blendify.access import connections
from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.providers import PROVIDERS
from blendify.schedule import sync_requests
from blendify.web import listener_pages, views
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.standing import BUSY, ends_soon, is_starting, standing, unread

SYNCS = 8
"""Syncs on the page."""
FAST, SLOW = 1_500, 10_000
"""Milliseconds until a page asks again: while something is read, and while it waits."""
OUTCOMES = {
    Outcome.PENDING: "about to start",
    Outcome.RUNNING: "reading",
    Outcome.WAITING: "waiting",
    Outcome.COMPLETE: "complete",
    Outcome.NOT_OFFERED: "not offered",
    Outcome.NOT_PERMITTED: "not permitted",
    Outcome.RECONNECT: "connect again",
    Outcome.FAILED: "failed",
}
STATUSES = {
    Status.RUNNING: "Reading now",
    Status.WAITING: "Taking a break",
    Status.SUCCEEDED: "Complete",
    Status.PARTIAL: "Complete in part",
    Status.FAILED: "Failed",
}
MOODS = {
    "complete": "good",
    "succeeded": "good",
    "waiting": "warn",
    "not_permitted": "warn",
    "partial": "warn",
} | dict.fromkeys(("failed", "reconnect"), "bad")
"""The colour of an outcome or a status; the word says it as well."""


def show(router: Router, user: str) -> Response[str]:
    """The page; while something is read it asks its script to load it again."""
    now = times.now()
    held = list(connections.connections(user))
    connected = [{**views.connection_view(each), "plays_read_at": views.plays_read_at(each)} for each in held]
    newest = views.newest_syncs(user, SYNCS)
    latest = newest[0] if newest else None
    starting = is_starting(connected, sync_requests.asked_at(user), latest, now)
    busy = latest is not None and latest["status"] in BUSY
    waits = latest is not None and latest["status"] == Status.WAITING
    offers = {provider.name for provider in views.set_up()} - {each["provider"] for each in connected}
    return listener_pages.page(
        router,
        "sync",
        "sync",
        connections=[{**each, "ends_soon": ends_soon(each, now)} for each in connected],
        standing=standing(connected, newest, now),
        starting=starting and not busy,
        refresh=(SLOW if waits and not starting else FAST) if busy or starting else None,
        latest=_shown(latest) if latest else None,
        retry=unread(latest) if latest and not busy else [],
        earlier=[_totals(sync) for sync in newest[1:]],
        may_ask=not busy and not starting and any(each["status"] == "active" for each in connected),
        offers=[provider for provider in views.set_up() if provider.name in offers],
        moods=MOODS,
    )


def _shown(sync: Mapping[str, Any]) -> dict[str, Any]:
    reasons = PROVIDERS[sync["provider"]].not_offered
    rows = [_row(DataType(name), progress, reasons) for name, progress in sync["data_types"].items()]
    return {**_totals(sync), "rows": rows}


def _totals(sync: Mapping[str, Any]) -> dict[str, Any]:
    every = list(sync["data_types"].values())
    sums = {name: sum(progress[name] for progress in every) for name in ("records", "appended", "removed", "holes")}
    provider = views.title(sync["provider"])
    return {**sync, **_changes(sums), "records": sums["records"], "title": provider, "words": STATUSES[sync["status"]]}


def _row(data_type: DataType, progress: Mapping[str, Any], reasons: Mapping[DataType, str]) -> dict[str, Any]:
    """`reasons` say why the provider does not offer a data type."""
    outcome = progress["outcome"]
    most = max(progress["expected"], progress["records"], 1)
    value = {Outcome.COMPLETE: most, Outcome.PENDING: 0}.get(outcome, progress["records"])
    return {
        **progress,
        **_changes(progress),
        "why": reasons.get(data_type) if outcome == Outcome.NOT_OFFERED else progress["why"],
        "title": data_type.words.capitalize(),
        "most": most,
        "value": value,
        "words": OUTCOMES[outcome],
    }


def _changes(sums: Mapping[str, Any]) -> dict[str, int]:
    """A first sync appends all records, so "new" would say nothing; later ones have changes to show."""
    return {"new": sums["appended"] if sums["appended"] < sums["records"] else 0, "gone": sums["removed"]}
