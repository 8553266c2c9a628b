"""What a listener and their apps read about the collection: start page, sync and account page, connections, syncs."""

from typing import Any

from blendify.access import connections, users
from blendify.importing.counting import chosen_rule
from blendify.jobs.progress import all_progress
from blendify.syncing import syncs
from blendify.web import account_page, assets, responses, sync_page, views
from blendify.web.guards import reader, reader_id, user_id
from blendify.web.listener_pages import of_a_listener
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_SYNCS = 20
"""Syncs in the response of GET /me/syncs."""
MAX_ID_CHARACTERS = 64
"""Ids of syncs have 28 characters; the table's keys cannot be arbitrarily long."""


@router.get("/")
def start() -> Response[str]:
    """What Blendify is, and where to connect."""
    path = router.current_event.request_context.get("path") or "/"
    if not path.endswith("/"):
        # The page's links are relative, to hold behind any address. Without the slash they would miss the stage.
        return responses.see_other(f"{path.rpartition('/')[2]}/")
    connected = reader_id(router) is not None
    return responses.page(
        200,
        "start",
        here="start" if connected else None,
        root="./",
        providers=views.set_up(),
        own=views.own_application_offers(),
        connected=connected,
    )


@router.get("/assets/<requested>")
def asset(requested: str) -> Response[str]:
    """A stylesheet, a script or the icon, which browsers keep for a year; 404 when there is none of this name."""
    file, lasting = assets.find(requested)
    if file is None:
        return responses.error_response(router, 404, "not_found", "There is nothing at this address.")
    headers = {"Cache-Control": assets.LIFETIME} if lasting else {}
    return Response(200, file.media_type, file.text, headers=headers)


@router.get("/sync")
def show_sync_page() -> Response[str]:
    """The sync page; 303 to the start page without a session."""
    return of_a_listener(router, sync_page.show)


@router.get("/account")
def show_account() -> Response[str]:
    """The account page; 303 to the start page without a session."""
    return of_a_listener(router, account_page.show)


@router.get("/account/leave")
def show_leave() -> Response[str]:
    """The page that asks before something is disconnected or erased; 303 to the start page without a session."""
    return of_a_listener(router, account_page.ask_before_leaving)


@router.get("/me", middlewares=[reader])
def me() -> Response[str]:
    """The user, their connections, and the newest sync."""
    user = user_id()
    latest = next(iter(views.newest_syncs(user, 1)), None)
    return responses.json_response(200, {**_me(user), "latest_sync": latest})


@router.get("/me/syncs", middlewares=[reader])
def list_syncs() -> Response[str]:
    """The newest syncs, newest first."""
    return responses.json_response(200, {"items": views.newest_syncs(user_id(), MAX_SYNCS), "next_cursor": None})


@router.get("/me/syncs/<sync_id>", middlewares=[reader])
def show_sync(sync_id: str) -> Response[str]:
    """One sync with its progress; 404 when this listener has none with this id."""
    user = user_id()
    sync = syncs.find(user, sync_id) if len(sync_id) <= MAX_ID_CHARACTERS else None
    if sync is None:
        return responses.error_response(router, 404, "not_found", "You have no sync with this id.")
    return responses.json_response(200, views.sync_view(sync, all_progress(user, sync_id)))


def _me(user: str) -> dict[str, Any]:
    connected = [
        {**views.connection_view(connection), "plays_read_at": views.plays_read_at(connection)}
        for connection in connections.connections(user)
    ]
    profile = users.profile(user)
    return {
        "user_id": user,
        "time_zone": profile.get("time_zone"),
        "play_seconds": chosen_rule(profile).least_ms // 1000,
        "connections": connected,
    }
