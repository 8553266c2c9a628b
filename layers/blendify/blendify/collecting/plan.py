"""
Plan: what a list, as a sync has read it, changes of what the history holds of it.

Pure: no clock, no settings, no I/O. The same version and the same list give the same plan, whoever asks and whenever:
that is why a commit which a worker began can be finished by any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blendify.collecting.undated_plays.move_to_front import latest
from blendify.history.facts import fact_key, removal_key
from blendify.history.list_entries import Entry
from blendify.history.reordering import arranged, moved
from blendify.providers.endpoint import ListKind
from blendify.providers.record_identity import is_dated

REMEMBERED = 100
"""The newest plays of which a version always tells that they are recorded: a provider may report some late."""
SPARE_PLAYS = 50
"""A log is cut back to what must be remembered only when it holds so many more: each cut rewrites its old end."""


@dataclass(frozen=True)
class Source:
    """Which sync has read which list; all keys of facts follow from it."""

    started_at: str
    """The start of the sync, ISO 8601."""
    provider: str
    list_id: str

    def key(self, part: str) -> str:
        """The sort key of the fact under `part`, which is unique within the sync and the data type."""
        return fact_key(self.started_at, self.provider, part)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list that was read: the version's own where nothing of it is new, else with the key it gets."""

    entry: Entry
    position: int
    """In the list, from 0: pages that could not be read count."""


@dataclass(frozen=True)
class Rules:
    """What holds for a list whatever is in it."""

    kind: ListKind
    newest_first: bool = False
    """Of a set: whether it is kept in the order of its entries' moments, whatever part of it was read."""
    once_each: bool = False
    """Of a log: whether each record stands in it once, where it was last."""


@dataclass(frozen=True)
class ReadList:
    """A list as it was read, in its order."""

    source: Source
    rules: Rules
    entries: Sequence[Listed]
    complete: bool = True
    """Whether an entry that is missing has left the list."""
    full: bool = False
    """Of a log: whether the provider told as many plays as it remembers, so that others may be lost before them."""
    remembered_from: str | None = None
    """Of a log: from this moment on (ISO 8601) all plays stay known; None for the newest `REMEMBERED` alone."""


@dataclass(frozen=True, slots=True)
class Move:
    """An entry that is what it was, in another place: its newest fact is told again with the new position."""

    entry: Entry
    """With the key of the fact that says so."""
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
    """What is new or has changed: its index in the list as it was read, and the position that it is recorded at."""
    removed: Sequence[Entry] = ()
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
    # A set whose pages overlap tells of some entries twice: the latest look counts.
    now = {listed.entry.identity: (index, listed) for index, listed in enumerate(read.entries)}
    match read.rules.kind:
        case ListKind.LOG:
            return _log(before, now, read)
        case ListKind.SET:
            return _set(before, now, read)
        case ListKind.RANKED:
            return _ranked(before, now, read)
        case ListKind.ARRANGED:
            return _arranged(before, now, read)


def removal(source: Source, entry: Entry) -> str:
    """The sort key of the fact that an entry has left its list."""
    return source.key(removal_key(source.list_id, entry.identity))


def _recorded(before: Before, now: Now) -> dict[str, tuple[int, int]]:
    """Identities of what is new or has changed, with index and position."""
    return {
        name: (index, listed.position)
        for name, (index, listed) in now.items()
        if name not in before or before[name].key != listed.entry.key
    }


def _gone(before: Before, now: Now, read: ReadList) -> list[Entry]:
    return [entry for name, entry in before.items() if name not in now] if read.complete else []


def _set(before: Before, now: Now, read: ReadList) -> Plan:
    held = {} if read.complete else dict(before)
    held |= {name: listed.entry for name, (_, listed) in now.items()}
    entries = list(held.values())
    if read.rules.newest_first:
        entries.sort(key=lambda entry: entry.identity.partition("#")[0], reverse=True)
    return Plan(entries, dict(_recorded(before, now).values()), _gone(before, now, read))


def _ranked(before: Before, now: Now, read: ReadList) -> Plan:
    if not read.complete and any(name not in now for name in before):
        # Two entries would claim one rank. The list stays what it was when it was last read whole.
        return Plan(list(before.values()), {})
    entries = [listed.entry for _, listed in now.values()]
    return Plan(entries, dict(_recorded(before, now).values()), _gone(before, now, read))


def _arranged(before: Before, now: Now, read: ReadList) -> Plan:
    recorded = _recorded(before, now)
    if not read.complete:
        held = {**before, **{name: listed.entry for name, (_, listed) in now.items()}}
        order = arranged(list(before), {name: position for name, (_, position) in recorded.items()})
        return Plan([held[name] for name in order], dict(recorded.values()))
    places = {name: place for place, name in enumerate(now)}
    moves = {name: _move(before[name], places[name], read.source) for name in moved(list(before), list(now), recorded)}
    entries = [moves[name].entry if name in moves else listed.entry for name, (_, listed) in now.items()]
    found = {index: places[name] for name, (index, _) in recorded.items()}
    return Plan(entries, found, _gone(before, now, read), list(moves.values()))


def _move(entry: Entry, position: int, source: Source) -> Move:
    key = source.key(f"moved#{source.list_id}#{entry.identity}")
    return Move(Entry(entry.identity, entry.digest, key), entry.key, position)


def _log(before: Before, now: Now, read: ReadList) -> Plan:
    # A play is an event: what is recorded of it stays, whatever its track is called later.
    new = {name: (index, listed) for name, (index, listed) in now.items() if name not in before}
    held = {**before, **{name: listed.entry for name, (_, listed) in new.items()}}
    names = sorted(held, reverse=True)
    if read.rules.once_each:
        newest = set(latest(names))
        names = [name for name in names if name in newest]
    start = read.remembered_from
    needed = [name for index, name in enumerate(names) if index < REMEMBERED or (start is not None and name >= start)]
    if len(names) > len(needed) + SPARE_PLAYS:
        names = needed
    recorded = {index: listed.position for index, listed in new.values()}
    return Plan([held[name] for name in names], recorded, gap=_gap(before, now, read))


def _gap(before: Before, now: Now, read: ReadList) -> Gap | None:
    """Of all that the provider remembers nothing was known: there may have been more in between."""
    known, told = list(filter(is_dated, before)), list(filter(is_dated, now))
    if not read.full or not known or not told or any(name in before for name in told):
        return None
    start, end = max(known).partition("#")[0], min(told).partition("#")[0]
    return Gap(read.source.key(f"hole#{end}"), start, end) if start < end else None
