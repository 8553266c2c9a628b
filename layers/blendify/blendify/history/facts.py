"""
The history: append-only facts about what a listener's account held, one item a record.

Key      `user#type` = `<user>#<data type>`; `fetched_at` = the sync's start, then what makes the record unique in it
         (`2026-11-22T17:44:30.123Z#<provider>#short_term#0001`), so that a retried write meets its own key.
         Imported facts are in `<user>#<data type>#imported`; their keys follow from the row alone (`imported_facts`)
Answer   `raw` is the provider's full answer for the record, lossless (see `raw_answers`)
Writes   PartiQL's INSERT and nothing else (see `append`); no function but the eraser may delete
Reads    `stored_facts` for questions about the history, `lookup` for collectors
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from blendify.core.data_types import DataType
from blendify.db.attribute_values import Item, plain, typed
from blendify.history import raw_answers
from blendify.providers import PROVIDERS

LARGEST_RAW = 300_000
"""Bytes of packed answer in one item; DynamoDB takes 400 KB with all the rest."""

CHECKPOINTS, IMPORTED, IMPORTED_LISTS = "#checkpoints", "#imported", "#imported_lists"
BESIDE = ("", CHECKPOINTS, IMPORTED, IMPORTED_LISTS)
"""What follows a data type in the name of its partitions: nothing for the facts of syncs themselves."""

FIELDS: Mapping[str, type] = {
    "record_id": str,
    # The record has left its list; the fields are those it had last, and there is no answer.
    "removed": bool,
    # What the entry is when it is not what its list is named for: episode, chapter, local, video, null … One kind is no
    # entry: hole (plays may be missing from `missing_from` until `missing_until`)
    "kind": str,
    # 2, 3 … where the list holds the same record several times.
    "occurrence": int,
    "position": int,
    "rank": int,
    "time_range": str,
    "added_at": str,
    "added_by": str,
    "played_at": str,
    # Of a play without a moment from the provider: start of the sync before the one that first read it.
    "played_after": str,
    "context_uri": str,
    "missing_from": str,
    "missing_until": str,
    # Of facts that a listener imported: "import", which import and which part of it, and when that began.
    "origin": str,
    "import_id": str,
    "import_part": str,
    "imported_at": str,
    # second, minute, hour or day: how exact the times of an imported fact are.
    "precision": str,
    # Of an imported play, which has no `played_at`: it would stand among the polled plays of the index.
    "started_at": str,
    "ended_at": str,
    "ms_played": int,
    # What a file says of a play beside that: reason_end, skipped, incognito …
    "flags": dict,
    "track_id": str,
    "track_name": str,
    "artist_id": str,
    "artist_name": str,
    # [{"id": …, "name": …}]; the joined names stand beside it.
    "artists": list,
    "album_id": str,
    "album_name": str,
    "album_art_url": str,
    "duration_ms": int,
    "isrc": str,
    "explicit": bool,
    "popularity": int,
    # Plays in the time range of a top list.
    "play_count": int,
    # The record's id at MusicBrainz.
    "mbid": str,
    "genres": str,
    "follower_count": int,
    "artist_image_url": str,
    "album_type": str,
    "release_date": str,
    "total_tracks": int,
    "upc": str,
    "playlist_id": str,
    "playlist_name": str,
    "description": str,
    "playlist_image_url": str,
    "owner_id": str,
    "owner_name": str,
    "snapshot_id": str,
    "collaborative": bool,
    "public": bool,
}
"""The named fields with their types, in the order of exports. A fact has only the fields with a value."""


@dataclass(frozen=True)
class Fact:
    """One record as one sync found it, or found it gone."""

    partition: str
    """`user#type`"""
    fetched_at: str
    """The whole sort key."""
    provider: str
    fields: Mapping[str, Any]
    raw: bytes | None = None
    """The whole packed answer; None for a fact without one."""
    answer_bytes: int = 0
    """Size of the answer as JSON; 0 on a fact read from the table."""

    @classmethod
    def of(
        cls,
        user_id: str,
        data_type: str,
        fetched_at: str,
        provider: str,
        key: str,
        fields: Mapping[str, Any],
        answer: Any,
    ) -> Self:
        """The fact that a sync which began at `fetched_at` (ISO 8601) read `answer` under `key`."""
        named, text = _storable_fields(fields), raw_answers.text(answer)
        raw = raw_answers.pack(text, texts(provider, named), _dictionary(provider))
        return cls(f"{user_id}#{data_type}", fact_key(fetched_at, provider, key), provider, named, raw, len(text))

    @classmethod
    def mark(
        cls, user_id: str, data_type: str, fetched_at: str, provider: str, key: str, fields: Mapping[str, Any]
    ) -> Self:
        """A fact without an answer: the sync itself concluded it."""
        named = _storable_fields(fields)
        return cls(f"{user_id}#{data_type}", fact_key(fetched_at, provider, key), provider, named)

    @classmethod
    def read(cls, item: Mapping[str, Mapping[str, Any]], *more_raw: bytes) -> Self:
        """The fact in an item of the table; `more_raw` is the `raw` of its parts 2, 3 …"""
        values = {name: plain(value) for name, value in item.items()}
        fields = {name: value for name, value in values.items() if name not in FRAME}
        raw = b"".join([values["raw"], *more_raw]) if "raw" in values else None
        return cls(values["user#type"], values["fetched_at"], values["provider"], fields, raw)

    def answer(self) -> Any:
        """The provider's answer for this record, equal as JSON to what it sent."""
        return raw_answers.unpack(self.raw or b"", texts(self.provider, self.fields))

    def items(self) -> Iterator[Item]:
        """The items that store it, in DynamoDB's notation: first the parts of a large answer, then the fact itself."""
        raw = self.raw or b""
        pieces = [raw[start : start + LARGEST_RAW] for start in range(0, len(raw), LARGEST_RAW)]
        for number, piece in enumerate(pieces[1:], start=2):
            yield self._item(part_suffix(number), {"raw": piece, "part": number})
        head = {"raw": pieces[0]} if pieces else {}
        yield self._item("", {**self.fields, **head, **({"raw_parts": len(pieces)} if len(pieces) > 1 else {})})

    def _item(self, suffix: str, values: Mapping[str, Any]) -> Item:
        keys = {"user#type": self.partition, "fetched_at": f"{self.fetched_at}{suffix}", "provider": self.provider}
        return {name: typed(value) for name, value in {**keys, **values}.items()}


FRAME = frozenset({"user#type", "fetched_at", "provider", "raw", "raw_parts", "part"})
"""The attributes of an item besides the named fields."""
PART = "#part#"
REMOVED = "removed#"
"""Begins the unique part of a removal's sort key."""
LONGEST_TEXT = 1_000
"""Characters of a named field; what is longer is whole in `raw` alone."""
LONGEST_KEY = 400
"""Bytes of the unique part of a sort key; DynamoDB takes 1,024 in all. Local files' uris can be longer."""


def texts(provider: str, fields: Mapping[str, Any]) -> list[str]:
    """What stands beside `raw` in an item: every text but the keys."""
    return [provider, *_texts(fields)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for element in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(element)


def _storable_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - FIELDS.keys():
        raise ValueError(f"a fact has no {', '.join(sorted(unknown))}")
    return {name: _storable(value) for name, value in fields.items() if value is not None}


def _storable(value: Any) -> Any:
    """UTF-8 cannot carry an unpaired surrogate; a name that holds one keeps it as the escape."""
    if isinstance(value, Mapping):
        return {name: _storable(element) for name, element in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(element) for element in value]
    if not isinstance(value, str):
        return value
    value = value[:LONGEST_TEXT]
    return value if value.isascii() else value.encode(errors="backslashreplace").decode()


def _dictionary(provider: str) -> int:
    """The dictionary of the provider's answers. Imported rows may be of services that cannot be connected."""
    return PROVIDERS[provider].dictionary if provider in PROVIDERS else raw_answers.FIRST


def fact_key(fetched_at: str, provider: str, key: str) -> str:
    """The sort key of a sync's fact under `key`, which is unique within the sync and the data type."""
    return f"{fetched_at}#{provider}#{_short(key)}"


def removal_key(list_id: str, name: str) -> str:
    """The `key` of a sync's fact that the entry with this identity has left its list."""
    return f"{REMOVED}{list_id}#{name}"


def _short(key: str) -> str:
    encoded = key.encode(errors="backslashreplace")
    if len(encoded) <= LONGEST_KEY:
        return encoded.decode()
    return f"{_first(encoded)}~{sha256(encoded).hexdigest()}"


def _first(encoded: bytes) -> str:
    return encoded[:64].decode(errors="ignore")


def provider_of(key: str) -> str:
    """The provider in a fact's sort key."""
    return key.split("#", 2)[1]


def moment_of(key: str) -> str:
    """The start of the sync that appended a fact, from its sort key."""
    return key.partition("#")[0]


def part_suffix(number: int) -> str:
    """What continues the sort key of an answer too large for one item: part 2, 3 …"""
    return f"{PART}{number:02}"


def is_imported(partition: str) -> bool:
    """Whether a partition holds what the listener imported, or what their files list."""
    return partition.endswith((IMPORTED, IMPORTED_LISTS))


def partitions(user_id: str) -> list[str]:
    """Every partition that may hold something of this user: what is to be erased with them."""
    return [f"{user_id}#{data_type}{suffix}" for data_type in DataType for suffix in BESIDE]
