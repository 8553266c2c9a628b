"""A listener leaves: disconnects an account, with or without its history, or has everything erased."""

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections, users
from blendify.core import state_machines
from blendify.core.settings import erase_state_machine
from blendify.core.telemetry import logger
from blendify.leaving import disconnect as leaving
from blendify.leaving import erasure, receipts
from blendify.leaving.receipts import EVERYTHING
from blendify.providers import PROVIDERS
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()
_of_owner = responses.of_owner(app, "Nothing was ended or erased.")

STATE_MACHINE = erase_state_machine()

LONGEST_ID = 64
"""Characters of an erasure's id; ours have 32, and a key of the table has an end."""
HISTORY = ("keep", "erase")
"""What becomes of what was collected; the first is meant when nothing is said."""


@app.delete("/me/connections/<name>")
@_of_owner
def disconnect(user_id: str, name: str) -> Response[str]:
    """204 once the tokens are destroyed; 202 with {"erasure_id"} when the history is being erased as well."""
    if name not in PROVIDERS:
        text = f"There is no such provider. It must be one of: {', '.join(PROVIDERS)}."
        return responses.refusal(app, 404, "unknown_provider", text)
    history = _parameters({"history": HISTORY}).get("history")
    if history is None:
        text = f"The only parameter is history, given once at most. It must be one of: {', '.join(HISTORY)}."
        return responses.refusal(app, 400, "bad_request", text)
    if history == "erase" and _can_be_erased(user_id, name):
        return _erase(user_id, name)
    if history == "erase" or leaving.disconnect(user_id, name) is None:
        return responses.refusal(app, 404, "not_connected", f"You have not connected {PROVIDERS[name].title}.")
    logger.info("Disconnected", extra={"user_id": user_id, "provider": name})
    return responses.no_content()


@app.delete("/me")
@_of_owner
def erase(user_id: str) -> Response[str]:
    """202 with {"erasure_id"}: the tokens are destroyed, all logins over, and everything else is being erased."""
    if app.current_event.query_string_parameters:
        return responses.refusal(app, 400, "bad_request", "There is no parameter here: everything is erased.")
    return _erase(user_id, EVERYTHING)


@app.get("/erasures/<erasure_id>")
def receipt(erasure_id: str) -> Response[str]:
    """How far an erasure is, and what was deleted; for whoever has its id, which nobody can guess."""
    one = receipts.erasure(erasure_id) if len(erasure_id) <= LONGEST_ID else None
    if one is None:
        return responses.refusal(app, 404, "not_found", "There is no erasure with this id.")
    told = {
        "erasure_id": one.erasure_id,
        "status": one.status,
        "scope": one.scope,
        "requested_at": one.requested_at,
        "finished_at": one.finished_at,
        "deleted": one.counts,
    }
    return responses.answer(200, told)


def _can_be_erased(user_id: str, provider: str) -> bool:
    """Whether there may be something: a connection, an account that was connected, an erasure under way."""
    return (
        next(users.own_accounts(user_id, provider), None) is not None
        or any(one.provider == provider for one in connections.connections(user_id))
        or receipts.current(user_id, provider) is not None
    )


def _erase(user_id: str, scope: str) -> Response[str]:
    try:
        erasure_id = receipts.begin(user_id, scope)
        state_machines.start_erasure(STATE_MACHINE, erasure_id)
    except LookupError:
        return responses.unauthorized(app)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure could not be started")
        text = "The erasure could not be started, and nothing was erased. Please ask again in a minute."
        return responses.refusal(app, 503, "unavailable", text, {"Retry-After": "60"})
    try:
        erasure.begin(erasure_id)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure's first step is left to the state machine")
    ended = [responses.cookie("session", "", 0)] if scope == EVERYTHING else []
    return responses.answer(202, {"erasure_id": erasure_id}, cookies=ended)


def _parameters(allowed: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """The value of each parameter, its first allowed one when it is not given; nothing at all when any is wrong."""
    given = app.current_event.multi_value_query_string_parameters or {
        name: [value] for name, value in (app.current_event.query_string_parameters or {}).items()
    }
    if any(name not in allowed or len(values) != 1 or values[0] not in allowed[name] for name, values in given.items()):
        return {}
    return {name: given.get(name, values[:1])[0] for name, values in allowed.items()}
