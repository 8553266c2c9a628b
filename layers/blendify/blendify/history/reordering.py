"""The order of a list, recorded by its moved entries: a pure fold, the same for writers and readers."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence


def arranged(before: Sequence[str], recorded: Mapping[str, int], gone: Collection[str] = ()) -> list[str]:
    """
    The list after a sync that recorded these entries at these positions; those in `gone` have left it.

    Recorded entries are taken out, and the rest closes up. Then each is inserted at its new position, the lowest first.
    """
    now = [name for name in before if name not in recorded and name not in gone]
    for name, position in sorted(recorded.items(), key=lambda item: item[1]):
        now.insert(position, name)
    return now


def moved(before: Sequence[str], now: Sequence[str], recorded: Collection[str]) -> list[str]:
    """
    The fewest entries that must be recorded anew so that `arranged` leads from `before` to `now`.

    recorded    entries that are recorded in any case
    """
    was = {name: index for index, name in enumerate(before)}
    stay = [name for name in now if name in was and name not in recorded]
    unmoved = _longest_rising([was[name] for name in stay])
    return [name for index, name in enumerate(stay) if index not in unmoved]


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Indexes of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    tops: list[int] = []
    behind: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(tails, number)
        behind.append(tops[place - 1] if place else -1)
        tails[place : place + 1] = [number]
        tops[place : place + 1] = [index]
    indexes: set[int] = set()
    index = tops[-1] if tops else -1
    while index >= 0:
        indexes.add(index)
        index = behind[index]
    return indexes
