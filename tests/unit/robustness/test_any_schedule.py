"""
Random schedules of troubles in one sync: what is stored is what was served, nothing is lost, and nothing stored twice.

`make test` draws 57 schedules, `make soak` 10,000. The command that make prints has the seed. A failure shows its
schedule in full.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.fetching import provider_client
from blendify.providers import PROVIDERS
from blendify.providers.paging import Cursor, Numbered
from local.simulators.frame.oauth2 import RefreshTokens
from operations.folded_lists import RESOURCES, Lists, canonical
from operations.history_reader import HistoryReader, StoredRecord
from tests.aws.aws_in_memory import create_tables
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import PAIRS, TRAITS
from tests.unit.robustness.schedules import Schedule, Trouble
from tests.unit.robustness.worlds import Stage, misfortunes, small_pages
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SCHEDULES = int(os.environ.get("SCHEDULES", "57"))
IMPATIENT = (10.0, 1.0)
"""
Seconds to connect, and until a response. A stalled response must not cost a test half a minute. A busy machine must not
take longer for one that is not stalled.
"""


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_nothing_is_lost_and_nothing_twice(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, record_property: Any
) -> None:
    """The oracle is what the provider served. If the sync failed, the next one completes the lists."""
    figures: Counter[str] = Counter()

    @settings(
        max_examples=max(1, SCHEDULES // len(PAIRS)),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        schedule = data.draw(misfortunes(provider, data_type))
        note(repr(schedule))
        create_tables()
        with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
            figures.update(run(sockets, provider, data_type, schedule, note))

    check()
    for name, count in figures.items():
        record_property(name, count)


def run(
    sockets: Mapping[str, Socket],
    provider: str,
    data_type: DataType,
    schedule: Schedule,
    tell: Callable[[str], object],
) -> Counter[str]:
    """One schedule from login to the end. Returns what happened, as counts; `tell` is called with a summary."""
    clock, reaper = Clock(), Reaper(schedule.kills)
    with clock.installed():
        stage = Stage.set_up(sockets, provider, data_type, clock)
        stage.arm(schedule)
        user_id = stage.world.connect(stage.listener)
        machine = Machine(user_id, stage.wanted, clock, reaper, schedule.pages, provider)
        with reaper.installed():
            job, _ = machine.run()
        done = standing(job, data_type)
        tell(f"outcome {done.outcome}: {done.why}; rounds {machine.rounds}; moved {stage.moved}")
        spent = done.outcome is Outcome.RECONNECT
        assert done.outcome in (Outcome.COMPLETE, Outcome.FAILED) or (spent and may_be_spent(stage, reaper))
        records = [record for moment in machine.moments for record in stored(user_id, data_type, moment)]
        # Playlists that did not come are told where the playlists are, and not where their tracks are.
        doubtful = any(standing(job, collected).counts["doubtful"] for collected in stage.wanted)
        short = doubtful and may_be_short(stage, schedule)
        complete = done.outcome is Outcome.COMPLETE
        check_stored(stage, records, schedule, Shown(complete=complete, doubtful=doubtful, short=short))

        if stage.moved or not complete or short:
            stage.calm()
            if spent:
                stage.world.connect(stage.listener)
            clock.sleep(1)
            mode = "full" if data_type in TRAITS[provider].swept else "changes"
            job, status = Machine(user_id, stage.wanted, clock, Reaper(()), provider=provider, mode=mode).run()
            assert status == "succeeded"
            assert folded(user_id, data_type).differences(stage.lists()) == []
    return Counter(
        schedules=1,
        faults=sum(stage.world.simulator.traffic.faults_served.values()),
        deaths=reaper.deaths,
        moves=len(stage.states) - 1,
        incomplete=int(done.outcome is Outcome.FAILED),
    )


def stored(user_id: str, data_type: DataType, fetched_at: str) -> list[StoredRecord]:
    return HistoryReader(aws.client("dynamodb"), "history", user_id).stored(data_type, fetched_at)


def folded(user_id: str, data_type: DataType, as_of: str = "9") -> Lists:
    """The lists at a moment, folded from the history."""
    return HistoryReader(aws.client("dynamodb"), "history", user_id).lists(data_type, as_of)


def may_be_spent(stage: Stage, reaper: Reaper) -> bool:
    """
    Whether the only token that would give another one may have died with a worker.

    Nobody can store it before the provider has answered, and the provider takes the one before once.
    """
    single = getattr(stage.world.simulator.options, "refresh_tokens", None) is RefreshTokens.SINGLE_USE
    return single and reaper.deaths > 0


def may_be_short(stage: Stage, schedule: Schedule) -> bool:
    """
    Whether what a page lacks may not come in this sync, which the listener is told: a page of those that have numbers
    was short two times, or pages that lead from one to the next were short, empty, the same or the last in two looks;
    or a page was short, and what it lacked was asked for and answered with another page.

    The number of a page cannot ask for what it lacks alone, and a cursor leads past it; the next sync reads what is
    missing.
    """
    paging = PROVIDERS[stage.provider].endpoints[stage.data_type].paging
    of_pages = (Trouble.REPEATED, Trouble.SHORT, Trouble.NO_ENTRIES, Trouble.NO_NEXT)
    odd = [trouble for _, trouble in schedule.troubles if trouble in of_pages]
    twice = Trouble.REPEATED in odd and not {Trouble.SHORT, Trouble.NO_ENTRIES}.isdisjoint(odd)
    return isinstance(paging, Numbered) or twice or (isinstance(paging, Cursor) and len(odd) > 1)


@dataclass(frozen=True)
class Shown:
    """What the listener is told of the sync."""

    complete: bool
    doubtful: bool
    """Some list may hold more than came."""
    short: bool
    """And so it may be, after these troubles."""


def check_stored(stage: Stage, records: list[StoredRecord], schedule: Schedule, shown: Shown) -> None:
    """Compare what is stored of each list with what it held at first and after each change."""
    everything = {name for state in stage.states for name in state}
    assert {record.list_id for record in records} <= everything
    for name in everything:
        here = [record for record in records if record.list_id == name]
        stored_count = Counter(canonical(record.answer) for record in here)
        held = [Counter(map(canonical, state.get(name, []))) for state in stage.states]
        ever: Counter[str] = Counter()
        for state in held:
            ever |= state
        assert not set(stored_count) - set(ever), "something is stored that was never served"
        if name not in stage.moved:
            assert all(stored_count[answer] <= count for answer, count in held[0].items()), "something is stored twice"
            assert not shown.complete or stored_count == held[0] or shown.short, "something is lost"
            continue
        if stage.data_type is DataType.RECENTLY_PLAYED and name != RESOURCES:
            assert not stored_count - ever, "a play is stored twice"
        if shown.complete and schedule.monotone and not shown.doubtful:
            always = held[0]
            for state in held[1:]:
                always &= state
            assert all(stored_count[answer] >= count for answer, count in always.items()), "something is lost"
