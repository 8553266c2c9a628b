"""/me/webhooks, and the forms of the account page: where a listener's own applications are told of changes."""

from typing import Any

from blendify.access.users import UserGone
from blendify.core.settings import loopback_webhooks
from blendify.web import guards, listener_pages, responses
from blendify.web.guards import form_user, same_origin, session_user, user_id
from blendify.web.json_body import json_object
from blendify.web.parameters import form_field
from blendify.web.responses import Response
from blendify.web.router import new_router
from blendify.webhooks import addresses, subscriptions, trial
from blendify.webhooks.addresses import BadAddress
from blendify.webhooks.subscriptions import MAX_WEBHOOKS, Webhook

router = new_router()
_same_origin = same_origin("Nothing was changed.")

MAX_ID_CHARACTERS = 64
"""Webhooks' ids have 16 characters; the table's keys cannot be arbitrarily long."""
TOO_MANY = f"You already have {MAX_WEBHOOKS} webhooks, the maximum. Delete one that you no longer use."
NONE = "You have no webhook with this id."


@router.post("/me/webhooks", middlewares=[_same_origin, session_user])
def make() -> Response[str]:
    """
    201 with the webhook and its `secret`, which is never shown again.

    Body    {"url": a public https address}
    """
    url = _url_in(router.current_event.decoded_body)
    if url is None:
        text = 'The body must be JSON like {"url": "https://example.org/hook"}.'
        return responses.error_response(router, 400, "bad_request", text)
    if problem := _problem(url):
        return responses.error_response(router, 400, "bad_request", f"url cannot be this: {problem}.")
    try:
        made = subscriptions.create(user_id(), url)
    except UserGone:
        return guards.unauthorized(router)
    if made is None:
        return responses.error_response(router, 409, "too_many_webhooks", TOO_MANY)
    webhook, secret = made
    return responses.json_response(201, {**view(webhook), "secret": secret})


@router.get("/me/webhooks", middlewares=[session_user])
def list_webhooks() -> Response[str]:
    """The listener's webhooks without their secrets, oldest first, and how each fares."""
    items = [view(webhook) for webhook in subscriptions.every(user_id())]
    return responses.json_response(200, {"items": items, "next_cursor": None})


@router.delete("/me/webhooks/<webhook_id>", middlewares=[_same_origin, session_user])
def delete(webhook_id: str) -> Response[str]:
    """204; from now on it is told nothing."""
    if len(webhook_id) > MAX_ID_CHARACTERS or not subscriptions.delete(user_id(), webhook_id):
        return responses.error_response(router, 404, "not_found", NONE)
    return responses.no_content()


@router.post("/me/webhooks/<webhook_id>/test", middlewares=[_same_origin, session_user])
def test(webhook_id: str) -> Response[str]:
    """202; a test event is on its way. An answer to it enables a webhook that was disabled."""
    if len(webhook_id) > MAX_ID_CHARACTERS or not trial.send(user_id(), webhook_id):
        return responses.error_response(router, 404, "not_found", NONE)
    return responses.json_response(202, {"webhook_id": webhook_id})


@router.post("/account/webhooks", middlewares=[_same_origin, form_user])
def by_form() -> Response[str]:
    """
    Makes a webhook, and shows its secret this once; or tests or deletes the one that `webhook_id` names, and leads back
    to the account page.

    400 for an address that cannot be, 409 with too many webhooks; each says why
    """
    root, user = responses.relative_root(router), user_id()
    if webhook_id := form_field(router, "webhook_id"):
        # It may have been deleted meanwhile.
        if len(webhook_id) <= MAX_ID_CHARACTERS:
            act = trial.send if form_field(router, "act") == "test" else subscriptions.delete
            act(user, webhook_id)
        return responses.see_other(f"{root}account")
    url = form_field(router, "url")
    if problem := _problem(url):
        return responses.message_page(router, 400, "No webhook was made", f"Its address cannot be this: {problem}.")
    try:
        made = subscriptions.create(user, url)
    except UserGone:
        return responses.see_other(root)
    if made is None:
        return responses.message_page(router, 409, "No webhook was made", TOO_MANY)
    return listener_pages.page(router, "account", "webhook", webhook=made[0], secret=made[1])


def view(webhook: Webhook) -> dict[str, Any]:
    """A webhook as its owner reads it."""
    fields = ("webhook_id", "url", "created_at", "status", "failing_since", "disabled_at", "why", "delivered_at")
    return {name: getattr(webhook, name) for name in fields}


def _problem(url: str) -> str | None:
    """Why no webhook can be at this address, as far as the address itself tells."""
    try:
        addresses.parse(url, loopback=loopback_webhooks())
    except BadAddress as error:
        return str(error)
    return None


def _url_in(body: str | None) -> str | None:
    """The address in the body; None when it is not JSON of that shape."""
    given = json_object(body)
    if given is None or set(given) != {"url"} or not isinstance(given["url"], str):
        return None
    return given["url"].strip()
