"""POST /me/syncs: a listener asks for a sync of what they have connected. It is started and not waited for."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections
from blendify.access.connections import ACTIVE, Connection
from blendify.core import state_machines, times
from blendify.core.settings import state_machine
from blendify.core.telemetry import logger
from blendify.providers import PROVIDERS
from blendify.schedule import sync_requests
from blendify.syncing import lease
from blendify.syncing.lifecycle import Refused, Request
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()

STATE_MACHINE = state_machine()

LONGEST = 4_096
"""Characters of a body; one that names everything has some 200."""
PARAMETERS = ("provider", "mode", "data_types")


@app.post("/me/syncs")
def ask() -> Response[str]:
    """
    202 with one entry a connection: `starting`, or `running` with the id of the sync that runs already.

    Body    {"provider": str, "mode": "changes" | "full", "data_types": [str, ...]}, all optional, or none at all
    """
    if responses.cross_origin(app):
        return responses.refusal(app, 403, "cross_origin", "This request came from another site. Nothing was started.")
    user_id = responses.listener(app)
    if user_id is None:
        return responses.unauthorized(app)
    try:
        wish = _wish(user_id, app.current_event.decoded_body)
    except Refused as error:
        return responses.refusal(app, 400, "bad_request", str(error))
    wanted = [one for one in connections.connections(user_id) if wish.get("provider") in (None, one.provider)]
    active = [one for one in wanted if one.status == ACTIVE]
    if not active:
        return _nothing_to_sync(wanted)
    seconds = sync_requests.grant(user_id)
    if seconds:
        text = f"You can ask for a sync once a minute: ask again in {seconds} seconds."
        return responses.refusal(app, 429, "too_many_requests", text, {"Retry-After": str(seconds)})
    try:
        return responses.answer(202, {"syncs": [_started(one, wish) for one in active]})
    except (BotoCoreError, ClientError):
        logger.exception("The sync could not be started")
        text = "The sync could not be started. Nothing is lost: ask again in a minute, or wait for the scheduled one."
        return responses.refusal(app, 503, "unavailable", text, {"Retry-After": str(sync_requests.SECONDS)})


def _wish(user_id: str, body: str | None) -> dict[str, Any]:
    """
    What was asked for, as far as it was.

    Raises  Refused, with the parameter and what it may be
    """
    if len(body or "") > LONGEST:
        raise Refused(f"The body may have {LONGEST:,} characters at most.")
    try:
        given = json.loads(body) if body and body.strip() else {}
    except (ValueError, RecursionError):
        raise Refused("The body must be JSON, or empty.") from None
    if not isinstance(given, Mapping) or not set(given) <= set(PARAMETERS):
        raise Refused(f"The body must be an object with any of: {', '.join(PARAMETERS)}.")
    wish = {name: value for name, value in given.items() if value is not None}
    asked = Request.of({"provider": next(iter(PROVIDERS)), **wish, "user_id": user_id})
    return wish | ({"data_types": [one.value for one in asked.data_types]} if "data_types" in wish else {})


def _nothing_to_sync(wanted: Iterable[Connection]) -> Response[str]:
    dead = [PROVIDERS[one.provider] for one in wanted]
    if not dead:
        names = ", ".join(f"/auth/{name}/login" for name in PROVIDERS)
        text = f"You have no such connection. Connect the account first: {names}."
        return responses.refusal(app, 404, "not_connected", text)
    titles = " and ".join(provider.title for provider in dead)
    ways = ", ".join(f"/auth/{provider.name}/login" for provider in dead)
    text = f"Access to {titles} has ended. Connect the account again, a sync then starts by itself: {ways}."
    return responses.refusal(app, 409, "reconnect", text)


def _started(owner: Connection, wish: Mapping[str, Any]) -> dict[str, Any]:
    holder = lease.held(owner.user_id, owner.provider)
    if holder and state_machines.executing(holder.execution):
        return {"provider": owner.provider, "status": "running", "sync_id": holder.sync_id}
    more = {name: wish[name] for name in ("data_types", "mode") if name in wish}
    state_machines.start(STATE_MACHINE, owner.user_id, owner.provider, times.now(), more)
    return {"provider": owner.provider, "status": "starting", "sync_id": None}
