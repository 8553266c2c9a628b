"""
Pages of a list that is being read, stored until the list is committed: a page is fetched once, even if workers die.

Item      several pages at once, as packed bytes, under a name made from them: it never changes. What does not fit
          into one item is kept in pieces, and then the name says in how many
Content   JSON: [[names of fields, …], [[position of the first entry, [run or change, …]], …]]; a run of the version's
          own entries is [index of the first, how many], a change [identity, digest, key, answer, index of the names,
          values of the fields]. Few are packed as answers are (`raw_answers`), many as xz, which sees all of them at
          once: a sixth smaller
Valid     for the version that the pages were compared with. What no position and no intent names counts for nothing
Expiry    long after any intent is finished: a worker that finds an intent cannot do without its pages
"""

import json
import lzma
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain, count, islice
from typing import Any

from blendify.collecting.plan import Change, Listed, ListPage
from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history import raw_answers
from blendify.history.intents import Intent
from blendify.history.list_entries import Entry

LARGEST_BYTES = 300_000
"""Of one item."""
LARGE_TEXT = 50_000
XZ = b"\xfd7zXZ"
INLINE_BYTES = 1_200
"""Pages up to this size are stored in the intent itself."""
EXPIRY_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True)
class StagedPages:
    """The staged pages of one data type in one sync."""

    user_id: str
    sync_id: str
    data_type: DataType

    def store(self, packed: bytes) -> str:
        """Store packed pages; answers their name."""
        pieces = [packed[start : start + LARGEST_BYTES] for start in range(0, len(packed), LARGEST_BYTES)]
        name = sha256(packed).hexdigest()[:16] + (f"-{len(pieces)}" if len(pieces) > 1 else "")
        expires_at = int(time.time()) + EXPIRY_SECONDS
        for number, piece in enumerate(pieces):
            item = {"packed": piece, "expires_at": expires_at}
            state_table().put(keys.user(self.user_id), self._key(name, number), item)
        return name

    def load(self, name: str) -> bytes:
        """The packed pages of this name; raises LookupError."""
        pieces = []
        for number in range(int(name.partition("-")[2] or 1)):
            item = state_table().get_unchanging(keys.user(self.user_id), self._key(name, number))
            if item is None:
                raise LookupError(f"pages of {self.data_type} that sync {self.sync_id} has read are missing")
            pieces.append(bytes(item["packed"]))
        return b"".join(pieces)

    def _key(self, name: str, piece: int) -> str:
        return keys.staged(self.sync_id, self.data_type, f"{name}#{piece}" if piece else name)


@dataclass
class StagedList:
    """A list as it was read, in pages: those that are staged, and behind them those that are in memory alone."""

    staged_pages: StagedPages
    entries: Sequence[Entry]
    """What the list held before: its pages are compared with that."""
    _staged: list[tuple[str, Sequence[ListPage]]] = field(default_factory=list, init=False)
    """Names with their pages; of these no more than is needed to judge and to plan."""
    _buffer: list[ListPage] = field(default_factory=list, init=False)

    def load(self, names: Iterable[str], inline: bytes = b"") -> None:
        """Take over the pages that a worker before has staged; `inline` has the last ones themselves."""
        for name in names:
            self._staged.append((name, _without_changes(self._pages(name))))
        self._buffer += unpack(inline, self.entries) if inline else []

    def stage(self) -> tuple[str, ...]:
        """Store what is not stored yet; answers the names of all."""
        if any(self._buffer):
            name = self.staged_pages.store(pack(self._buffer, self.entries))
            self._staged.append((name, _without_changes(self._buffer)))
        self._buffer.clear()
        return tuple(name for name, _ in self._staged)

    def stage_for(self, intent: Intent) -> Intent:
        """
        The same for an intent, which holds the last pages itself where they are small.

        They stay in memory as well: their facts are about to be made.
        """
        names = tuple(name for name, _ in self._staged)
        packed = pack(self._buffer, self.entries) if self._buffer else b""
        if len(packed) <= INLINE_BYTES:
            return replace(intent, staged=names, inline=packed)
        return replace(intent, staged=(*names, self.staged_pages.store(packed)))

    def listed(self) -> Iterator[Listed]:
        """All entries, in their order."""
        return chain.from_iterable(self._in_pages())

    def with_changes(self) -> Iterator[Listed]:
        """The same with what is recorded of them; pages are loaded as they are taken."""
        pages = chain.from_iterable(self._pages(name) for name, _ in self._staged)
        return chain.from_iterable(chain(pages, self._buffer))

    def _in_pages(self) -> list[ListPage]:
        return [*chain.from_iterable(pages for _, pages in self._staged), *self._buffer]

    def _pages(self, name: str) -> list[ListPage]:
        return unpack(self.staged_pages.load(name), self.entries)

    def last(self, count: int) -> Sequence[Listed]:
        """The last entries, at most so many."""
        backwards = chain.from_iterable(map(reversed, reversed(self._in_pages())))
        return list(islice(backwards, count))[::-1]

    @property
    def in_memory(self) -> int:
        """How many entries are in memory alone."""
        return sum(map(len, self._buffer))

    @property
    def begun(self) -> bool:
        """Whether a page was read."""
        return bool(self._staged or self._buffer)

    def names(self) -> set[str]:
        """The identities of what was given."""
        return {listed.entry.identity for listed in self.listed()}


def _without_changes(pages: Sequence[ListPage]) -> list[ListPage]:
    return [[Listed(listed.entry, listed.position) for listed in page] for page in pages]


def pack(pages: Sequence[ListPage], version: Sequence[Entry]) -> bytes:
    """Pages as they are stored, given what the list held before."""
    places = {entry.identity: place for place, entry in enumerate(version)}
    names: dict[tuple[str, ...], int] = {}
    rows = [[page[0].position, _parts(page, places, names)] for page in pages if page]
    text = raw_answers.text([list(names), rows])
    if len(text) < LARGE_TEXT:
        return raw_answers.pack(text, ())
    return lzma.compress(raw_answers.shortened(text), preset=2)


def _parts(page: ListPage, places: Mapping[str, int], names: dict[tuple[str, ...], int]) -> list[list[Any]]:
    """Runs and changes of a page; `names` gets the names of their fields, each set of them with its index."""
    parts: list[list[Any]] = []
    for listed in page:
        entry, change = listed.entry, listed.change
        if change:
            shape = names.setdefault(tuple(change.fields), len(names))
            parts.append([entry.identity, entry.digest, entry.key, change.answer, shape, list(change.fields.values())])
        elif parts and len(parts[-1]) == 2 and places[entry.identity] == sum(parts[-1]):
            parts[-1][1] += 1
        else:
            parts.append([places[entry.identity], 1])
    return parts


def unpack(packed: bytes, version: Sequence[Entry]) -> list[ListPage]:
    """The pages, given the same version."""
    pages: list[ListPage] = []
    if packed.startswith(XZ):
        names, rows = json.loads(raw_answers.restored(lzma.decompress(packed)))
    else:
        names, rows = raw_answers.unpack(packed, ())
    for start, parts in rows:
        listed: list[Listed] = []
        for part in parts:
            end = start + len(listed)
            if len(part) == 2:
                listed += map(Listed, version[part[0] : sum(part)], count(end))
            else:
                identity, digest, key, answer, shape, values = part
                change = Change(dict(zip(names[shape], values, strict=True)), answer)
                listed.append(Listed(Entry(identity, digest, key), end, change))
        pages.append(listed)
    return pages
