"""The demo's second listener: what is stored of their past is what the simulator would have served, day by day."""

from datetime import date
from typing import Any

import pytest

from blendify.core.data_types import DataType
from local.simulators.frame.library import everything
from local.simulators.music.recordings import Recordings
from local.simulators.music.years.shelf import Life
from local.simulators.spotify import Options, Spotify
from local.simulators.spotify.library import View
from local.simulators.spotify.long_standing import NAME, LongStanding, first_day
from operations.folded_lists import Lists
from operations.two_years import Past

FIRST, MIDDLE, LAST = date(2026, 3, 2), date(2026, 3, 16), date(2026, 4, 5)
OPTIONS = Options()


def library() -> LongStanding:
    """The listener's, before anything has happened."""
    simulator = Spotify(OPTIONS)
    return LongStanding(NAME, OPTIONS, simulator.catalogue, simulator.clock)


def life(last: date) -> Life:
    return Life(Recordings(OPTIONS.seed), FIRST, last)


def served(last: date) -> Any:
    """All lists as the simulator serves them at the end of a day."""
    held = library()
    *_, shelf = life(last).days()
    held.take(shelf)
    return everything(held, lambda *_: View(OPTIONS.regime))


@pytest.fixture(scope="module")
def past() -> Past:
    lived = Past("unora", library())
    lived.live(life(LAST))
    return lived


@pytest.mark.parametrize("day", [MIDDLE, LAST])
def test_the_records_tell_what_every_list_was_at_the_end_of_a_day(past: Past, day: date) -> None:
    truth = served(day)
    for data_type in DataType:
        facts = [
            {
                "moment": fact.fetched_at.partition("#")[0],
                **fact.fields,
                **({"answer": fact.answer()} if fact.raw else {}),
            }
            for fact in past.stores[data_type].facts
            if fact.fetched_at[:10] <= day.isoformat() and "checkpoints" not in fact.partition
        ]
        assert truth[data_type]
        assert Lists.of(data_type, facts).differences(truth[data_type]) == []


def test_the_same_listener_lives_the_same_days_again() -> None:
    once, again = ([(shelf.day, tuple(shelf.plays), tuple(shelf.likes)) for shelf in life(MIDDLE).days()] for _ in "12")
    assert once == again


def test_lives_of_two_days_begin_on_the_same_day() -> None:
    assert first_day(date(2026, 11, 28)) == first_day(date(2026, 12, 31)) == date(2024, 10, 1)


def test_the_past_becomes_that_of_whoever_is_its_listener() -> None:
    """It is lived before the user is known: every record and every list is theirs then."""
    lived = Past("nobody", library())
    lived.live(life(date(2026, 3, 4)))
    lived.belong_to("unora")
    facts = [fact for store in lived.stores.values() for fact in store.facts]
    assert facts
    assert {fact.partition.partition("#")[0] for fact in facts} == {"unora"}
    assert {store.user_id for store in lived.stores.values()} == {"unora"}
