"""
Put what was summed in place of what the run before left. A run may die anywhere: the next one mends it.

run     The name of the run that writes. All raise Superseded when it does not go on any more, and then write nothing
"""

from collections.abc import Collection, Mapping, Sequence

from blendify.fleet import numbers, results, shelf, turn
from blendify.fleet.results import Run
from blendify.fleet.sums import Alike
from blendify.insights import table
from blendify.likeness.audiences import Audience
from blendify.likeness.near_artists import Near
from blendify.sharing import consent

BATCH = 25
"""Listeners whose neighbours are written together, right after it is known that they are still there."""


def neighbours(run: str, alike: Mapping[int, Sequence[Alike]]) -> None:
    """Who is like each of these listeners, by number. Who has left meanwhile is passed over."""
    order = sorted(alike)
    for start in range(0, len(order), BATCH):
        owners = numbers.whose(order[start : start + BATCH])
        there = consent.consents(owners.values())
        turn.check(run)
        table.write_across(
            {
                shelf.alike(user_id): [list(each) for each in alike[number]]
                for number, user_id in owners.items()
                if user_id in there and there[user_id].count
            }
        )


def near(run: str, letter: str, artists: Mapping[str, Sequence[Near]]) -> None:
    """Who is near the artists whose key begins with this letter, all of them: of others nothing is left."""
    there = table.names(shelf.near_shelf(letter), "near#", "near#~")
    buckets = {shelf.near(key): results.of_near(rows) for key, rows in artists.items() if rows}
    turn.check(run)
    table.write_across(buckets)
    table.remove_named(shelf.near_shelf(letter), sorted(there - {bucket for _, bucket in buckets}))


def audience(run: str, sums: Audience) -> None:
    """How many listeners each artist has."""
    turn.check(run)
    table.write(*shelf.AUDIENCE, results.of_audience(sums))


def end(run: Run) -> None:
    """That the run has ended."""
    turn.check(run.version)
    table.write(*shelf.RUN, results.of_run(run))


def end_with_nothing(run: Run, listeners: Collection[str]) -> None:
    """Too few agreed to be counted: nothing is left of what was computed before, for these listeners or for all."""
    for letter in shelf.LETTERS:
        near(run.version, letter, {})
    for user_id in listeners:
        table.remove(*shelf.alike(user_id), shelf.alike(user_id)[1])
    audience(run.version, Audience())
    end(run)
