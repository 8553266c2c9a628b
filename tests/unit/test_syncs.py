"""Which syncs there are, in their order; and what is started after a login."""

from datetime import timedelta

import pytest

from blendify.core import aws, times
from blendify.core.data_types import Status
from blendify.syncing import syncs
from blendify.syncing.after_login import start_after_login
from tests.unit.sync_steps import STARTED
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:sync"


@pytest.fixture
def user_id(world: World) -> str:
    return world.connect()


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
