"""The body of a request that is a JSON object."""

import json
from typing import Any

MOST_CHARACTERS = 4_096


def json_object(body: str | None, most: int = MOST_CHARACTERS) -> dict[str, Any] | None:
    """The object in the body; None where the body is none, is something else, or has more characters than `most`."""
    if body is None or len(body) > most:
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None
