"""
What each list holds by our own history, so that only what changed is appended: one item a list, chunks of long ones.

It is the fold of the history's facts, stored to save reading them; it adds nothing to them. A version never
changes; the next one takes its place by a conditional write, with the intent to do so before it (see
`collecting.commit`).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from boto3.dynamodb.conditions import Attr

from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.history.intents import Commit, Intent, Signals
from blendify.history.list_entries import Entry, chunks, pack, unpack

INLINE_BYTES = 400
"""Packed entries that are kept in the list's own item, which is written at each look. Longer lists are in chunks."""
THREADS = 8
"""Chunks that are read or written at the same time."""
REPLACED_SECONDS = 2 * 24 * 3600
"""How long a chunk that is no longer part of its list stays, for readers that have just begun."""

V = TypeVar("V")
T = TypeVar("T")


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
    chunks: tuple[str, ...] = ()
    """Names: the hash of what a chunk holds, and the revision that brought it. One that comes back has another name."""
    sizes: tuple[int, ...] = ()
    """How many entries each chunk has."""
    packed: bytes = b""
    commit: Commit | None = None
    """The last one."""
    intent: Intent | None = None

    @classmethod
    def of(cls, user_id: str, provider: str, data_type: DataType, item: Item) -> "ListVersion":
        """The version that an item of the state table holds."""
        return cls(
            user_id=user_id,
            provider=provider,
            data_type=data_type,
            list_id=item["list_id"],
            revision=int(item["revision"]),
            count=int(item["count"]),
            chunks=tuple(item.get("chunks", ())),
            sizes=tuple(int(size) for size in item.get("sizes", ())),
            packed=bytes(item.get("packed", b"")),
            commit=Commit.of(item["commit"]) if "commit" in item else None,
            intent=Intent.of(item["intent"]) if "intent" in item else None,
        )

    @property
    def signals(self) -> Signals:
        """What the last commit leaves to later syncs."""
        return self.commit.signals if self.commit else Signals()

    def entries(self) -> list[Entry]:
        """The entries in the list's order."""
        entries = unpack(self.packed) if self.packed else []
        for chunk in _at_once(self.chunk, range(len(self.chunks))):
            entries += chunk
        return entries

    def chunk(self, number: int) -> list[Entry]:
        """The entries of one chunk of a long list."""
        item = state_table().get_unchanging(keys.user(self.user_id), self.chunk_key(self.chunks[number]))
        if item is None:
            raise LookupError(f"a part of what is known of {self.data_type} {self.list_id} is missing")
        return unpack(item["packed"])

    @property
    def state(self) -> str:
        """Differs whenever the entries or their order differ."""
        names = (name.partition("-")[0].encode() for name in self.chunks)
        return sha256(b"".join([self.packed, *names])).hexdigest()[:16]

    def chunk_key(self, name: str) -> str:
        """The sort key of a chunk."""
        return keys.entries(self.provider, self.data_type, place(self.list_id), name)

    @property
    def key(self) -> str:
        """The sort key of the version itself."""
        return keys.version(self.provider, self.data_type, place(self.list_id))


def _at_once(work: Callable[[V], T], values: Sequence[V]) -> Sequence[T]:
    """The results of a request for each value, in the order of the values."""
    if len(values) < 2:
        return [work(value) for value in values]
    with ThreadPoolExecutor(min(THREADS, len(values)), thread_name_prefix="chunk") as threads:
        return list(threads.map(work, values))


def versions(user_id: str, provider: str, data_type: DataType) -> dict[str, ListVersion]:
    """All lists of a data type that were ever read, by their ids."""
    return {version.list_id: version for version in versions_from(user_id, provider, data_type, "")}


def versions_from(user_id: str, provider: str, data_type: DataType, list_id: str) -> Iterator[ListVersion]:
    """The lists of a data type from this one on, in the order of `place`, read as they are taken."""
    prefix, start = keys.version(provider, data_type), keys.version(provider, data_type, place(list_id))
    for item in state_table().query(keys.user(user_id), prefix, start=start):
        yield ListVersion.of(user_id, provider, data_type, item)


def all_entries(versions: Iterable[ListVersion]) -> dict[str, list[Entry]]:
    """The entries of these lists by their ids; chunks of several lists are read at once."""
    lists = list(versions)
    entries = {version.list_id: unpack(version.packed) if version.packed else [] for version in lists}
    parts = [(version, number) for version in lists for number in range(len(version.chunks))]
    for (version, _), chunk in zip(parts, _at_once(lambda part: part[0].chunk(part[1]), parts), strict=True):
        entries[version.list_id] += chunk
    return entries


def any_read(user_id: str, provider: str, data_type: DataType) -> bool:
    """Whether a list of the data type was ever committed."""
    prefix = keys.version(provider, data_type)
    # One commit is finished before the next begins: of two lists at least one is committed.
    return any("commit" in item for item in state_table().query(keys.user(user_id), prefix, limit=2))


def version(user_id: str, provider: str, data_type: DataType, list_id: str) -> ListVersion:
    """One list; without a revision when it was never read."""
    empty = ListVersion(user_id, provider, data_type, list_id)
    item = state_table().get(keys.user(user_id), empty.key)
    return ListVersion.of(user_id, provider, data_type, item) if item else empty


def intend(before: ListVersion, intent: Intent) -> ListVersion:
    """
    The same entries with an intent.

    Raises  Superseded when another worker has moved the list on
    """
    following = replace(before, revision=before.revision + 1, intent=intent)
    _put(before, following)
    return following


def note(version: ListVersion, intent: Intent) -> None:
    """Keep how far the version's intent is; nothing happens when another worker has moved the list on."""
    change, unmoved = Change(set={"intent": intent.item()}), Attr("revision").eq(version.revision)
    with suppress(ConditionFailed):
        state_table().update(keys.user(version.user_id), version.key, change, only_if=unmoved)


def flip(before: ListVersion, entries: Sequence[Entry] | None, commit: Commit) -> ListVersion:
    """
    The next version, without an intent. The facts of its entries are stored already.

    entries     None when they are the same

    Raises  Superseded when another worker has moved the list on
    """
    following = replace(before, revision=before.revision + 1, intent=None, commit=commit)
    if entries is not None:
        following = _holding(following, before, entries)
    _put(before, following)
    _retire(before, following)
    return following


def _holding(following: ListVersion, before: ListVersion, entries: Sequence[Entry]) -> ListVersion:
    """The version with these entries; chunks that it does not share with the one before are stored."""
    packed = pack(entries) if len(entries) <= INLINE_BYTES else b""
    if packed and len(packed) <= INLINE_BYTES:
        return replace(following, count=len(entries), chunks=(), sizes=(), packed=packed if entries else b"")
    there = {name.partition("-")[0]: name for name in before.chunks}
    names, sizes, new = [], [], dict[str, bytes]()
    for digest, part, size in chunks(entries):
        name = there.get(digest)
        if name is None:
            name = f"{digest}-{following.revision}"
            new[name] = part
        names.append(name)
        sizes.append(size)

    def store(name: str) -> None:
        state_table().put(keys.user(before.user_id), before.chunk_key(name), {"packed": new[name]})

    _at_once(store, list(new))
    return replace(following, count=len(entries), chunks=tuple(names), sizes=tuple(sizes), packed=b"")


def _put(before: ListVersion, following: ListVersion) -> None:
    item = {
        "list_id": following.list_id,
        "revision": following.revision,
        "count": following.count,
        "chunks": list(following.chunks),
        "sizes": list(following.sizes),
        "packed": following.packed,
        "commit": following.commit.item() if following.commit else None,
        "intent": following.intent.item() if following.intent else None,
    }
    item = {name: value for name, value in item.items() if value or name == "count"} | {"list_id": following.list_id}
    unmoved = Attr("revision").eq(before.revision) if before.revision else Attr("revision").not_exists()
    try:
        state_table().put(keys.user(before.user_id), before.key, item, only_if=unmoved)
    except ConditionFailed as refused:
        raise Superseded(f"another worker collects the {before.data_type.words}") from refused


def _retire(before: ListVersion, following: ListVersion) -> None:
    """Let the chunks that only the version before had expire."""
    expires_at = int(time.time()) + REPLACED_SECONDS
    for name in set(before.chunks) - set(following.chunks):
        change, there = Change(set={"expires_at": expires_at}), Attr("pk").exists()
        with suppress(ConditionFailed):
            state_table().update(keys.user(before.user_id), before.chunk_key(name), change, only_if=there)


def place(list_id: str) -> str:
    """A list's id in a key, which gives lists their order; DynamoDB takes 1,024 bytes in all."""
    encoded = list_id.encode(errors="backslashreplace")
    return encoded.decode() if len(encoded) <= 200 else sha256(encoded).hexdigest()
