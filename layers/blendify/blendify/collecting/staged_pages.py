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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from blendify.collecting.comparison import Change, ListPage
from blendify.collecting.plan import Listed
from blendify.core.data_types import DataType
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history import raw_answers
from blendify.history.list_entries import Entry

LARGEST_BYTES = 300_000
"""Of one item."""
LARGE_TEXT = 50_000
XZ = b"\xfd7zXZ"
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
            state_table().put(
                keys.user(self.user_id), self._key(name, number), {"packed": piece, "expires_at": expires_at}
            )
        return name

    def load(self, name: str) -> bytes:
        """
        The packed pages of this name.

        Raises  LookupError
        """
        pieces = []
        for number in range(int(name.partition("-")[2] or 1)):
            item = state_table().get_unchanging(keys.user(self.user_id), self._key(name, number))
            if item is None:
                raise LookupError(f"pages of {self.data_type} that sync {self.sync_id} has read are missing")
            pieces.append(bytes(item["packed"]))
        return b"".join(pieces)

    def _key(self, name: str, piece: int) -> str:
        return keys.staged(self.sync_id, self.data_type, f"{name}#{piece}" if piece else name)


def pack(pages: Sequence[ListPage], version: Sequence[Entry]) -> bytes:
    """Pages as they are stored, given what the list held before."""
    places = {entry.identity: place for place, entry in enumerate(version)}
    names: dict[tuple[str, ...], int] = {}
    rows = [[page.listed[0].position, list(_parts(page, places, names))] for page in pages if page.listed]
    text = raw_answers.text([list(names), rows])
    if len(text) < LARGE_TEXT:
        return raw_answers.pack(text, ())
    return lzma.compress(raw_answers.shortened(text), preset=2)


def _parts(page: ListPage, places: Mapping[str, int], names: dict[tuple[str, ...], int]) -> Iterator[list[object]]:
    """Runs and changes of a page; `names` gets the names of their fields, each set of them with its index."""
    run: list[int] = []
    for index, listed in enumerate(page.listed):
        change = page.changes.get(index)
        place = places[listed.entry.identity] if change is None else -1
        if run and change is None and place == sum(run):
            run[1] += 1
            continue
        if run:
            yield [*run]
        run = [] if change else [place, 1]
        if change:
            entry = listed.entry
            shape = names.setdefault(tuple(change.fields), len(names))
            yield [entry.identity, entry.digest, entry.key, change.answer, shape, list(change.fields.values())]
    if run:
        yield [*run]


def unpack(packed: bytes, version: Sequence[Entry]) -> list[ListPage]:
    """The pages, given the same version."""
    pages = []
    if packed.startswith(XZ):
        names, rows = json.loads(raw_answers.restored(lzma.decompress(packed)))
    else:
        names, rows = raw_answers.unpack(packed, ())
    for start, parts in rows:
        listed: list[Listed] = []
        changes: dict[int, Change] = {}
        for part in parts:
            if len(part) == 2:
                first, count = part
                run = version[first : first + count]
                listed += [Listed(entry, at) for at, entry in enumerate(run, start + len(listed))]
                continue
            identity, digest, key, answer, shape, values = part
            changes[len(listed)] = Change(dict(zip(names[shape], values, strict=True)), answer)
            listed.append(Listed(Entry(identity, digest, key), start + len(listed)))
        pages.append(ListPage(listed, changes))
    return pages
