"""Records and their keys, built the same way for all providers: by id, by time and id, by rank, by position."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from blendify.providers.endpoint import ListPosition, Record
from blendify.providers.record_identity import NULL, identity

Fields = dict[str, Any]
LONGEST_ID = 1_000
"""Bytes of a record id: an index of the history takes 1,024. Uris of local files hold names, and can be longer."""
_AMBIGUOUS = re.compile(rf"(#\d+|(^|#){NULL})~*$")


def keyed_record(entry: Any, position: ListPosition, fields: Fields, compared: Sequence[Any] = ()) -> Record:
    """
    A record that is itself wherever it stands: its key is its identity.

    A null entry has no id. It is stored by its position, as the provider's total counts it.
    """
    if not fields.get("record_id"):
        return Record(f"null#{position.index:06}", {**fields, **null_kind(entry), "position": position.index})
    fields = _identified(fields)
    return Record(identity(fields), fields, tuple(compared))


def ranked_record(entry: Any, position: ListPosition, fields: Fields) -> Record:
    """An entry of a top list, keyed by its rank. The listener makes it by listening: rank and plays are compared."""
    rank = position.index + 1
    ranked = {**null_kind(entry), **fields, "time_range": position.list_id, "rank": rank}
    return positioned_record(position, f"{rank:04}", ranked, (rank, fields.get("play_count")))


def positioned_record(position: ListPosition, number: str, fields: Fields, compared: Sequence[Any] = ()) -> Record:
    """An entry keyed by its place in the list, and by the record's id: so a key says what its fact is of."""
    fields = _identified(fields)
    return Record(f"{position.list_id}#{number}#{fields.get('record_id') or 'null'}", fields, tuple(compared))


def null_kind(entry: Any) -> Fields:
    """The `kind` of an entry that is not an object: `null`."""
    return {} if isinstance(entry, Mapping) else {"kind": "null"}


def _identified(fields: Fields) -> Fields:
    """
    The fields with a record id that no other record has, and that an index can hold.

    Of a long one it is the beginning, and a hash of all. One that ends as the second `a` does in an identity, `a#2`, or
    as an entry without an id does, gets a `~` more.
    """
    record_id = fields.get("record_id") or ""
    if _AMBIGUOUS.search(record_id):
        record_id = f"{record_id}~"
        fields = {**fields, "record_id": record_id}
    encoded = record_id.encode(errors="backslashreplace") if len(record_id) * 4 > LONGEST_ID else b""
    if len(encoded) <= LONGEST_ID:
        return fields
    return {**fields, "record_id": f"{encoded[:900].decode(errors='ignore')}~{sha256(encoded).hexdigest()}"}
