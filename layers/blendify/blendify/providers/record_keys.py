"""Records and their keys, built the same way for all providers: by id, by time and id, by rank, by position."""

from collections.abc import Mapping
from typing import Any

from blendify.providers.endpoint import ListPosition, Record

Fields = dict[str, Any]


def keyed_record(entry: Any, position: ListPosition, fields: Fields, key: str) -> Record:
    """
    A record under `key`.

    A null entry has no id. It is stored by its position, as the provider's total counts it.
    """
    if not fields.get("record_id"):
        return Record(f"null#{position.index:06}", {**fields, **null_kind(entry), "position": position.index})
    return Record(key, fields)


def saved_record(entry: Any, position: ListPosition, fields: Fields, added_at: str | None) -> Record:
    """Something that the listener saved, keyed by time and id: saved again later, it is another record."""
    key = f"{added_at or ''}#{fields.get('record_id')}"
    return keyed_record(entry, position, {**fields, "added_at": added_at}, key)


def ranked_record(entry: Any, position: ListPosition, fields: Fields) -> Record:
    """An entry of a top list, keyed by its rank."""
    rank = position.index + 1
    ranked = {**null_kind(entry), **fields, "time_range": position.list_id, "rank": rank}
    return positioned_record(position, f"{rank:04}", ranked)


def positioned_record(position: ListPosition, number: str, fields: Fields) -> Record:
    """An entry keyed by its place in the list, and by the record's id: so a key says what its fact is of."""
    return Record(f"{position.list_id}#{number}#{fields.get('record_id') or 'null'}", fields)


def null_kind(entry: Any) -> Fields:
    """The `kind` of an entry that is not an object: `null`."""
    return {} if isinstance(entry, Mapping) else {"kind": "null"}
