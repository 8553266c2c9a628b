"""
What each list holds by our own history, so that only what changed is appended: one item a list, parts of long ones.

It says nothing that the history does not: it is the fold of its facts, kept to save reading them. It is moved on after
the facts are stored, never before.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.history.facts import moment_of
from blendify.history.intents import Commit, Intent
from blendify.history.list_entries import Entry, chunks, pack, unpack

INLINE = 64
"""Entries that are kept in the list's own item, which is written at each look: 3 KB. Longer lists are in chunks."""
REPLACED_SECONDS = 2 * 24 * 3600
"""How long a chunk that is no longer part of its list stays, for readers that have just begun."""


@dataclass(frozen=True)
class ListVersion:
    """One list of one listener at one provider."""

    user_id: str
    provider: str
    data_type: DataType
    list_id: str
    revision: int = 0
    """Counts the writes; 0 when nothing is kept yet."""
    count: int = 0
    total: int | None = None
    """Length by the provider's own count."""
    version: str | None = None
    """What the provider called the list's state when it was last read whole."""
    read_at: str | None = None
    """The run that last looked at it."""
    swept_at: str | None = None
    """The run that last read all of it."""
    settled: str | None = None
    """The id of the run that last changed it."""
    removed: int = 0
    """How many entries that run found gone."""
    since: str | None = None
    """From which moment on that run asked for a log; None for all of it."""
    suspected: str | None = None
    """The run that found most of it gone, and has not read it a second time yet."""
    chunks: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    """How many entries each chunk has; nothing for one that was kept before there were sizes."""
    packed: bytes = b""
    commit: Commit | None = None
    intent: Intent | None = None

    @classmethod
    def of(cls, user_id: str, item: Item) -> "ListVersion":
        """The inventory that an item of the accounts table holds."""
        return cls(
            user_id=user_id,
            provider=item["provider"],
            data_type=DataType(item["data_type"]),
            list_id=item["list_id"],
            revision=int(item["revision"]),
            count=int(item["count"]),
            total=None if item.get("total") is None else int(item["total"]),
            version=item.get("version"),
            read_at=item.get("read_at"),
            swept_at=item.get("swept_at"),
            settled=item.get("settled"),
            removed=int(item.get("removed", 0)),
            since=item.get("since"),
            suspected=item.get("suspected"),
            chunks=tuple(item.get("chunks", ())),
            sizes=tuple(int(size) for size in item.get("sizes", ())),
            packed=item.get("packed", b""),
        )

    def entries(self) -> dict[str, Entry]:
        """The entries by their identities, in the list's order."""
        found = unpack(self.packed) if self.packed else []
        for number in range(len(self.chunks)):
            found += self.chunk(number)
        return {one.identity: one for one in found}

    def chunk(self, number: int) -> list[Entry]:
        """The entries of one chunk of a long list."""
        item = state_table().get(keys.user(self.user_id), self._chunk(self.chunks[number]))
        if item is None:
            raise LookupError(f"a part of what is known of {self.data_type} {self.list_id} is missing")
        return unpack(item["packed"])

    def read_to_the_end(self) -> list[str]:
        """The identities of what runs that came to the list's end have recorded."""
        return [name for name, one in self.entries().items() if moment_of(one.key) <= (self.read_at or "")]

    @property
    def state(self) -> str:
        """Another one whenever the entries or their order are others."""
        return sha256(b"".join([self.packed, *(name.encode() for name in self.chunks)])).hexdigest()[:16]

    def _chunk(self, name: str) -> str:
        return keys.entries(self.provider, self.data_type, place(self.list_id), name)

    @property
    def _key(self) -> str:
        return keys.inventory(self.provider, self.data_type, place(self.list_id))


def inventories(user_id: str, provider: str, data_type: DataType) -> dict[str, ListVersion]:
    """All lists of a data type that were ever read, by their ids."""
    return {one.list_id: one for one in from_list(user_id, provider, data_type, "")}


def from_list(user_id: str, provider: str, data_type: DataType, list_id: str) -> Iterator[ListVersion]:
    """The lists of a data type from this one on, in the order of `place`, read as they are taken."""
    prefix = keys.inventory(provider, data_type)
    for item in state_table().query(
        keys.user(user_id), prefix, start=keys.inventory(provider, data_type, place(list_id))
    ):
        yield ListVersion.of(user_id, item)


def any_read(user_id: str, provider: str, data_type: DataType) -> bool:
    """Whether a list of the data type was ever read to its end."""
    prefix = keys.inventory(provider, data_type)
    return any(True for _ in state_table().query(keys.user(user_id), prefix, limit=1))


def inventory(user_id: str, provider: str, data_type: DataType, list_id: str) -> ListVersion | None:
    """One list; None when it was never read."""
    item = state_table().get(keys.user(user_id), keys.inventory(provider, data_type, place(list_id)))
    return ListVersion.of(user_id, item) if item else None


@dataclass(frozen=True)
class Settlement:
    """What a run found of a list, and when."""

    sync_id: str
    read_at: str
    removed: int = 0
    swept_at: str | None = None
    total: int | None = None
    version: str | None = None
    since: str | None = None


def keep(seen: ListVersion, entries: Sequence[Entry], found: Settlement) -> None:
    """
    From now on the list holds `entries`; their facts are stored already.

    Raises  Superseded when another worker has moved the list on
    """
    parts = list(chunks(entries)) if len(entries) > INLINE else []
    where = keys.user(seen.user_id)
    for name, part, _ in parts:
        if name not in seen.chunks:
            state_table().put(where, seen._chunk(name), {"packed": part})
    item = {
        "provider": seen.provider,
        "data_type": seen.data_type,
        "list_id": seen.list_id,
        "revision": seen.revision + 1,
        "count": len(entries),
        "total": found.total,
        "version": found.version,
        "read_at": found.read_at,
        "swept_at": found.swept_at,
        "settled": found.sync_id,
        "removed": found.removed,
        "since": found.since,
        "chunks": [name for name, _, _ in parts],
        "sizes": [size for _, _, size in parts],
        "packed": b"" if parts else pack(entries),
    }
    with _alone(seen):
        state_table().put(where, seen._key, item, only_if=_unmoved(seen))
    _retire(seen, {name for name, _, _ in parts})


def suspect(seen: ListVersion, sync_id: str) -> None:
    """Most of the list seems to be gone: to be believed when this run has read it once more."""
    change = Change(set={"suspected": sync_id, "revision": seen.revision + 1})
    with _alone(seen):
        state_table().update(keys.user(seen.user_id), seen._key, change, only_if=_unmoved(seen))


def _unmoved(seen: ListVersion) -> ConditionBase:
    return Attr("revision").eq(seen.revision) if seen.revision else Attr("revision").not_exists()


@contextmanager
def _alone(seen: ListVersion) -> Iterator[None]:
    try:
        yield
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {seen.data_type.words}") from refused


def _retire(seen: ListVersion, still: Iterable[str]) -> None:
    expires_at = int(time.time()) + REPLACED_SECONDS
    for name in set(seen.chunks) - set(still):
        change, there = Change(set={"expires_at": expires_at}), Attr("pk").exists()
        with suppress(ConditionFailed):
            state_table().update(keys.user(seen.user_id), seen._chunk(name), change, only_if=there)


def place(list_id: str) -> str:
    """A list's id in a key, which gives lists their order; DynamoDB takes 1,024 bytes in all."""
    encoded = list_id.encode(errors="backslashreplace")
    return encoded.decode() if len(encoded) <= 200 else sha256(encoded).hexdigest()
