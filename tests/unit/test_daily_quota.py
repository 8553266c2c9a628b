"""A provider's quota of calls a day: never exceeded, however many work at once, and planned by the schedule."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from blendify.calling.daily_quota import DailyQuota
from blendify.core.errors import MustWait
from blendify.db.state_table import state_table
from blendify.providers.application import Application
from blendify.schedule import quota_usage
from blendify.schedule.quota import QuotaState, QuotaUsage, choose
from tests.unit.robustness.machine import Clock

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def clock(aws_in_memory: None) -> Iterator[Clock]:
    clock = Clock()
    with clock.installed():
        yield clock


def day(most: int) -> DailyQuota:
    application = Application("youtube_music", "default", "id", "secret", "", "", "", 0, 0, calls_per_day=most)
    return DailyQuota(application, state_table())


def test_no_call_is_made_beyond_it(clock: Clock) -> None:
    """Eight workers at once make ten calls of ten; the next one waits for the day's end in California."""

    def call(_: int) -> bool:
        try:
            day(10).take()
        except MustWait:
            return False
        return True

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(call, range(40))) == 10
    with pytest.raises(MustWait, match="YouTube Music is used up") as waiting:
        day(10).take()
    assert waiting.value.until.hour in (7, 8)
    clock.sleep((waiting.value.until - clock.now()).total_seconds() + 1)
    day(10).take()
    assert quota_usage.state("youtube_music", "default") == QuotaState(day=8, left_today=7)


def test_a_login_counts_and_is_not_held_up(clock: Clock) -> None:
    day(1).take()
    day(1).take(beyond=True)
    assert quota_usage.state("youtube_music", "default").left_today == 0


def test_without_a_quota_nothing_is_counted(clock: Clock) -> None:
    day(0).take()
    assert quota_usage.state("youtube_music", "default") == QuotaState()


@dataclass(frozen=True)
class Connection:
    """One that cannot be polled, as all are at a provider that tells no plays."""

    resync_calls: int | None
    lost_at: datetime = NOW + timedelta(days=3_650)
    resync_at: datetime = NOW - timedelta(hours=1)


def started(left: int, *calls: int | None) -> int:
    connections = [Connection(each, resync_at=NOW - timedelta(hours=24 - at)) for at, each in enumerate(calls)]
    starts, _ = choose(connections, QuotaUsage(), QuotaState(day=8_000, left_today=left), NOW, 100)
    assert all(start.full for start in starts)
    return len(starts)


def test_re_syncs_share_what_is_left_of_the_day() -> None:
    """Those that waited longest come first; the others stay due."""
    assert started(8_000, 40, 40, 40) == 3
    assert started(90, 40, 40, 40) == 2
    assert started(0, 40) == 0
    # One that takes more than a day has is begun when a whole day is left.
    assert started(8_000, 20_000) == 1
    assert started(7_999, 20_000) == 0
