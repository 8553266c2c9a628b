"""What a listener and their apps read about the collection: start page, dashboard, connections and syncs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from blendify.access import connections, grant_expiry, users
from blendify.access.connections import Connection
from blendify.core import times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.settings import connectable
from blendify.history import list_versions
from blendify.jobs.progress import Progress, all_progress
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.syncing import syncs
from blendify.syncing.syncs import Sync
from blendify.web import assets, responses
from blendify.web.guards import reader, reader_id, user_id
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_SYNCS = 20
"""Syncs in the response of GET /me/syncs."""
SYNCS_ON_DASHBOARD = 6
MAX_ID_CHARACTERS = 64
"""Ids of syncs have 28 characters; the table's keys cannot be arbitrarily long."""
_COUNTS = ("records", "appended", "removed", "holes", "unavailable", "expected", "calls")
_TITLES = {data_type.value: data_type.words.capitalize() for data_type in DataType}


@router.get("/")
def start() -> Response[str]:
    """What Blendify is, and where to connect."""
    path = router.current_event.request_context.get("path") or "/"
    if not path.endswith("/"):
        # The page's links are relative, to hold behind any address. Without the slash they would miss the stage.
        return responses.see_other(f"{path.rpartition('/')[2]}/")
    connected = reader_id(router) is not None
    return responses.page(200, "start", root="./", providers=_connectable(), connected=connected)


@router.get("/assets/<requested>")
def asset(requested: str) -> Response[str]:
    """A stylesheet, a script or the icon, which browsers keep for a year; 404 when there is none of this name."""
    file, lasting = assets.find(requested)
    if file is None:
        return responses.error_response(router, 404, "not_found", "There is nothing at this address.")
    headers = {"Cache-Control": assets.LIFETIME} if lasting else {}
    return Response(200, file.media_type, file.text, headers=headers)


@router.get("/dashboard")
def dashboard() -> Response[str]:
    """The listener's page, complete without script; 303 to the start page without a session."""
    root = responses.relative_root(router)
    user = reader_id(router)
    if user is None:
        return responses.see_other(root)
    if root != "./":
        # With a slash at the end of its address the page's links and requests would miss.
        return responses.see_other(f"{root}dashboard")
    me = _me(user)
    connected = {connection["provider"] for connection in me["connections"]}
    return responses.page(
        200,
        "dashboard",
        here="home",
        root=root,
        me=me,
        syncs=_newest(user, SYNCS_ON_DASHBOARD),
        titles=_TITLES,
        offers=[provider for provider in _connectable() if provider.name not in connected],
        soon=times.iso(times.now() + timedelta(days=max(grant_expiry.NOTICES))),
    )


@router.get("/me", middlewares=[reader])
def me() -> Response[str]:
    """The user, their connections, and the newest sync."""
    user = user_id()
    latest = next(iter(_newest(user, 1)), None)
    return responses.json_response(200, {**_me(user), "latest_sync": latest})


@router.get("/me/syncs", middlewares=[reader])
def list_syncs() -> Response[str]:
    """The newest syncs, newest first."""
    return responses.json_response(200, {"items": _newest(user_id(), MAX_SYNCS), "next_cursor": None})


@router.get("/me/syncs/<sync_id>", middlewares=[reader])
def show_sync(sync_id: str) -> Response[str]:
    """One sync with its progress; 404 when this listener has none with this id."""
    user = user_id()
    sync = syncs.find(user, sync_id) if len(sync_id) <= MAX_ID_CHARACTERS else None
    if sync is None:
        return responses.error_response(router, 404, "not_found", "You have no sync with this id.")
    return responses.json_response(200, _sync(sync, all_progress(user, sync_id)))


def _connectable() -> list[Provider]:
    """The providers that are set up here. A button for another one would lead to a page that says that it is not."""
    return [provider for provider in PROVIDERS.values() if provider.name in connectable()]


def _me(user: str) -> dict[str, Any]:
    return {
        "user_id": user,
        "time_zone": users.profile(user).get("time_zone"),
        "connections": [_connection(connection) for connection in connections.connections(user)],
    }


def _connection(connection: Connection) -> dict[str, Any]:
    ends_at = grant_expiry.ends_at(connection)
    return {
        "provider": connection.provider,
        "title": PROVIDERS[connection.provider].title,
        "display_name": connection.display_name,
        "status": connection.status,
        "scopes": list(connection.scopes),
        "authorized_at": connection.authorized_at,
        "access_ends_at": times.iso(ends_at) if ends_at else None,
        "plays_read_at": _plays_read_at(connection),
    }


def _plays_read_at(connection: Connection) -> str | None:
    """When recent plays were last read, by a poll or a sync; None before the first time."""
    plays = list_versions.versions(connection.user_id, connection.provider, DataType.RECENTLY_PLAYED)
    return max((version.signals.read_at for version in plays.values() if version.signals.read_at), default=None)


def _newest(user: str, count: int) -> list[dict[str, Any]]:
    return [_sync(sync, progress) for sync, progress in syncs.newest(user, count)]


def _sync(sync: Sync, all_progress: Iterable[Progress]) -> dict[str, Any]:
    by_data_type = {progress.data_type: _progress(progress) for progress in all_progress}
    # A sync attempt does not write into the sync when it begins: once `waiting_until` has passed, the sync is running.
    waits = sync.waiting_until is not None and times.parse(sync.waiting_until) > times.now()
    return {
        "sync_id": sync.sync_id,
        "provider": sync.provider,
        "status": Status.RUNNING if sync.status is Status.WAITING and not waits else sync.status,
        "started_at": sync.started_at,
        "finished_at": sync.finished_at,
        "waiting_until": sync.waiting_until if waits else None,
        "round": sync.round,
        "why": sync.why,
        "data_types": {data_type: by_data_type[data_type] for data_type in DataType if data_type in by_data_type},
    }


def _progress(progress: Progress) -> dict[str, Any]:
    waits = progress.until is not None and progress.outcome is Outcome.WAITING
    return {
        "outcome": progress.outcome,
        "why": progress.why,
        "waiting_until": times.iso(progress.until) if waits and progress.until else None,
        **{name: progress.counts[name] for name in _COUNTS},
        "seconds": round(progress.counts["milliseconds"] / 1000, 1),
    }
