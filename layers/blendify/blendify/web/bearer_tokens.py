"""/me/tokens: a listener makes, lists and revokes the bearer tokens with which their own applications read."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from blendify.access import bearer_tokens
from blendify.web import responses
from blendify.web.guards import same_origin, session_user, user_id
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("Nothing was changed.")

MAX_BODY_CHARACTERS = 4_096
MAX_NAME_CHARACTERS = 100
MAX_ID_CHARACTERS = 64
"""Token ids have 16 characters; the table's keys cannot be arbitrarily long."""


@router.post("/me/tokens", middlewares=[_same_origin, session_user])
def make() -> Response[str]:
    """
    201 with {"token_id", "token", "name", "created_at"}; the token is never shown again.

    Body    {"name": str}, what the listener calls it
    """
    name = _name(router.current_event.decoded_body)
    if name is None:
        text = (
            f'The body must be JSON like {{"name": "my app"}}: name is a text of 1 to {MAX_NAME_CHARACTERS} characters.'
        )
        return responses.error_response(router, 400, "bad_request", text)
    made = bearer_tokens.create(user_id(), name)
    if made is None:
        text = f"You already have {bearer_tokens.MAX_TOKENS} tokens, the maximum. Revoke one that you no longer use."
        return responses.error_response(router, 409, "too_many_tokens", text)
    return responses.json_response(201, {**asdict(made.bearer_token), "token": made.secret})


@router.get("/me/tokens", middlewares=[session_user])
def list_tokens() -> Response[str]:
    """The listener's tokens without their secrets, oldest first."""
    tokens = [asdict(token) for token in bearer_tokens.list_tokens(user_id())]
    return responses.json_response(200, {"items": tokens, "next_cursor": None})


@router.delete("/me/tokens/<token_id>", middlewares=[_same_origin, session_user])
def revoke(token_id: str) -> Response[str]:
    """204; from now on the token opens nothing."""
    if len(token_id) > MAX_ID_CHARACTERS or not bearer_tokens.revoke(user_id(), token_id):
        return responses.error_response(router, 404, "not_found", "You have no token with this id.")
    return responses.no_content()


def _name(body: str | None) -> str | None:
    """The name in the body, without the space around it; None when the body is not {"name": <1 to 100 characters>}."""
    if body is None or len(body) > MAX_BODY_CHARACTERS:
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, Mapping) or set(given) != {"name"} or not isinstance(given["name"], str):
        return None
    name = given["name"].strip()
    return name if 1 <= len(name) <= MAX_NAME_CHARACTERS and name.isprintable() else None
