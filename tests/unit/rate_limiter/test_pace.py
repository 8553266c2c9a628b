"""No worker calls faster than the rate of the application, or of its user."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.core.errors import MustWait
from blendify.db import keys
from tests.unit.memory_table import MemoryTable
from tests.unit.rate_limiter.workers import Limiter, app, calls, worker_limiter
from tests.unit.timeline import START, Timeline


def test_the_rate_of_an_application(timeline: Timeline, limiter: Limiter) -> None:
    """60 calls a minute: one a second, the first at once."""
    assert calls(limiter(app(60)), timeline, 5) == pytest.approx([0, 1, 2, 3, 4])


def test_idle_time_allows_no_burst(timeline: Timeline, limiter: Limiter) -> None:
    """After an hour without calls they are still spaced: a burst would be under way when a 429 comes."""
    mine = limiter(app(60))
    calls(mine, timeline, 1)
    timeline.sleep(3600)
    start = timeline.seconds
    assert [moment - start for moment in calls(mine, timeline, 3)] == pytest.approx([0, 1, 2])


def test_two_users_share_the_applications_rate(timeline: Timeline, limiter: Limiter) -> None:
    """Two users together get what one alone would get."""
    moments: list[float] = []
    for user_id in ("ua", "ub"):
        mine = limiter(app(60), user_id)
        timeline.worker(0, lambda mine=mine: moments.extend(calls(mine, timeline, 6)))  # type: ignore[misc]
    timeline.run()
    assert sorted(moments) == pytest.approx(range(12))


@pytest.mark.parametrize("pace", [80, 100, 240])
def test_a_users_rate_that_is_not_the_stricter_one_costs_nothing(timeline: Timeline, pace: float) -> None:
    """Calls that the application's rate spaces are far enough apart for each user."""
    table = MemoryTable()
    moments = calls(worker_limiter(table, app(pace, 100)), timeline, 3)
    stricter = min(pace, 100)
    assert moments == pytest.approx([0, 60 / stricter, 120 / stricter], abs=0.01)
    of_user = table.get(keys.rate_limiter("spotify", "default", "ua"), "gate")
    assert (of_user is not None) is (pace > 100)


def test_one_users_rate_does_not_delay_another(timeline: Timeline, limiter: Limiter) -> None:
    """The first user waits a second before each further call. The second user then calls at once."""
    mine, theirs = limiter(app(0, 60), "ua"), limiter(app(0, 60), "ub")
    assert calls(mine, timeline, 3)[-1] == pytest.approx(2)
    start = timeline.seconds
    assert calls(theirs, timeline, 1) == [start]


def test_a_login_does_not_queue_behind_syncs(timeline: Timeline, limiter: Limiter) -> None:
    """A person waits for it: it calls at once, and the slot that it uses up delays the others."""
    syncing = limiter(app(60))
    moments: list[float] = []

    def login() -> None:
        start = timeline.seconds
        mine = limiter(app(60), None, longest_ms=2_000)
        mine.wait_until_open()
        mine.count_call()
        assert timeline.seconds == start

    for _ in range(15):
        timeline.worker(0, lambda: moments.extend(calls(syncing, timeline, 1)))
    timeline.worker(3.5, login)
    timeline.run()
    assert sorted(moments) == pytest.approx(range(15))
    assert calls(syncing, timeline, 1) == pytest.approx([16])


def test_a_queue_of_more_than_twenty_seconds_is_a_wait(timeline: Timeline, limiter: Limiter) -> None:
    """Many workers reserve slots far ahead: a worker that would sleep too long gets MustWait with a time to return."""
    refused: list[MustWait] = []

    def call() -> None:
        try:
            limiter(app(60)).acquire()
        except MustWait as error:
            refused.append(error)

    for _ in range(40):
        timeline.worker(0, call)
    timeline.run()
    assert 15 <= len(refused) <= 20
    assert all(START < error.until <= START + timedelta(seconds=40) for error in refused)
    assert timeline.seconds <= 22


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # More at once would wait longer than a worker may sleep, at the slowest rate.
    arrivals=st.lists(st.floats(0, 12), min_size=6, max_size=11),
    per_minute=st.sampled_from([30, 60, 80, 100, 240]),
)
def test_no_time_window_has_more_calls_than_the_rate(
    timeline: Timeline, arrivals: list[float], per_minute: int
) -> None:
    """However workers arrive: any window has at most one call more than the rate allows in it."""
    table, start = MemoryTable(), timeline.seconds
    moments: list[float] = []

    def call() -> None:
        worker_limiter(table, app(per_minute)).acquire()
        moments.append(timeline.seconds - start)

    for arrival in arrivals:
        timeline.worker(arrival, call)
    timeline.run()
    assert len(moments) == len(arrivals)
    for first, last in itertools.combinations_with_replacement(sorted(moments), 2):
        inside = sum(first <= moment <= last for moment in moments)
        assert inside <= 1 + (last - first) * per_minute / 60 + 0.01
