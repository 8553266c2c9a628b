"""When a provider fails, little is lost, and the reason is recorded. This holds for every provider."""

from typing import Any

import pytest

from blendify.access import connections
from blendify.calling.tries import TRIES
from blendify.collecting.collector import collect
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.providers import PROVIDERS
from local.simulators.frame.faults import FaultKind
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import plenty, standing

ROUNDS = 1 + len(PATIENCE_SECONDS)
SAVED_TRACKS = DataType.SAVED_TRACKS
"""Every provider offers them."""


@pytest.mark.parametrize("provider", SIMULATED)
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "body": "upstream connect error"},
        {"kind": FaultKind.HTML},
        {"kind": FaultKind.TRUNCATE},
        {"kind": FaultKind.EMPTY},
        {"kind": FaultKind.RESET},
        {"status": 200, "body": {"error": {}}},
        {"status": 200, "body": []},
        {"status": 400},
    ],
    ids=str,
)
def test_a_data_type_that_fails_stops_no_other(subject: Subject, fault: dict[str, Any]) -> None:
    """
    Errors, empty and broken responses, other JSON: one data type fails and says why in our words, the other is
    complete.
    """
    subject.fault(SAVED_TRACKS, **fault)
    job, status = subject.run(SAVED_TRACKS, subject.another)
    assert status == "partial"
    done = standing(job, SAVED_TRACKS)
    assert done.outcome is Outcome.FAILED
    assert PROVIDERS[subject.name].title in str(done.why)
    assert subject.facts(job, SAVED_TRACKS) == []
    assert subject.calls(SAVED_TRACKS) <= TRIES * ROUNDS
    assert subject.differences(subject.another) == []


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_provider_that_recovers_loses_nothing(subject: Subject, data_type: DataType) -> None:
    """A page that fails once is asked for again, and the list is complete."""
    subject.fault(data_type, status=502, times=1)
    job = subject.ready(data_type)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert subject.differences(data_type) == []
    assert subject.calls(data_type) == subject.fewest(data_type) + 1


@pytest.mark.parametrize("provider", SIMULATED)
@pytest.mark.parametrize("rounds", range(1, ROUNDS))
def test_a_provider_that_is_down_for_a_moment_costs_nothing(subject: Subject, rounds: int) -> None:
    """It works again in one of the next rounds, and the data type is complete."""
    subject.fault("*", status=503)
    subject.at_call(rounds * TRIES + 1, subject.traffic.faults.clear)
    job, status = subject.run(SAVED_TRACKS)
    assert status == "succeeded"
    assert subject.differences(SAVED_TRACKS) == []
    assert subject.counts(job, SAVED_TRACKS)["lost"] == 0


@pytest.mark.parametrize("provider", SIMULATED)
def test_an_outage_in_one_sync_takes_nothing_away(subject: Subject) -> None:
    """Known entries stay, none counts as removed, and the next sync is complete."""
    subject.run(SAVED_TRACKS)
    subject.fault("*", status=503)
    job, status = subject.run(SAVED_TRACKS, days=1)
    assert (status, subject.facts(job, SAVED_TRACKS)) == ("failed", [])
    assert subject.differences(SAVED_TRACKS) == []
    subject.traffic.faults.clear()
    job, status = subject.run(SAVED_TRACKS, days=1)
    assert (status, subject.facts(job, SAVED_TRACKS)) == ("succeeded", [])


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_rate_limit_that_tells_no_time_is_slept_out(subject: Subject, data_type: DataType) -> None:
    """No call is made before the pause is over. Then the sync resumes where it stopped."""
    subject.fault(data_type, status=429, times=1)
    begun_at = subject.clock.now()
    job, status = subject.run(*subject.needs(data_type))
    assert status == "succeeded"
    assert subject.counts(job, data_type)["rate_limits"] == 1
    assert (subject.clock.now() - begun_at).total_seconds() >= PROVIDERS[subject.name].backoff[0]
    assert subject.traffic.calls_during_ban == 0
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_grant_that_is_dead_is_the_listeners_to_repair(subject: Subject) -> None:
    """Each data type has the outcome `reconnect`, the connection is marked, and no further call is made."""
    subject.simulator.arrange(subject.listener, dict(subject.provider.dead))
    job, status = subject.run(SAVED_TRACKS, subject.another)
    assert status == "failed"
    assert {standing(job, data_type).outcome for data_type in (SAVED_TRACKS, subject.another)} == {Outcome.RECONNECT}
    assert connections.connection(subject.user_id, subject.name).status == connections.RECONNECT
    before = subject.calls()
    assert collect(SAVED_TRACKS, subject.begun(SAVED_TRACKS), plenty).outcome is Outcome.RECONNECT
    assert subject.calls() == before
