"""What the daily sums left, as pages read it."""

import pytest

from blendify.fleet import results, shelf
from blendify.fleet.results import Neighbour, Run
from blendify.insights import table
from blendify.likeness.audiences import Audience
from blendify.likeness.near_artists import Near

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def ran(listeners: int, version: str) -> Run:
    return Run("2026-11-28", "lambda", "2026-11-28T03:00:00Z", "2026-11-28T03:01:00Z", listeners, 2, version)


def leave_audience(audience: Audience, version: str) -> None:
    table.write_across(
        {
            shelf.RUN: results.of_run(ran(audience.listeners, version)),
            shelf.AUDIENCE: results.of_audience(audience),
        }
    )


def test_before_the_first_run_there_is_nothing() -> None:
    assert results.last_run() is None
    assert results.audience() == Audience()
    assert results.near(["a", "b"]) == {}
    assert results.neighbours("u") == []


def test_the_audience_is_that_of_the_latest_run() -> None:
    """A warm Lambda keeps it, and reads it anew after another run."""
    for audience, version in ((Audience(40, {"a": 3, "b": 12}), "v1"), (Audience(41, {"b": 13}), "v2")):
        leave_audience(audience, version)
        assert results.audience() == audience
        assert results.last_run() == ran(audience.listeners, version)


def test_below_twenty_listeners_no_audience_is_told() -> None:
    leave_audience(Audience(19, {"a": 19}), "few")
    assert results.audience() == Audience()


def test_who_is_near_is_read_for_several_artists_at_once() -> None:
    nearest = {
        "aX": [Near("bY", "Bee", None, 0.5, 4), Near("cZ", "Sea", "https://i/c", 0.25, 3)],
        "bY": [Near("aX", "A", None, 0.5, 4)],
    }
    table.write_across({shelf.near(key): results.of_near(rows) for key, rows in nearest.items()})
    assert results.near(["aX", "nobody", "bY", "aX", ""]) == nearest


def test_neighbours_whose_number_is_nobodys_are_left_out() -> None:
    """As after an erasure: a number alone leads to nobody."""
    table.write_across({shelf.who(7): [7, "ada"], shelf.who(71): [71, "ben"]})
    table.write_across({shelf.alike("u"): [[7, 0.75], [8, 0.5], [71, 0.25]]})
    assert results.neighbours("u") == [Neighbour("ada", 0.75), Neighbour("ben", 0.25)]
