"""
What makes two entries of a list the same record, and when that record has changed.

A like is a track and the time of the like: liked again later, it is another record. Where the provider gives no time
(follows, top lists, playlists), the id alone identifies it.
"""

import json
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any

UNCOMPARED = frozenset({"position", "popularity", "follower_count"})
"""Fields that make no new version: position (the list's order says it); popularity and followers drift daily."""


def identity(fields: Mapping[str, Any], occurrence: int = 1) -> str:
    """
    The record's name within its list, stable for as long as it stays there.

    Shape   `2026-03-01T18:22:07Z#<record id>`, or the record id alone; then `#2`, `#3` where a list holds it repeatedly
    """
    time = fields.get("played_at") or fields.get("added_at")
    parts = [time, fields.get("record_id") or "null", str(occurrence) if occurrence > 1 else None]
    return "#".join(part for part in parts if part)


def is_dated(identity: str) -> bool:
    """Whether an identity has a time; that of an entry without an id does not."""
    return identity[:1].isdecimal() and "#" in identity


def record_id(identity: str) -> str:
    """The record id in an identity that has a time."""
    return identity.partition("#")[2]


def digest(fields: Mapping[str, Any], uncompared: Collection[str] = ()) -> str:
    """Equal for equal fields, apart from those that make no new version; 12 hex digits."""
    compared = {name: value for name, value in fields.items() if name not in UNCOMPARED and name not in uncompared}
    text = json.dumps({name: value for name, value in compared.items() if value is not None}, sort_keys=True)
    return blake2b(text.encode(), digest_size=6).hexdigest()
