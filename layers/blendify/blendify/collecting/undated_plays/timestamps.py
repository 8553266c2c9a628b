"""
Moments for plays when a provider gives only their order: each play gets the moment at which it was first read.

It was played at that moment or earlier. Plays that were first read together are up to a second apart, in their order.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from blendify.core import times
from blendify.providers.endpoint import Record
from blendify.providers.record_identity import is_dated, moment, record_id

APART = timedelta(seconds=1)
LEAST = timedelta(milliseconds=1)
"""Moments are stored in milliseconds."""
CUT_OFF = 3
"""
So many known plays in their order, to the oldest of all, in front of unknown ones: they were not played again, but the
answers before were cut off behind them.
"""


def with_moments(rows: Sequence[Record], before: Collection[str], now: datetime, since: str | None) -> list[Record]:
    """
    A whole list of plays with `played_at`, in its order. Known plays keep their moment.

    New plays stand in front. What is unknown behind a known play is left out: the sync before has read the whole list
    and has not seen it there, so it is no play that can be dated. What is unknown behind all known plays is older.

    before  identities (`<moment>#<record id>`) of what is recorded
    since   start of the sync before; `played_after` of the plays in front of all that it read
    """
    names = sorted(filter(is_dated, before), reverse=True)
    return placed(rows, names, aligned(record_ids(rows), list(map(record_id, names))), now, since)


def record_ids(rows: Sequence[Record]) -> list[str]:
    """The ids of the rows that have one."""
    return [str(row.fields["record_id"]) for row in rows if row.fields.get("record_id")]


def placed(
    rows: Sequence[Record], names: Sequence[str], matches: Sequence[int | None], now: datetime, since: str | None
) -> list[Record]:
    """
    The plays with their moments, newest first, without those that are left out; rows without an id stay as they are.

    names       identities of what is known, newest first
    matches     for each row with an id its index in `names`, None if it is unknown
    """
    known = [None if index is None else times.parse(moment(names[index])) for index in matches]
    first = next((place for place, known_at in enumerate(known) if known_at), len(known))
    last = matches.index(len(names) - 1) if names and len(names) - 1 in matches else len(known)
    # If all plays are new, they are newer than all that are known.
    oldest = times.parse(moment(names[0])) if names and not any(known) else None
    given = enumerate(map(times.iso, moments(known, now, oldest)))
    plays = []
    for row in rows:
        if not row.fields.get("record_id"):
            plays.append(row)
            continue
        place, played_at = next(given)
        if known[place] or not first < place < last:
            fields = {**row.fields, "played_at": played_at, "played_after": since if place < first else None}
            # A recorded play never changes, so nothing of it is compared.
            plays.append(replace(row, key=f"{played_at}#{row.key}", fields=fields, compared=()))
    return plays


def aligned(now: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """
    For each id of `now` its index in `known`; None for a new play. All are record ids, newest first.

    Normally new plays come first and the rest is unchanged. If a provider has moved or left out some, as many as
    possible count as known, in their order: one play too few is better than an invented one. If only few would match,
    of the list or of the known plays, all are new: some of the same songs were played again, among others.
    """
    for new in range(len(now)):
        rest = list(now[new : new + len(known)])
        if list(known[: len(rest)]) == rest and (new + len(rest) == len(now) or len(rest) >= CUT_OFF):
            return [*[None] * new, *range(len(rest)), *[None] * (len(now) - new - len(rest))]
    matches = _longest_common(now, known)
    first = next((place for place, index in enumerate(matches) if index is not None), len(now))
    places = [index for index in matches if index is not None]
    matched, passed_over = len(places), 1 + max(places, default=-1) - len(places)
    return matches if matched * 2 > len(now) - first and matched > passed_over else [None] * len(now)


def moments(given: Sequence[datetime | None], newest: datetime, oldest: datetime | None) -> list[datetime]:
    """
    A moment for each play, newest first; `given` has those that exist already.

    newest  the latest moment; only plays in front of one that has this moment already, or a later one, get a later one
    oldest  moment of the play behind the last; None when there is none
    """
    result: list[datetime] = []
    upper, first = newest, True
    for known, group in groupby(enumerate(given), key=lambda play: play[1] is not None):
        plays = list(group)
        if known:
            result += [known_at for _, known_at in plays if known_at]
        else:
            end, count = plays[-1][0] + 1, len(plays)
            lower = given[end] if end < len(given) else oldest
            if first and lower is not None:
                # Clocks differ, and the worker before may have assigned exactly this moment.
                upper = max(upper, lower + LEAST * count)
            # At most half of the available time is used: the next page may continue with new plays.
            apart = APART if lower is None else max(LEAST, min(APART, (upper - lower) / (2 * count + 1)))
            result += [upper - apart * (place + (not first)) for place in range(count)]
        upper, first = result[-1], False
    return result


def _longest_common(now: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """As `aligned`, by a longest common subsequence; if there are several, the one that leaves the newest unknown."""
    lengths = [[0] * (len(known) + 1)]
    for id_ in now:
        above, length = lengths[-1], [0]
        for column, other in enumerate(known):
            length.append(above[column] + 1 if id_ == other else max(above[column + 1], length[column]))
        lengths.append(length)
    matches: list[int | None] = [None] * len(now)
    row, column = len(now), len(known)
    while row and column:
        if now[row - 1] == known[column - 1]:
            row, column = row - 1, column - 1
            matches[row] = column
        elif lengths[row - 1][column] >= lengths[row][column - 1]:
            row -= 1
        else:
            column -= 1
    return matches
