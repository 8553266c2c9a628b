"""Taking JSON apart without trust, and the keys of rows: the same for all providers."""

from collections.abc import Mapping
from typing import Any

from blendify.providers.endpoint import Place, Record

Fields = dict[str, Any]


def keyed(entry: Any, place: Place, fields: Fields, key: str) -> Record:
    """A null entry has no id: it is stored by its position, as the provider counts it in its total."""
    if not fields.get("record_id"):
        return Record(f"null#{place.position:06}", {**fields, **kind(entry), "position": place.position})
    return Record(key, fields)


def saved(entry: Any, place: Place, fields: Fields, added_at: str | None) -> Record:
    """Something that the listener saved at a moment: saved again later, it is another entry."""
    return keyed(entry, place, {**fields, "added_at": added_at}, f"{added_at or ''}#{fields.get('record_id')}")


def ranked(entry: Any, place: Place, fields: Fields) -> Record:
    """An entry of a top list."""
    rank = place.position + 1
    return placed(place, f"{rank:04}", {**kind(entry), **fields, "time_range": place.list_id, "rank": rank})


def placed(place: Place, number: str, fields: Fields) -> Record:
    """
    An entry whose place is what counts. The record's id is in the key as well: a page that was stored in part and
    looks different when it is read again loses nothing.
    """
    again = {"reading": place.reading} if place.reading > 1 else {}
    part = f"#reading{place.reading}" if again else ""
    return Record(f"{place.list_id}{part}#{number}#{fields.get('record_id') or 'null'}", {**fields, **again})


def kind(entry: Any) -> Fields:
    """That an entry is nothing, where it is."""
    return {} if isinstance(entry, Mapping) else {"kind": "null"}


def of(item: Any, key: str) -> Any:
    """What an object holds under `key`; None for what is no object."""
    return item.get(key) if isinstance(item, Mapping) else None


def text(item: Any, key: str) -> str | None:
    """The text under `key`, if it is one."""
    value = of(item, key)
    return value if isinstance(value, str) else None


def number(item: Any, key: str) -> int | None:
    """The whole number under `key`, if it is one."""
    value = of(item, key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(item: Any, key: str) -> bool | None:
    """True or false under `key`, if it is one of them."""
    value = of(item, key)
    return value if isinstance(value, bool) else None
