"""Polls come before plays are lost, never outside of their bounds, and everybody at a time of their own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.planning import Cadence, Plan, Poll, Ran, part_of, plan, poll_interval

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
CADENCE = Cadence()
HOUR = timedelta(hours=1)
WHO = "u1#provider"

paces = st.floats(0, 1_000, allow_nan=False)
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


def known(pace: float | None, hours_ago: float = 5, **more: datetime) -> Plan:
    """A connection polled so long ago."""
    polled = NOW - HOUR * hours_ago
    return replace(Plan(NOW, NOW, NOW + 10 * HOUR, 30, pace, polled), **more)  # type: ignore[arg-type]


def poll(plays: int, *, at: datetime = NOW, holes: int = 0) -> Ran:
    return Ran(at, Poll.DONE, plays, holes, calls=1)


@given(pace=paces, cadence=cadences)
def test_an_interval_is_within_its_bounds(pace: float, cadence: Cadence) -> None:
    """However much or little is played."""
    assert cadence.least <= poll_interval(pace, cadence) <= cadence.longest


@given(one=paces, other=paces, cadence=cadences)
def test_who_plays_more_is_polled_no_later(one: float, other: float, cadence: Cadence) -> None:
    """The interval falls with the pace, and never rises."""
    slow, fast = sorted((one, other))
    assert poll_interval(slow, cadence) >= poll_interval(fast, cadence)


@given(
    who=names,
    pace=st.none() | paces,
    hours=st.floats(0.01, 500),
    plays=st.integers(0, 50),
    holes=st.integers(0, 2),
    cadence=cadences,
    outcome=st.sampled_from(Poll),
    everything=st.booleans(),
    collected=st.booleans(),
)
def test_the_next_time_is_after_now_and_within_the_bounds(
    who: str,
    pace: float | None,
    hours: float,
    plays: int,
    holes: int,
    cadence: Cadence,
    outcome: Poll,
    everything: bool,
    collected: bool,
) -> None:
    """Whatever a run has met: nobody is due at once, and nobody is forgotten."""
    ran = Ran(NOW, outcome, plays, holes, everything, collected, 7)
    after = plan(who, known(pace, hours), ran, cadence, NOW)
    longest = max(cadence.longest, cadence.resync * 1.5, NOW + 10 * HOUR - NOW)
    assert NOW < after.due_at <= NOW + longest + timedelta(seconds=1)
    if outcome is Poll.DONE:
        bound = min(cadence.longest, after.resync_at - NOW)
        assert min(cadence.least, bound) * 0.999 <= after.due_at - NOW <= cadence.longest
    assert after.pace is None or 0 <= after.pace <= max(cadence.most_pace, pace or 0)


def played(pace: float, since: datetime, until: datetime) -> int:
    """Plays at constant pace, counted from one fixed moment, so that none is lost to rounding."""
    return int(pace * ((until - NOW) / HOUR)) - int(pace * ((since - NOW) / HOUR))


@given(pace=st.floats(0, CADENCE.kept / (CADENCE.first / HOUR)), who=names)
def test_a_constant_listener_loses_nothing(pace: float, who: str) -> None:
    """From the first poll on, as long as the provider's memory outlives the first and the shortest interval."""
    if pace * (CADENCE.longest / HOUR) < 1:
        pace = 0
    after = plan(who, None, Ran(NOW, Poll.DONE, 50, everything=True), CADENCE, NOW)
    moment = NOW
    for _ in range(60):
        plays = played(pace, moment, after.due_at)
        assert plays <= CADENCE.kept
        assert after.due_at <= after.lost_at
        moment = after.due_at
        after = plan(who, after, poll(plays, at=moment), CADENCE, moment)


@given(pace=st.floats(25, CADENCE.kept / (CADENCE.least / HOUR)), who=names)
def test_a_furious_listener_loses_nothing_after_a_few_holes(pace: float, who: str) -> None:
    """Each hole doubles the pace: after four polls the interval fits up to the shortest there is."""
    after = plan(who, None, Ran(NOW, Poll.DONE, 50, everything=True), CADENCE, NOW)
    moment, lost = NOW, []
    for _ in range(60):
        plays = played(pace, moment, after.due_at)
        lost.append(plays > CADENCE.kept)
        moment = after.due_at
        seen = poll(min(plays, CADENCE.kept), at=moment, holes=int(plays > CADENCE.kept))
        after = plan(who, after, seen, CADENCE, moment)
    assert sum(lost) <= 4
    assert not any(lost[5:])


@given(pace=st.floats(0.1, 500), plays=st.integers(0, 50), hours=st.floats(0.3, 100))
def test_a_hole_halves_the_interval_at_least(pace: float, plays: int, hours: float) -> None:
    """Or it is the shortest already."""
    before = known(pace, hours)
    after = plan(WHO, before, poll(plays, holes=1), CADENCE, NOW)
    assert after.pace is not None
    halved = poll_interval(pace, CADENCE) / 2
    assert poll_interval(after.pace, CADENCE) <= max(halved, CADENCE.least) + timedelta(microseconds=1)


def test_a_full_answer_counts_as_a_hole() -> None:
    """Nobody can tell what was before its oldest play."""
    full, hole = (plan(WHO, known(1.0, 10), one, CADENCE, NOW) for one in (poll(50), poll(50, holes=1)))
    assert full == hole
    assert full.pace == 5.0


def test_a_busy_evening_counts_sooner_than_a_quiet_night() -> None:
    """Up by the hour, down by the day."""
    after = [plan(WHO, known(4.0, 6), poll(plays), CADENCE, NOW).pace for plays in (0, 48)]
    up, down = (after[1] or 0) - 4, 4 - (after[0] or 0)
    assert up > 2.5
    assert down < 0.6


def test_the_same_run_counts_once() -> None:
    """A last step that is retried does not change the pace again."""
    once = plan(WHO, known(4.0), poll(40), CADENCE, NOW)
    twice = plan(WHO, once, poll(40), CADENCE, NOW + timedelta(seconds=9))
    assert (twice.pace, twice.polled_at) == (once.pace, once.polled_at)


def test_a_listener_of_whom_nothing_is_known_is_polled_soon() -> None:
    """The first poll's fifty plays say nothing of the pace: they may be an hour old or a year."""
    after = plan(WHO, None, Ran(NOW, Poll.DONE, 50, everything=True, calls=146), CADENCE, NOW)
    assert after.pace is None
    assert NOW + CADENCE.first * 0.9 <= after.due_at <= NOW + CADENCE.first
    assert after.resync_calls == 146


def test_a_failed_poll_comes_again_sooner() -> None:
    """After a quarter of the interval, with the pace as it was."""
    before = known(1.0, 25)
    after = plan(WHO, before, Ran(NOW, Poll.FAILED, collected=False), CADENCE, NOW)
    assert after.due_at == NOW + timedelta(hours=25 / 4) if after.resync_at > after.due_at else after.resync_at
    assert (after.pace, after.polled_at) == (before.pace, before.polled_at)


def test_a_run_of_other_data_types_leaves_the_next_poll_where_it_was() -> None:
    """A re-run of saved tracks alone neither delays nor repeats the poll."""
    before = known(2.0, 5, resync_at=NOW + 100 * HOUR)
    after = plan(WHO, before, Ran(NOW, Poll.NOT_ASKED, calls=30), CADENCE, NOW)
    assert before.polled_at is not None
    interval = poll_interval(2.0, CADENCE)
    assert interval * 0.9 <= after.due_at - before.polled_at <= interval
    assert after.resync_calls == 30 == before.resync_calls


def test_without_a_right_to_recent_plays_only_syncs_of_everything_are_due() -> None:
    """Where nothing can be heard nothing is polled."""
    after = plan(WHO, known(30.0), Ran(NOW, Poll.IMPOSSIBLE, everything=True), CADENCE, NOW)
    assert after.due_at == after.resync_at >= NOW + CADENCE.resync / 2


@given(who=names, cadence=cadences, minutes=st.integers(0, 3_000))
def test_a_re_sync_has_its_own_time_of_the_period(who: str, cadence: Cadence, minutes: int) -> None:
    """At least half a period away and at most one and a half, and always at the same moment of the period."""
    moment = NOW + timedelta(minutes=minutes)
    rare = replace(cadence, least=timedelta(days=900), longest=timedelta(days=900))
    after = plan(who, None, Ran(moment, Poll.DONE, everything=True), rare, moment)
    assert cadence.resync / 2 <= after.resync_at - moment <= cadence.resync * 1.5
    own = (after.resync_at - datetime(1970, 1, 1, tzinfo=UTC)) / cadence.resync
    assert min(abs(own % 1 - part_of(who)), 1 - abs(own % 1 - part_of(who))) < 1e-6


def test_a_re_sync_shortly_after_a_poll_takes_its_place() -> None:
    """One run instead of two."""
    before = known(0.0, 20, resync_at=NOW + 24.5 * HOUR)
    after = plan(WHO, before, poll(0), CADENCE, NOW)
    assert after.resync_at == after.due_at < NOW + 24.5 * HOUR


def test_a_re_sync_that_is_over_due_does_not_hold_up_the_polls() -> None:
    """When the quota was too small for it, it comes with one of the next polls."""
    before = known(5.0, 5, resync_at=NOW - 3 * HOUR)
    after = plan(WHO, before, poll(25), CADENCE, NOW)
    assert after.resync_at == before.resync_at
    assert NOW + 4 * HOUR < after.due_at <= NOW + 5 * HOUR


def test_a_re_sync_that_brought_nothing_is_tried_again_within_the_period() -> None:
    """After a quarter of it, not at every poll."""
    after = plan(WHO, known(5.0), Ran(NOW, Poll.FAILED, everything=True, collected=False, calls=8), CADENCE, NOW)
    assert after.resync_at <= NOW + CADENCE.resync / 4
    assert after.resync_calls == 30


def test_users_spread_over_the_day() -> None:
    """A thousand who connect in the same minute are re-synced all day long, not in one minute."""
    after = [
        plan(f"u{n}#p", None, Ran(NOW, Poll.IMPOSSIBLE, everything=True), CADENCE, NOW).resync_at for n in range(1_000)
    ]
    hours = [sum(int((one - NOW) / HOUR) % 24 == hour for one in after) for hour in range(24)]
    assert all(20 < count < 70 for count in hours)


@pytest.mark.parametrize("pace", [2.0, 5.0, 20.0])
def test_polls_of_users_who_begin_together_part(pace: float) -> None:
    """Each is early by a part of its own."""
    before = known(pace, 2, resync_at=NOW + 100 * HOUR)
    due = {plan(f"u{n}#p", before, poll(int(pace * 2)), CADENCE, NOW).due_at for n in range(100)}
    assert len(due) > 90
