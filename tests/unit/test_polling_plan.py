"""Polls come before plays are lost, within their bounds, and spread over time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.schedule.cadence import Cadence
from blendify.schedule.polling_plan import Plan, Poll, SyncOutcome, fraction_of, plan, poll_interval

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
CADENCE = Cadence()
HOUR = timedelta(hours=1)
SOON = HOUR * CADENCE.remembered_plays / CADENCE.fastest_listening
"""The time in which no listener can fill the provider's memory."""
WHO = "u1#provider"

rates = st.floats(0, 1_000, allow_nan=False)
names = st.text(min_size=1, max_size=20)
cadences = st.builds(
    lambda least, more, resync, share: Cadence(
        timedelta(minutes=least), timedelta(minutes=least + more), timedelta(hours=resync), share=share
    ),
    st.integers(1, 300),
    st.integers(0, 3_000),
    st.integers(1, 400),
    st.floats(0.1, 1.0),
)


def known(rate: float | None, hours_ago: float = 5, **more: datetime) -> Plan:
    """The plan of a connection that was polled so long ago."""
    polled = NOW - HOUR * hours_ago
    return replace(Plan(NOW, NOW, NOW + 10 * HOUR, 30, rate, polled_at=polled), **more)  # type: ignore[arg-type]


def poll(plays: int, *, at: datetime = NOW, gaps: int = 0) -> SyncOutcome:
    return SyncOutcome(at, Poll.DONE, plays, gaps, calls=1)


@given(rate=rates, cadence=cadences)
def test_an_interval_is_within_its_bounds(rate: float, cadence: Cadence) -> None:
    """However much or little the listener plays."""
    assert cadence.shortest_poll <= poll_interval(rate, cadence) <= cadence.longest_poll


@given(rate=rates, cadence=cadences, plays=st.integers(0, 5_000))
def test_a_provider_that_forgets_nothing_is_polled_rarely(rate: float, cadence: Cadence, plays: int) -> None:
    """The longest interval is enough, as nothing can be lost."""
    endless = replace(cadence, forgets=False)
    assert poll_interval(rate, endless) == cadence.longest_poll
    made = plan(WHO, known(rate), poll(plays), endless, NOW)
    assert made.lost_at > NOW + timedelta(days=365)
    assert made.listening_rate == rate


@given(two_rates=st.tuples(rates, rates), cadence=cadences)
def test_a_listener_who_plays_more_is_polled_no_later(two_rates: tuple[float, float], cadence: Cadence) -> None:
    """The interval never rises with the listening rate."""
    slow, fast = sorted(two_rates)
    assert poll_interval(slow, cadence) >= poll_interval(fast, cadence)


@given(
    who=names,
    rate=st.none() | rates,
    hours=st.floats(0.01, 500),
    plays=st.integers(0, 50),
    gaps=st.integers(0, 2),
    cadence=cadences,
    outcome=st.sampled_from(Poll),
    full=st.booleans(),
    collected=st.booleans(),
)
def test_the_next_time_is_after_now_and_within_the_bounds(
    who: str,
    rate: float | None,
    hours: float,
    plays: int,
    gaps: int,
    cadence: Cadence,
    outcome: Poll,
    full: bool,
    collected: bool,
) -> None:
    """Whatever the outcome of a sync, no connection is due at once, and none is forgotten."""
    sync = SyncOutcome(NOW, outcome, plays, gaps, full, collected, 7)
    after = plan(who, known(rate, hours), sync, cadence, NOW)
    longest = max(cadence.longest_poll, cadence.resync_period * 1.5, NOW + 10 * HOUR - NOW)
    assert NOW < after.due_at <= NOW + longest + timedelta(seconds=1)
    if outcome is Poll.DONE:
        bound = min(cadence.longest_poll, after.resync_at - NOW)
        assert min(cadence.shortest_poll, bound) * 0.999 <= after.due_at - NOW <= cadence.longest_poll
    assert after.listening_rate is None or 0 <= after.listening_rate <= max(cadence.max_rate, rate or 0)


def played(rate: float, since: datetime, until: datetime) -> int:
    """Plays at a constant rate, counted from one fixed moment, so that none is lost to rounding."""
    return int(rate * ((until - NOW) / HOUR)) - int(rate * ((since - NOW) / HOUR))


@given(rate=st.floats(0, CADENCE.fastest_listening), who=names)
def test_a_constant_listener_loses_nothing(rate: float, who: str) -> None:
    """No play is lost from the first poll on, up to the rate of tracks without a pause."""
    after = plan(who, None, SyncOutcome(NOW, Poll.DONE, 50, full=True), CADENCE, NOW)
    moment = NOW
    for _ in range(60):
        plays = played(rate, moment, after.due_at)
        assert plays <= CADENCE.remembered_plays
        assert after.due_at <= after.lost_at
        moment = after.due_at
        after = plan(who, after, poll(plays, at=moment), CADENCE, moment)


@given(evening=st.floats(0, CADENCE.fastest_listening), begins=st.floats(0, 23), lasts=st.floats(0.1, 12), who=names)
def test_a_listener_of_long_evenings_loses_nothing_once_known(
    evening: float, begins: float, lasts: float, who: str
) -> None:
    """With one session a day of any length, plays of at most two evenings are lost before polls are frequent enough."""

    def total(moment: datetime) -> int:
        days, at = divmod((moment - NOW) / timedelta(days=1), 1)
        return int(evening * lasts * days + evening * min(lasts, max(0.0, at * 24 - min(begins, 24 - lasts))))

    after = plan(who, None, SyncOutcome(NOW, Poll.DONE, 50, full=True), CADENCE, NOW)
    moment, lost = NOW, []
    while moment < NOW + timedelta(days=21):
        plays = total(after.due_at) - total(moment)
        if plays > CADENCE.remembered_plays:
            lost.append(after.due_at)
        moment = after.due_at
        outcome = poll(min(plays, CADENCE.remembered_plays), at=moment, gaps=int(plays > CADENCE.remembered_plays))
        after = plan(who, after, outcome, CADENCE, moment)
    assert len(lost) <= 2


@given(rate=st.floats(20, CADENCE.remembered_plays / (CADENCE.shortest_poll / HOUR)), who=names)
def test_the_fastest_listener_loses_nothing_after_a_few_gaps(rate: float, who: str) -> None:
    """Each gap at least halves the interval, down to the shortest."""
    after = plan(who, None, SyncOutcome(NOW, Poll.DONE, 50, full=True), CADENCE, NOW)
    moment, lost = NOW, []
    for _ in range(60):
        plays = played(rate, moment, after.due_at)
        lost.append(plays > CADENCE.remembered_plays)
        moment = after.due_at
        outcome = poll(min(plays, CADENCE.remembered_plays), at=moment, gaps=int(plays > CADENCE.remembered_plays))
        after = plan(who, after, outcome, CADENCE, moment)
    assert sum(lost) <= 4
    assert not any(lost[5:])


@given(rate=st.floats(0.01, 500), plays=st.integers(0, 50))
def test_a_gap_doubles_the_rate_and_halves_the_interval(rate: float, plays: int) -> None:
    """Both are the least effect, unless the interval is already the shortest."""
    interval = poll_interval(rate, CADENCE)
    after = plan(WHO, known(rate, interval / HOUR), poll(plays, gaps=1), CADENCE, NOW)
    assert after.listening_rate is not None
    assert after.listening_rate >= min(2 * rate, CADENCE.max_rate)
    sooner = max(interval / 2, CADENCE.shortest_poll) + timedelta(milliseconds=1)
    assert poll_interval(after.listening_rate, CADENCE) <= sooner


def test_a_full_response_counts_as_a_gap() -> None:
    """Plays before the oldest in it are unknown."""
    full = plan(WHO, known(1.0, 10), poll(50), CADENCE, NOW)
    assert full == plan(WHO, known(1.0, 10), poll(50, gaps=1), CADENCE, NOW)
    assert full.listening_rate == 5.0


def test_a_day_that_fits_is_polled_once() -> None:
    """If a day's plays fill half of the memory, the provider still has all plays of a day that is twice as busy."""
    assert poll_interval(25 / 24, CADENCE) == CADENCE.longest_poll
    assert poll_interval(26 / 24, CADENCE) == SOON
    assert poll_interval(8 / 24, replace(CADENCE, longest_poll=90 * HOUR)) == 72 * HOUR


def test_a_busy_day_counts_at_once_and_is_remembered_for_days() -> None:
    """The rate rises with the first poll after it, and falls by two thirds in ten quiet days."""
    busy = plan(WHO, known(0.5, 5), poll(48), CADENCE, NOW)
    assert busy.listening_rate == 2.0
    after, moment = busy, NOW
    while moment < NOW + timedelta(days=10):
        moment += 10 * HOUR
        after = plan(WHO, after, poll(0, at=moment), CADENCE, moment)
    assert after.listening_rate == pytest.approx(2.0 / 2.718, rel=0.01)


def test_recent_plays_are_those_of_about_a_day() -> None:
    """For a constant listener they are a day's plays, however often the listener is polled."""
    for hours in (0.5, 2, 12, 24, 96):
        after: Plan | None = known(0.0, 0, polled_at=NOW)
        for step in range(1, 200):
            after = plan(WHO, after, poll(int(hours * 2), at=NOW + step * hours * HOUR), CADENCE, NOW + step * HOUR)
        assert after is not None
        assert after.recent_plays == pytest.approx(48, abs=2)


def test_the_same_sync_counts_once() -> None:
    """A last step that is retried does not change the rate again."""
    once = plan(WHO, known(4.0), poll(40), CADENCE, NOW)
    twice = plan(WHO, once, poll(40), CADENCE, NOW + timedelta(seconds=9))
    assert (twice.listening_rate, twice.polled_at) == (once.listening_rate, once.polled_at)


def test_a_new_listener_is_polled_soon() -> None:
    """The fifty plays of a first poll do not show a rate: they may be an hour old or a year."""
    after = plan(WHO, None, SyncOutcome(NOW, Poll.DONE, 50, full=True, calls=146), CADENCE, NOW)
    assert after.listening_rate is None
    assert NOW + SOON * 0.9 <= after.due_at <= NOW + SOON
    assert after.resync_calls == 146


def test_a_failed_poll_comes_again_sooner() -> None:
    """After a quarter of the interval, with the same rate."""
    before = known(1.0, 25, resync_at=NOW + 100 * HOUR)
    after = plan(WHO, before, SyncOutcome(NOW, Poll.FAILED, collected=False), CADENCE, NOW)
    assert after.due_at == NOW + 6 * HOUR
    assert (after.listening_rate, after.polled_at) == (before.listening_rate, before.polled_at)


def test_a_sync_of_other_data_types_does_not_move_the_next_poll() -> None:
    """A sync of saved tracks alone neither delays nor repeats the poll."""
    before = known(2.0, 1, resync_at=NOW + 100 * HOUR)
    after = plan(WHO, before, SyncOutcome(NOW, Poll.NOT_ASKED, calls=30), CADENCE, NOW)
    assert before.polled_at is not None
    assert SOON * 0.9 <= after.due_at - before.polled_at <= SOON
    assert after.resync_calls == 30 == before.resync_calls


def test_without_permission_for_recent_plays_only_full_syncs_are_due() -> None:
    """A poll would fetch nothing."""
    after = plan(WHO, known(30.0), SyncOutcome(NOW, Poll.IMPOSSIBLE, full=True), CADENCE, NOW)
    assert after.due_at == after.resync_at >= NOW + CADENCE.resync_period / 2


@given(who=names, cadence=cadences, minutes=st.integers(0, 3_000))
def test_a_full_sync_has_its_own_time_of_the_period(who: str, cadence: Cadence, minutes: int) -> None:
    """At least half a period away and at most one and a half, and always at the same moment of the period."""
    moment = NOW + timedelta(minutes=minutes)
    rare = replace(cadence, shortest_poll=timedelta(days=900), longest_poll=timedelta(days=900))
    after = plan(who, None, SyncOutcome(moment, Poll.DONE, full=True), rare, moment)
    assert cadence.resync_period / 2 <= after.resync_at - moment <= cadence.resync_period * 1.5
    own = (after.resync_at - datetime(1970, 1, 1, tzinfo=UTC)) / cadence.resync_period
    assert min(abs(own % 1 - fraction_of(who)), 1 - abs(own % 1 - fraction_of(who))) < 1e-6


def test_a_full_sync_shortly_after_a_poll_replaces_it() -> None:
    """One sync instead of two."""
    before = known(0.0, 20, resync_at=NOW + 24.5 * HOUR)
    after = plan(WHO, before, poll(0), CADENCE, NOW)
    assert after.resync_at == after.due_at < NOW + 24.5 * HOUR


def test_an_overdue_full_sync_does_not_delay_polls() -> None:
    """If the quota was too small for it, it replaces one of the next polls."""
    before = known(5.0, 5, resync_at=NOW - 3 * HOUR)
    after = plan(WHO, before, poll(25), CADENCE, NOW)
    assert after.resync_at == before.resync_at
    assert NOW + 2 * HOUR < after.due_at <= NOW + SOON


def test_a_full_sync_without_data_is_tried_again_within_the_period() -> None:
    """After a quarter of it, not with every poll."""
    after = plan(WHO, known(5.0), SyncOutcome(NOW, Poll.FAILED, full=True, collected=False, calls=8), CADENCE, NOW)
    assert after.resync_at <= NOW + CADENCE.resync_period / 4
    assert after.resync_calls == 30


def test_users_spread_over_the_day() -> None:
    """A thousand who connect in the same minute are synced over the whole day, not in one minute."""
    resyncs = [
        plan(f"u{n}#p", None, SyncOutcome(NOW, Poll.IMPOSSIBLE, full=True), CADENCE, NOW).resync_at
        for n in range(1_000)
    ]
    hours = [sum(int((resync_at - NOW) / HOUR) % 24 == hour for resync_at in resyncs) for hour in range(24)]
    assert all(20 < count < 70 for count in hours)


@pytest.mark.parametrize("rate", [2.0, 5.0, 20.0])
def test_polls_of_users_who_connect_together_spread(rate: float) -> None:
    """Each is early by a different part of its interval."""
    before = known(rate, 2, resync_at=NOW + 100 * HOUR)
    due = {plan(f"u{n}#p", before, poll(int(rate * 2)), CADENCE, NOW).due_at for n in range(100)}
    assert len(due) > 90
