"""Starts fit into the quota, polls never wait for full syncs, and connections nearest to losing plays come first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core import times
from blendify.schedule.polling_plan import NEVER
from blendify.schedule.quota import ASSUMED_RESYNC_CALLS, HORIZON_MS, SHARE, QuotaState, QuotaUsage, Start, choose

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
MS = times.milliseconds(NOW)
PACED = QuotaState(next_slot_at=MS - 5_000, interval=750)
"""80 calls a minute, of which the schedule may use 64."""
LATER = NOW + timedelta(days=1)


@dataclass(frozen=True)
class Connection:
    """A connection that is due."""

    name: int
    lost_at: datetime = NOW
    resync_at: datetime = LATER
    resync_calls: int | None = 20


def many(count: int, **more: object) -> list[Connection]:
    return [Connection(number, **more) for number in range(count)]  # type: ignore[arg-type]


def cost(starts: list[Start[Connection]]) -> int:
    return sum(calls(start.due) if start.full else 1 for start in starts)


def calls(due: Connection) -> int:
    return ASSUMED_RESYNC_CALLS if due.resync_calls is None else max(1, due.resync_calls)


def test_a_minute_allows_the_share_of_its_calls() -> None:
    """64 polls of a thousand, 64 again in the next minute, and no more if a dispatch comes twice."""
    starts, usage = choose(many(1_000), QuotaUsage(), PACED, NOW, 2_000)
    assert len(starts) == 80 * SHARE
    assert choose(many(1_000), usage, PACED, NOW, 2_000) == ([], usage)
    again, _ = choose(many(1_000), usage, PACED, NOW + timedelta(minutes=1), 2_000)
    assert len(again) == 80 * SHARE


def test_connections_nearest_to_losing_plays_come_first() -> None:
    """Those that have been due longest do not."""
    due = [Connection(number, lost_at=NOW + timedelta(minutes=(number * 37) % 100)) for number in range(100)]
    starts, _ = choose(due, QuotaUsage(), PACED, NOW, 2_000)
    started = [start.due.lost_at for start in starts]
    assert started == sorted(connection.lost_at for connection in due)[:64]


def test_full_syncs_get_what_polls_leave() -> None:
    """Of twenty that are due for full syncs all are at least polled, and those that waited longest get full syncs."""
    due = [Connection(number, resync_at=NOW - timedelta(minutes=number)) for number in range(20)]
    starts, _ = choose(due, QuotaUsage(), PACED, NOW, 2_000)
    assert len(starts) == 20
    assert {start.due.name for start in starts if start.full} == {19, 18, 17, 16}


@pytest.mark.parametrize(
    ("lost", "waited", "polled"),
    [
        (timedelta(hours=20), timedelta(minutes=5), False),
        (timedelta(hours=20), timedelta(minutes=11), True),
        (timedelta(hours=3), timedelta(minutes=5), True),
        (NEVER, timedelta(days=9), False),
    ],
    ids=["can wait", "has waited", "cannot wait", "has nothing to poll"],
)
def test_without_room_for_a_full_sync_a_connection_waits_a_little(
    lost: timedelta, waited: timedelta, polled: bool
) -> None:
    """A poll would postpone the full sync by a day. But no play is put at risk, and the wait is short."""
    full = QuotaUsage(0, MS + 2 * HORIZON_MS)
    due = Connection(1, lost_at=NOW + lost, resync_at=NOW - waited)
    starts, usage = choose([due], full, PACED, NOW, 2_000)
    assert [start.full for start in starts] == [False] * polled
    assert usage.polls_until - MS == pytest.approx(750 / SHARE * polled, abs=1)
    assert usage.resyncs_until - full.resyncs_until == pytest.approx(750 / SHARE * polled, abs=1)


def test_a_long_sync_does_not_hold_up_polls() -> None:
    """A library of 1,200 calls takes the quota of a quarter of an hour. Polls go on; other full syncs wait."""
    big = Connection(0, resync_at=NOW, resync_calls=1_200)
    starts, usage = choose([big], QuotaUsage(), PACED, NOW, 2_000)
    assert [start.full for start in starts] == [True]
    for minute in range(1, 18):
        moment = NOW + timedelta(minutes=minute)
        starts, usage = choose(many(30, resync_at=NOW), usage, PACED, moment, 2_000)
        assert len(starts) == 30
        assert not any(start.full for start in starts)
    starts, usage = choose(many(1, resync_at=NOW), usage, PACED, NOW + timedelta(minutes=60), 2_000)
    assert [start.full for start in starts] == [True]


def test_nothing_starts_in_a_cool_down() -> None:
    """Neither polls nor full syncs start until the end of the cool-down is within the next minute."""
    for left, starts in ((timedelta(hours=6), 0), (timedelta(seconds=60), 0), (timedelta(seconds=30), 32)):
        state = QuotaState(MS, 750, times.milliseconds(NOW + left))
        assert len(choose(many(100), QuotaUsage(), state, NOW, 2_000)[0]) == starts


def test_slots_that_are_reserved_count() -> None:
    """A rate limiter with a queue leaves less quota."""
    assert len(choose(many(100), QuotaUsage(), QuotaState(MS + 15_000, 750), NOW, 2_000)[0]) == 48


def test_without_a_limit_all_start_at_once() -> None:
    """One dispatch starts as many as it can."""
    starts, _ = choose(many(500, resync_at=NOW), QuotaUsage(), QuotaState(), NOW, 300)
    assert len(starts) == 300
    assert all(start.full for start in starts)


def test_an_unknown_interval_is_assumed_to_be_long() -> None:
    """After an upgrade eight connections start a minute, until the next call stores the interval."""
    assert len(choose(many(100), QuotaUsage(), QuotaState(next_slot_at=MS - 1), NOW, 2_000)[0]) == 8


def test_a_slow_application_makes_its_calls_too() -> None:
    """With one call in five minutes: one poll, then none until its quota is used up."""
    slow = QuotaState(MS - 1, 300_000)
    starts, usage = choose(many(3), QuotaUsage(), slow, NOW, 2_000)
    assert len(starts) == 1
    assert choose(many(3), usage, slow, NOW + timedelta(minutes=5), 2_000)[0] == []
    assert len(choose(many(3), usage, slow, NOW + timedelta(minutes=6), 2_000)[0]) == 1


connections = st.builds(
    Connection,
    st.integers(),
    st.integers(-9_000, 9_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(-9_000, 9_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.none() | st.integers(0, 40),
)


@given(
    due=st.lists(st.lists(connections, max_size=60), min_size=1, max_size=30),
    interval=st.integers(50, 20_000),
    seconds=st.integers(5, 70),
)
def test_over_any_time_the_schedule_stays_within_its_share(
    due: list[list[Connection]], interval: int, seconds: int
) -> None:
    """
    Whenever connections are due, starts stay within the share of the quota, and full syncs within it too, but for the
    calls of the one full sync that goes beyond it.
    """
    usage, started, full, largest = QuotaUsage(), 0, 0, 1
    moment = NOW
    for minute in due:
        starts, usage = choose(minute, usage, QuotaState(1, interval), moment, 2_000)
        assert len(starts) <= len(minute)
        started += len(starts)
        full += cost([start for start in starts if start.full])
        largest = max([largest, *(cost([start]) for start in starts)])
        moment += timedelta(seconds=seconds)
    share = ((len(due) - 1) * seconds * 1_000 + HORIZON_MS) * SHARE / interval
    assert started <= share + 1
    assert full <= share + largest


@given(due=st.lists(connections, max_size=60), interval=st.integers(50, 20_000))
def test_only_due_connections_are_chosen_and_each_once(due: list[Connection], interval: int) -> None:
    """Only due connections start, and full syncs only where one is due."""
    starts, _ = choose(due, QuotaUsage(), QuotaState(1, interval), NOW, 2_000)
    assert len({id(start.due) for start in starts}) == len(starts)
    assert all(start.due.resync_at <= NOW for start in starts if start.full)


@pytest.mark.parametrize("known", [0, None])
def test_a_full_sync_of_unknown_size_costs_quota(known: int | None) -> None:
    """It counts as one of usual size. Every full sync counts as at least one call."""
    _, usage = choose([Connection(1, resync_at=NOW, resync_calls=known)], QuotaUsage(), PACED, NOW, 2_000)
    each = 750 / SHARE
    assert usage.resyncs_until - MS == pytest.approx(each * (ASSUMED_RESYNC_CALLS if known is None else 1), abs=1)
