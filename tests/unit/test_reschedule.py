"""A connection is on the schedule from its login until its grant is dead; each sync that ends plans the next."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from blendify.access import connections
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.jobs.job import Job
from blendify.jobs.progress import Checkpoint, move_on
from blendify.schedule import due_connections
from blendify.schedule.cadence import Cadence
from blendify.syncing import lease
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from blendify.syncing.lease import Holder
from tests.unit.sync_steps import STARTED, begun, standing
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

CADENCE = Cadence()
HOUR = timedelta(hours=1)
SOON = HOUR * CADENCE.remembered_plays / CADENCE.fastest_listening


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present moment; tests set it."""
    now = [STARTED]
    monkeypatch.setattr("blendify.core.times.now", lambda: now[0])
    return now


@pytest.fixture
def user_id(world: World, clock: list[datetime]) -> str:
    return world.connect(seconds=86_400)


def item(user_id: str) -> dict[str, Any]:
    return state_table().get(keys.user(user_id), keys.connection("spotify")) or {}


def due(moment: datetime) -> list[str]:
    return [connection.user_id for connection in due_connections.due(moment)]


def sync(
    user_id: str, clock: list[datetime], *data_types: DataType, plays: int = 0, outcome: Outcome = Outcome.COMPLETE
) -> Job:
    """A sync with its collectors' outcomes, finished."""
    job = begun(user_id, *data_types, execution=f"execution-{clock[0]}", started_at=clock[0])
    for data_type in data_types or tuple(DataType):
        counts = {"calls": 3, **({"plays": plays} if data_type is DataType.RECENTLY_PLAYED else {})}
        move_on(standing(job, data_type), Checkpoint(outcome, counts=counts))
    finish_sync(job, 1, [])
    return job


def test_a_login_puts_the_connection_on_the_schedule(user_id: str) -> None:
    """If its first sync never begins, it is due half an hour later for a full sync."""
    assert due(STARTED + timedelta(minutes=29)) == []
    (connection,) = due_connections.due(STARTED + timedelta(minutes=31))
    assert (connection.user_id, connection.provider, connection.application) == (user_id, "spotify", "default")
    assert connection.resync_at <= STARTED


def test_a_sync_that_ends_plans_the_next(user_id: str, clock: list[datetime]) -> None:
    """A poll within hours and a full sync at the connection's time of the day; the same write releases the lease."""
    sync(user_id, clock, plays=50)
    stored = item(user_id)
    assert "lease_sync_id" not in stored
    plan = due_connections.plan_of(stored)
    assert plan is not None
    assert STARTED + SOON * 0.9 <= plan.due_at <= STARTED + SOON
    assert STARTED + CADENCE.resync_period / 2 <= plan.resync_at <= STARTED + CADENCE.resync_period * 1.5
    assert plan.resync_calls == 3 * len(DataType)
    assert due(STARTED + SOON) == [user_id]
    assert due(STARTED + HOUR) == []


def test_polls_follow_the_listening_rate(world: World, clock: list[datetime]) -> None:
    """Each sync goes on from the stored plan: after three days of polls a heavy listener is due far sooner."""
    intervals = {}
    for plays in (1, 45):
        clock[0] = STARTED
        user_id = world.connect(f"listener-{plays}", seconds=900_000)
        sync(user_id, clock, plays=50)
        for _ in range(3):
            clock[0] += 24 * HOUR
            sync(user_id, clock, DataType.RECENTLY_PLAYED, plays=plays)
        intervals[plays] = times.parse(item(user_id)["due_at"]) - clock[0]
    assert intervals[45] < 6 * HOUR
    assert intervals[1] > 12 * HOUR


def test_a_connection_older_than_the_schedule_gets_on_it(user_id: str, clock: list[datetime]) -> None:
    """The first sync that ends after the upgrade puts it there."""
    gone = (*due_connections.ENTRY, "lost_at", "resync_at")
    state_table().update(keys.user(user_id), keys.connection("spotify"), Change(remove=gone))
    assert connections.connection(user_id, "spotify").plan is None
    assert due(STARTED + 100 * HOUR) == []
    sync(user_id, clock, plays=50)
    assert due(STARTED + 100 * HOUR) == [user_id]


def test_a_dead_grant_is_not_due_until_the_next_login(world: World, user_id: str, clock: list[datetime]) -> None:
    """It leaves the index when its status changes, and a sync that ends later does not put it back."""
    job = begun(user_id, DataType.TOP_TRACKS)
    assert connections.require_reconnect(connections.connection(user_id, "spotify"))
    assert due(STARTED + 1000 * HOUR) == []
    move_on(standing(job, DataType.TOP_TRACKS), Checkpoint(Outcome.RECONNECT))
    finish_sync(job, 1, [])
    assert due(STARTED + 1000 * HOUR) == []
    assert "lease_sync_id" not in item(user_id)
    world.connect(seconds=86_400)
    assert due(STARTED + HOUR) == [user_id]


def test_a_restored_grant_is_due_again(user_id: str, clock: list[datetime]) -> None:
    """An outage of the token host looked like many revocations; the restored connections are on the schedule again."""
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    assert connections.restore(user_id, "spotify")
    assert due(STARTED + HOUR) == [user_id]


def test_the_longest_due_come_first(world: World, clock: list[datetime]) -> None:
    """The order holds over all shards."""
    users = []
    for number in range(12):
        clock[0] = STARTED + timedelta(minutes=(number * 7) % 12)
        users.append((clock[0], world.connect(f"listener-{number}")))
    assert due(STARTED + HOUR) == [user_id for _, user_id in sorted(users)]
    assert len({item(user_id)["due_shard"] for _, user_id in users}) > 3


def test_only_one_dispatch_claims_a_connection(user_id: str, clock: list[datetime]) -> None:
    """Of two dispatches that read the same due time only one starts it. It is due again if its sync never ends."""
    clock[0] += HOUR
    (connection,) = due_connections.due(clock[0])
    until = clock[0] + due_connections.RETRY
    assert [due_connections.claim_sync(connection, until) is not None for _ in range(2)] == [True, False]
    assert due(clock[0]) == []
    assert due(until) == [user_id]


@pytest.mark.parametrize(("minutes", "syncing"), [(10, True), (-10, False)])
def test_a_claim_says_whether_a_sync_runs(user_id: str, clock: list[datetime], minutes: int, syncing: bool) -> None:
    """Another execution would only find the lease taken. An expired lease does not count."""
    clock[0] += HOUR
    lease.take(user_id, "spotify", Holder("sync", "execution"), clock[0] + timedelta(minutes=minutes))
    (connection,) = due_connections.due(clock[0])
    claimed = due_connections.claim_sync(connection, clock[0] + due_connections.RETRY)
    assert claimed is not None
    assert due_connections.is_syncing(claimed) is syncing


def test_a_last_step_that_is_retried_plans_the_same(user_id: str, clock: list[datetime]) -> None:
    """The listening rate does not change twice for one sync."""
    sync(user_id, clock, plays=50)
    clock[0] += 3 * HOUR
    job = sync(user_id, clock, DataType.RECENTLY_PLAYED, plays=40)
    before = item(user_id)
    finish_sync(job, 1, [])
    assert item(user_id) == before


def test_a_sync_that_lost_its_lease_does_not_plan(user_id: str, clock: list[datetime]) -> None:
    """The sync that has the lease now plans when it ends."""
    job = begun(user_id, DataType.TOP_TRACKS)
    clock[0] += lease.LEASE + HOUR
    given = {"user_id": user_id, "provider": "spotify", "mode": "full"}
    second = begin_sync(given, "execution-2", clock[0])
    before = item(user_id)
    assert before["lease_sync_id"] == second["job"]["sync_id"] != job.sync_id
    move_on(standing(job, DataType.TOP_TRACKS), Checkpoint(Outcome.COMPLETE))
    finish_sync(job, 1, [])
    assert item(user_id) == before
