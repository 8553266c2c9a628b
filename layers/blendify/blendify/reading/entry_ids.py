"""Which entry of which list a change is about: the same id for all its changes, and for nothing else."""

from hashlib import sha256

from blendify.core.data_types import DataType
from blendify.history.list_states import name_of
from blendify.history.stored_facts import StoredFact
from blendify.importing.imported_facts import ORIGIN

_LISTS = {
    DataType.TOP_TRACKS: "time_range",
    DataType.TOP_ARTISTS: "time_range",
    DataType.PLAYLIST_TRACKS: "playlist_id",
}
"""The field that names the list, for data types with several."""


def list_name(fact: StoredFact, data_type: DataType) -> str:
    """The time range or the playlist's id; empty for data types with one list."""
    return str(fact.attribute_values.get(_LISTS[data_type]) or "") if data_type in _LISTS else ""


def entry_id(fact: StoredFact, data_type: DataType) -> str:
    """Of a record, whether a sync recorded it or a file told it: two entries, also where both are of one play."""
    name = list_name(fact, data_type)
    if fact.origin:
        return digest(ORIGIN, data_type, name, str(fact.fetched_at))
    return digest(str(fact.provider), data_type, name, name_of(fact))


def digest(*parts: str) -> str:
    """The id of what these name."""
    return sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:20]
