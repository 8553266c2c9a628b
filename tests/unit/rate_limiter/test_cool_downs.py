"""After a 429 no worker calls before its end, and then at the usual rate."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from boto3.dynamodb.conditions import ConditionBase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.calling.rate_limiter import BACKOFF_RESET_MS, JITTER_SECONDS, QUOTA_SECONDS, RateLimiter
from blendify.core.errors import MustWait
from blendify.db.state_table import Change, Item
from blendify.providers.provider import DEFAULT_BACKOFF
from tests.unit.memory_table import MemoryTable
from tests.unit.rate_limiter.workers import Limiter, app, calls, limited, worker_limiter
from tests.unit.timeline import START, Timeline


def test_a_login_waits_for_a_cool_down_too(timeline: Timeline, limiter: Limiter) -> None:
    """It sleeps through a short one; a long one raises MustWait."""
    login = limiter(app(60), None, longest_ms=2_000)
    until = limiter(app(60)).back_off(limited(1))
    login.wait_until_open()
    assert timeline.now() >= until
    limiter(app(60)).back_off(limited(60))
    with pytest.raises(MustWait):
        login.wait_until_open()


def test_two_applications_do_not_share_a_cool_down(timeline: Timeline, limiter: Limiter) -> None:
    """A 429 of one client id says nothing about another's."""
    limiter(app(name="one")).back_off(limited(3600))
    limiter(app(name="two")).acquire()
    assert timeline.seconds == 0


def test_a_429_stops_all_users(timeline: Timeline, limiter: Limiter) -> None:
    """Other users sleep through a short cool-down too: the next call comes at its end, not before."""
    until = limiter(app(60), "ua").back_off(limited(12))
    assert until == START + timedelta(seconds=12)
    limiter(app(60), "ub").acquire()
    assert timeline.now() >= until


def test_a_cool_down_counts_without_a_rate_limit(timeline: Timeline, limiter: Limiter) -> None:
    """Our own limit may be off; the provider's is not."""
    mine = limiter(app())
    until = mine.back_off(limited(7))
    mine.acquire()
    assert until <= timeline.now() <= until + timedelta(seconds=JITTER_SECONDS)


def test_a_cool_down_counts_with_a_rate_per_user_only(timeline: Timeline, limiter: Limiter) -> None:
    """The cool-down is the application's, also where only the rate per user is set."""
    mine = limiter(app(0, 60))
    until = mine.back_off(limited(7))
    mine.acquire()
    assert timeline.now() >= until


@pytest.mark.parametrize("rates", [(0, 0), (60, 0), (0, 60), (60, 60)])
def test_a_long_cool_down_is_left_to_the_state_machine(
    timeline: Timeline, limiter: Limiter, rates: tuple[int, int]
) -> None:
    """No Lambda sleeps for an hour: the exception has the end, and no time has passed."""
    until = limiter(app(), "ua").back_off(limited(3600))
    with pytest.raises(MustWait) as waits:
        limiter(app(*rates), "ub").acquire()
    assert waits.value.until == until == START + timedelta(hours=1)
    assert timeline.seconds == 0


def test_a_day_is_a_day(timeline: Timeline, limiter: Limiter) -> None:
    """Retry-After values of 86,400 seconds exist, and are obeyed."""
    assert limiter(app()).back_off(limited(86_400)) == START + timedelta(days=1)


def test_a_cool_down_only_grows(timeline: Timeline, limiter: Limiter) -> None:
    """A later 429 with a shorter wait does not shorten the cool-down; it returns the longer one's end."""
    mine = limiter(app())
    until = mine.back_off(limited(3600))
    assert limiter(app(), "ub").back_off(limited(5)) == until
    with pytest.raises(MustWait) as waits:
        mine.acquire()
    assert waits.value.until == until
    assert mine.back_off(limited(7200)) == START + timedelta(hours=2)


@pytest.mark.parametrize(("seconds", "hours"), [(None, 6), (30, 6), (13 * 3600, 13)])
def test_a_used_up_quota_stops_calls_for_hours(
    timeline: Timeline, limiter: Limiter, seconds: float | None, hours: int
) -> None:
    """At least six hours, whatever Retry-After says; longer when it says so."""
    assert limiter(app()).back_off(limited(seconds, quota=True)) == START + timedelta(hours=hours)
    assert QUOTA_SECONDS == 6 * 3600


def test_a_429_without_a_wait_uses_our_own(timeline: Timeline, limiter: Limiter) -> None:
    """Without Retry-After, or with 0: 5, 10, 20, 40 seconds and so on."""
    waits = []
    for turn in range(len(DEFAULT_BACKOFF) + 2):
        until = limiter(app()).back_off(limited(None if turn % 2 else 0))
        waits.append((until - timeline.now()).total_seconds())
        timeline.sleep(waits[-1] + 1)
    assert waits == [*DEFAULT_BACKOFF, DEFAULT_BACKOFF[-1], DEFAULT_BACKOFF[-1]]
    assert waits[:4] == [5, 10, 20, 40]


def test_concurrent_429s_count_once(timeline: Timeline, limiter: Limiter) -> None:
    """Eight 429s for eight concurrent calls do not double the wait eight times."""
    limiters = [limiter(app(), f"u{number}") for number in range(8)]
    assert {each.back_off(limited(None)) for each in limiters} == {START + timedelta(seconds=5)}
    assert limiter(app()).back_off(limited(3)) == START + timedelta(seconds=5)


def test_the_wait_starts_small_again_after_a_while(timeline: Timeline, limiter: Limiter) -> None:
    """A 429 long after the last cool-down is the first in a row."""
    for _ in range(3):
        until = limiter(app()).back_off(limited(None))
        timeline.sleep((until - timeline.now()).total_seconds() + 1)
    timeline.sleep(BACKOFF_RESET_MS / 1000)
    assert limiter(app()).back_off(limited(None)) == timeline.now() + timedelta(seconds=5)


def test_after_a_cool_down_the_usual_rate_applies(timeline: Timeline, limiter: Limiter) -> None:
    """There is no burst after it."""
    mine = limiter(app(60))
    mine.back_off(limited(3600))
    timeline.sleep(3600)
    assert [moment - 3600 for moment in calls(mine, timeline, 3)] == pytest.approx([0, 1, 2])


class InterleavedTable(MemoryTable):
    """Lets another worker act between a worker's look at the clock and its update."""

    def __init__(self) -> None:
        super().__init__()
        self.before_updates: list[Callable[[], object]] = []

    def update(self, pk: str, sk: str, change: Change, *, only_if: ConditionBase | None = None) -> Item:
        if self.before_updates:
            self.before_updates.pop(0)()
        return super().update(pk, sk, change, only_if=only_if)


@pytest.mark.parametrize("first_call", [True, False], ids=["first call", "at the next slot"])
def test_the_condition_of_a_free_slot_refuses_during_a_cool_down(timeline: Timeline, first_call: bool) -> None:
    """A cool-down that begins just before the update counts: a free slot is taken without another read."""
    table = InterleavedTable()
    mine, theirs = (worker_limiter(table, app(60), user_id) for user_id in ("ua", "ub"))
    ends = []
    if not first_call:
        mine.acquire()
        timeline.sleep(1)
    table.before_updates = [lambda: ends.append(theirs.back_off(limited(12)))]
    mine.acquire()
    assert timeline.now() >= ends[0]


def cooled_down_meanwhile(timeline: Timeline, limiter: Limiter, workers: int) -> list[float]:
    """The times of the workers' calls: all ask at once, and half a second later comes a 429 with 15 seconds."""
    moments: list[float] = []
    for _ in range(workers):
        timeline.worker(0, lambda: moments.extend(calls(limiter(app(60)), timeline, 1)))
    timeline.worker(0.5, lambda: limiter(app(60), "ub").back_off(limited(15)))
    timeline.run()
    return sorted(moments)


def test_a_slot_reserved_before_a_429_is_not_used(timeline: Timeline, limiter: Limiter) -> None:
    """A worker that slept until its slot learns of the cool-down that began meanwhile."""
    moments = cooled_down_meanwhile(timeline, limiter, 4)
    assert moments[0] == 0
    assert moments[1] >= 15.5


def test_the_rate_is_kept_after_a_cool_down(timeline: Timeline, limiter: Limiter) -> None:
    """Workers that waited for a slot do not all call at its end: that would cause the next 429."""
    moments = cooled_down_meanwhile(timeline, limiter, 20)
    assert all(later - sooner >= 0.99 for sooner, later in itertools.pairwise(moments))


class Provider:
    """Bans the application now and then; a response takes 0.2 s, a ban begins when the call arrives."""

    def __init__(self, timeline: Timeline, bans: list[tuple[int, float]]) -> None:
        self._timeline, self._bans = timeline, dict(bans)
        self.answered = self.during_ban = 0
        self._banned_until = -1.0

    def call(self, limiter: RateLimiter) -> bool:
        """One call, there and back; returns whether it was answered."""
        self._timeline.sleep(0.05)
        if self._timeline.seconds < self._banned_until:
            self.during_ban += 1
            seconds: float | None = self._banned_until - self._timeline.seconds
        else:
            self.answered += 1
            seconds = self._bans.pop(self.answered, None)
            if seconds:
                self._banned_until = self._timeline.seconds + seconds
        self._timeline.sleep(0.15)
        if seconds:
            limiter.back_off(limited(seconds))
        return not seconds


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bans=st.lists(st.tuples(st.integers(1, 40), st.floats(0.5, 90)), max_size=5))
def test_none_of_ten_users_calls_during_a_ban(timeline: Timeline, bans: list[tuple[int, float]]) -> None:
    """Ten users with two workers each, at the rates of the template: no call is made before a ban's end."""
    table, provider, served = MemoryTable(), Provider(timeline, bans), []

    def work(user_id: str) -> None:
        mine = worker_limiter(table, app(80, 100), user_id)
        for _ in range(3):
            while True:
                try:
                    mine.acquire()
                except MustWait as error:
                    timeline.sleep((error.until - timeline.now()).total_seconds())
                    continue
                if provider.call(mine):
                    served.append(user_id)
                    break

    for number in range(20):
        timeline.worker(number / 10, partial(work, f"u{number % 10}"))
    timeline.run()
    assert provider.during_ban == 0
    assert len(served) == 60
