"""What a listener and their apps read: start page, dashboard, connections and syncs."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any

from blendify.access import connections, grant_expiry
from blendify.access.connections import Connection
from blendify.collecting.progress import Progress, all_progress
from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.settings import connectable
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.syncing import syncs
from blendify.syncing.syncs import Sync
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()

SYNCS_LISTED = 20
_TOLD = ("records", "appended", "removed", "holes", "unavailable", "expected", "calls")


def _of_listener(route: Callable[..., Response[str]]) -> Callable[..., Response[str]]:
    """Passes the user of session or bearer token to the route; without one the answer is 401, and tells nothing."""

    @wraps(route)
    def guarded(**values: Any) -> Response[str]:
        user_id = responses.listener(app)
        if user_id is None:
            return responses.unauthorized(app)
        return route(user_id, **values)

    return guarded


def _connectable() -> list[Provider]:
    """A button for any other one would lead to a page that says that it is not set up."""
    return [provider for provider in PROVIDERS.values() if provider.name in connectable()]


@app.get("/")
def start() -> Response[str]:
    """What this is, and where to connect."""
    asked = app.current_event.request_context.get("path") or "/"
    if not asked.endswith("/"):
        # Links are relative, so that they hold behind any address: here they would miss the stage.
        return responses.see_other(f"{asked.rpartition('/')[2]}/")
    connected = responses.listener(app) is not None
    return responses.page(200, "start", root="./", providers=_connectable(), connected=connected)


@app.get("/dashboard")
def dashboard() -> Response[str]:
    """The listener's page, complete at first sight; without a session the start page."""
    user_id = responses.listener(app)
    if user_id is None:
        return responses.see_other("./")
    told = _me(user_id)
    connected = {one["provider"] for one in told["connections"]}
    return responses.page(
        200,
        "dashboard",
        root="./",
        me=told,
        syncs=_newest(user_id, 6, polls=False) or _newest(user_id, 1),
        titles=_TITLES,
        offers=[provider for provider in _connectable() if provider.name not in connected],
        soon=times.iso(times.now() + timedelta(days=max(grant_expiry.NOTICES))),
    )


@app.get("/me")
@_of_listener
def me(user_id: str) -> Response[str]:
    """Who is connected, and how the newest sync stands."""
    latest = next(iter(_newest(user_id, 1)), None)
    return responses.answer(200, {**_me(user_id), "latest_sync": latest})


@app.get("/me/syncs")
@_of_listener
def list_syncs(user_id: str) -> Response[str]:
    """The newest runs, newest first."""
    return responses.answer(200, {"items": _newest(user_id, SYNCS_LISTED), "next_cursor": None})


@app.get("/me/syncs/<sync_id>")
@_of_listener
def one_sync(user_id: str, sync_id: str) -> Response[str]:
    """One run with its progress; 404 for one that is not this listener's."""
    run = syncs.sync(user_id, sync_id)
    if run is None:
        return responses.refusal(app, 404, "not_found", "You have no sync with this id.")
    return responses.answer(200, _sync(run, all_progress(user_id, sync_id)))


_TITLES = {data_type.value: data_type.words.capitalize() for data_type in DataType}


def _me(user_id: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "connections": [_connection(one) for one in connections.connections(user_id)],
    }


def _connection(one: Connection) -> dict[str, Any]:
    end = grant_expiry.ends_at(one)
    return {
        "provider": one.provider,
        "title": PROVIDERS[one.provider].title,
        "display_name": one.display_name,
        "status": one.status,
        "scopes": list(one.scopes),
        "authorized_at": one.authorized_at,
        "access_ends_at": times.iso(end) if end else None,
    }


def _newest(user_id: str, count: int, *, polls: bool = True) -> list[dict[str, Any]]:
    return [_sync(run, progress) for run, progress in syncs.newest(user_id, count, polls=polls)]


def _sync(run: Sync, all_of_it: Iterable[Progress]) -> dict[str, Any]:
    progress = {one.data_type: _progress(one) for one in all_of_it}
    # The next round writes nothing of its own into the run: when its moment has come, it runs.
    waits = run.waiting_until is not None and times.parse(run.waiting_until) > times.now()
    return {
        "sync_id": run.sync_id,
        "provider": run.provider,
        "status": Status.RUNNING if run.status is Status.WAITING and not waits else run.status,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "waiting_until": run.waiting_until if waits else None,
        "round": run.round,
        "why": run.why,
        "data_types": {data_type: progress[data_type] for data_type in DataType if data_type in progress},
    }


def _progress(one: Progress) -> dict[str, Any]:
    told = {name: one.counts[name] for name in _TOLD}
    seconds = round(one.counts["milliseconds"] / 1000, 1)
    until = times.iso(one.until) if one.until and one.outcome is Outcome.WAITING else None
    return {"outcome": one.outcome, "why": one.why, "waiting_until": until, **told, "seconds": seconds}
