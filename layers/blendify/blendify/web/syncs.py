"""POST /me/syncs, and the form of the sync page: a listener asks for a sync. It starts in the background."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
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
from blendify.syncing.start_sync import start_sync
from blendify.syncing.sync_input import InvalidInput, SyncInput
from blendify.web import responses
from blendify.web.guards import form_user, reader, same_origin, user_id
from blendify.web.parameters import form_fields
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("No sync was started.")

MAX_BODY_CHARACTERS = 4_096
"""A body that names every data type has about 200."""
PARAMETERS = ("provider", "mode", "data_types")


@router.post("/sync", middlewares=[_same_origin, form_user])
def start_by_form() -> Response[str]:
    """303 back to the sync page, where the sync is followed; a page that says why none was started."""
    fields = form_fields(router)
    given = {"provider": fields.get("provider", [None])[0], "data_types": fields.get("data_type")}
    response = _start(user_id(), json.dumps(given))
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return responses.see_other(f"{responses.relative_root(router)}sync")
    return response


@router.post("/me/syncs", middlewares=[_same_origin, reader])
def start() -> Response[str]:
    """
    202 with one entry a connection: `starting`, or `running` with the id of the sync that already runs.

    Body    {"provider": str, "mode": "changes" | "full", "data_types": [str, ...]}, all optional; or no body
    """
    return _start(user_id(), router.current_event.decoded_body)


def _start(user: str, body: str | None) -> Response[str]:
    try:
        parameters = _parameters(user, body)
    except InvalidInput as invalid:
        return responses.error_response(router, 400, "bad_request", str(invalid))
    provider = parameters.get("provider")
    requested = [each for each in connections.connections(user) if provider in (None, each.provider)]
    active = [connection for connection in requested if connection.status == ACTIVE]
    if not active:
        return _nothing_to_sync(requested)
    full = parameters.get("mode") == "full"
    seconds = sync_requests.admit(user, full=full)
    if seconds:
        rule = f"a full sync every {sync_requests.FULL_SECONDS // 60} minutes" if full else "a sync once a minute"
        text = f"You can ask for {rule}. Ask again in {seconds} seconds."
        return responses.error_response(router, 429, "too_many_requests", text, {"Retry-After": str(seconds)})
    try:
        return responses.json_response(202, {"syncs": [_started(connection, parameters) for connection in active]})
    except (BotoCoreError, ClientError):
        logger.exception("The sync could not be started")
        text = "The sync could not be started. Your data is safe. Try again in a minute, or wait for the next sync."
        return responses.error_response(router, 503, "unavailable", text, {"Retry-After": str(sync_requests.SECONDS)})


def _parameters(user: str, body: str | None) -> dict[str, Any]:
    """
    The parameters that the body gives; `data_types` in the order in which they are collected, each once.

    Raises  InvalidInput, with the parameter and its allowed values
    """
    if len(body or "") > MAX_BODY_CHARACTERS:
        raise InvalidInput(f"The body may have at most {MAX_BODY_CHARACTERS:,} characters.")
    try:
        given = json.loads(body) if body and body.strip() else {}
    except (ValueError, RecursionError):
        raise InvalidInput("The body must be JSON, or empty.") from None
    if not isinstance(given, Mapping) or not set(given) <= set(PARAMETERS):
        raise InvalidInput(f"The body must be an object with any of: {', '.join(PARAMETERS)}.")
    parameters = {name: value for name, value in given.items() if value is not None}
    request = SyncInput.of({"provider": next(iter(PROVIDERS)), **parameters, "user_id": user})
    if "data_types" in parameters:
        parameters["data_types"] = [data_type.value for data_type in request.data_types]
    return parameters


def _nothing_to_sync(requested: Iterable[Connection]) -> Response[str]:
    ended = [PROVIDERS[connection.provider] for connection in requested]
    if not ended:
        logins = ", ".join(f"/auth/{name}/login" for name in PROVIDERS)
        text = f"You have no such connection. Connect the account first: {logins}."
        return responses.error_response(router, 404, "not_connected", text)
    titles = " and ".join(provider.title for provider in ended)
    logins = ", ".join(f"/auth/{provider.name}/login" for provider in ended)
    text = f"Our access to {titles} has ended. Connect the account again, then a sync starts by itself: {logins}."
    return responses.error_response(router, 409, "reconnect", text)


def _started(connection: Connection, parameters: Mapping[str, Any]) -> dict[str, Any]:
    holder = lease.current_holder(connection.user_id, connection.provider)
    if holder and state_machines.is_running(holder.execution):
        return {"provider": connection.provider, "status": "running", "sync_id": holder.sync_id}
    more = {name: parameters[name] for name in ("data_types", "mode") if name in parameters}
    start_sync(state_machine(), connection.user_id, connection.provider, times.now(), more)
    return {"provider": connection.provider, "status": "starting", "sync_id": None}
