"""
/me/tokens, and the forms of the account page: a listener makes, lists and revokes the bearer tokens with which their
own applications read.
"""

from dataclasses import asdict

from blendify.access import bearer_tokens
from blendify.core import times
from blendify.web import listener_pages, responses
from blendify.web.guards import form_user, same_origin, session_user, user_id
from blendify.web.json_body import json_object
from blendify.web.parameters import form_field
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()
_same_origin = same_origin("Nothing was changed.")

TOO_MANY = f"You already have {bearer_tokens.MAX_TOKENS} tokens, the maximum. Revoke one that you no longer use."
MAX_NAME_CHARACTERS = 100
MAX_ID_CHARACTERS = 64
"""Token ids have 16 characters; the table's keys cannot be arbitrarily long."""


@router.post("/me/tokens", middlewares=[_same_origin, session_user])
def make() -> Response[str]:
    """
    201 with {"token_id", "token", "name", "created_at", "expires_at"}; the token is never shown again.

    Body    {"name": what the listener calls it, "expires_at": when it ends, ISO 8601; null or absent for no end}
    """
    wanted = _wanted(router.current_event.decoded_body)
    if wanted is None:
        text = (
            'The body must be JSON like {"name": "my app", "expires_at": "2030-01-31T00:00:00Z"}: '
            f"name is a text of 1 to {MAX_NAME_CHARACTERS} characters, expires_at a moment in the future, or absent."
        )
        return responses.error_response(router, 400, "bad_request", text)
    made = bearer_tokens.create(user_id(), *wanted)
    if made is None:
        return responses.error_response(router, 409, "too_many_tokens", TOO_MANY)
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


@router.post("/account/tokens", middlewares=[_same_origin, form_user])
def by_form() -> Response[str]:
    """
    Makes a token, and shows it this once; or revokes the one that `token_id` names, and leads back to the account page.

    400 for a name or a last day that cannot be, 409 with too many tokens; each says why
    """
    root, user = responses.relative_root(router), user_id()
    if token_id := form_field(router, "token_id"):
        # It may have been revoked meanwhile.
        if len(token_id) <= MAX_ID_CHARACTERS:
            bearer_tokens.revoke(user, token_id)
        return responses.see_other(f"{root}account")
    name, day = _usable_name(form_field(router, "name")), form_field(router, "last_day")
    # Days begin earlier in the east and end later in the west: the last one is over everywhere by then.
    end = _future(f"{day}T23:59:59.999-12:00") if day else None
    if name is None or (day and end is None):
        text = f"A name has 1 to {MAX_NAME_CHARACTERS} characters, and the last day must not be over."
        return responses.message_page(router, 400, "No token was made", text)
    made = bearer_tokens.create(user, name, end)
    if made is None:
        return responses.message_page(router, 409, "No token was made", TOO_MANY)
    return listener_pages.page(router, "account", "token", token=made.bearer_token, secret=made.secret)


def _wanted(body: str | None) -> tuple[str, str | None] | None:
    """Name and end in the body; None when it is not JSON of that shape."""
    given = json_object(body)
    if given is None or not {"name"} <= set(given) <= {"name", "expires_at"}:
        return None
    name = _usable_name(given["name"])
    end = given.get("expires_at")
    expires_at = _future(end) if end is not None else None
    return None if name is None or (end is not None and expires_at is None) else (name, expires_at)


def _usable_name(value: object) -> str | None:
    """The name without the space around it; None for what is no text of 1 to 100 characters that can be shown."""
    name = value.strip() if isinstance(value, str) else ""
    return name if 1 <= len(name) <= MAX_NAME_CHARACTERS and name.isprintable() else None


def _future(value: object) -> str | None:
    """A moment in the future in our notation; None for anything else."""
    try:
        moment = times.parse(value) if isinstance(value, str) else None
        return times.iso(moment) if moment and moment > times.now() else None
    except (ValueError, OverflowError):
        return None
