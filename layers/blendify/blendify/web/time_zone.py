"""PUT /me, and a form for the same: what a listener settles: their time zone, and what counts as a play."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from blendify.access import users
from blendify.access.users import UserGone
from blendify.importing.counting import MOST_SECONDS
from blendify.insights import queue
from blendify.web import responses
from blendify.web.guards import form_user, same_origin, session_user, unauthorized, user_id
from blendify.web.json_body import json_object
from blendify.web.parameters import form_field
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
MAX_NAME_CHARACTERS = 64


@router.put("/me", middlewares=[same_origin("Nothing was changed."), session_user])
def settle() -> Response[str]:
    """
    200 with what was given. Another choice than before counts otherwise: the listener's insights are computed anew.

    Body    {"time_zone": str} or {"play_seconds": int}, or both: an IANA name such as `Europe/Berlin`; for how long
            something must have been heard to count as a play
    """
    given = _given(router.current_event.decoded_body)
    if given is None:
        text = (
            'The body must be JSON like {"time_zone": "Europe/Berlin"}: the name of a time zone in the IANA database;'
            f' or like {{"play_seconds": 30}}, a whole number from 0 to {MOST_SECONDS}.'
        )
        return responses.error_response(router, 400, "bad_request", text)
    name, seconds = given.get("time_zone"), given.get("play_seconds")
    if name is not None and not _exists(name):
        text = f"There is no time zone {name} in the IANA database. Names look like Europe/Berlin."
        return responses.error_response(router, 400, "unknown_time_zone", text)
    user = user_id()
    try:
        changed = name is not None and users.set_time_zone(user, name)
        changed |= seconds is not None and users.set_play_seconds(user, seconds)
    except UserGone:
        return unauthorized(router, session_only=True)
    if changed:
        queue.rebuild(user)
    return responses.json_response(200, given)


@router.post("/account/plays", middlewares=[same_origin("Nothing was changed."), form_user])
def settle_plays() -> Response[str]:
    """303 back to the page of imports; a number that is none, or too large, changes nothing."""
    seconds = form_field(router, "seconds")
    if seconds.isascii() and seconds.isdigit() and int(seconds) <= MOST_SECONDS:
        try:
            if users.set_play_seconds(user_id(), int(seconds)):
                queue.rebuild(user_id())
        except UserGone:
            return responses.see_other(responses.relative_root(router))
    return responses.see_other(f"{responses.relative_root(router)}imports")


def _given(body: str | None) -> dict[str, Any] | None:
    """What is in the body; None when it is not of this form."""
    given = json_object(body)
    if not given or not set(given) <= {"time_zone", "play_seconds"}:
        return None
    name, seconds = given.get("time_zone", "UTC"), given.get("play_seconds", 0)
    if not isinstance(name, str) or len(name) > MAX_NAME_CHARACTERS or not _NAME.fullmatch(name):
        return None
    return given if type(seconds) is int and 0 <= seconds <= MOST_SECONDS else None


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        # A continent alone is a folder of the database.
        return False
    return True
