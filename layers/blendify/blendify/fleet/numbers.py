"""
Which random number stands for which listener in the daily sums.

Stored      twice: the number with the listener, and the listener with the number. The first is written first and
            deleted last, so whoever dies between leaves a number that can be looked up
Forgetting  takes the number away: the lists of others, and files, then name nobody
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from blendify.fleet import shelf
from blendify.insights import table
from blendify.sharing import consent

BATCH = 100
"""Listeners who get their numbers together."""
RESERVE_SECONDS = 20.0
"""A batch is begun only with this much of the Lambda's time left."""


class TimeUp(Exception):
    """The Lambda's time is up: the next one goes on."""


def all_counted(seconds_left: Callable[[], float]) -> dict[int, str]:
    """
    The listeners who agree to be counted, by number. Who is new gets one; who has left is forgotten.

    Raises  TimeUp
    """
    agreed = set(consent.counted_listeners())
    known = _known(agreed, seconds_left)
    new = sorted(agreed - set(known.values()))
    for start in range(0, len(new), BATCH):
        _check(seconds_left)
        _give(new[start : start + BATCH])
    # Another run may have given numbers to the same listeners at the same time: whoever ends last sees both.
    return _known(agreed, seconds_left) if new else known


def of_part(part: int, *, consistent: bool = False) -> Iterable[tuple[int, str]]:
    """Number and listener of a part of all numbers: those with this remainder. Some may have left a moment ago."""
    rows = table.read(shelf.who_shelf(part), "who#", "who#~", consistent=consistent)
    return [(number, user_id) for number, user_id in rows]


def of_remainder(remainder: int, divisor: int) -> list[tuple[int, str]]:
    """
    Number and listener of the numbers with this remainder, in their order.

    divisor     a power of two
    """
    parts = range(remainder % shelf.PARTS, shelf.PARTS, divisor) if divisor < shelf.PARTS else [remainder % shelf.PARTS]
    everybody = (each for part in parts for each in of_part(part))
    return sorted((number, user_id) for number, user_id in everybody if number % divisor == remainder)


def whose(numbers: Iterable[int]) -> dict[int, str]:
    """The listeners with these numbers at this moment; a number that is nobody's any more is left out."""
    places = {shelf.who(number): number for number in numbers}
    return {places[place]: user_id for place, (_, user_id) in table.read_across(list(places)).items()}


def number_of(user_id: str) -> int | None:
    """The listener's number; None without one."""
    row = table.read_across([shelf.counted(user_id)]).get(shelf.counted(user_id))
    return int(row[0]) if row else None


def forget(user_id: str) -> int:
    """Delete a listener's number, and who is like them; returns how many buckets that were."""
    number = number_of(user_id)
    if number is not None:
        disown(number)
    _remove(shelf.alike(user_id))
    _remove(shelf.counted(user_id))
    return 0 if number is None else 3


def disown(number: int) -> None:
    """From now on the number leads to nobody."""
    _remove(shelf.who(number))


def _known(agreed: Collection[str], seconds_left: Callable[[], float]) -> dict[int, str]:
    """
    The numbers that lead to somebody who agreed, each listener once: two numbers would count one person as two.

    All others are deleted. Raises TimeUp
    """
    everybody = [each for part in range(shelf.PARTS) for each in of_part(part, consistent=True)]
    times = Counter(user_id for _, user_id in everybody)
    own = {user_id: number_of(user_id) for user_id, numbers in times.items() if numbers > 1}
    known = {}
    for number, user_id in sorted(everybody):
        if user_id in agreed and own.get(user_id, number) == number:
            known[number] = user_id
            continue
        _check(seconds_left)
        if user_id not in agreed:
            forget(user_id)
        disown(number)
    return known


def _give(user_ids: list[str]) -> None:
    stored = table.read_across([shelf.counted(user_id) for user_id in user_ids])
    given = {user_id: int(row[0]) for (user_id, _), row in stored.items()}
    given |= {user_id: secrets.randbelow(shelf.NUMBERS) for user_id in user_ids if user_id not in given}
    table.write_across({shelf.counted(user_id): [number] for user_id, number in given.items()})
    table.write_across({shelf.who(number): [number, user_id] for user_id, number in given.items()})
    # An erasure that began meanwhile may have looked before this was written.
    there = consent.consents(user_ids)
    for user_id in user_ids:
        if user_id not in there or not there[user_id].count:
            forget(user_id)


def _remove(place: table.Place) -> None:
    table.remove(place[0], place[1], place[1])


def _check(seconds_left: Callable[[], float]) -> None:
    if seconds_left() < RESERVE_SECONDS:
        raise TimeUp("not everybody has a number yet")
