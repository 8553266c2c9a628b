"""
One list on its way into the history: which of its entries are news, and at its end what has left it and what has moved.

A page is noted before its facts are written, and the inventory moves on after all facts are. Whatever dies in between,
what was recorded is known to the next worker.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from blendify.collecting import drafts
from blendify.collecting.drafts import Draft
from blendify.collecting.job import Job
from blendify.collecting.page_consistency import MOST_READINGS
from blendify.collecting.progress import Position
from blendify.collecting.run_facts import left, readings, removals
from blendify.collecting.undated_plays import move_to_front
from blendify.collecting.undated_plays.timestamps import with_moments
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.errors import CollectError
from blendify.history import lookup
from blendify.history.append import NOTHING, Written, append
from blendify.history.facts import REREAD, Fact, fact_key, removal_key
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion, Settlement, keep, suspect
from blendify.history.reordering import arranged, moved
from blendify.providers.endpoint import ListKind, LogWindow, Record
from blendify.providers.record_identity import digest, identity

REMEMBERED = 100
"""Newest plays of which it is known that they are stored, at least: the provider may tell of some late."""


class Restart(CollectError):
    """The list must be read again from its beginning before anything is concluded from it."""


@dataclass(frozen=True)
class News:
    """One entry of a page."""

    row: Record
    entry: Entry
    occurrence: int
    recorded: bool
    """Whether it is new or changed, so that a fact must say so."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """As they are stored."""
        return self.row.fields if self.occurrence == 1 else {**self.row.fields, "occurrence": self.occurrence}


class Intake:
    """One list in one run; `resumed` is where the run stands in it, if another worker may have begun it."""

    def __init__(
        self,
        job: Job,
        data_type: DataType,
        shape: ListKind,
        inventory: ListVersion,
        number: int,
        writers: Executor,
        *,
        resumed: Position | None,
        memory: LogWindow | None = None,
    ) -> None:
        self._job, self._data_type, self._shape, self._inventory = job, data_type, shape, inventory
        self._writers, self._memory = writers, memory or LogWindow(entries=None)
        self._on_page: Counter[str] = Counter()
        self.number = number
        self._before = inventory.entries()
        self._pages: dict[tuple[int, int], Sequence[Entry]] = {}
        self._given: set[str] = set()
        self._left: set[str] = set()
        if resumed:
            self._left = left(job, inventory.list_id, self._before, removals(job, data_type))
            kept = drafts.kept(job.user_id, job.sync_id, data_type, number)
            self._pages = {(one.reading, one.offset): one.entries for one in kept}
            # Some of their facts may be there: what is dated by us keeps the moment that it was given.
            self._given = (
                set() if self._memory.dated else {one.identity for page in self._pages.values() for one in page}
            )
            self._believe_what_is_stored((resumed.reading, resumed.offset))
        self._everything = {one.identity for page in self._pages.values() for one in page}
        # Ordered lists are begun anew under other keys, or not at all.
        ordered = shape in (ListKind.RANKED, ListKind.ARRANGED)
        self._noted = {one.identity: one for page in self._pages.values() for one in page if not ordered}
        self._counted: tuple[int, int] = (0, -1)
        self._names: set[str] = set()
        self._last: Counter[str] = Counter()
        self._written: list[Written] = []

    @property
    def begun(self) -> bool:
        """Whether a page of it was taken, by this worker or by one before it."""
        return bool(self._pages)

    @property
    def known(self) -> dict[str, str]:
        """Identities and digests of what is known to be in the list, in order."""
        return {one.identity: one.digest for one in self._before.values() if one.identity not in self._left}

    def take(self, reading: int, offset: int, rows: Sequence[Record]) -> tuple[list[News], int]:
        """
        Note a page, before its facts are written; answers its entries, and how many of them the run had not met.

        Raises  Restart when this page of an ordered list looks another than to the worker that died over it
        """
        self._count_until(reading, offset)
        self._on_page = Counter()
        if not self._memory.dated:
            rows = self._with_moments(rows)
        there = self._pages.get((reading, offset))
        if there is not None:
            # The worker that died over this page did not get so far as to count it.
            others = [page for place, page in self._pages.items() if place != (reading, offset)]
            self._everything = {one.identity for page in others for one in page}
        news = [self._news(row) for row in rows]
        entries = [one.entry for one in news]
        self._counted = (reading, offset + len(rows))
        if there is not None and list(there) != entries:
            if self._shape in (ListKind.RANKED, ListKind.ARRANGED):
                raise Restart("the list changed while it was read")
            names = {one.identity for one in entries}
            entries += [one for one in there if one.identity not in names and self._stored(one)]
        if self._shape in (ListKind.SET, ListKind.LOG):
            self._noted |= {one.identity: one for one in entries}
        self._note(reading, offset, entries)
        fresh = {one.identity for one in entries} - self._everything
        self._everything |= fresh
        return news, len(rows) if self._shape in (ListKind.RANKED, ListKind.ARRANGED) else len(fresh)

    def settle(self, found: "Found", order: Sequence[str] | None = None) -> "Settled":
        """
        Record what has left the list and what has moved in it, then move the inventory on. May be done again.

        order   all that the list holds, where that is known without having seen all of it

        Raises  Restart when fewer different entries came than the provider counts, or most of the list is gone, and
                nobody has looked twice
        """
        now, seen, job = self._now(found.reading), self._inventory, self._job
        # A stale page in place of a new one shows in nothing else, when the list has changed in between.
        short = self._shape is ListKind.SET and order is None and len(now) < (found.total or 0)
        if short and found.complete and found.reading < MOST_READINGS:
            raise Restart(f"the provider counts {found.total} entries, and {len(now)} different ones came")
        if order is not None:
            everything = {**self._before, **now}
            now = {name: everything[name] for name in order}
        gone: list[str] = []
        if found.complete and self._shape is not ListKind.LOG:
            gone = [one for one in self._before if one not in now]
            lost = len(gone) - sum(one not in self._before for one in now)
            if (
                lost * 2 > len(self._before)
                and not found.believed
                and seen.suspected != job.sync_id
                and seen.settled != job.sync_id
            ):
                suspect(seen, job.sync_id)
                raise Restart(f"{len(gone)} of {len(self._before)} entries seem to be gone: read once more to be sure")
        recorded = {name for name, one in now.items() if one.key != self._key_before(name)}
        holes = self._hole(now) if self._shape is ListKind.LOG and found.full else 0
        turned = self._moves(now, recorded, found) if self._shape is ListKind.ARRANGED else {}
        self._append(self._writers.map(self._removal, (self._before[name] for name in gone)))
        if self._overtaken(found.reading):
            # Also for those who read the history of one record: what its earlier readings say does not count.
            place = f"{seen.list_id}#reading{found.reading}"
            fields = {"kind": "reread", "record_id": REREAD, "reading": found.reading, **self._list_field()}
            self._append([self._marked(place, fields)])
        removed = seen.removed if seen.settled == job.sync_id else len(gone)
        keep(
            seen,
            self._following(now, turned, found),
            Settlement(
                job.sync_id,
                # A log is gone on with from the last run that read all that it asked for.
                job.fetched_at if found.complete or self._shape is not ListKind.LOG else seen.read_at or "",
                removed,
                job.fetched_at if found.complete and found.swept else seen.swept_at,
                found.total,
                found.version if found.complete else None,
                found.since,
            ),
        )
        return Settled(removed, len(turned), holes, sum(self._written, NOTHING))

    def _believe_what_is_stored(self, place: tuple[int, int]) -> None:
        """
        The worker that noted the pages from this place on may have died before it wrote their facts.

        Of ordered lists they are read again as they were, or the whole list is.
        """
        if self._shape in (ListKind.RANKED, ListKind.ARRANGED):
            return
        for reading, offset in [one for one in self._pages if one >= place]:
            page = self._pages[reading, offset]
            stored = [one for one in page if self._stored(one)]
            if len(stored) < len(page):
                self._note(reading, offset, stored)

    def _with_moments(self, rows: Sequence[Record]) -> list[Record]:
        noted, seen = {*self._noted, *self._given}, self._inventory
        if self._memory.moves_to_front:
            read = set(seen.read_to_the_end())
            met = noted.union(self._before) - read
            return move_to_front.with_moments(rows, read, met, times.now(), seen.read_at, self._memory.entries or 0)
        return with_moments(rows, self._before, noted, times.now(), seen.read_at)

    def _note(self, reading: int, offset: int, entries: Sequence[Entry]) -> None:
        self._pages[reading, offset] = entries
        job = self._job
        draft = Draft(self.number, self._inventory.list_id, reading, offset, entries)
        drafts.keep(job.user_id, job.sync_id, self._data_type, draft)

    def _count_until(self, reading: int, offset: int) -> None:
        """Know what the pages before this one hold, so that a record met again in them is told from this one."""
        if self._counted == (reading, offset):
            return
        ordered = self._shape in (ListKind.RANKED, ListKind.ARRANGED)
        pages = {place: page for place, page in self._pages.items() if place[1] < offset}
        if ordered:
            pages = {place: page for place, page in pages.items() if place[0] == reading}
        self._names = {one.identity for page in pages.values() for one in page} if ordered else set()
        self._last = Counter()
        if not ordered:
            # Only entries without an id need counting: the latest reading of each page does.
            latest = {at: page for (_, at), page in sorted(pages.items())}
            nulls = sum(one.identity.partition("#")[0] == "null" for page in latest.values() for one in page)
            self._names = {identity({}, number) for number in range(1, nulls + 1)}
        self._counted = (reading, offset)

    def _news(self, row: Record) -> News:
        occurrence, name = 1, identity(row.fields)
        if self._shape in (ListKind.RANKED, ListKind.ARRANGED) or not row.fields.get("record_id"):
            occurrence = max(1, self._last[name])
            while identity(row.fields, occurrence) in self._names:
                occurrence += 1
            self._last[name] = occurrence
            name = identity(row.fields, occurrence)
            self._names.add(name)
        elif self._memory.repeats:
            # Of one page alone: on the next one the last entry of this one may be met again.
            self._on_page[name] += 1
            occurrence = self._on_page[name]
            name = identity(row.fields, occurrence)
            row = replace(row, key=f"{row.key}#{occurrence}") if occurrence > 1 else row
        noted = self._noted.get(name)
        mark = digest(row.fields, row.uncompared)
        old = self._before.get(name)
        mine = old is not None and old.key.startswith(f"{self._job.fetched_at}#")
        key = fact_key(self._job.fetched_at, self._job.provider, row.key)
        if noted and noted.key == key:
            # Its fact may be there, and cannot be written again: what has changed since is the next run's to record.
            # If another page has it, it is there.
            return News(row, noted, occurrence, recorded=name not in self._everything)
        # What a worker that died had recorded as gone may be there again: the history must be told.
        if old is not None and old.digest == mark and not mine and name not in self._left:
            return News(row, old, occurrence, recorded=False)
        return News(
            row, old if old and mine and old.digest == mark else Entry(name, mark, key), occurrence, recorded=True
        )

    def _stored(self, entry: Entry) -> bool:
        """Whether a noted entry has its fact: the worker that noted it may have died before it wrote."""
        return entry.key == self._key_before(entry.identity) or lookup.holds(
            self._job.user_id, self._data_type, entry.key
        )

    def _key_before(self, name: str) -> str | None:
        return self._before[name].key if name in self._before else None

    def _now(self, reading: int) -> dict[str, Entry]:
        """What the run has seen: of ordered lists the last reading, of others everything, the latest look at each."""
        pages = sorted(self._pages.items())
        if self._shape in (ListKind.RANKED, ListKind.ARRANGED):
            pages = [(place, page) for place, page in pages if place[0] == reading]
        return {one.identity: one for _, page in pages for one in page}

    def _overtaken(self, reading: int) -> bool:
        """Whether earlier readings of an ordered list recorded what no longer counts."""
        if self._shape not in (ListKind.RANKED, ListKind.ARRANGED) or reading == 1:
            return False
        told = readings(self._job, self._data_type, self._inventory.list_id, self._shape)
        return any(int(one.reading or 1) < reading for one in told)

    def _places(self, reading: int) -> dict[str, int]:
        """Where the entries of a reading stand, pages that were lost included."""
        pages = ((offset, page) for (of, offset), page in self._pages.items() if of == reading)
        return {one.identity: offset + index for offset, page in pages for index, one in enumerate(page)}

    def _following(self, now: Mapping[str, Entry], turned: Mapping[str, Entry], found: "Found") -> list[Entry]:
        """What the list holds from now on."""
        if self._shape is ListKind.LOG:
            everything = sorted({**self._before, **now}.values(), key=lambda one: one.identity, reverse=True)
            if self._memory.moves_to_front:
                # However often one comes again, the others still stand in the list.
                names = set(move_to_front.latest([one.identity for one in everything]))
                everything = [one for one in everything if one.identity in names]
            start = found.remembered_from
            return [
                one
                for index, one in enumerate(everything)
                if index < REMEMBERED or (start is not None and one.identity >= start)
            ]
        kept = {**now, **turned}
        if not found.complete and self._shape is ListKind.ARRANGED:
            places = self._places(found.reading)
            recorded = {name: places[name] for name, one in now.items() if one.key != self._key_before(name)}
            kept = {**self._before, **kept}
            return [kept[name] for name in arranged(list(self._before), recorded)]
        if not found.complete:
            kept = {**self._before, **kept}
        if found.newest_first:
            return sorted(kept.values(), key=lambda one: one.identity.partition("#")[0], reverse=True)
        return list(kept.values())

    def _moves(self, now: Mapping[str, Entry], recorded: set[str], found: "Found") -> dict[str, Entry]:
        """Facts for entries that only changed their place: what they said before, at the new position."""
        if not found.complete:
            return {}
        place = {name: index for index, name in enumerate(now)}
        names = moved(list(self._before), list(now), recorded)
        facts = list(self._writers.map(lambda name: self._move(self._before[name], place[name], found.reading), names))
        self._append(facts)
        return {
            name: Entry(name, self._before[name].digest, fact.fetched_at)
            for name, fact in zip(names, facts, strict=True)
        }

    def _move(self, entry: Entry, position: int, reading: int) -> Fact:
        """The fact that says so, under the key that it would have had as a new entry."""
        old, job = self._fact(entry), self._job
        again = {"reading": reading} if reading > 1 else {}
        part = f"#reading{reading}" if again else ""
        key = f"{self._inventory.list_id}{part}#{position:06}#{old.fields.get('record_id') or 'null'}"
        fields = {**old.fields, "reading": None, "position": position, **again}
        return Fact.of(job.user_id, self._data_type, job.fetched_at, job.provider, key, fields, old.answer())

    def _removal(self, entry: Entry) -> Fact:
        stale = ("position", "rank", "reading")
        fields = {name: value for name, value in self._fact(entry).fields.items() if name not in stale}
        return self._marked(removal_key(self._inventory.list_id, entry.identity), {**fields, "removed": True})

    def _hole(self, now: Mapping[str, Entry]) -> int:
        """Plays between the newest that was known and the oldest told now may be missing: 1, and it is recorded."""
        before = {name for name, one in self._before.items() if not one.key.startswith(f"{self._job.fetched_at}#")}
        if not before or any(name in before for name in now):
            return 0
        start, end = max(before).partition("#")[0], min(now).partition("#")[0]
        if start >= end:
            return 0
        self._append([self._marked(f"hole#{end}", {"kind": "hole", "missing_from": start, "missing_until": end})])
        return 1

    def _marked(self, key: str, fields: Mapping[str, Any]) -> Fact:
        job = self._job
        return Fact.mark(job.user_id, self._data_type, job.fetched_at, job.provider, key, fields)

    def _append(self, facts: Iterable[Fact]) -> None:
        self._written.append(append(facts))

    def _fact(self, entry: Entry) -> Fact:
        return lookup.fact_at(self._job.user_id, self._data_type, entry.key)

    def _list_field(self) -> dict[str, str]:
        name = "playlist_id" if self._shape is ListKind.ARRANGED else "time_range"
        return {name: self._inventory.list_id}


@dataclass(frozen=True)
class Found:
    """How the reading of a list ended."""

    reading: int
    complete: bool
    """Whether every entry was seen: only then can anything be gone."""
    total: int | None
    version: str | None
    newest_first: bool = False
    believed: bool = False
    """Whether it is known from elsewhere that the list is gone."""
    swept: bool = True
    """Whether that was seen entry by entry."""
    full: bool = False
    """Whether as many entries came as the provider remembers."""
    since: str | None = None
    """From which moment on a log was asked for; ISO 8601, None for all of it."""
    remembered_from: str | None = None
    """From this moment on all plays stay known, beside the newest ones; ISO 8601."""


@dataclass(frozen=True)
class Settled:
    """What settling a list recorded beside its entries."""

    removed: int
    moved: int
    holes: int
    written: Written
