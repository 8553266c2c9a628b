"""A sync begins once, ends in every case, and records what happened."""

from datetime import timedelta
from typing import Any

import pytest

from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.state_machines import LAMBDA_BUSY
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.jobs import progress
from blendify.jobs.job import Job
from blendify.jobs.progress import PATIENCE_SECONDS, Checkpoint, Progress, move_on
from blendify.providers import PROVIDERS
from blendify.syncing import lease as leases
from blendify.syncing import syncs
from blendify.syncing.after_login import start_after_login
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import MAX_ROUNDS, finish_sync
from tests.unit.sync_steps import STARTED, begun, standing
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:sync"


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


def record(job: Job) -> syncs.Sync:
    sync = syncs.find(job.user_id, job.sync_id)
    assert sync is not None
    return sync


def lease(user_id: str) -> str | None:
    return (state_table().get(keys.user(user_id), keys.connection("spotify")) or {}).get("lease_sync_id")


def end_with(job: Job, data_type: DataType, outcome: Outcome, **more: Any) -> Progress:
    """Store a collector's outcome."""
    return move_on(standing(job, data_type), Checkpoint(outcome, **more))


def finish(job: Job, number: int = 1, *results: dict[str, str]) -> dict[str, Any]:
    return finish_sync(job, number, results)


REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": (None, "user_id"),
    "a list": ([], "object"),
    "a text": ("u1", "object"),
    "no user_id": ({"provider": "spotify"}, "user_id"),
    "an empty user_id": ({"user_id": "", "provider": "spotify"}, "user_id"),
    "a user_id that is a number": ({"user_id": 7, "provider": "spotify"}, "user_id"),
    "a user_id of any length": ({"user_id": "u" * 3_000, "provider": "spotify"}, "user_id"),
    "no provider": ({"user_id": "KNOWN"}, "one of: spotify"),
    "an unknown provider": ({"user_id": "KNOWN", "provider": "napster"}, "one of: spotify"),
    "a provider that is a list": ({"user_id": "KNOWN", "provider": ["spotify"]}, "one of: spotify"),
    "an unknown data type": ({"user_id": "KNOWN", "provider": "spotify", "data_types": ["podcasts"]}, "top_tracks"),
    "no data types": ({"user_id": "KNOWN", "provider": "spotify", "data_types": []}, "top_tracks"),
    "data types as a text": ({"user_id": "KNOWN", "provider": "spotify", "data_types": "top_tracks"}, "top_tracks"),
    "data types as objects": ({"user_id": "KNOWN", "provider": "spotify", "data_types": [{}]}, "top_tracks"),
    "a bad mode": ({"user_id": "KNOWN", "provider": "spotify", "mode": "fast"}, "full"),
    "a mode that is a list": ({"user_id": "KNOWN", "provider": "spotify", "mode": []}, "full"),
    "a user without a connection": ({"user_id": "nobody", "provider": "spotify"}, "connected"),
}


@pytest.mark.parametrize(("given", "says"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_input_is_refused_with_what_to_give(user_id: str, given: Any, says: str) -> None:
    """The operator at the console reads what to give. Nothing is stored, and no other sync has to wait."""
    if isinstance(given, dict) and given.get("user_id") == "KNOWN":
        given = {**given, "user_id": user_id}
    before = items()
    result = begin_sync(given, "execution-1", STARTED)
    assert result["outcome"] == "refused"
    assert says in result["cause"]
    assert items() == before


def test_a_sync_begins_with_its_record_and_its_progress(user_id: str) -> None:
    """All data types have their progress from the start, and `fetched_at` is the execution's start."""
    result = begin_sync({"user_id": user_id, "provider": "spotify"}, "execution-1", STARTED)
    job = Job.of(result["job"])
    assert (result["outcome"], result["round"]) == ("started", 1)
    assert job.fetched_at == times.iso(STARTED) == syncs.started_at(job.sync_id)
    sync = record(job)
    assert (sync.status, sync.started_at, sync.round) == (Status.RUNNING, job.fetched_at, 1)
    assert set(sync.data_types) == set(DataType)
    outcomes = {state.data_type: state.outcome for state in progress.all_progress(user_id, job.sync_id)}
    assert outcomes == dict.fromkeys(DataType, Outcome.PENDING)
    assert lease(user_id) == job.sync_id


def test_a_sync_has_the_data_types_that_were_asked_for(user_id: str) -> None:
    """A name given twice counts once."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.PLAYLISTS, DataType.TOP_TRACKS)
    assert record(job).data_types == (DataType.TOP_TRACKS, DataType.PLAYLISTS)
    assert len(list(progress.all_progress(user_id, job.sync_id))) == 2


def test_what_a_provider_does_not_offer_is_no_failure(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data type without an endpoint is `not_offered` from the start, and the sync succeeds without it."""
    rows = {name: row for name, row in PROVIDERS["spotify"].endpoints.items() if name is not DataType.SAVED_ALBUMS}
    monkeypatch.setattr("blendify.syncing.begin_sync.PROVIDERS", {"spotify": type("Fewer", (), {"endpoints": rows})()})
    monkeypatch.setattr("blendify.syncing.begin_sync._refresh_early", lambda *_: None)
    job = begun(user_id, DataType.SAVED_ALBUMS, DataType.TOP_TRACKS)
    assert standing(job, DataType.SAVED_ALBUMS).outcome is Outcome.NOT_OFFERED
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert finish(job)["status"] == "succeeded"


def test_a_sync_of_some_data_types_that_resumes_a_full_one_completes_it(
    user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It collects the data types that the interrupted sync has left."""
    first = begun(user_id)
    later = times.now() + leases.LEASE + timedelta(minutes=1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    given = {"user_id": user_id, "provider": "spotify", "data_types": ["recently_played"]}
    assert begin_sync(given, "execution-2", later)["job"]["sync_id"] == first.sync_id
    assert set(record(first).data_types) == set(DataType)


def test_only_ids_and_moments_pass_through_the_state_machine(world: World, user_id: str) -> None:
    """The result of the first step contains no token and no profile."""
    result = str(begin_sync({"user_id": user_id, "provider": "spotify"}, "execution-1", STARTED))
    assert not [secret for secret in world.simulator.accounts.secrets if secret in result]
    assert len(result) < 1_000


def test_a_second_sync_of_a_connection_does_not_begin(user_id: str) -> None:
    """Its result names the one that runs, and it leaves no record."""
    job = begun(user_id)
    before = items()
    result = begin_sync({"user_id": user_id, "provider": "spotify"}, "execution-2", STARTED)
    assert result == {"outcome": "already_running", "sync_id": job.sync_id}
    assert items() == before


def test_a_first_step_that_is_retried_begins_the_same_sync(user_id: str) -> None:
    """The same execution has the same sync; progress made meanwhile stays."""
    job = begun(user_id)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert begun(user_id) == job
    assert standing(job, DataType.TOP_TRACKS).outcome is Outcome.COMPLETE
    assert len([item for item in items() if "sync_id" in item]) == 1


def test_a_first_step_that_is_retried_begins_the_same_full_sync(user_id: str) -> None:
    """Also when another connection's sync has begun meanwhile: only the moments of new syncs go by the newest one."""
    job = begun(user_id, mode="full")
    later = syncs.Sync("20990101T000000000Z-00000000", user_id, "lastfm", Status.RUNNING, "2099-01-01T00:00:00Z", (), 1)
    syncs.create(later)
    assert begun(user_id, mode="full") == job


def test_a_sync_begins_after_the_newest_one(user_id: str) -> None:
    """By a millisecond, when the clock has not moved since, or has gone back."""
    finish(begun(user_id, DataType.TOP_TRACKS))
    assert syncs.after_newest(user_id, STARTED - timedelta(hours=1)) == STARTED + timedelta(milliseconds=1)
    assert syncs.after_newest(user_id, STARTED) == STARTED + timedelta(milliseconds=1)
    assert syncs.after_newest(user_id, STARTED + timedelta(hours=1)) == STARTED + timedelta(hours=1)
    assert syncs.after_newest("nobody", STARTED) == STARTED


def test_an_expired_lease_can_be_taken(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync that died does not block the listener forever."""
    begun(user_id)
    later = times.now() + leases.LEASE + timedelta(minutes=1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    job = begun(user_id, execution="execution-2")
    assert lease(user_id) == job.sync_id


def test_a_sync_whose_execution_was_stopped_is_resumed(user_id: str) -> None:
    """It was stopped in the console or died: the next execution resumes the same sync at once."""
    machines = aws.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/machine"
    machine = machines.create_state_machine(name="sync", definition="{}", roleArn=role)["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    first = begun(user_id, execution=execution)
    given = {"user_id": user_id, "provider": "spotify"}
    result = begin_sync(given, "execution-2", STARTED)
    assert result == {"outcome": "already_running", "sync_id": first.sync_id}

    machines.stop_execution(executionArn=execution)
    assert begun(user_id, execution="execution-2") == first
    assert lease(user_id) == first.sync_id
    assert record(first).status is Status.RUNNING


def test_a_resumed_sync_keeps_what_is_collected(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease has expired: other data types are added, and the rounds go on counting."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    end_with(job, DataType.SAVED_ALBUMS, Outcome.WAITING, until=times.now())
    finish(job, 4)
    later = times.now() + leases.LEASE + timedelta(minutes=1)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    given = {"user_id": user_id, "provider": "spotify", "data_types": ["saved_tracks"]}
    result = begin_sync(given, "execution-2", later)
    assert (result["job"]["sync_id"], result["round"]) == (job.sync_id, 5)
    assert record(job).data_types == (DataType.TOP_TRACKS, DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS)
    assert standing(job, DataType.TOP_TRACKS).outcome is Outcome.COMPLETE
    assert standing(job, DataType.SAVED_TRACKS).outcome is Outcome.PENDING


@pytest.mark.parametrize(("mode", "hours"), [("full", 3), ("changes", 25)])
def test_an_old_sync_is_not_resumed_nor_any_in_full_mode(
    user_id: str, monkeypatch: pytest.MonkeyPatch, mode: str, hours: int
) -> None:
    """It is marked as failed, and a new sync begins."""
    monkeypatch.setattr("blendify.core.times.now", lambda: STARTED)
    first = begun(user_id)
    monkeypatch.setattr("blendify.core.times.now", lambda: STARTED + timedelta(hours=hours))
    given = {"user_id": user_id, "provider": "spotify", "mode": mode}
    result = begin_sync(given, "execution-2", STARTED + timedelta(hours=hours))
    assert result["job"]["sync_id"] != first.sync_id
    assert record(first).status is Status.FAILED
    assert "stopped unexpectedly" in str(record(first).why)


def test_the_access_token_is_renewed_before_the_collectors_start(world: World) -> None:
    """One refresh, not eight."""
    begun(world.connect(seconds=0))
    assert world.refreshes == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 400, "body": {"error": "invalid_client"}}], ids=str)
def test_a_sync_begins_even_if_the_token_cannot_be_refreshed(world: World, fault: dict[str, Any]) -> None:
    """Each collector reports it; the sync has its record."""
    world.fault("POST /api/token", **fault)
    assert record(begun(world.connect(seconds=0))).status is Status.RUNNING


def test_a_sync_begins_even_if_the_application_has_no_secret(world: World, user_id: str) -> None:
    """Without a client id the outcomes say so, and the sync is not `running` forever."""
    world.register(client_id="")
    assert record(begun(user_id)).status is Status.RUNNING


def test_a_sync_with_all_complete_has_succeeded(user_id: str) -> None:
    """The record has its end, and the connection is free for the next sync."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.PLAYLISTS)
    for data_type in (DataType.TOP_TRACKS, DataType.PLAYLISTS):
        end_with(job, data_type, Outcome.COMPLETE)
    assert finish(job)["status"] == "succeeded"
    sync = record(job)
    assert (sync.status, sync.why) == (Status.SUCCEEDED, None)
    assert sync.finished_at is not None
    assert lease(user_id) is None


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_PERMITTED, Outcome.RECONNECT])
def test_a_sync_with_some_complete_is_partial(user_id: str, outcome: Outcome) -> None:
    """It says which data types are missing, and why."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    end_with(job, DataType.SAVED_ALBUMS, outcome, why="because")
    result = finish(job)
    assert result["status"] == "partial"
    assert result["cause"] == record(job).why == "saved albums: because"
    assert lease(user_id) is None


def test_a_sync_with_none_complete_has_failed(user_id: str) -> None:
    """The execution fails visibly, with all reasons."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    for data_type in (DataType.TOP_TRACKS, DataType.SAVED_ALBUMS):
        end_with(job, data_type, Outcome.FAILED, why="down")
    result = finish(job)
    assert result["status"] == "failed"
    assert result["cause"] == "saved albums, top tracks: down"
    assert record(job).status is Status.FAILED
    assert lease(user_id) is None


def test_a_sync_waits_for_data_types_that_wait(user_id: str) -> None:
    """It waits until the first of them may go on. The lease outlives the wait, and what has failed stays failed."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS, DataType.PLAYLISTS)
    soon, late = times.now() + timedelta(hours=20), times.now() + timedelta(hours=30)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=late, why="429")
    end_with(job, DataType.PLAYLISTS, Outcome.WAITING, until=soon, why="429")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    result = finish(job, 3)
    assert result == {"status": "waiting", "until": times.iso(soon), "round": 4}
    sync = record(job)
    assert (sync.status, sync.waiting_until, sync.round, sync.finished_at) == (Status.WAITING, times.iso(soon), 4, None)
    held = state_table().get(keys.user(user_id), keys.connection("spotify")) or {}
    assert times.from_milliseconds(int(held["lease_until"])) > soon


def test_a_wait_that_is_over_is_short(user_id: str) -> None:
    """The next round begins in the future, as Step Functions requires."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=times.now() - timedelta(minutes=5))
    before = times.now()
    assert times.parse(finish(job)["until"]) > before


@pytest.mark.parametrize("error", sorted(LAMBDA_BUSY))
def test_a_collector_that_found_no_room_waits_without_a_setback(user_id: str, error: str) -> None:
    """An account's concurrency is used up for an hour: the first sync goes on afterwards."""
    job = begun(user_id, DataType.TOP_TRACKS)
    for number in range(1, 10):
        answer = finish(job, number, {"data_type": "top_tracks", "error": error})
        assert answer["status"] == "waiting"
    waiting = standing(job, DataType.TOP_TRACKS)
    assert (waiting.outcome, waiting.setbacks) == (Outcome.WAITING, 0)
    assert "no room" in str(waiting.why)


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.RUNNING, Outcome.WAITING])
def test_a_crash_is_a_setback_and_in_the_end_a_failure_with_its_reason(user_id: str, outcome: Outcome) -> None:
    """
    A collector without an outcome crashed: the next round resumes it. If it never makes progress, its data type fails
    with that error. The other data types are not affected.
    """
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    end_with(job, DataType.TOP_TRACKS, outcome, until=times.now() if outcome is Outcome.WAITING else None)
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    crash = {"data_type": "top_tracks", "error": "Lambda.OutOfMemory"}
    for number, seconds in enumerate(PATIENCE_SECONDS, start=1):
        earliest = times.now() + timedelta(seconds=seconds)
        result = finish(job, number, crash, {"data_type": "saved_albums", "outcome": "complete"})
        latest = times.now() + timedelta(seconds=seconds)
        assert result["status"] == "waiting"
        assert times.iso(earliest) <= result["until"] <= times.iso(latest)
    assert finish(job, 9, crash, {"data_type": "saved_albums", "outcome": "complete"})["status"] == "partial"
    failed = standing(job, DataType.TOP_TRACKS)
    assert failed.outcome is Outcome.FAILED
    assert "Lambda.OutOfMemory" in str(failed.why)


def test_a_crash_after_the_end_is_no_failure(user_id: str) -> None:
    """The stored outcome counts: a Lambda that was killed after its last write has done its work."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert finish(job, 1, {"data_type": "top_tracks", "error": "Sandbox.Timedout"})["status"] == "succeeded"


@pytest.mark.parametrize(("number", "hours"), [(MAX_ROUNDS, 1), (3, 73)])
def test_a_sync_gives_up_in_the_end(user_id: str, monkeypatch: pytest.MonkeyPatch, number: int, hours: int) -> None:
    """After the last round or three days, data types that still wait fail, and the reason says what they waited for."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS)
    later = STARTED + timedelta(hours=hours)
    end_with(job, DataType.TOP_TRACKS, Outcome.WAITING, until=later, why="the rate limit was met")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.COMPLETE)
    monkeypatch.setattr("blendify.core.times.now", lambda: later)
    assert finish(job, number)["status"] == "partial"
    assert standing(job, DataType.TOP_TRACKS).outcome is Outcome.FAILED
    assert "the rate limit was met" in str(record(job).why)
    assert lease(user_id) is None


def test_a_last_step_that_is_retried_ends_the_same(user_id: str) -> None:
    """The second time changes nothing."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    assert finish(job) == finish(job)


def test_a_late_retry_does_not_release_another_syncs_lease(user_id: str) -> None:
    """The last step of a sync is retried after another sync has begun."""
    job = begun(user_id, DataType.TOP_TRACKS)
    end_with(job, DataType.TOP_TRACKS, Outcome.COMPLETE)
    finish(job)
    second = begun(user_id, DataType.TOP_TRACKS, execution="execution-2")
    finish(job)
    assert lease(user_id) == second.sync_id


def test_a_sync_id_sorts_by_its_start() -> None:
    """One query finds the newest sync."""
    ids = [
        syncs.new_id(STARTED + timedelta(milliseconds=step), f"execution-{step}") for step in (0, 1, 1000, 86_400_000)
    ]
    assert ids == sorted(ids)
    assert len({syncs.new_id(STARTED, name) for name in ("a", "b")}) == 2


def test_the_newest_syncs_come_first_and_are_limited(user_id: str) -> None:
    """As many syncs as were asked for, with their progress; syncs of few data types do not add others."""
    for number in range(4):
        moment = STARTED + timedelta(hours=number)
        sync = syncs.Sync(syncs.new_id(moment, "x"), user_id, "spotify", Status.FAILED, times.iso(moment), (), 0)
        syncs.create(sync)
    started = [sync.started_at for sync, _ in syncs.newest(user_id, 2)]
    assert started == [times.iso(STARTED + timedelta(hours=3)), times.iso(STARTED + timedelta(hours=2))]


class DeniedError(Exception):
    """An AWS client that refuses."""


def test_an_execution_is_started_with_ids_alone(user_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its input is what an operator would give. Its name has connection and time, and fits Step Functions."""
    requests: list[dict[str, str]] = []
    machine = type("Machine", (), {"start_execution": lambda _, **request: requests.append(request)})()
    monkeypatch.setattr(aws, "hurried_client", lambda service: {"stepfunctions": machine}[service])
    start_after_login(MACHINE, user_id, "spotify")
    (request,) = requests
    assert request["stateMachineArn"] == MACHINE
    assert request["input"] == f'{{"user_id": "{user_id}", "provider": "spotify"}}'
    assert len(request["name"]) <= 80
    assert request["name"].startswith(f"spotify-{user_id}-")


def test_a_sync_that_could_not_be_started_shows_as_failed(user_id: str) -> None:
    """Without a state machine nothing is raised; a failed sync tells the listener."""
    start_after_login("arn:aws:states:us-east-1:123456789012:stateMachine:none", user_id, "spotify")
    ((sync, progress_of_types),) = syncs.newest(user_id, 1)
    assert (sync.status, progress_of_types) == (Status.FAILED, [])
    assert "could not be started" in str(sync.why)
    assert sync.finished_at is not None


def test_a_reason_that_many_share_is_given_once(user_id: str) -> None:
    """A dead grant needs one repair, not eight."""
    job = begun(user_id, DataType.TOP_TRACKS, DataType.SAVED_ALBUMS, DataType.SAVED_TRACKS)
    for data_type in (DataType.TOP_TRACKS, DataType.SAVED_TRACKS):
        end_with(job, data_type, Outcome.RECONNECT, why="access has ended")
    end_with(job, DataType.SAVED_ALBUMS, Outcome.FAILED, why="down")
    assert finish(job)["cause"] == "saved albums: down; saved tracks, top tracks: access has ended"
