"""Fleets under a quota of calls a day, by the product's own plan: everybody is read again, and the quota is kept."""

import pytest

from bench.daily_quota import LARGE, LONGEST, SMALL, Library, quiet, simulate, whole
from bench.daily_quota import UNITS as A_DAY
from blendify.core.data_types import DataType
from blendify.schedule.quota import SHARE
from tests.unit.test_expiry import YOUTUBE, Clock, clock
from tests.unit.test_replaced_records import synced, youtube
from tests.unit.world import World

__all__ = ["clock", "youtube"]


def test_with_enough_units_everybody_is_read_every_day() -> None:
    """Nobody is read twice, nobody is left out."""
    days = simulate(20, units=1_000)
    assert days.resyncs == pytest.approx(20 * 60, abs=20)
    assert days.gap(1) < 1.1


def test_with_few_units_all_wait_equally_long_and_the_quota_is_kept() -> None:
    """Nobody starves, however much larger their library is: the longest wait is hardly longer than the usual one."""
    days = simulate(100, units=1_000)
    assert days.busiest <= 1_000
    assert days.usual == pytest.approx(1_000 * SHARE, rel=0.1)
    assert 5 < days.gap(0.5) <= days.gap(1) < 1.3 * days.gap(0.5)


def test_the_figures_are_of_fleets_that_the_terms_allow() -> None:
    """Who is not read again within 30 days is erased."""
    assert {*SMALL, *LARGE} == set(LONGEST)
    assert max(LONGEST.values()) < 30
    assert A_DAY == 10_000


@pytest.mark.usefixtures("aws_in_memory", "messages", "no_metrics")
def test_a_sync_takes_as_many_units_as_the_fleet_assumes(youtube: World, clock: Clock) -> None:
    """The first one and one in which nothing has changed, counted by the simulator."""
    playlists = tuple(map(len, youtube.lists(DataType.PLAYLIST_TRACKS).values()))
    likes, subscriptions = (len(youtube.lists(each)[""]) for each in (DataType.SAVED_TRACKS, DataType.FOLLOWED_ARTISTS))
    library, user_id = Library(playlists, likes, subscriptions), youtube.connect()
    synced(youtube, user_id)
    assert (youtube.name, youtube.calls()) == (YOUTUBE, whole(library))
    clock.on(1)
    synced(youtube, user_id)
    assert youtube.calls() == whole(library) + quiet(library)
