"""/me/tokens: a listener makes, sees and revokes the tokens with which applications of their own read as they do."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from blendify.access import bearer_tokens
from blendify.web import responses
from blendify.web.responses import Response

app = responses.application()
_of_owner = responses.of_owner(app, "Nothing was changed.")

LONGEST = 4_096
"""Characters of a body."""
LONGEST_NAME = 100
LONGEST_ID = 64
"""Characters of a token's id; ours have 16, and a key of the table has an end."""


@app.post("/me/tokens")
@_of_owner
def make(user_id: str) -> Response[str]:
    """
    201 with {"token_id", "token", "name", "created_at"}; the token is never told again.

    Body    {"name": str}, what the listener calls it
    """
    name = _name(app.current_event.decoded_body)
    if name is None:
        text = f'The body must be JSON like {{"name": "my app"}}: name is a text of 1 to {LONGEST_NAME} characters.'
        return responses.refusal(app, 400, "bad_request", text)
    made = bearer_tokens.create(user_id, name)
    if made is None:
        text = f"You have {bearer_tokens.MAX_TOKENS} tokens, which is the most: revoke one that you no longer use."
        return responses.refusal(app, 409, "too_many_tokens", text)
    return responses.answer(201, {**asdict(made.bearer_token), "token": made.secret})


@app.get("/me/tokens")
@_of_owner
def every(user_id: str) -> Response[str]:
    """The listener's tokens without their secrets, oldest first."""
    return responses.answer(
        200, {"items": [asdict(one) for one in bearer_tokens.list_tokens(user_id)], "next_cursor": None}
    )


@app.delete("/me/tokens/<token_id>")
@_of_owner
def revoke(user_id: str, token_id: str) -> Response[str]:
    """204; the token is worth nothing from now on."""
    if len(token_id) > LONGEST_ID or not bearer_tokens.revoke(user_id, token_id):
        return responses.refusal(app, 404, "not_found", "You have no token with this id.")
    return responses.no_content()


def _name(body: str | None) -> str | None:
    """The name in a body that is as it must be."""
    if body is None or len(body) > LONGEST:
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, Mapping) or set(given) != {"name"} or not isinstance(given["name"], str):
        return None
    name = given["name"].strip()
    return name if 1 <= len(name) <= LONGEST_NAME and name.isprintable() else None
