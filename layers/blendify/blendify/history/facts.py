"""
The history: append-only facts about what a listener's account held, one item a record.

Key      `user#type` = `<user>#<data type>`; `fetched_at` = the run's start, then what makes the record unique in it
         (`2026-11-22T17:44:30.123Z#<provider>#short_term#0001`), so that a retried write meets its own key
Answer   `raw` is the provider's full answer for the record, lossless (see `raw_answers`)
Writes   PutItem under `attribute_not_exists` and nothing else; no function but the eraser may delete
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any, Self

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

from blendify.core import aws
from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.history import raw_answers

LARGEST_RAW = 300_000
"""Bytes of packed answer in one item; DynamoDB takes 400 KB with all the rest."""

CHECKPOINTS = "#checkpoints"
BESIDE = ("", CHECKPOINTS)
"""What follows a data type in the name of its partitions: nothing for the facts themselves."""

_CONDITION_FAILED = "ConditionalCheckFailedException"


class ByRecord(GlobalSecondaryIndex["Fact"]):  # type: ignore[no-untyped-call]
    """All facts of one record, in no order: what is told of it over time costs in proportion to itself."""

    class Meta:
        """Beside the keys what tells which list a fact is of, and whether it counts: the rest is in the table."""

        index_name = "record"
        projection = IncludeProjection(["time_range", "playlist_id", "reading", "removed"])

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    record_id = UnicodeAttribute(range_key=True)


class ByPlay(GlobalSecondaryIndex["Fact"]):  # type: ignore[no-untyped-call]
    """Plays in the order in which they were played; runs may tell of them late, and several providers tell of some."""

    class Meta:
        """Keys alone: what a fact says is read from the table."""

        index_name = "played"
        projection = KeysOnlyProjection()

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    played_at = UnicodeAttribute(range_key=True)


class Fact(Model):
    """One record as one sync found it, or found it gone. Only the keys and `provider` are always there."""

    class Meta:
        """Where facts are kept; pynamodb follows the environment for region and endpoint."""

        table_name = settings().history_table
        max_pool_connections = 32
        connect_timeout_seconds = 3
        read_timeout_seconds = 10

    partition = UnicodeAttribute(hash_key=True, attr_name="user#type")
    fetched_at = UnicodeAttribute(range_key=True)
    provider = UnicodeAttribute()
    record_id = UnicodeAttribute(null=True)
    raw = BinaryAttribute(legacy_encoding=False, null=True)
    raw_parts = NumberAttribute(null=True)
    part = NumberAttribute(null=True)
    """2, 3 … on the items that continue an answer too large for one."""
    removed = BooleanAttribute(null=True)
    """The record has left its list; the fields are those it had last, and there is no answer."""

    kind = UnicodeAttribute(null=True)
    """
    What the entry is when it is not what its list is named for: episode, local, video, album, null … Two kinds are no
    entries: hole (plays may be missing from `missing_from` until `missing_until`), reread (a reading without news)
    """
    occurrence = NumberAttribute(null=True)
    """2, 3 … where the list holds the same record several times."""
    position = NumberAttribute(null=True)
    rank = NumberAttribute(null=True)
    reading = NumberAttribute(null=True)
    """2, 3 on the entries of a list that was read anew in the same run: the highest reading is the one that counts."""
    time_range = UnicodeAttribute(null=True)
    added_at = UnicodeAttribute(null=True)
    added_by = UnicodeAttribute(null=True)
    played_at = UnicodeAttribute(null=True)
    played_after = UnicodeAttribute(null=True)
    """Of a play of which the provider tells no moment: the run before the one that saw it first."""
    context_uri = UnicodeAttribute(null=True)
    missing_from = UnicodeAttribute(null=True)
    missing_until = UnicodeAttribute(null=True)

    track_id = UnicodeAttribute(null=True)
    track_name = UnicodeAttribute(null=True)
    artist_id = UnicodeAttribute(null=True)
    artist_name = UnicodeAttribute(null=True)
    album_id = UnicodeAttribute(null=True)
    album_name = UnicodeAttribute(null=True)
    album_art_url = UnicodeAttribute(null=True)
    duration_ms = NumberAttribute(null=True)
    isrc = UnicodeAttribute(null=True)
    explicit = BooleanAttribute(null=True)
    popularity = NumberAttribute(null=True)
    play_count = NumberAttribute(null=True)
    """Plays in the time range of a top list."""
    mbid = UnicodeAttribute(null=True)
    """The record's id at MusicBrainz."""
    genres = UnicodeAttribute(null=True)
    artist_image_url = UnicodeAttribute(null=True)
    album_type = UnicodeAttribute(null=True)
    release_date = UnicodeAttribute(null=True)
    total_tracks = NumberAttribute(null=True)
    upc = UnicodeAttribute(null=True)

    playlist_id = UnicodeAttribute(null=True)
    playlist_name = UnicodeAttribute(null=True)
    playlist_image_url = UnicodeAttribute(null=True)
    owner_id = UnicodeAttribute(null=True)
    owner_name = UnicodeAttribute(null=True)
    snapshot_id = UnicodeAttribute(null=True)
    collaborative = BooleanAttribute(null=True)
    public = BooleanAttribute(null=True)

    by_record = ByRecord()
    by_play = ByPlay()

    _plain_bytes = 0

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
        """The fact that a run starting at `fetched_at` (ISO 8601) found `answer` under `key`."""
        if unknown := fields.keys() - cls.get_attributes().keys():
            raise ValueError(f"a fact has no {', '.join(sorted(unknown))}")
        fact = cls.mark(user_id, data_type, fetched_at, provider, key, fields)
        plain = raw_answers.text(answer)
        fact.raw = raw_answers.pack(plain, fact._texts())
        fact._plain_bytes = len(plain)
        return fact

    @classmethod
    def mark(
        cls, user_id: str, data_type: str, fetched_at: str, provider: str, key: str, fields: Mapping[str, Any]
    ) -> Self:
        """A fact without an answer: what a run found out by itself."""
        fact = cls(f"{user_id}#{data_type}", fact_key(fetched_at, provider, key), provider=provider)
        # All at once: pynamodb's setters would take as long as packing does.
        fact.attribute_values |= {name: _storable(value) for name, value in fields.items() if value is not None}
        return fact

    @classmethod
    def at(cls, user_id: str, data_type: str, key: str) -> Self:
        """
        The fact with that sort key.

        Raises  LookupError
        """
        try:
            return cls.get(f"{user_id}#{data_type}", key, consistent_read=True)
        except DoesNotExist:
            raise LookupError(f"the history holds nothing at {key}") from None

    @classmethod
    def holds(cls, user_id: str, data_type: str, key: str) -> bool:
        """Whether there is a fact with that sort key."""
        try:
            cls.at(user_id, data_type, key)
        except LookupError:
            return False
        return True

    @property
    def fields(self) -> dict[str, Any]:
        """The named fields, without keys, answer and what belongs to them."""
        return {name: value for name, value in self.attribute_values.items() if name not in _FRAME}

    def append(self) -> "Written":
        """Write the fact; `new` is False if it was there already, so a retried run stores nothing twice."""
        packed = bytes(self.raw or b"")
        written = Written(new=False, raw_bytes=self._plain_bytes, stored_bytes=0, write_units=0)
        if len(packed) > LARGEST_RAW:
            pieces = [packed[start : start + LARGEST_RAW] for start in range(0, len(packed), LARGEST_RAW)]
            for number, piece in enumerate(pieces[1:], start=2):
                part = Fact(
                    self.partition,
                    f"{self.fetched_at}{part_suffix(number)}",
                    provider=self.provider,
                    raw=piece,
                    part=number,
                )
                written += part._put()
            self.raw, self.raw_parts = pieces[0], len(pieces)
        return written + self._put()

    def _put(self) -> "Written":
        item = self.serialize()
        size = item_size(item)
        written = Written(new=True, raw_bytes=0, stored_bytes=size, write_units=max(1, ceil(size / 1024)))
        try:
            # What `save` would send, but made only once.
            self._get_connection().put_item(self.partition, self.fetched_at, item, Fact.partition.does_not_exist())
        except PutError as error:
            if error.cause_response_code != _CONDITION_FAILED:
                raise
            return Written(new=False, raw_bytes=0, stored_bytes=0, write_units=written.write_units)
        return written

    @classmethod
    def of_run(cls, user_id: str, data_type: str, begin: str) -> Iterator["Fact"]:
        """
        The facts that one run appended to one partition, in the order of their keys, without continuation parts.

        begin   what their sort keys begin with: the run's start (ISO 8601), or more of it by `key_begin`
        """
        for fact in cls.query(f"{user_id}#{data_type}", cls.fetched_at.startswith(begin), consistent_read=True):
            if fact.part is None:
                yield fact

    @classmethod
    def every(cls, user_id: str, data_type: str) -> Iterator["Fact"]:
        """All facts of one partition, in the order of their keys, without continuation parts; held a page at a time."""
        for fact in cls.query(f"{user_id}#{data_type}", consistent_read=True):
            if fact.part is None:
                yield fact

    def answer(self) -> Any:
        """The provider's answer for this record, equal as JSON to what it sent."""
        packed = bytes(self.raw or b"")
        for number in range(2, int(self.raw_parts or 1) + 1):
            part = Fact.get(self.partition, f"{self.fetched_at}{part_suffix(number)}", consistent_read=True)
            packed += bytes(part.raw or b"")
        return raw_answers.unpack(packed, self._texts())

    def _texts(self) -> list[str]:
        """What stands beside `raw`: every text attribute but the keys."""
        values = self.attribute_values.items()
        return [value for name, value in values if isinstance(value, str) and name not in ("partition", "fetched_at")]


# pynamodb would make a session and a client in each thread that writes: so it is the one that all others use.
aws.share(Fact._get_connection().connection)

_FRAME = frozenset({"partition", "fetched_at", "provider", "raw", "raw_parts", "part"})
FIELDS = tuple(name for name in vars(Fact) if name in Fact.get_attributes() and name not in _FRAME)
"""The named fields in the order in which `Fact` declares them."""
PART = "#part#"
REREAD = "#reread"
"""The record id of marks that a list was read anew, so that the index finds them; no provider's id looks like that."""
REMOVED = "removed#"
"""Begins the unique part of a removal's sort key."""
LONGEST_TEXT = 1_000
"""Characters of a named field; what is longer is whole in `raw` alone."""
LONGEST_KEY = 400
"""Bytes of the unique part of a sort key; DynamoDB takes 1,024 in all. Local files' uris can be longer."""


def _storable(value: Any) -> Any:
    """UTF-8 cannot carry an unpaired surrogate; a name that holds one keeps it as the escape."""
    if not isinstance(value, str):
        return value
    value = value[:LONGEST_TEXT]
    return value if value.isascii() else value.encode(errors="backslashreplace").decode()


def fact_key(fetched_at: str, provider: str, key: str) -> str:
    """The sort key of what a run found under `key`, which is unique within the run and the data type."""
    return f"{fetched_at}#{provider}#{_short(key)}"


def key_begin(fetched_at: str, provider: str, key: str) -> str:
    """What the sort keys begin with of all that a run found under keys that begin with `key`; others may as well."""
    return f"{fetched_at}#{provider}#{_first(key.encode(errors='backslashreplace'))}"


def removal_key(list_id: str, name: str) -> str:
    """Under what a run records that the entry with this identity has left its list."""
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
    """The begin of the run that appended a fact, by its sort key."""
    return key.partition("#")[0]


def part_suffix(number: int) -> str:
    """What continues the sort key of an answer too large for one item: part 2, 3 …"""
    return f"{PART}{number:02}"


def partitions(user_id: str) -> list[str]:
    """Every partition that may hold something of this user: what is to be erased with them."""
    return [f"{user_id}#{data_type}{suffix}" for data_type in DataType for suffix in BESIDE]


@dataclass(frozen=True)
class Written:
    """What one append did: bytes of answer as JSON, bytes of item, DynamoDB write units (1 KB started each)."""

    new: bool
    raw_bytes: int
    stored_bytes: int
    write_units: int

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.new or other.new,
            self.raw_bytes + other.raw_bytes,
            self.stored_bytes + other.stored_bytes,
            self.write_units + other.write_units,
        )


NOTHING = Written(new=False, raw_bytes=0, stored_bytes=0, write_units=0)


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """
    Bytes that DynamoDB counts for an item of strings, numbers, booleans and binaries: names and values.

    Source  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    size = 0
    for name, typed in item.items():
        size += len(name.encode())
        for kind, value in typed.items():
            if kind == "S":
                size += len(value.encode())
            elif kind == "N":
                size += ceil(len(value.replace("-", "").replace(".", "").strip("0")) / 2) + 1
            elif kind == "B":
                size += len(value)
            else:
                size += 1
    return size
