"""The rate limiter on the real table: a slot is one write."""

from datetime import timedelta

import pytest

from blendify.calling.rate_limiter import RateLimiter
from blendify.core import times
from blendify.core.errors import MustWait
from blendify.db.state_table import state_table
from blendify.providers.provider import DEFAULT_BACKOFF
from tests.unit.rate_limiter.workers import app, calls, limited
from tests.unit.timeline import START, Timeline


@pytest.mark.usefixtures("aws_in_memory")
def test_rate_and_cool_down_on_dynamodb(timeline: Timeline) -> None:
    """The same with DynamoDB's conditions: spaced calls, a cool-down for all, its end, and our own waits."""
    mine, theirs = (RateLimiter(app(60), user_id) for user_id in ("ua", "ub"))
    assert calls(mine, timeline, 3) == pytest.approx([0, 1, 2])
    until = theirs.back_off(limited(None))
    assert until == timeline.now() + timedelta(seconds=DEFAULT_BACKOFF[0])
    assert mine.back_off(limited(1)) == until
    mine.acquire()
    assert timeline.now() >= until
    assert theirs.back_off(limited(None)) == timeline.now() + timedelta(seconds=DEFAULT_BACKOFF[1])
    theirs.back_off(limited(3600))
    with pytest.raises(MustWait):
        RateLimiter(app(60, 60), "uc").acquire()
    with pytest.raises(MustWait):
        RateLimiter(app(60), None).wait_until_open()


@pytest.mark.usefixtures("aws_in_memory")
def test_a_slot_costs_one_write(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A free slot is one conditional update and no read: the condition checks for a cool-down."""
    mine = RateLimiter(app(60), "ua")
    writes: list[str] = []
    update = state_table().update

    def counting(pk: str, sk: str, *arguments: object, **more: object) -> object:
        writes.append(pk)
        return update(pk, sk, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(state_table()), "update", staticmethod(counting))
    monkeypatch.setattr(type(state_table()), "get", staticmethod(_no_read))
    calls(mine, timeline, 1)
    assert writes == ["gate#spotify#default"]
    timeline.sleep(60)
    mine.acquire()
    assert writes == ["gate#spotify#default"] * 2, "also after a pause"


def _no_read(*_: object) -> None:
    raise AssertionError("a free slot needs no read")


def test_times_survive_the_table() -> None:
    """Stored times are milliseconds since 1970 and are read back unchanged."""
    assert times.from_milliseconds(times.milliseconds(START)) == START
