"""/me/export, and the same by form: everything that we store about a listener, as a zip built in the background."""

from datetime import timedelta
from http import HTTPStatus
from math import ceil
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import state_machines, times
from blendify.core.settings import export_state_machine, exports_bucket
from blendify.core.telemetry import logger
from blendify.export import status, upload
from blendify.export.status import Export, ExportSuperseded, State
from blendify.reading.question import BadParameter
from blendify.web import responses
from blendify.web.guards import form_user, reader, same_origin, user_id
from blendify.web.parameters import query_parameters
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("No export was started.")
_ON_THE_PAGE = "../account#export"

POLL_SECONDS = 3
"""After how many seconds a client should ask for the progress again."""
MIN_INTERVAL = timedelta(minutes=10)
"""Between the starts of two exports of one listener, however often they ask."""


@router.get("/me/export", middlewares=[_same_origin, reader])
def export() -> Response[str]:
    """
    200 with `ready` and a link, or with `failed` and the reason; 202 with `preparing` and the progress.

    Query   fresh=true for a new export in place of one that is ready or has failed
    """
    fresh = _fresh(query_parameters(router))
    user = user_id()
    latest = status.export(user)
    if latest and not latest.expired:
        if latest.state is State.PREPARING:
            return _preparing(latest)
        if not fresh:
            return _ready(user, latest) if latest.state is State.READY else _failed(latest)
        if seconds := _seconds_to_wait(latest):
            minutes = MIN_INTERVAL.seconds // 60
            text = f"You can ask for a new export every {minutes} minutes. Ask again in {seconds} seconds."
            return responses.error_response(router, 429, "too_many_requests", text, {"Retry-After": str(seconds)})
    return _start(user, latest)


@router.get("/account/export", middlewares=[_same_origin, form_user])
def download() -> Response[str]:
    """303 to the export that is ready, by a link that expires; else back to the account page."""
    latest = status.export(user_id())
    if latest is None or latest.expired or latest.state is not State.READY:
        return responses.see_other(_ON_THE_PAGE)
    return responses.see_other(_link(user_id(), latest))


@router.post("/account/export", middlewares=[_same_origin, form_user])
def start_by_form() -> Response[str]:
    """303 back to the account page, where the export is followed; 429 and 503 say why none was started."""
    user = user_id()
    latest = status.export(user)
    if latest and not latest.expired:
        if latest.state is State.PREPARING:
            return responses.see_other(_ON_THE_PAGE)
        if seconds := _seconds_to_wait(latest):
            minutes = MIN_INTERVAL.seconds // 60
            text = f"You can ask for a new one every {minutes} minutes. Ask again in {seconds} seconds."
            return responses.message_page(router, 429, "Not yet", text, headers={"Retry-After": str(seconds)})
    response = _start(user, latest)
    return response if response.status_code >= HTTPStatus.BAD_REQUEST else responses.see_other(_ON_THE_PAGE)


def _fresh(parameters: dict[str, list[str]]) -> bool:
    """
    Whether the listener asks for a new export.

    Raises  BadParameter
    """
    if set(parameters) - {"fresh"}:
        raise BadParameter("The only parameter is fresh. It must be true or false.")
    values = parameters.get("fresh", ["false"])
    if len(values) != 1 or values[0] not in ("true", "false"):
        raise BadParameter("fresh must be given once. It must be true or false.")
    return values[0] == "true"


def _seconds_to_wait(latest: Export) -> int:
    """Seconds until the next export may start; 0 if it may start now."""
    return max(0, ceil((times.parse(latest.started_at) + MIN_INTERVAL - times.now()).total_seconds()))


def _start(user: str, latest: Export | None) -> Response[str]:
    export, is_new = status.begin(user, latest)
    if not is_new:
        return _preparing(export)
    try:
        state_machines.start(export_state_machine(), export.export_id, {"user_id": user, "export_id": export.export_id})
    except (BotoCoreError, ClientError):
        logger.exception("The export could not be started")
        _withdraw(user, export)
        text = "The export could not be started. Your data is safe. Please try again in a minute."
        return responses.error_response(router, 503, "unavailable", text, {"Retry-After": "60"})
    return _preparing(export)


def _withdraw(user: str, export: Export) -> None:
    """No execution builds this export: the next request starts another one."""
    try:
        status.withdraw(user, export.export_id)
    except ExportSuperseded:
        return


def _preparing(export: Export) -> Response[str]:
    progress = {"records": export.records, "data_types_done": list(export.data_types_done)}
    body = {
        "status": export.state,
        "export_id": export.export_id,
        "started_at": export.started_at,
        "progress": progress,
    }
    return responses.json_response(202, body, {"Retry-After": str(POLL_SECONDS)})


def _ready(user: str, export: Export) -> Response[str]:
    link_ends_at = times.now() + timedelta(seconds=upload.LINK_SECONDS)
    body: dict[str, Any] = {
        "status": export.state,
        "export_id": export.export_id,
        "url": _link(user, export),
        "url_expires_at": times.iso(link_ends_at),
        "expires_at": times.iso(export.expires_at),
        "bytes": export.bytes,
        "counts": dict(export.counts),
        "unreadable": export.unreadable,
        "started_at": export.started_at,
        "finished_at": export.finished_at,
    }
    return responses.json_response(200, body)


def _link(user: str, export: Export) -> str:
    return upload.link(exports_bucket(), user, export.export_id, f"blendify-{export.started_at[:10]}.zip")


def _failed(export: Export) -> Response[str]:
    body = {
        "status": export.state,
        "export_id": export.export_id,
        "why": export.why,
        "started_at": export.started_at,
        "finished_at": export.finished_at,
    }
    return responses.json_response(200, body)
