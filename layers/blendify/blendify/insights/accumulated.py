"""What grows with every bucket that is computed: since when things are known, firsts, and codes of recordings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from blendify.core import times
from blendify.history.stored_facts import StoredFact
from blendify.insights import firsts, packing, recordings, store, table
from blendify.insights.buckets import First, Known


def add_known(shelf: str, time_zone: str, since: Mapping[str, str | None]) -> None:
    """Keep the earlier day of each field of `Known`; None says nothing."""
    known = store.known(shelf)
    earlier = {name: min(filter(None, (day, getattr(known, name))), default=None) for name, day in since.items()}
    known = replace(known, **earlier, time_zone=time_zone, updated_at=times.iso(times.now()))
    table.write(shelf, "known", list(row_of(known)))


def add_codes(user_id: str, facts: Iterable[StoredFact]) -> None:
    """Keep which records carry a code that other providers know as well."""
    by_place: dict[str, set[tuple[str, ...]]] = {}
    for fact in facts:
        if fact.record_id and not fact.removed:
            for code in recordings.codes(fact.attribute_values):
                rows = by_place.setdefault(table.name("codes", recordings.place(code)), set())
                rows.add((code, str(fact.provider), str(fact.record_id)))
    stored = table.read_named(user_id, list(by_place))
    before = {name: set(map(tuple, stored.get(name, []))) for name in by_place}
    changed = {name: sorted(before[name] | new) for name, new in by_place.items() if not new <= before[name]}
    table.write_all(user_id, {name: list(map(list, rows)) for name, rows in changed.items()})


def add_firsts(shelf: str, heard: Iterable[First]) -> None:
    """Keep the earliest sign of each song and artist."""
    by_place: dict[str, list[First]] = {}
    for first in heard:
        by_place.setdefault(f"firsts#{firsts.place(first.key)}", []).append(first)
    stored = table.read_named(shelf, list(by_place))
    changed = {}
    for name, new in by_place.items():
        before = packing.to_firsts(stored.get(name, []))
        after = sorted(firsts.earliest([*before, *new]).values(), key=lambda first: first.key)
        if after != before:
            changed[name] = packing.of_firsts(after)
    table.write_all(shelf, changed)


def row_of(known: Known) -> Sequence[str | None]:
    """The bucket `known`, as it is stored."""
    return (
        known.time_zone,
        known.connected_on,
        known.plays_since,
        known.rankings_since,
        known.library_since,
        known.updated_at,
    )
