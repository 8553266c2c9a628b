"""
What makes two entries of a list the same record, and when that record has changed.

A like is a track and the time of the like: liked again later, it is another record. Where the provider gives no time
(follows, top lists, playlists), the id alone identifies it.

What is nobody's doing is no change. So each provider's `records` name the few values that somebody chose: all others
are stored and never compared. A value that is missing is not known, which is no change either.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

NULL = "null"
"""In place of the record id of an entry without one."""
EMPTY = "-"
"""In place of an empty text in a digest: a description that was taken away. After an unknown one it is no change."""
_NULL = re.compile(rf"(^|#){NULL}(#\d+)?$")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[^#]*Z#")


def identity(fields: Mapping[str, Any], occurrence: int = 1) -> str:
    """
    The record's name within its list, stable for as long as it stays there.

    Shape   `2026-03-01T18:22:07.000Z#<record id>`, or the record id alone; then `#2`, `#3` where a list holds it
            repeatedly. The moment has milliseconds, however the provider writes it today
    """
    time = fields.get("played_at") or fields.get("added_at")
    if time and len(time) == len("2026-03-01T18:22:07Z"):
        time = f"{time[:-1]}.000Z"
    parts = [time, fields.get("record_id") or NULL, str(occurrence) if occurrence > 1 else None]
    return "#".join(part for part in parts if part)


def is_dated(identity: str) -> bool:
    """Whether an identity has a time."""
    return _MOMENT.match(identity) is not None


def is_null(identity: str) -> bool:
    """Whether it is that of an entry without an id."""
    return _NULL.search(identity) is not None


def moment(identity: str) -> str:
    """The time in an identity that has one, with milliseconds."""
    return identity.partition("#")[0]


def record_id(identity: str) -> str:
    """The record id in an identity that has a time."""
    return identity.partition("#")[2]


def digest(compared: Sequence[Any]) -> str:
    """
    The compared values of a record, each in a few characters and at its place.

    Shape   `3.120`, `9f1c2a.-.True..14`: numbers as they are, 6 hex digits of a text, nothing for what is not known
    """
    return ".".join(map(_short, compared))


def changed(before: str, now: str) -> bool:
    """Whether a record with the first digest has changed when it has the second."""
    if before == now:
        return False
    known, values = before.split("."), now.split(".")
    if len(known) != len(values):
        return bool(now)
    return any(
        value and value != known_value and not (value == EMPTY and not known_value)
        for known_value, value in zip(known, values, strict=True)
    )


def _short(value: Any) -> str:
    match value:
        case None:
            return ""
        case "":
            return EMPTY
        case str():
            return blake2b(value.encode(errors="backslashreplace"), digest_size=3).hexdigest()
    return str(value)
