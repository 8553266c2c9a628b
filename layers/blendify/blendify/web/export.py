"""GET /me/export: everything that is kept of a listener, as a zip. It is prepared in the background."""

from datetime import timedelta
from math import ceil
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import state_machines, times
from blendify.core.settings import export_state_machine, exports_bucket
from blendify.core.telemetry import logger
from blendify.export import status, upload
from blendify.export.status import Export, State, Superseded
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()

STATE_MACHINE, BUCKET = export_state_machine(), exports_bucket()

ASK_AGAIN_SECONDS = 3
"""How long to wait before one looks again how far it is."""
PAUSE = timedelta(minutes=10)
"""Between the starts of two exports of one listener, however often they ask."""
NOT_STARTED = "The export could not be started. Nothing is lost: ask again in a minute."


class WrongQuery(ValueError):
    """The message names the parameter and what it may be."""


@app.get("/me/export")
def export() -> Response[str]:
    """
    200 with `ready` and a link, or with `failed` and why; 202 with `preparing` and how far it is.

    Query   fresh=true for a new one in place of one that is ready or has failed
    """
    if responses.cross_origin(app):
        return responses.refusal(app, 403, "cross_origin", "This request came from another site. Nothing was started.")
    user_id = responses.listener(app)
    if user_id is None:
        return responses.unauthorized(app)
    try:
        fresh = _fresh()
    except WrongQuery as error:
        return responses.refusal(app, 400, "bad_request", str(error))
    seen = status.export(user_id)
    if seen and not seen.over:
        if seen.state is State.PREPARING:
            return _preparing(seen)
        if not fresh:
            return _ready(user_id, seen) if seen.state is State.READY else _failed(seen)
        if seconds := _pause(seen):
            text = f"You can ask for a new export every {PAUSE.seconds // 60} minutes: ask again in {seconds} seconds."
            return responses.refusal(app, 429, "too_many_requests", text, {"Retry-After": str(seconds)})
    return _begin(user_id, seen)


def _fresh() -> bool:
    """
    Whether a new one is wanted.

    Raises  WrongQuery
    """
    values = app.current_event.multi_value_query_string_parameters or {}
    given = {**(app.current_event.query_string_parameters or {}), **values}
    if set(given) - {"fresh"}:
        raise WrongQuery("The only parameter is fresh: true or false.")
    wish = given.get("fresh", "false")
    one = wish if isinstance(wish, str) else wish[0] if len(wish) == 1 else ""
    if one not in ("true", "false"):
        raise WrongQuery("fresh must be given once: true or false.")
    return one == "true"


def _pause(seen: Export) -> int:
    """Seconds until the next one may be started; 0 for now."""
    return max(0, ceil((times.parse(seen.started_at) + PAUSE - times.now()).total_seconds()))


def _begin(user_id: str, seen: Export | None) -> Response[str]:
    begun, mine = status.begin(user_id, seen)
    if not mine:
        return _preparing(begun)
    try:
        state_machines.start_export(STATE_MACHINE, user_id, begun.export_id)
    except (BotoCoreError, ClientError):
        logger.exception("The export could not be started")
        _take_back(user_id, begun)
        return responses.refusal(app, 503, "unavailable", NOT_STARTED, {"Retry-After": "60"})
    return _preparing(begun)


def _take_back(user_id: str, begun: Export) -> None:
    """Nobody prepares it: the next request starts another one."""
    try:
        status.withdraw(user_id, begun.export_id)
    except Superseded:
        return


def _preparing(one: Export) -> Response[str]:
    progress = {"records": one.records, "data_types_done": list(one.data_types_done)}
    told = {"status": one.state, "export_id": one.export_id, "started_at": one.started_at, "progress": progress}
    return responses.answer(202, told, {"Retry-After": str(ASK_AGAIN_SECONDS)})


def _ready(user_id: str, one: Export) -> Response[str]:
    filename = f"blendify-{one.started_at[:10]}.zip"
    ends = times.now() + timedelta(seconds=upload.LINK_SECONDS)
    told: dict[str, Any] = {
        "status": one.state,
        "export_id": one.export_id,
        "url": upload.link(BUCKET, user_id, one.export_id, filename),
        "url_expires_at": times.iso(ends),
        "expires_at": times.iso(one.ends_at),
        "bytes": one.bytes,
        "counts": dict(one.counts),
        "unreadable": one.unreadable,
        "started_at": one.started_at,
        "finished_at": one.finished_at,
    }
    return responses.answer(200, told)


def _failed(one: Export) -> Response[str]:
    told = {
        "status": one.state,
        "export_id": one.export_id,
        "why": one.why,
        "started_at": one.started_at,
        "finished_at": one.finished_at,
    }
    return responses.answer(200, told)
