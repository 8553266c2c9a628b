"""PUT /me: what a listener settles about themselves, which is their time zone."""

import json
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from blendify.access import users
from blendify.access.users import UserGone
from blendify.insights import queue
from blendify.web import responses
from blendify.web.guards import same_origin, session_user, unauthorized, user_id
from blendify.web.responses import Response
from blendify.web.router import new_router

router = new_router()

MAX_BODY_CHARACTERS = 4_096
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
MAX_NAME_CHARACTERS = 64


@router.put("/me", middlewares=[same_origin("Nothing was changed."), session_user])
def settle() -> Response[str]:
    """
    200 with {"time_zone"}. Another one than before moves days and hours: the listener's insights are computed anew.

    Body    {"time_zone": str}, an IANA name such as `Europe/Berlin`
    """
    name = _time_zone(router.current_event.decoded_body)
    if name is None:
        text = (
            'The body must be JSON like {"time_zone": "Europe/Berlin"}: the name of a time zone in the IANA database.'
        )
        return responses.error_response(router, 400, "bad_request", text)
    if not _exists(name):
        text = f"There is no time zone {name} in the IANA database. Names look like Europe/Berlin."
        return responses.error_response(router, 400, "unknown_time_zone", text)
    try:
        changed = users.set_time_zone(user_id(), name)
    except UserGone:
        return unauthorized(router, session_only=True)
    if changed:
        queue.rebuild(user_id())
    return responses.json_response(200, {"time_zone": name})


def _time_zone(body: str | None) -> str | None:
    """The name in the body; None when the body is not {"time_zone": <something like a name>}."""
    if body is None or len(body) > MAX_BODY_CHARACTERS:
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, Mapping) or set(given) != {"time_zone"} or not isinstance(given["time_zone"], str):
        return None
    name = given["time_zone"]
    return name if len(name) <= MAX_NAME_CHARACTERS and _NAME.fullmatch(name) else None


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        # A continent alone is a folder of the database.
        return False
    return True
