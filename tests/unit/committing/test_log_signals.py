"""From where a log without an end is read on, after syncs of which one came short."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from blendify.collecting.evidence import Evidence
from blendify.collecting.freshness import after_log, since
from blendify.collecting.judgement import judge
from blendify.collecting.plan import Source
from blendify.collecting.read_log import LogReader
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history.intents import Commit
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.providers.endpoint import LogWindow
from tests.unit.committing.listeners import LIST, SORTS
from tests.unit.committing.memory import PROVIDER, Memory

WINDOW = LogWindow(None, overlap=timedelta(days=1), late_window=timedelta(days=14))
ENDPOINT = replace(SORTS["scrobbles"].endpoint(), log_window=WINDOW)


def job(day: int, mode: str = "changes") -> Job:
    return Job("user", PROVIDER, str(day), f"2026-01-{day:02}T00:00:00.000Z", mode)


def after(version: ListVersion, now: Job, missing: int = 0) -> ListVersion:
    """The version after a sync in which so many of ten plays did not come."""
    source, asked = Source(now.fetched_at, PROVIDER, LIST), since(version, ENDPOINT, now)
    reader = LogReader(Memory(), now.sync_id, source, ENDPOINT, WINDOW, asked)
    judged = judge(Evidence(10 - missing, 10, log=True, before=version.signals))
    return replace(version, commit=Commit(now.sync_id, now.fetched_at, after_log(reader, version, judged, now)))


@pytest.mark.parametrize("mode", ["changes", "full", "poll"])
def test_what_did_not_come_is_asked_for_by_the_next_sync(mode: str) -> None:
    """Its plays may be of any time since the sync before, however that asked."""
    version = after(ListVersion("user", PROVIDER, DataType.RECENTLY_PLAYED, LIST), job(20))
    version = after(version, job(24, mode), missing=2)
    assert since(version, ENDPOINT, job(25)) == times.parse(job(19).fetched_at)
    version = after(version, job(25))
    assert since(version, ENDPOINT, job(26)) == times.parse(job(24).fetched_at)


def test_a_past_that_came_short_is_read_whole_until_it_repeats() -> None:
    """Polls between ask for what is new."""
    version = ListVersion("user", PROVIDER, DataType.RECENTLY_PLAYED, LIST)
    asked: list[datetime | None] = []
    for day in (1, 3):
        version = after(version, job(day), missing=2)
        asked.append(since(version, ENDPOINT, job(day + 1, "poll")))
        version = after(version, job(day + 1, "poll"))
        asked.append(since(version, ENDPOINT, job(day + 2)))
    assert asked[1] is None
    assert [moment and moment.day for moment in asked] == [31, None, 2, 3]
