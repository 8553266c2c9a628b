"""GET /account and /account/leave: connections, data to take along, logins, tokens, and the ways out."""

from collections.abc import Container
from datetime import datetime, timedelta

from blendify.access import bearer_tokens, brought_applications, connections, sessions, users, whole_readings
from blendify.core import times
from blendify.export import status
from blendify.export.status import State
from blendify.providers import PROVIDERS
from blendify.providers.provider import Provider
from blendify.web import listener_pages, responses, views
from blendify.web.cookies import SESSION, cookie_values
from blendify.web.parameters import query_parameters
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.standing import ends_soon
from blendify.webhooks import subscriptions

REFRESH = 3_000
"""Milliseconds until the page asks how far an export is."""

UNREAD_FOR = timedelta(days=10)
"""Data that were not read for this long and will be erased are announced. A connection is read more often."""


def show(router: Router, user: str) -> Response[str]:
    """The page, with everything that a listener can decide; it is complete without script."""
    now = times.now()
    present = list(connections.connections(user))
    connected = list(map(views.connection_view, present))
    held = {each["provider"] for each in connected}
    own = set(map(sessions.session_id_of, cookie_values(router, SESSION)))
    export = status.export(user)
    export = None if export and export.expired else export
    return listener_pages.page(
        router,
        "account",
        "account",
        connections=[{**each, "ends_soon": ends_soon(each, now)} for each in connected],
        erased_soon=_erased_soon(user, held, now),
        offers=[provider for provider in views.set_up() if provider.name not in held],
        brought=[(PROVIDERS[each.provider], each) for each in brought_applications.all_brought(user)],
        in_use={connection.application for connection in present},
        own=views.own_application_offers(),
        export=export,
        megabytes=f"{export.bytes / 1e6:,.1f}" if export else "",
        refresh=REFRESH if export and export.state is State.PREPARING else None,
        sessions=sorted(
            ((each, each.session_id in own) for each in reversed(sessions.list_sessions(user))),
            key=lambda pair: not pair[1],
        ),
        webhooks=subscriptions.every(user),
        tokens=list(bearer_tokens.list_tokens(user)),
        time_zone=users.profile(user).get("time_zone"),
        tomorrow=times.iso(now)[:10],
    )


def _erased_soon(user: str, connected: Container[str], now: datetime) -> list[tuple[Provider, str]]:
    """Providers whose data will be erased unless they are read again, and when: not connected, or not read lately."""
    return [
        (PROVIDERS[reading.provider], times.iso(reading.erased_at))
        for reading in whole_readings.of_user(user)
        if reading.erased_at and (reading.provider not in connected or now - reading.at > UNREAD_FOR)
    ]


def ask_before_leaving(router: Router, user: str) -> Response[str]:
    """
    The page that asks before an account is disconnected, or without `provider` before everything is erased.

    404 for an account that is not connected
    """
    name = query_parameters(router).get("provider", [""])[0]
    if name and not any(each.provider == name for each in connections.connections(user)):
        return responses.error_response(router, 404, "not_connected", "You have not connected this account.")
    connected = [PROVIDERS[each.provider] for each in connections.connections(user)]
    by_hand = [provider for provider in connected if provider.access.revocation is None]
    provider = PROVIDERS[name] if name else None
    return listener_pages.page(router, "account", "leave", provider=provider, by_hand=by_hand)
