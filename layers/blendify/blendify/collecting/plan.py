"""
Plan: the difference between a list as a sync has read it and what the history holds of it.

Pure: no clock, no settings, no I/O. The same version and the same list always give the same plan. So any worker can
finish a commit that another one began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.collecting.undated_plays.move_to_front import latest
from blendify.history.facts import fact_key, removal_key
from blendify.history.intents import Intent
from blendify.history.list_entries import Entry
from blendify.history.reordering import arranged, moved
from blendify.providers.change_checks import newest_first
from blendify.providers.endpoint import Endpoint, ListKind
from blendify.providers.record_identity import is_dated

REMEMBERED = 100
"""Number of newest plays that a version always lists as recorded: a provider may report some late."""
SPARE_PLAYS = 50
"""A log is cut back only when it holds this many plays more than needed: each cut rewrites its old end."""


@dataclass(frozen=True)
class Source:
    """The sync and the list that it has read; the keys of all facts follow from them."""

    started_at: str
    """The start of the sync, ISO 8601."""
    provider: str
    list_id: str

    def key(self, part: str) -> str:
        """The sort key of the fact under `part`, which is unique within the sync and the data type."""
        return fact_key(self.started_at, self.provider, part)


@dataclass(frozen=True, slots=True)
class Change:
    """What is recorded of a new or changed entry."""

    fields: Mapping[str, Any]
    answer: Any
    """The provider's, whole."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list that was read: the version's own if it is unchanged, otherwise one with its new key."""

    entry: Entry
    position: int
    """In the list, from 0; entries of pages that could not be read are counted."""
    change: Change | None = None
    """Of a new or changed entry; it is not needed to judge and to plan."""


ListPage = Sequence[Listed]
"""A part of a list: all its entries in their order."""


@dataclass(frozen=True)
class ReadList:
    """A list as it was read, in its order."""

    source: Source
    endpoint: Endpoint
    entries: Sequence[Listed]
    intent: Intent
    """What was concluded from it; where it says no moment, a log's version keeps the newest `REMEMBERED` alone."""


@dataclass(frozen=True, slots=True)
class Move:
    """An unchanged entry at another position: its newest fact is appended again with the new position."""

    entry: Entry
    """With the key of the fact that records the move."""
    old_key: str
    position: int


@dataclass(frozen=True)
class Gap:
    """Plays may be missing between two moments (ISO 8601): the provider remembers too few."""

    key: str
    start: str
    end: str


@dataclass(frozen=True)
class Plan:
    """The facts to append, and what the list holds once they are in the history."""

    entries: Sequence[Entry]
    """The next version, in its order."""
    recorded: Mapping[int, int]
    """New and changed entries: index in the list as it was read, and the position at which each is recorded."""
    removed: Mapping[str, Entry] = field(default_factory=dict)
    """Entries that have left the list, by the keys of the facts that say so."""
    moves: Sequence[Move] = ()
    gap: Gap | None = None

    @property
    def facts(self) -> int:
        """How many facts it appends."""
        return len(self.recorded) + len(self.removed) + len(self.moves) + (self.gap is not None)


Before = Mapping[str, Entry]
"""The version, by identity."""
Now = Mapping[str, tuple[int, Listed]]
"""The list as it was read, by identity, with the index of each entry."""


def plan(version: Sequence[Entry], read: ReadList) -> Plan:
    """The facts that lead from the version to the list as it was read, and the version after them."""
    before = {entry.identity: entry for entry in version}
    # Overlapping pages of a set give some entries twice: the latest counts.
    now = {listed.entry.identity: (index, listed) for index, listed in enumerate(read.entries)}
    plans = {ListKind.LOG: _log, ListKind.SET: _set, ListKind.RANKED: _ranked, ListKind.ARRANGED: _arranged}
    return plans[read.endpoint.list_kind](before, now, read)


def _recorded(before: Before, now: Now) -> dict[str, tuple[int, int]]:
    """Identities of new and changed entries, with index and position."""
    return {
        name: (index, listed.position)
        for name, (index, listed) in now.items()
        if name not in before or before[name].key != listed.entry.key
    }


def _gone(before: Before, now: Now, read: ReadList) -> dict[str, Entry]:
    gone = (entry for name, entry in before.items() if name not in now and read.intent.complete)
    return {read.source.key(removal_key(read.source.list_id, entry.identity)): entry for entry in gone}


def _set(before: Before, now: Now, read: ReadList) -> Plan:
    held = {name: listed.entry for name, (_, listed) in now.items()}
    if not read.intent.complete:
        held = _with_missing(before, held)
    entries = list(held.values())
    if read.endpoint.change_check is newest_first:
        # Also what is known and was not read has its place by its moment.
        entries.sort(key=lambda entry: entry.identity.partition("#")[0], reverse=True)
    return Plan(entries, dict(_recorded(before, now).values()), _gone(before, now, read))


def _with_missing(before: Before, held: Before) -> dict[str, Entry]:
    """What was read, and what is missing in front of the next known entry: new ones mostly come first."""
    merged: dict[str, Entry] = {}
    ahead: dict[str, list[str]] = {}
    missing: list[str] = []
    for name in before:
        if name in held:
            ahead[name], missing = missing, []
        else:
            missing.append(name)
    for name, entry in held.items():
        merged |= {other: before[other] for other in ahead.get(name, ())}
        merged[name] = entry
    return merged | {other: before[other] for other in missing}


def _ranked(before: Before, now: Now, read: ReadList) -> Plan:
    if not read.intent.complete and any(name not in now for name in before):
        # Two entries would claim one rank. The list stays as it was last read whole.
        return Plan(list(before.values()), {})
    return _set(before, now, read)


def _arranged(before: Before, now: Now, read: ReadList) -> Plan:
    recorded = _recorded(before, now)
    if not read.intent.complete:
        held = {**before, **{name: listed.entry for name, (_, listed) in now.items()}}
        order = arranged(list(before), {name: position for name, (_, position) in recorded.items()})
        return Plan([held[name] for name in order], dict(recorded.values()))
    places = {name: place for place, name in enumerate(now)}
    moves = {name: _move(before[name], places[name], read.source) for name in moved(list(before), list(now), recorded)}
    entries = [moves[name].entry if name in moves else listed.entry for name, (_, listed) in now.items()]
    positions = {index: places[name] for name, (index, _) in recorded.items()}
    return Plan(entries, positions, _gone(before, now, read), list(moves.values()))


def _move(entry: Entry, position: int, source: Source) -> Move:
    key = source.key(f"moved#{source.list_id}#{entry.identity}")
    return Move(Entry(entry.identity, entry.digest, key), entry.key, position)


def _log(before: Before, now: Now, read: ReadList) -> Plan:
    # A play is an event: its record stays, even if its track is renamed later.
    new = {name: (index, listed) for name, (index, listed) in now.items() if name not in before}
    held = {**before, **{name: listed.entry for name, (_, listed) in new.items()}}
    names = sorted(held, reverse=True)
    window = read.endpoint.log_window
    if window and window.moves_to_front:
        newest = set(latest(names))
        names = [name for name in names if name in newest]
    start = read.intent.commit.signals.remembered_from
    # Plays without moments that a provider lists may be older than many that it does not.
    newest = set() if window is None or window.dated else set(latest(names)[:REMEMBERED])
    needed = [
        name
        for index, name in enumerate(names)
        if index < REMEMBERED or name in newest or (start is not None and name >= start)
    ]
    if len(names) > len(needed) + SPARE_PLAYS:
        names = needed
    recorded = {index: listed.position for index, listed in new.values()}
    return Plan([held[name] for name in names], recorded, gap=_gap(before, now, read))


def _gap(before: Before, now: Now, read: ReadList) -> Gap | None:
    """A gap, if none of the plays that the provider gave was known: there may have been more in between."""
    known, reported = list(filter(is_dated, before)), list(filter(is_dated, now))
    if not read.intent.full or not known or not reported or any(name in before for name in reported):
        return None
    start, end = max(known).partition("#")[0], min(reported).partition("#")[0]
    return Gap(read.source.key(f"hole#{end}"), start, end) if start < end else None
