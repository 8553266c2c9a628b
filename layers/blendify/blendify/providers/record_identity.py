"""
What makes two entries of one list the same record, and when that record has changed.

A like is a track and the moment of the like: one that comes back is another. Where the provider tells no moment
(follows, top lists, playlists) the id alone counts.
"""

import json
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any

UNCOMPARED = frozenset({"position", "reading", "popularity"})
"""Where an entry stands is told by the list's order; a popularity drifts daily without anybody's doing."""


def identity(fields: Mapping[str, Any], occurrence: int = 1) -> str:
    """
    The record's name within its list, stable for as long as it stays there.

    Shape   `2026-03-01T18:22:07Z#<record id>`, or the record id alone; `#2`, `#3` behind it where a list holds several
    """
    moment = fields.get("played_at") or fields.get("added_at")
    parts = [moment, fields.get("record_id") or "null", str(occurrence) if occurrence > 1 else None]
    return "#".join(part for part in parts if part)


def is_dated(name: str) -> bool:
    """Whether an identity has a moment: an entry without an id has none."""
    return name[:1].isdecimal() and "#" in name


def record_id(name: str) -> str:
    """The record's id, of an identity that has a moment."""
    return name.partition("#")[2]


def digest(fields: Mapping[str, Any], uncompared: Collection[str] = ()) -> str:
    """Equal for fields that are equal, but for those that need no new record when they change; 12 hex digits."""
    compared = {name: value for name, value in fields.items() if name not in UNCOMPARED and name not in uncompared}
    text = json.dumps({name: value for name, value in compared.items() if value is not None}, sort_keys=True)
    return blake2b(text.encode(), digest_size=6).hexdigest()
