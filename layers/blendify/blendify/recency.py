"""
Lists in which each record stands once, where it was last: what comes again moves to the front, and nothing else moves.

Names are identities (`<moment>#<record id>`), the newest first.
"""

from collections.abc import Iterable, Sequence

from blendify.identities import is_dated, record_id


def untouched(now: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """
    For each of `now` which of the `known` it is, None for one that has come again or is new; both are ids of records.

    Everything in front of what has moved or is new has come again as well, and nothing behind it has.
    """
    places = {one: index for index, one in enumerate(known)}
    found: list[int | None] = [None] * len(now)
    last = len(known)
    for place in range(len(now) - 1, -1, -1):
        index = places.get(now[place])
        if index is not None and index < last:
            found[place] = last = index
        elif index is not None or last < len(known):
            break
    matched = [index for index in found if index is not None]
    end = max(matched, default=-1) + 1
    missing = set(known[:end]).difference(now)
    # What is new at the end stands in front of the known that are still to come; without these it is older than all.
    new_behind = bool(now) and now[-1] not in places and not set(known[end:]) <= set(now)
    # Of what stood in front of them a little may be gone; what is more stands behind, and they have come again too.
    return found if len(matched) > len(missing) and not new_behind else [None] * len(now)


def latest(names: Iterable[str]) -> list[str]:
    """Of each record the newest name."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(record_id(name) if is_dated(name) else name, name)
    return list(found.values())


def is_known_from_here(now: Sequence[str], known: Sequence[str]) -> bool:
    """
    Whether the last of `now`, a list's first records, stands where it stood: so does all behind it, then. Only when all
    of `now` has come again in the order that it had, what is new behind it is not seen.
    """
    found = untouched(now, known)
    return bool(found) and found[-1] is not None and set(known[: found[-1]]) <= set(now)
