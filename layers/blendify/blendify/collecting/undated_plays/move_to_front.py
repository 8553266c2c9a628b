"""
Lists that hold each record once, at its latest play: a record that is played again moves to the front. No other moves.

In a list that is read whole, everything in front of a new or moved record was played again, and nothing behind it was.
The provider does not give the moments, see `timestamps`. Names are identities, `<moment>#<record id>`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from blendify.collecting.undated_plays.timestamps import CUT_OFF, placed, record_ids
from blendify.providers.endpoint import Record
from blendify.providers.record_identity import is_dated, record_id

SURE = 5
"""Neighbours in unchanged order that count as not played again: so many hardly repeat in the same order."""


def with_moments(
    rows: Sequence[Record], read: Collection[str], now: datetime, since: str | None, most: int
) -> list[Record]:
    """
    A whole list with `played_at`, in its order. A record that was not played again keeps its moment.

    What is unknown behind one that was not played again is left out, unless it is behind all that is known, see
    `timestamps`.

    read    names of what the list held when it was last read to its end, and before
    since   start of that last reading
    most    number of records that the provider lists at most
    """
    # Where two answers meet, a record may stand in both.
    rows = list({row.fields.get("record_id") or place: row for place, row in enumerate(rows)}.values())
    ids, names = record_ids(rows), latest(read)
    return placed(rows, names, untouched(ids, list(map(record_id, names)), full=len(ids) >= most), now, since)


def untouched(now: Sequence[str], known: Sequence[str], *, full: bool = False) -> list[int | None]:
    """
    For each id of `now` its index in `known`; None for a record that is new or was played again. All are record ids.

    full    whether the provider had to leave out some: unknown records at the end can then be older than all others
    """
    places = {id_: index for index, id_ in enumerate(known)}
    matches: list[int | None] = [None] * len(now)
    last, unknown = len(known), 0
    for place in range(len(now) - 1, -1, -1):
        index = places.get(now[place])
        if index is not None and index < last:
            matches[place] = last = index
        elif index is not None or last < len(known):
            break
        else:
            unknown += 1
    matched = [index for index in matches if index is not None]
    missing = set(known[: max(matched, default=0)]).difference(now)
    if len(matched) >= CUT_OFF and matched[-1] == len(known) - 1:
        unknown = 0
    # A few may be gone, or be unknown at the end. When most records differ, everything counts as played again.
    sure = len(matched) > max(len(missing), unknown) and (full or not unknown)
    return matches if sure else [None] * len(now)


def is_known_from_here(now: Sequence[str], known: Sequence[str]) -> bool:
    """Whether the last of `now`, the first records of a list, are unmoved; then all records behind them are too."""
    matches = untouched(now, known)
    sure = [index for index in matches[-SURE:] if index is not None]
    return len(sure) == SURE and set(known[: sure[-1]]) <= set(now)


def latest(names: Collection[str]) -> list[str]:
    """The newest name of each record, newest first."""
    newest: dict[str, str] = {}
    for name in sorted(filter(is_dated, names), reverse=True):
        newest.setdefault(record_id(name), name)
    return list(newest.values())
