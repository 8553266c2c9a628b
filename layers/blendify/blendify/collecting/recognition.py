"""
Entries that are known although they look different today: they are null, lack their moment, or have another id.

Pure. The results are the same records with the moment and the id by which they are known. So they have the known
identity, and what was recorded of them stays. Moments are those of identities, with milliseconds.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from blendify.core import times
from blendify.history.list_entries import Entry
from blendify.providers.endpoint import Record
from blendify.providers.record_identity import identity, is_dated, is_null, moment, record_id

LONGEST_PLAY = timedelta(days=1)
"""A play that was seen without its moment is newer than the one behind it, or began at most so long before."""
LATEST = "9"
"""Behind all moments."""
GUESSED = ("guessed",)
"""Marks a play whose moment was not given: as what is compared of it, it stays in the log's version."""
_OCCURRENCE = re.compile(r"#\d+$")


@dataclass
class KnownList:
    """What a list that is no log held."""

    names: Collection[str]
    """Identities, in the list's order."""
    _order: list[str] = field(default_factory=list, init=False)
    _places: dict[str, int] = field(default_factory=dict, init=False)
    _has_nulls: bool = field(default=False, init=False)

    def recognized(self, records: Sequence[Record]) -> list[Record]:
        """
        A page in terms of what is known.

        A date that is not given today is still the date, and an entry that is null today is the one that stood between
        the same neighbours.
        """
        page = _Page.of(records)
        unknown = [place for place, name in enumerate(page.names) if name not in self.names]
        empty = [place for place, name in enumerate(page.names) if is_null(name)]
        if self.names and (unknown or empty):
            self._recognize_by_id(page, [place for place in unknown if not is_null(page.names[place])])
            for place in empty:
                page.settle(place, self._between_neighbours(page.names, place))
        return page.records

    def _recognize_by_id(self, page: "_Page", unknown: Sequence[int]) -> None:
        """Give entries without a date that by which they are known, and take it from those that were known without."""
        undated = {page.names[place] for place in unknown if not is_dated(page.names[place])}
        dated: dict[str, list[str]] = {}
        if undated:
            here = Counter(page.names)
            for name in self.names:
                plain = _OCCURRENCE.sub("", name)
                plain = plain if plain in self.names else name
                if not is_dated(plain) or record_id(plain) not in undated:
                    continue
                if here[plain]:
                    here[plain] -= 1
                else:
                    dated.setdefault(record_id(plain), []).append(plain)
        for place in unknown:
            name = page.names[place]
            if is_dated(name):
                page.settle(place, {record_id(name)}.intersection(self.names))
            elif dated.get(name):
                page.rename(place, dated[name].pop(0))

    def _between_neighbours(self, names: Sequence[str], place: int) -> Sequence[str]:
        """What was known between the entries before and behind a null one; nothing where a null was known already."""
        if not self._order:
            self._order = list(self.names)
            self._places = {name: place for place, name in enumerate(self._order)}
            self._has_nulls = any(map(is_null, self._order))
        before = self._places.get(names[place - 1]) if place else None
        behind = self._places.get(names[place + 1]) if place + 1 < len(names) else None
        if before is not None and behind is not None:
            between = self._order[before + 1 : behind]
        elif self._has_nulls:
            return []
        elif before is not None:
            between = self._order[before + 1 : before + 2]
        else:
            between = self._order[max(0, behind - 1) : behind] if behind is not None else []
        return [] if any(map(is_null, between)) else between


@dataclass
class KnownPlays:
    """What a log with dated plays held."""

    entries: Sequence[Entry]
    names: Sequence[str] = field(init=False)
    """Identities."""

    def __post_init__(self) -> None:
        self.names = [entry.identity for entry in self.entries]
        self._known = set(self.names)
        self._in_order = sorted(filter(is_dated, self.names))
        self._guessed = sorted(entry.identity for entry in self.entries if entry.digest)

    def recognized(self, records: Sequence[Record], now: datetime, *, first: bool = True) -> list[Record]:
        """
        A page of the log, newest first, in terms of what is known.

        A play is an event: it stays one, whatever its track is called or linked to later. At a moment at which one play
        was known and is not there any more, another one is the same play. A play without a moment gets the latest that
        its neighbours allow, and is recognized by it later. Where a play comes twice and a known one is missing, it
        stands in its place.

        now     when the page was read
        first   whether no newer plays stand on a page before it
        """
        page = _Page.of(records)
        unknown = [place for place, name in enumerate(page.names) if name not in self._known]
        for place in unknown if self._known else ():
            name = page.names[place]
            if is_dated(name):
                same_moment = self._between(f"{moment(name)}#", moment(name))
                if len(same_moment) > 1 and page.may_cut(moment(name)):
                    # Those that are not here may stand on the next page.
                    same_moment = []
                page.settle(place, [*same_moment, *self._seen_later(name)])
        for place in unknown:
            if not is_dated(page.names[place]):
                track = page.records[place].fields.get("record_id")
                candidates = self._between(*page.neighbours(place))
                page.settle(place, [name for name in candidates if not track or record_id(name) == track])
                page.guess(place, now)
        for place, number in page.repetitions() if self._known else ():
            if f"{page.names[place]}#{number}" not in self._known:
                page.settle(place, self._between(*page.neighbours(place, first=first)))
        return page.records

    def _between(self, first: str, last: str) -> Sequence[str]:
        """The plays that were known from one moment to another, the latest first."""
        return self._in_order[bisect_left(self._in_order, first) : bisect_left(self._in_order, f"{last}$")][::-1]

    def _seen_later(self, name: str) -> Sequence[str]:
        """The play of this track that was seen later, when it had no moment yet."""
        return [
            guess
            for guess in self._guessed
            if record_id(guess) == record_id(name) and moment(name) <= moment(guess) and self._behind(guess) <= name
        ]

    def _behind(self, guess: str) -> str:
        """A name behind which a play is too old to be the guessed one."""
        older = self._between("", moment(guess))
        place = list(older).index(guess) + 1
        day_before = times.iso(times.parse(moment(guess)) - LONGEST_PLAY)
        return min(older[place] if place < len(older) else "", day_before)


@dataclass
class _Page:
    """The entries of one page, and their names: some get those by which they are known."""

    records: list[Record]
    names: list[str]
    taken: set[str]
    """Names that an entry has."""

    @classmethod
    def of(cls, records: Sequence[Record]) -> "_Page":
        names = [identity(record.fields) for record in records]
        return cls(list(records), names, set(names))

    def settle(self, place: int, candidates: Iterable[str]) -> None:
        """Give the entry the first of these known names that no other entry has; a null entry tells nothing."""
        for name in candidates:
            plain = _OCCURRENCE.sub("", name)
            if is_null(name) or name in self.taken or (plain != name and plain in self.taken):
                continue
            self.rename(place, name)
            return

    def may_cut(self, played_at: str) -> bool:
        """Whether plays of this moment stand at an end of the page, so that others may stand on another page."""
        moments = [moment(name) for name in self.names if is_dated(name)]
        return played_at in (moments[0], moments[-1])

    def guess(self, place: int, now: datetime) -> None:
        """Give an entry without a moment one: just before the next newer entry."""
        record = self.records[place]
        if is_dated(self.names[place]) or not record.fields.get("record_id"):
            return
        older, newer = self.neighbours(place)
        latest = now if newer == LATEST else times.parse(newer) - timedelta(milliseconds=1)
        self.rename(place, f"{max(older, times.iso(latest))}#{record.fields['record_id']}")
        fields = {**self.records[place].fields, "played_after": older or None}
        self.records[place] = replace(record, key=self.names[place], fields=fields, compared=GUESSED)

    def neighbours(self, place: int, *, first: bool = True) -> tuple[str, str]:
        """
        The moments of the next other entries, older and newer; where there is none, that of the entry itself.

        first   whether nothing newer stands on a page before: then any newer moment
        """
        name = self.names[place]
        own = moment(name) if is_dated(name) else ""
        others = [moment(other) if is_dated(other) and other != name else "" for other in self.names]
        newer = next(filter(None, others[:place][::-1]), LATEST if first else own)
        return next(filter(None, others[place:]), own), newer

    def repetitions(self) -> list[tuple[int, int]]:
        """The places of dated entries that stand on the page already, and which of several equal ones each is."""
        count = Counter[str]()
        places = []
        for place, name in enumerate(self.names):
            count[name] += 1
            if count[name] > 1 and is_dated(name):
                places.append((place, count[name]))
        return places

    def rename(self, place: int, name: str) -> None:
        """Give the entry the moment and the id of this name."""
        dated, fields = is_dated(name), dict(self.records[place].fields)
        fields["record_id"] = record_id(name) if dated else name
        fields["played_at" if "played_at" in fields else "added_at"] = moment(name) if dated else None
        self.records[place] = replace(self.records[place], fields=fields, compared=())
        self.names[place] = name
        self.taken.add(name)
