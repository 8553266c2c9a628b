"""A poll reads a listener's recent plays, commits what is new and plans the next poll. It leaves no record."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.writes import WriteMeter
from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.collecting.list_store import ListStore
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.history import list_versions
from blendify.history.intents import Intent
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.lambdas.polls import queued_polls
from blendify.lambdas.steps import Handler
from blendify.schedule import due_connections
from blendify.schedule.cadence import Cadence
from blendify.schedule.poll_queue import QueuedPoll
from blendify.schedule.polling_plan import NEVER, Plan
from blendify.syncing import connection_plan, dispatch, poll
from polls import recently_played
from tests.unit.http_events import Context
from tests.unit.poll_queue import PollQueue, event
from tests.unit.sync_steps import STARTED, begun, facts, plenty
from tests.unit.visible import items
from tests.unit.world import World, socket_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")

PLAYS = DataType.RECENTLY_PLAYED
HOUR = timedelta(hours=1)
CADENCE = Cadence()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present moment; tests set it."""
    now = [STARTED]
    monkeypatch.setattr("blendify.core.times.now", lambda: now[0])
    return now


@pytest.fixture
def user_id(world: World, clock: list[datetime]) -> str:
    """A listener whose plays were read fifty minutes ago, who is due for a poll now and for a full sync tomorrow."""
    user_id = world.connect(seconds=900_000)
    assert collect(PLAYS, begun(user_id, PLAYS, started_at=STARTED), plenty).outcome is Outcome.COMPLETE
    clock[0] += timedelta(minutes=50)
    plan = Plan(clock[0], clock[0] + 9 * HOUR, clock[0] + 20 * HOUR, 20, 0.9, 20.0, STARTED)
    state_table().update(keys.user(user_id), keys.connection("spotify"), due_connections.planned(user_id, plan))
    lease = ("lease_sync_id", "lease_execution", "lease_until")
    state_table().update(keys.user(user_id), keys.connection("spotify"), Change(remove=lease))
    return user_id


def item(user_id: str, provider: str = "spotify") -> dict[str, Any]:
    return state_table().get(keys.user(user_id), keys.connection(provider)) or {}


def stored_plan(user_id: str) -> Plan:
    plan = due_connections.plan_of(item(user_id))
    assert plan is not None
    return plan


def queued(queue: PollQueue) -> QueuedPoll:
    """The poll that a dispatch queues now."""
    queue.messages.clear()
    assert dispatch.dispatch("machine", plenty)["polls"] == 1
    return queue.polls[0]


def stored_plays(user_id: str) -> list[str]:
    """Moments of all plays in the history, each as often as it is told."""
    partition = {"S": f"{user_id}#{PLAYS}"}
    return sorted(fact["played_at"]["S"] for fact in items("history") if fact["user#type"] == partition)


def played(world: World) -> list[str]:
    """Moments of all plays that the provider tells."""
    return sorted(play["played_at"] for play in world.truth()[PLAYS])


def test_a_poll_without_news_writes_next_to_nothing(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """
    One call; a slot of the application's rate limit alone, though the user's is stricter; the claim, the log's version.
    No record of a sync, and the plan stands.

    The dispatch writes its use of the quota once, however many polls it queues.
    """
    world.register(calls_per_minute=240, calls_per_minute_and_user=100)
    records = list(state_table().query(keys.user(user_id), keys.sync()))
    meter = WriteMeter()
    with meter.running():
        waiting = queued(queue)
        planned, calls = item(user_id), world.calls()
        assert poll.poll(waiting, plenty) is Outcome.COMPLETE
    assert world.calls() - calls == 1
    written = meter.taken()
    assert written.kinds["gate"] == 1
    assert written.tables - written.kinds["ledger"] <= 4, written
    assert item(user_id) == planned
    assert list(state_table().query(keys.user(user_id), keys.sync())) == records


def test_a_poll_appends_new_plays_once(world: World, clock: list[datetime], user_id: str, queue: PollQueue) -> None:
    """The next poll is planned by what it found; the same message once more finds nothing."""
    for _ in range(12):
        world.change("add", PLAYS)
    meter = WriteMeter()
    with meter.running():
        waiting = queued(queue)
        assert poll.poll(waiting, plenty) is Outcome.COMPLETE
    written = meter.taken()
    assert written.kinds["facts"] == 12
    assert written.tables - written.kinds["ledger"] <= 30, written
    assert written.indexes == 24 + 2 * 2, "of the history, and each due time of the connection"
    plan = stored_plan(user_id)
    assert plan.recent_plays > stored_plan_without_news(waiting).recent_plays
    stored = item(user_id)
    assert poll.poll(waiting, plenty) is Outcome.COMPLETE
    assert item(user_id) == stored
    assert len(stored_plays(user_id)) == len(played(world)) == 22


def stored_plan_without_news(waiting: QueuedPoll) -> Plan:
    began_at = times.parse(waiting.began_at)
    return connection_plan.without_news(waiting.user_id, waiting.provider, waiting.before, began_at)


@pytest.mark.parametrize("sync_first", [True, False])
def test_a_poll_beside_a_running_sync_is_safe(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue, sync_first: bool
) -> None:
    """Whichever commits first, each play is told once. The sync keeps its lease, and the poll has none."""
    waiting = queued(queue)
    for _ in range(5):
        world.change("add", PLAYS)
    job = begun(user_id, PLAYS, execution="execution-2", started_at=clock[0])
    lease = item(user_id)["lease_sync_id"]
    steps: list[Callable[[], object]] = [lambda: collect(PLAYS, job, plenty), lambda: poll.poll(waiting, plenty)]
    for step in steps if sync_first else reversed(steps):
        step()
    assert stored_plays(user_id) == played(world)
    assert item(user_id)["lease_sync_id"] == lease


def test_a_zombie_commits_nothing_twice(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS delivers a message again whose function is slow: the first worker wakes up after the second has ended."""
    for _ in range(5):
        world.change("add", PLAYS)
    waiting = queued(queue)
    awake: list[bool] = []
    intend = list_versions.intend

    def late(before: ListVersion, intent: Intent) -> ListVersion:
        if not awake:
            awake.append(True)
            assert poll.poll(waiting, plenty) is Outcome.COMPLETE
        return intend(before, intent)

    monkeypatch.setattr(ListStore, "intend", staticmethod(late))
    assert poll.poll(waiting, plenty) is Outcome.COMPLETE
    assert awake
    assert stored_plays(user_id) == played(world)


def test_a_failing_provider_is_polled_again_soon(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue, no_pauses: None
) -> None:
    """A quarter of the interval later, and the plan does not say that plays were read."""
    world.fault(PLAYS, status=500)
    waiting = queued(queue)
    poll.poll(waiting, plenty)
    plan = stored_plan(user_id)
    assert (plan.polled_at, plan.lost_at) == (waiting.before.polled_at, plan.lost_at)
    assert clock[0] + CADENCE.shortest_poll <= plan.due_at < stored_plan_without_news(waiting).due_at


def test_a_long_wait_is_a_later_due_time(world: World, clock: list[datetime], user_id: str, queue: PollQueue) -> None:
    """No Lambda waits: the connection is due when the provider's pause ends."""
    world.limit(0, "4000")
    assert poll.poll(queued(queue), plenty) is Outcome.WAITING
    assert abs(stored_plan(user_id).due_at - clock[0] - timedelta(seconds=4000)) < timedelta(seconds=2)


def test_a_listener_who_did_not_permit_plays_is_not_polled_again(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """The connection is due for full syncs alone."""
    change = Change(set={"scopes": ["user-library-read"]})
    state_table().update(keys.user(user_id), keys.connection("spotify"), change)
    assert poll.poll(queued(queue), plenty) is Outcome.NOT_PERMITTED
    plan = stored_plan(user_id)
    assert plan.due_at >= plan.resync_at
    assert plan.lost_at > clock[0] + NEVER / 2


def test_a_listener_who_has_left_leaves_nothing(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """The message of a connection that is gone is taken from the queue, and writes nothing."""
    waiting = queued(queue)
    connections.disconnect(user_id, "spotify")
    calls = world.calls()
    assert poll.poll(waiting, plenty) is Outcome.RECONNECT
    assert item(user_id) == {}
    assert world.calls() == calls


def test_a_poll_whose_connection_was_planned_anew_changes_no_plan(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """A sync that ended meanwhile knows more."""
    waiting = queued(queue)
    world.change("add", PLAYS)
    state_table().update(
        keys.user(user_id), keys.connection("spotify"), Change(set={"due_at": times.iso(clock[0] + 5 * HOUR)})
    )
    planned = item(user_id)
    assert poll.poll(waiting, plenty) is Outcome.COMPLETE
    assert item(user_id) == planned


def test_a_poll_without_time_is_due_at_once(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """A provider that hardly answers takes the time of a whole batch: the rest goes back to the schedule."""
    waiting, calls = queued(queue), world.calls()
    assert poll.poll(waiting, lambda: poll.NEEDED_SECONDS - 1) is Outcome.WAITING
    assert world.calls() == calls
    assert stored_plan(user_id).due_at == clock[0]
    assert queued(queue).user_id == user_id


def test_a_clock_that_went_back_does_not_mix_up_the_history(
    world: World, clock: list[datetime], user_id: str, queue: PollQueue
) -> None:
    """The moment of a poll is later than that of the last commit."""
    world.change("add", PLAYS)
    waiting = queued(queue)
    early = QueuedPoll.of(json.dumps({**json.loads(waiting.body()), "began_at": times.iso(STARTED - HOUR)}))
    assert poll.poll(early, plenty) is Outcome.COMPLETE
    moment = times.iso(STARTED + timedelta(milliseconds=1))
    assert len(facts(Job(user_id, "spotify", "", moment), PLAYS)) == 1


def test_all_plays_of_many_years_are_left_to_the_first_sync(
    clock: list[datetime], queue: PollQueue, old_listener: str
) -> None:
    """A provider that forgets nothing is polled once all was read; until then a poll makes no call."""
    assert poll.poll(queued(queue), plenty) is Outcome.NOT_REQUESTED
    assert item(old_listener, "lastfm")["due_at"] > times.iso(clock[0])
    assert items("history") == []


# --- the function ------------------------------------------------------------------------------------------------


class Invocation(Context):
    """The function has all of its time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def invoke(*bodies: str, receives: int = 1, handler: Handler = recently_played.handler) -> list[str]:
    """The ids of the messages that go back to the queue."""
    answer = handler(event(*bodies, receives=receives), Invocation())  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_function_polls_a_batch(world: World, clock: list[datetime], user_id: str, queue: PollQueue) -> None:
    """What is not a poll goes back, and no other message with it."""
    world.change("add", PLAYS)
    queued(queue)
    (body,) = queue.take()
    assert invoke("{}", body, "not JSON") == ["message-0", "message-2"]
    assert len(stored_plays(user_id)) == 11


def test_a_batch_that_fails_whole_goes_back_whole(world: World, clock: list[datetime]) -> None:
    """The function does not raise: its answer says the same."""
    assert invoke("{}", "[]") == ["message-0", "message-1"]


@pytest.mark.parametrize(("receives", "again"), [(1, False), (3, True)])
def test_a_poll_that_crashes_for_the_last_time_is_due_again(
    world: World,
    clock: list[datetime],
    user_id: str,
    queue: PollQueue,
    receives: int,
    again: bool,
) -> None:
    """Before that SQS delivers it again. The plan must not say that plays were read."""
    queued(queue)
    (body,) = queue.take()

    def crash(*_: object) -> None:
        raise RuntimeError("a defect")

    assert invoke(body, receives=receives, handler=queued_polls(crash, poll.give_up)) == ["message-0"]
    plan = stored_plan(user_id)
    assert (plan.polled_at == STARTED) is again
    assert (plan.due_at <= clock[0] + 6 * HOUR) is again


def test_what_is_logged_of_a_crash_has_no_message(
    world: World, clock: list[datetime], capsys: pytest.CaptureFixture[str]
) -> None:
    """The event is not logged: ids are log keys."""
    invoke('{"user_id": "u1", "secret": "do not log"}')
    assert "do not log" not in capsys.readouterr().out


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow each other at once."""
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def old_listener(clock: list[datetime]) -> Iterator[str]:
    """A listener of Last.fm, connected and due, whose first sync has not read anything."""
    with socket_of("lastfm") as behind:
        user_id = World.begin(behind).connect()
        due = {"due_at": clock[0], "lost_at": clock[0], "resync_at": clock[0] + 9 * HOUR}
        change = Change(set={name: times.iso(moment) for name, moment in due.items()})
        state_table().update(keys.user(user_id), keys.connection("lastfm"), change)
        yield user_id
