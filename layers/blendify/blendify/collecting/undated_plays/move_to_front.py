"""
Lists in which each record stands once, where it was last: what comes again moves to the front, and nothing else moves.

So of a list that is read whole, all that stands in front of something new or moved has come again, and nothing behind
has. When, is not told, as of other plays: see `dating`. Names are identities, `<moment>#<record id>`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from blendify.collecting.undated_plays.timestamps import dated, moments
from blendify.core import times
from blendify.providers.endpoint import Record
from blendify.providers.record_identity import is_dated, record_id

SURE = 5
"""So many neighbours where they stood: hardly all of them have come again, in the order that they had."""


def with_moments(
    rows: Sequence[Record], read: Collection[str], now: datetime, since: str | None, most: int
) -> list[Record]:
    """
    A whole list with `played_at`, in its order; what has not come again has the moment that it was given.

    read    names of what the list held when it was last read to its end, and before
    since   the begin of that last reading
    most    so many records the provider lists, and no more
    """
    ids = list(dict.fromkeys(str(row.fields["record_id"]) for row in rows if row.fields.get("record_id")))
    names = latest(read)
    behind = untouched(ids, list(map(record_id, names)), full=len(ids) >= most)
    old = {one: names[index] for one, index in zip(ids, behind, strict=True) if index is not None}
    told = map(old.get, ids)
    given = moments([times.parse(name.partition("#")[0]) if name else None for name in told], now, None)
    later = next((place for place, one in enumerate(ids) if one in old), len(ids))
    by_id = {
        one: (times.iso(moment), since if place < later else None)
        for place, (one, moment) in enumerate(zip(ids, given, strict=True))
    }
    return [dated(row, *by_id[str(row.fields["record_id"])]) if row.fields.get("record_id") else row for row in rows]


def untouched(now: Sequence[str], known: Sequence[str], *, full: bool = False) -> list[int | None]:
    """
    For each of `now` which of the `known` it is, None for one that has come again or is new; both are ids of records.

    full    whether the provider had to leave out some: then what is not known at the end can be older than all
    """
    places = {one: index for index, one in enumerate(known)}
    found: list[int | None] = [None] * len(now)
    last, unknown = len(known), 0
    for place in range(len(now) - 1, -1, -1):
        index = places.get(now[place])
        if index is not None and index < last:
            found[place] = last = index
        elif index is not None or last < len(known) or not full:
            break
        else:
            unknown += 1
    matched = [index for index in found if index is not None]
    missing = set(known[: max(matched, default=0)]).difference(now)
    # Few may be gone, or have taken their place at the end. Where most is another, all of it has been there since.
    return found if len(matched) > max(len(missing), unknown) else [None] * len(now)


def is_known_from_here(now: Sequence[str], known: Sequence[str]) -> bool:
    """Whether the last of `now`, a list's first records, stand where they stood: so does all behind them, then."""
    found = untouched(now, known)
    sure = [index for index in found[-SURE:] if index is not None]
    return len(sure) == SURE and set(known[: sure[-1]]) <= set(now)


def latest(names: Collection[str]) -> list[str]:
    """Of each record the newest name, the newest first."""
    newest: dict[str, str] = {}
    for name in sorted(filter(is_dated, names), reverse=True):
        newest.setdefault(record_id(name), name)
    return list(newest.values())
