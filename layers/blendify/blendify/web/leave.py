"""A listener leaves: they disconnect an account, with or without its history, or have everything erased."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections, users
from blendify.core import state_machines
from blendify.core.settings import erase_state_machine
from blendify.core.telemetry import logger
from blendify.leaving import erasure, own_applications, receipts
from blendify.leaving.disconnect import disconnect
from blendify.leaving.receipts import EVERYTHING
from blendify.providers import PROVIDERS
from blendify.reading.question import BadParameter
from blendify.web import responses
from blendify.web.cookies import SESSION, delete_cookie
from blendify.web.guards import form_user, same_origin, session_user, unauthorized, user_id
from blendify.web.parameters import form_field, query_parameters
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("Nothing was disconnected or erased.")

MAX_ID_CHARACTERS = 64
"""Erasure ids have 32 characters; the table's keys cannot be arbitrarily long."""
HISTORY = ("keep", "erase")
"""What happens to the collected history; the first is the default."""


@router.delete("/me/connections/<name>", middlewares=[_same_origin, session_user])
def disconnect_provider(name: str) -> Response[str]:
    """204 once the tokens are destroyed; 202 with {"erasure_id"} when the history is being erased as well."""
    if name not in PROVIDERS:
        return responses.unknown_provider(router)
    user = user_id()
    erases = _history(query_parameters(router)) == "erase"
    if erases and _may_have_data(user, name):
        return _erase(user, name)
    if erases or disconnect(user, name) is None:
        return responses.error_response(
            router, 404, "not_connected", f"You have not connected {PROVIDERS[name].title}."
        )
    logger.info("Disconnected", extra={"user_id": user, "provider": name})
    return responses.no_content()


@router.delete("/me/applications/<name>", middlewares=[_same_origin, session_user])
def remove_application(name: str) -> Response[str]:
    """204 once the listener's own application is deleted with its secret; what used it is disconnected."""
    if name not in PROVIDERS:
        return responses.unknown_provider(router)
    if not own_applications.remove(user_id(), name):
        return responses.error_response(router, 404, "not_found", "You have brought no application for this provider.")
    logger.info("Own application removed", extra={"user_id": user_id(), "provider": name})
    return responses.no_content()


@router.post("/account/applications", middlewares=[_same_origin, form_user])
def remove_application_by_form() -> Response[str]:
    """303 back to the account page. It may have been removed meanwhile."""
    name = form_field(router, "provider")
    if name in PROVIDERS and own_applications.remove(user_id(), name):
        logger.info("Own application removed", extra={"user_id": user_id(), "provider": name})
    return responses.see_other(f"{responses.relative_root(router)}account")


@router.delete("/me", middlewares=[_same_origin, session_user])
def erase_everything() -> Response[str]:
    """202 with {"erasure_id"}: tokens are destroyed and all logins end at once; the rest goes in the background."""
    if router.current_event.query_string_parameters:
        text = "This request takes no parameters: it erases everything."
        return responses.error_response(router, 400, "bad_request", text)
    return _erase(user_id(), EVERYTHING)


@router.post("/account/leave", middlewares=[_same_origin, form_user])
def leave_by_form() -> Response[str]:
    """
    The account page's ways out: 303 back to it once an account is disconnected, 200 with the receipt's address when
    something is being erased, 400 without a clear choice.
    """
    user, name, history = user_id(), form_field(router, "provider"), form_field(router, "history")
    account = f"{responses.relative_root(router)}account"
    if not name:
        if form_field(router, "sure") != "yes":
            return responses.message_page(
                router, 400, "Nothing was erased", "Tick the box first, to show that you want it."
            )
        return _erasing(_erase(user, EVERYTHING))
    if name not in PROVIDERS or history not in HISTORY:
        return responses.message_page(router, 400, "Nothing was disconnected", "Please choose on your account page.")
    if history == "erase" and _may_have_data(user, name):
        return _erasing(_erase(user, name))
    if disconnect(user, name) is not None:
        logger.info("Disconnected", extra={"user_id": user, "provider": name})
    return responses.see_other(account)


def _erasing(response: Response[str]) -> Response[str]:
    """The page for the response to the same request by the API."""
    if response.status_code != HTTPStatus.ACCEPTED:
        return response
    erasure_id = json.loads(response.body or "{}")["erasure_id"]
    here = None if response.cookies else "account"
    return responses.page(
        200, "erasing", cookies=response.cookies, root=responses.relative_root(router), here=here, erasure_id=erasure_id
    )


@router.get("/erasures/<erasure_id>")
def receipt(erasure_id: str) -> Response[str]:
    """The state of an erasure and what it has deleted, for anybody who knows its id: nobody can guess it."""
    known = receipts.erasure(erasure_id) if len(erasure_id) <= MAX_ID_CHARACTERS else None
    if known is None:
        return responses.error_response(router, 404, "not_found", "There is no erasure with this id.")
    body = {
        "erasure_id": known.erasure_id,
        "status": known.status,
        "scope": known.scope,
        "requested_at": known.requested_at,
        "finished_at": known.finished_at,
        "deleted": known.counts,
    }
    return responses.json_response(200, body)


def _history(parameters: Mapping[str, list[str]]) -> str:
    """
    What happens to the history.

    Raises  BadParameter
    """
    values = parameters.get("history", [HISTORY[0]])
    if set(parameters) - {"history"} or len(values) != 1 or values[0] not in HISTORY:
        text = f"The only parameter is history, given at most once. It must be one of: {', '.join(HISTORY)}."
        raise BadParameter(text)
    return values[0]


def _may_have_data(user: str, provider: str) -> bool:
    """Whether the user has a connection, an account that was connected earlier, or an unfinished erasure there."""
    return (
        next(users.own_accounts(user, provider), None) is not None
        or any(connection.provider == provider for connection in connections.connections(user))
        or receipts.current(user, provider) is not None
    )


def _erase(user: str, scope: str) -> Response[str]:
    try:
        erasure_id = receipts.begin(user, scope)
        # Name and input are the erasure's id alone, so that the execution history names no user.
        state_machines.start(erase_state_machine(), erasure_id, {"erasure_id": erasure_id})
    except LookupError:
        return unauthorized(router)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure could not be started")
        text = "The erasure could not be started, and nothing was erased. Please try again in a minute."
        return responses.error_response(router, 503, "unavailable", text, {"Retry-After": "60"})
    try:
        erasure.begin(erasure_id)
    except (BotoCoreError, ClientError):
        logger.exception("The erasure's first step is left to the state machine")
    cookies = [delete_cookie(SESSION)] if scope == EVERYTHING else []
    return responses.json_response(202, {"erasure_id": erasure_id}, cookies=cookies)
