"""A sync begins once: it is refused, resumed, or recorded with its progress."""

from datetime import timedelta
from typing import Any

import pytest

from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome, Status
from blendify.jobs import progress
from blendify.jobs.job import Job
from blendify.providers import PROVIDERS
from blendify.syncing import lease as leases
from blendify.syncing import syncs
from blendify.syncing.begin_sync import begin_sync
from tests.unit.sync_steps import STARTED, begun, end_with, finish, lease, record, standing
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


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
