"""
Moments for plays of which a provider tells the order alone: each gets the one at which it was first seen.

That is when it had been played at the latest. Plays seen together keep their order by a second each.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from blendify.core import times
from blendify.providers.endpoint import Record
from blendify.providers.record_identity import is_dated, record_id

APART = timedelta(seconds=1)
LEAST = timedelta(milliseconds=1)
"""Moments are kept in milliseconds."""


def with_moments(rows: Sequence[Record], before: Collection[str], now: datetime, since: str | None) -> list[Record]:
    """
    A whole list of plays with `played_at`, in its order; those that are known have the moment they were given.

    before  identities (`<moment>#<record id>`) of what is recorded
    since   the begin of the sync before: plays in front of all that it has seen have it as `played_after`
    """
    names = sorted(filter(is_dated, before), reverse=True)
    plays = [row for row in rows if row.fields.get("record_id")]
    behind = aligned([str(row.fields["record_id"]) for row in plays], list(map(record_id, names)))
    found = [None if index is None else names[index] for index in behind]
    end = max((index + 1 for index in behind if index is not None), default=0)
    given = moments(
        [_moment(name) if name else None for name in found], now, _moment(names[end]) if end < len(names) else None
    )
    later = next((at for at, name in enumerate(found) if name), len(found))
    told = iter(
        dated(row, times.iso(moment), since if at < later else None)
        for at, (row, moment) in enumerate(zip(plays, given, strict=True))
    )
    return [next(told) if row.fields.get("record_id") else row for row in rows]


def aligned(now: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """
    For each of `now` which of the `known` it is, None for one that is new; both are ids of records, newest first.

    Normally what is new comes first and the rest is as it was. Where a provider has moved or left out some, as many as
    possible are taken for known in their order: a play too few is better than one that never was. Where that would be
    few, of the list or of what is known, everything is new: some of the same songs were played again, among others.
    """
    for new in range(len(now)):
        rest = now[new : new + len(known)]
        if rest and list(known[: len(rest)]) == list(rest):
            return [*[None] * new, *range(len(rest)), *[None] * (len(now) - new - len(rest))]
    found = _longest_common(now, known)
    first = next((place for place, index in enumerate(found) if index is not None), len(now))
    places = [index for index in found if index is not None]
    matched, passed_over = len(places), 1 + max(places, default=-1) - len(places)
    return found if matched * 2 > len(now) - first and matched > passed_over else [None] * len(now)


def moments(told: Sequence[datetime | None], newest: datetime, oldest: datetime | None) -> list[datetime]:
    """
    The moments of plays, newest first, of which some have one already.

    newest  none is later, but for those in front of one that has this moment already, or a later one
    oldest  of the play behind the last; None when there is none
    """
    found: list[datetime] = []
    upper, first = newest, True
    index = 0
    while index < len(told):
        given = told[index]
        if given is not None:
            found.append(given)
            upper, first = given, False
            index += 1
            continue
        end = next((place for place in range(index, len(told)) if told[place] is not None), len(told))
        lower, count = told[end] if end < len(told) else oldest, end - index
        if first and lower is not None:
            # Clocks differ, and the worker before may have given this very moment.
            upper = max(upper, lower + LEAST * count)
        # No more than half of the room there is: the next page may go on with what is new.
        apart = APART if lower is None else max(LEAST, min(APART, (upper - lower) / (2 * count + 1)))
        found += [upper - apart * (place + (not first)) for place in range(count)]
        upper, first, index = found[-1], False, end
    return found


def _longest_common(now: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """As `aligned`, by a longest common subsequence; of several the one that leaves the newest unknown."""
    width = len(known) + 1
    lengths = [[0] * width for _ in range(len(now) + 1)]
    for one in range(1, len(now) + 1):
        for other in range(1, width):
            same = now[one - 1] == known[other - 1]
            lengths[one][other] = (
                lengths[one - 1][other - 1] + 1 if same else max(lengths[one - 1][other], lengths[one][other - 1])
            )
    found: list[int | None] = [None] * len(now)
    one, other = len(now), len(known)
    while one and other:
        if now[one - 1] == known[other - 1]:
            one, other = one - 1, other - 1
            found[one] = other
        elif lengths[one - 1][other] >= lengths[one][other - 1]:
            one -= 1
        else:
            other -= 1
    return found


def dated(row: Record, moment: str, after: str | None) -> Record:
    """What has been played stays as it was first told: nothing of it is compared."""
    fields = {**row.fields, "played_at": moment, "played_after": after}
    return Record(f"{moment}#{row.key}", fields, frozenset(fields))


def _moment(name: str) -> datetime:
    return times.parse(name.partition("#")[0])
