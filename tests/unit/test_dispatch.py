"""Each due connection is started once, as far as the quota allows, and none is lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blendify.access import connections
from blendify.access.applications import application
from blendify.calling.rate_limiter import RateLimiter
from blendify.core import aws, times
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.schedule import due_connections, quota_usage
from blendify.schedule.quota import QuotaUsage
from blendify.syncing import dispatch as dispatching
from blendify.syncing.start_sync import start_sync
from tests.aws import aws_in_memory
from tests.unit.http_events import Context
from tests.unit.poll_queue import PollQueue
from tests.unit.sync_steps import STARTED
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "queue")

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:sync"
HOUR = timedelta(hours=1)


class ExecutionAlreadyExists(ClientError):
    """Step Functions' error for a name that was used before."""


class Machines:
    """Step Functions as far as a dispatch needs it: names are unique, and it can refuse to start."""

    exceptions = SimpleNamespace(ExecutionAlreadyExists=ExecutionAlreadyExists)

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}
        self.refuses = False

    def start_execution(self, **request: str) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
        if request["name"] in self.started:
            raise ExecutionAlreadyExists({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        assert request["stateMachineArn"] == MACHINE
        assert len(request["name"]) <= 80
        self.started[request["name"]] = json.loads(request["input"])

    @property
    def users(self) -> list[str]:
        return [given["user_id"] for given in self.started.values()]


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> Machines:
    made, client = Machines(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "stepfunctions" else client(service))
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [STARTED]
    monkeypatch.setattr("blendify.core.times.now", lambda: now[0])
    return now


def plenty() -> float:
    return 50.0


def dispatch() -> dict[str, int]:
    return dispatching.dispatch(MACHINE, plenty)


def item(user_id: str) -> dict[str, Any]:
    return state_table().get(keys.user(user_id), keys.connection("spotify")) or {}


def connect(world: World, name: str, *, resync: timedelta = HOUR, due: timedelta = timedelta()) -> str:
    """A listener who is due, and due for a full sync after `resync`."""
    user_id = world.connect(name)
    moments = {"due_at": STARTED + due, "lost_at": STARTED + 9 * HOUR, "resync_at": STARTED + resync}
    change = Change(set={key: times.iso(moment) for key, moment in moments.items()} | {"resync_calls": 20})
    state_table().update(keys.user(user_id), keys.connection("spotify"), change)
    return user_id


def paced(world: World, calls_per_minute: float) -> None:
    """The application has a limit, and has made one call."""
    aws_in_memory.application(world.base, f"{world.base}/v1", calls_per_minute=calls_per_minute)
    RateLimiter(application("spotify"), None).count_call()


def test_what_is_due_is_started(world: World, clock: list[datetime], machines: Machines, queue: PollQueue) -> None:
    """Connections that are due get a poll, or a full sync if they are due for one; all others get nothing."""
    polled = connect(world, "ana")
    synced = connect(world, "bea", resync=-HOUR)
    connect(world, "cem", due=HOUR)
    assert dispatch() == {"due": 2, "syncs": 1, "polls": 1}
    assert list(machines.started.values()) == [{"user_id": synced, "provider": "spotify"}]
    (poll,) = queue.polls
    assert (poll.user_id, poll.provider, poll.began_at) == (polled, "spotify", times.iso(STARTED))


def test_the_claim_of_a_poll_plans_the_next(world: World, clock: list[datetime], queue: PollQueue) -> None:
    """As after a poll that brings nothing new: such a poll then writes no plan. The message has the plan before."""
    user_id = connect(world, "ana", resync=20 * HOUR)
    before = due_connections.plan_of(item(user_id))
    dispatch()
    (poll,) = queue.polls
    planned = due_connections.plan_of(item(user_id))
    assert poll.before == before
    assert planned is not None
    assert planned.polled_at == STARTED
    assert poll.due_at == item(user_id)["due_at"] == times.iso(planned.due_at) > times.iso(STARTED + 2 * HOUR)


def test_polls_are_spread_over_the_minute(world: World, clock: list[datetime], queue: PollQueue) -> None:
    """Each is delivered when it has its turn by the application's rate, so that no function waits for it."""
    paced(world, 5)
    clock[0] += timedelta(minutes=1)
    for number in range(6):
        connect(world, f"listener-{number}")
    assert dispatch()["polls"] == 4
    assert sorted(message["DelaySeconds"] for message in queue.messages) == [0, 15, 30, 45]
    assert queue.requests == 1


def test_a_running_sync_does_not_delay_polls(
    world: World, clock: list[datetime], machines: Machines, queue: PollQueue
) -> None:
    """A sync may wait for hours. Until it ends, its connection is polled whenever it is due."""
    user_id = connect(world, "ana", resync=-HOUR)
    lease = {"lease_sync_id": "sync", "lease_until": times.milliseconds(STARTED + 100 * HOUR)}
    state_table().update(keys.user(user_id), keys.connection("spotify"), Change(set=lease))
    for _ in range(3):
        assert dispatch() == {"due": 1, "syncs": 0, "polls": 1}
        planned = due_connections.plan_of(item(user_id))
        assert planned is not None
        assert planned.resync_at == STARTED - HOUR, "the full sync is still due"
        assert planned.due_at > clock[0] + 2 * HOUR
        clock[0] = planned.due_at
    assert queue.users == [user_id] * 3
    assert machines.started == {}


@pytest.mark.parametrize("some", [True, False])
def test_a_poll_that_could_not_be_queued_is_due_as_before(
    world: World, clock: list[datetime], queue: PollQueue, some: bool
) -> None:
    """The next dispatch queues it, whether SQS refused the whole request or a single message."""
    users = {connect(world, "ana"), connect(world, "bea")}
    refused = min(users) if some else None
    queue.refuses, queue.refused_users = not some, {refused} if refused else set()
    before = {user_id: item(user_id) for user_id in users}
    assert dispatch() == {"due": 2, "syncs": 0, "polls": 1 if some else 0}
    for user_id in {refused} if refused else users:
        assert item(user_id)["due_at"] == before[user_id]["due_at"]
    queue.refuses, queue.refused_users = False, set()
    dispatch()
    assert sorted(queue.users) == sorted(users)


def test_what_was_started_is_not_started_again(world: World, clock: list[datetime], machines: Machines) -> None:
    """Its sync plans it again; if that never happens, it is due again after a while."""
    user_id = connect(world, "ana", resync=-HOUR)
    dispatch()
    clock[0] += timedelta(minutes=1)
    assert dispatch() == {"due": 0, "syncs": 0, "polls": 0}
    clock[0] = STARTED + due_connections.RETRY
    dispatch()
    assert machines.users == [user_id, user_id]


def test_two_dispatches_at_once_start_each_once(
    world: World, clock: list[datetime], machines: Machines, queue: PollQueue
) -> None:
    """EventBridge may deliver an event twice."""
    polled = {connect(world, f"listener-{number}") for number in range(12)}
    synced = {connect(world, f"another-{number}", resync=-HOUR) for number in range(3)}
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda _: dispatch(), range(3)))
    assert sum(count["polls"] for count in counts) == 12
    assert sorted(queue.users) == sorted(polled)
    assert sorted(machines.users) == sorted(synced)


def test_a_start_that_was_made_before_is_no_error(world: World, clock: list[datetime], machines: Machines) -> None:
    """The same due time gives the same name, which Step Functions knows."""
    user_id = connect(world, "ana", resync=-HOUR)
    start_sync(MACHINE, user_id, "spotify", STARTED)
    assert dispatch()["syncs"] == 1
    assert len(machines.started) == 1


def test_a_failed_start_is_tried_again(world: World, clock: list[datetime], machines: Machines) -> None:
    """Step Functions throttles starts: the connection is due as before, for the next dispatch."""
    user_id = connect(world, "ana", resync=-HOUR)
    machines.refuses = True
    assert dispatch() == {"due": 1, "syncs": 0, "polls": 0}
    machines.refuses = False
    clock[0] += timedelta(minutes=1)
    assert dispatch()["syncs"] == 1
    assert machines.users == [user_id]


def test_a_dead_grant_is_not_started(world: World, clock: list[datetime], machines: Machines) -> None:
    """It stays off the schedule until its listener connects again."""
    user_id = connect(world, "ana")
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    clock[0] += 5 * HOUR
    assert dispatch()["due"] == 0


def test_the_quota_decides_how_many_are_started(world: World, clock: list[datetime], queue: PollQueue) -> None:
    """The others stay due, and start once in the next minutes."""
    paced(world, 5)
    clock[0] += timedelta(minutes=1)
    users = {connect(world, f"listener-{number}") for number in range(10)}
    started = []
    for _ in range(3):
        started.append(dispatch()["polls"])
        clock[0] += timedelta(minutes=1)
    assert started == [4, 4, 2]
    assert sorted(queue.users) == sorted(users)


def test_during_a_pause_nothing_is_started(world: World, clock: list[datetime], machines: Machines) -> None:
    """Executions would only wait; the connections are still due afterwards."""
    paced(world, 60)
    connect(world, "ana", resync=9 * HOUR)
    until = times.milliseconds(STARTED + HOUR)
    state_table().update(keys.rate_limiter("spotify", "default"), "gate", Change(set={"cooldown_until": until}))
    assert dispatch() == {"due": 1, "syncs": 0, "polls": 0}
    clock[0] += HOUR + timedelta(seconds=1)
    assert dispatch()["polls"] == 1


def test_one_application_does_not_use_up_anothers_quota(world: World, clock: list[datetime], queue: PollQueue) -> None:
    """Each has its own rate limiter and quota usage."""
    paced(world, 5)
    for number in range(6):
        connect(world, f"listener-{number}")
    other = connect(world, "zoe")
    state_table().update(keys.user(other), keys.connection("spotify"), Change(set={"application": "tenant"}))
    dispatch()
    assert other in queue.users
    assert len(queue.messages) == 5


def test_quota_is_not_reserved_twice(world: World, clock: list[datetime]) -> None:
    """The usage is stored only if it is still the one that was read."""
    before = quota_usage.usage("spotify", "default")
    first, second = (QuotaUsage(before.polls_until + ms, before.resyncs_until + ms) for ms in (5, 9))
    assert quota_usage.reserve("spotify", "default", before, first)
    assert not quota_usage.reserve("spotify", "default", before, second)
    assert quota_usage.usage("spotify", "default") == first


def test_the_rate_limiter_stores_its_interval(world: World, clock: list[datetime]) -> None:
    """So the dispatch need not read the application's secret."""
    paced(world, 80)
    assert quota_usage.state("spotify", "default").interval == 750
    clock[0] += timedelta(seconds=5)
    aws_in_memory.application(world.base, f"{world.base}/v1", calls_per_minute=60)
    RateLimiter(application("spotify"), None).acquire()
    assert quota_usage.state("spotify", "default").interval == 1_000


def test_nothing_is_claimed_when_time_is_up(world: World, clock: list[datetime], machines: Machines) -> None:
    """What was not started stays due for the next minute."""
    user_id = connect(world, "ana")
    assert dispatching.dispatch(MACHINE, lambda: 5.0)["polls"] == 0
    assert item(user_id)["due_at"] == times.iso(STARTED)


def test_the_function_dispatches(world: World, clock: list[datetime], queue: PollQueue) -> None:
    """It does not depend on the event."""
    from sync import dispatch as function

    user_id = connect(world, "ana")
    assert function.handler({"version": "0"}, Context()) == {"due": 1, "syncs": 0, "polls": 1}  # type: ignore[arg-type]
    assert queue.users == [user_id]
