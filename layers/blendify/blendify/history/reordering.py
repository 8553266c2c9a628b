"""How the order of a list is recorded by what moved: a pure fold, the same for who writes and who reads."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence


def arranged(before: Sequence[str], recorded: Mapping[str, int], gone: Collection[str] = ()) -> list[str]:
    """
    The list after a run that recorded these entries at these positions, and found those `gone`.

    What is recorded leaves its old place, then takes its new one, the lowest position first; the rest closes up.
    """
    now = [one for one in before if one not in recorded and one not in gone]
    for one, position in sorted(recorded.items(), key=lambda item: item[1]):
        now.insert(position, one)
    return now


def moved(before: Sequence[str], now: Sequence[str], recorded: Collection[str]) -> list[str]:
    """
    The fewest entries that must be recorded anew so that `arranged` leads from `before` to `now`.

    recorded    those that are recorded anyway
    """
    was = {one: index for index, one in enumerate(before)}
    stay = [one for one in now if one in was and one not in recorded]
    kept = _longest_rising([was[one] for one in stay])
    return [one for index, one in enumerate(stay) if index not in kept]


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
    found: set[int] = set()
    index = tops[-1] if tops else -1
    while index >= 0:
        found.add(index)
        index = behind[index]
    return found
