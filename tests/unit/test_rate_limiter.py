"""One quota for all workers: the pace is kept, and after a 429 nobody calls before its end."""

import itertools
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.calling.rate_limiter import BACKOFF_RESET_MS, JITTER_SECONDS, QUOTA_SECONDS, RateLimiter
from blendify.core import times
from blendify.core.errors import MustWait, RateLimited
from blendify.db.state_table import state_table
from blendify.providers.application import Application
from blendify.providers.provider import DEFAULT_BACKOFF
from tests.unit.timeline import START, Timeline

pytestmark = pytest.mark.usefixtures("aws_in_memory")

_names = itertools.count()


@pytest.fixture
def timeline(monkeypatch: pytest.MonkeyPatch) -> Timeline:
    made = Timeline()
    made.install(monkeypatch)
    return made


def app(calls_per_minute: float = 0, of_one_user: float = 0, name: str = "default") -> Application:
    return Application("spotify", name, "id", "secret", "uri", "api", "accounts", calls_per_minute, of_one_user)


def limited(seconds: float | None, *, quota: bool = False) -> RateLimited:
    return RateLimited("429", seconds, quota=quota)


def passes(gate: RateLimiter, timeline: Timeline, count: int) -> list[float]:
    """When each of some calls, one after the other, was let through."""
    moments = []
    for _ in range(count):
        gate.acquire()
        moments.append(timeline.seconds)
    return moments


def test_the_pace_of_an_application(timeline: Timeline) -> None:
    """60 calls a minute: one a second, the first at once."""
    assert passes(RateLimiter(app(60), "ua"), timeline, 5) == pytest.approx([0, 1, 2, 3, 4])


def test_an_idle_gate_saves_nothing_up(timeline: Timeline) -> None:
    """An hour without calls does not allow several at once: all of them would be under way when a 429 comes."""
    gate = RateLimiter(app(60), "ua")
    passes(gate, timeline, 1)
    timeline.sleep(3600)
    begun = timeline.seconds
    moments = [moment - begun for moment in passes(gate, timeline, 3)]
    assert moments == pytest.approx([0, 1, 2])


def call_often(gate: RateLimiter, timeline: Timeline, moments: list[float]) -> None:
    moments += passes(gate, timeline, 6)


def test_two_users_share_the_applications_pace(timeline: Timeline) -> None:
    """Both together get what one alone would."""
    moments: list[float] = []
    for user in ("ua", "ub"):
        timeline.worker(0, partial(call_often, RateLimiter(app(60), user), timeline, moments))
    timeline.run()
    assert sorted(moments) == pytest.approx(range(12))


def test_one_users_pace_does_not_hold_up_another(timeline: Timeline) -> None:
    """A user who has used up their own pace waits; the other does not."""
    mine, theirs = RateLimiter(app(0, 60), "ua"), RateLimiter(app(0, 60), "ub")
    assert passes(mine, timeline, 3)[-1] == pytest.approx(2)
    begun = timeline.seconds
    assert passes(theirs, timeline, 1) == [begun]


def test_a_login_does_not_queue_behind_syncs(timeline: Timeline) -> None:
    """Somebody sits in front of it: it goes at once, and what it takes of the pace the others wait for."""
    syncing = RateLimiter(app(60), "ua")
    moments: list[float] = []
    for _ in range(15):
        timeline.worker(0, lambda: moments.extend(passes(syncing, timeline, 1)))
    timeline.worker(3.5, lambda: login(timeline))
    timeline.run()
    assert sorted(moments) == pytest.approx(range(15))
    assert passes(syncing, timeline, 1) == pytest.approx([16])


def login(timeline: Timeline) -> None:
    begun = timeline.seconds
    RateLimiter(app(60), None, longest_ms=2_000).acquire_ahead_of_queue()
    assert timeline.seconds == begun


def test_a_login_waits_for_a_cool_down_like_everybody(timeline: Timeline) -> None:
    """A short one is slept out, a long one is told."""
    gate = RateLimiter(app(60), None, longest_ms=2_000)
    until = RateLimiter(app(60), "ua").back_off(limited(1))
    gate.acquire_ahead_of_queue()
    assert timeline.now() >= until
    RateLimiter(app(60), "ua").back_off(limited(60))
    with pytest.raises(MustWait):
        gate.acquire_ahead_of_queue()


def test_two_applications_have_two_gates(timeline: Timeline) -> None:
    """A 429 of one client id says nothing about another's."""
    RateLimiter(app(name="one"), "ua").back_off(limited(3600))
    RateLimiter(app(name="two"), "ua").acquire()
    assert timeline.seconds == 0


def test_a_429_closes_the_gate_for_everyone(timeline: Timeline) -> None:
    """Short waits are slept out, by other users too: the next call comes at the deadline, not before."""
    until = RateLimiter(app(60), "ua").back_off(limited(12))
    assert until == START + timedelta(seconds=12)
    RateLimiter(app(60), "ub").acquire()
    assert timeline.now() >= until


def test_a_lifted_pace_still_honours_a_cool_down(timeline: Timeline) -> None:
    """No limit of ours does not mean no limit of the provider's."""
    gate = RateLimiter(app(), "ua")
    until = gate.back_off(limited(7))
    gate.acquire()
    assert until <= timeline.now() <= until + timedelta(seconds=JITTER_SECONDS)


def test_a_users_pace_still_honours_the_applications_cool_down(timeline: Timeline) -> None:
    """Also where only the pace per user is set."""
    gate = RateLimiter(app(0, 60), "ua")
    until = gate.back_off(limited(7))
    gate.acquire()
    assert timeline.now() >= until


@pytest.mark.parametrize("pace", [(0, 0), (60, 0), (0, 60), (60, 60)])
def test_a_long_cool_down_is_handed_to_the_state_machine(timeline: Timeline, pace: tuple[int, int]) -> None:
    """Nobody sleeps for an hour in a Lambda: the exception says until when, and no time has passed."""
    until = RateLimiter(app(), "ua").back_off(limited(3600))
    with pytest.raises(MustWait) as waits:
        RateLimiter(app(*pace), "ub").acquire()
    assert waits.value.until == until == START + timedelta(hours=1)
    assert timeline.seconds == 0


def test_a_day_is_a_day(timeline: Timeline) -> None:
    """Retry-After of 86,400 seconds has been seen, and is kept."""
    assert RateLimiter(app(), "ua").back_off(limited(86_400)) == START + timedelta(days=1)


def test_the_deadline_only_grows(timeline: Timeline) -> None:
    """A later 429 with a shorter wait does not open the gate early, and is told the longer deadline."""
    gate = RateLimiter(app(), "ua")
    long = gate.back_off(limited(3600))
    assert RateLimiter(app(), "ub").back_off(limited(5)) == long
    with pytest.raises(MustWait) as waits:
        gate.acquire()
    assert waits.value.until == long
    assert gate.back_off(limited(7200)) == START + timedelta(hours=2)


@pytest.mark.parametrize(("told", "hours"), [(None, 6), (30, 6), (13 * 3600, 13)])
def test_a_used_up_quota_closes_for_hours(timeline: Timeline, told: float | None, hours: int) -> None:
    """At least six, whatever Retry-After says; longer when it says so."""
    assert RateLimiter(app(), "ua").back_off(limited(told, quota=True)) == START + timedelta(hours=hours)
    assert QUOTA_SECONDS == 6 * 3600


def test_a_429_that_says_nothing_closes_all_the_same(timeline: Timeline) -> None:
    """Without Retry-After, or with 0, cool-downs of our own are kept: 5, 10, 20, 40 seconds and so on."""
    waits = []
    for turn in range(len(DEFAULT_BACKOFF) + 2):
        until = RateLimiter(app(), "ua").back_off(limited(None if turn % 2 else 0))
        waits.append((until - timeline.now()).total_seconds())
        timeline.sleep(waits[-1] + 1)
    assert waits == [*DEFAULT_BACKOFF, DEFAULT_BACKOFF[-1], DEFAULT_BACKOFF[-1]]
    assert waits[:4] == [5, 10, 20, 40]


def test_429s_of_calls_under_way_together_are_one(timeline: Timeline) -> None:
    """Eight answers to eight calls at once do not make the wait eight times doubled."""
    gates = [RateLimiter(app(), f"u{number}") for number in range(8)]
    assert {gate.back_off(limited(None)) for gate in gates} == {START + timedelta(seconds=5)}
    assert RateLimiter(app(), "ua").back_off(limited(3)) == START + timedelta(seconds=5)


def test_a_row_of_429s_ends_with_time(timeline: Timeline) -> None:
    """Half an hour later nobody remembers how many there were."""
    for _ in range(3):
        until = RateLimiter(app(), "ua").back_off(limited(None))
        timeline.sleep((until - timeline.now()).total_seconds() + 1)
    timeline.sleep(BACKOFF_RESET_MS / 1000)
    assert RateLimiter(app(), "ua").back_off(limited(None)) == timeline.now() + timedelta(seconds=5)


def test_a_gate_opens_when_its_cool_down_is_over(timeline: Timeline) -> None:
    """Afterwards the usual pace holds again, without a burst beyond it."""
    gate = RateLimiter(app(60), "ua")
    gate.back_off(limited(3600))
    timeline.sleep(3600)
    assert [moment - 3600 for moment in passes(gate, timeline, 3)] == pytest.approx([0, 1, 2])


def test_a_queue_of_more_than_twenty_seconds_is_a_wait(timeline: Timeline) -> None:
    """Many workers reserve slots far ahead: who would sleep too long is told when to come again."""
    refused: list[MustWait] = []

    def call() -> None:
        try:
            RateLimiter(app(60), "ua").acquire()
        except MustWait as error:
            refused.append(error)

    for _ in range(40):
        timeline.worker(0, call)
    timeline.run()
    assert 15 <= len(refused) <= 20
    assert all(START < error.until <= START + timedelta(seconds=40) for error in refused)
    assert timeline.seconds <= 22


def test_who_sleeps_for_a_slot_hears_of_a_429_meanwhile(timeline: Timeline) -> None:
    """A slot that was reserved before the 429 is not used during the cool-down."""
    moments: list[float] = []

    def call() -> None:
        RateLimiter(app(60), "ua").acquire()
        moments.append(timeline.seconds)

    for _ in range(4):
        timeline.worker(0, call)
    timeline.worker(0.5, lambda: RateLimiter(app(60), "ub").back_off(limited(15)))
    timeline.run()
    assert min(moments) == 0
    assert sorted(moments)[1] >= 15.5


def test_the_pace_is_kept_after_a_cool_down(timeline: Timeline) -> None:
    """
    Workers that slept for their slots when a 429 came do not all call in the moment when it is over: that would be
    the next 429.
    """
    moments: list[float] = []

    def call() -> None:
        RateLimiter(app(60), "ua").acquire()
        moments.append(timeline.seconds)

    for _ in range(20):
        timeline.worker(0, call)
    timeline.worker(0.5, lambda: RateLimiter(app(60), "ub").back_off(limited(15)))
    timeline.run()
    assert all(later - sooner >= 0.99 for sooner, later in itertools.pairwise(sorted(moments)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrivals=st.lists(st.floats(0, 12), min_size=6, max_size=14),
    per_minute=st.sampled_from([30, 60, 80, 100, 240]),
)
def test_no_window_ever_holds_more_than_the_pace(timeline: Timeline, arrivals: list[float], per_minute: int) -> None:
    """However workers arrive, any stretch of time holds at most one call and what the pace gives in it."""
    application, moments = app(per_minute, name=f"random-{next(_names)}"), []
    begun = timeline.seconds

    def call() -> None:
        RateLimiter(application, "ua").acquire()
        moments.append(timeline.seconds - begun)

    for arrival in arrivals:
        timeline.worker(arrival, call)
    timeline.run()
    assert len(moments) == len(arrivals)
    for first, last in itertools.combinations_with_replacement(sorted(moments), 2):
        inside = sum(first <= moment <= last for moment in moments)
        assert inside <= 1 + (last - first) * per_minute / 60 + 0.01


def test_a_slot_costs_one_write(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A free slot is one or two conditional updates, without a read: that the gate is not closed is their condition."""
    gate = RateLimiter(app(60), "ua")
    writes: list[str] = []
    update = state_table().update

    def counting(pk: str, sk: str, *arguments: object, **more: object) -> object:
        writes.append(pk)
        return update(pk, sk, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(state_table()), "update", staticmethod(counting))
    monkeypatch.setattr(type(state_table()), "get", staticmethod(_no_read))
    passes(gate, timeline, 1)
    assert writes == ["gate#spotify#default"] * 2


def _no_read(*_: object) -> None:
    raise AssertionError("a free slot needs no read")


def test_the_gate_counts_in_the_clock_of_the_package() -> None:
    """Deadlines are milliseconds since 1970 and come back as the same moment."""
    assert times.from_milliseconds(times.milliseconds(START)) == START


class Provider:
    """Bans the application now and then; an answer takes 0.2 s, the ban begins when the call arrives."""

    def __init__(self, timeline: Timeline, bans: list[tuple[int, float]]) -> None:
        self._timeline, self._bans = timeline, dict(bans)
        self.answered = self.during_ban = 0
        self._banned_until = -1.0

    def call(self, gate: RateLimiter) -> bool:
        """One call with its way to and fro; answers whether it was served."""
        self._timeline.sleep(0.05)
        if self._timeline.seconds < self._banned_until:
            self.during_ban += 1
            refused: float | None = self._banned_until - self._timeline.seconds
        else:
            self.answered += 1
            refused = self._bans.pop(self.answered, None)
            if refused:
                self._banned_until = self._timeline.seconds + refused
        self._timeline.sleep(0.15)
        if refused:
            gate.back_off(limited(refused))
        return not refused


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bans=st.lists(st.tuples(st.integers(1, 40), st.floats(0.5, 90)), max_size=5))
def test_no_call_is_made_during_a_ban_by_any_of_ten_users(timeline: Timeline, bans: list[tuple[int, float]]) -> None:
    """Ten users, two workers each, at the pace that is shipped: whatever bans come, nobody calls before their end."""
    application = app(80, 100, name=f"random-{next(_names)}")
    provider, served = Provider(timeline, bans), []

    def work(user: str) -> None:
        gate = RateLimiter(application, user)
        for _ in range(3):
            while True:
                try:
                    gate.acquire()
                except MustWait as error:
                    timeline.sleep((error.until - timeline.now()).total_seconds())
                    continue
                if provider.call(gate):
                    served.append(user)
                    break

    for number in range(20):
        timeline.worker(number / 10, partial(work, f"u{number % 10}"))
    timeline.run()
    assert provider.during_ban == 0
    assert len(served) == 60
