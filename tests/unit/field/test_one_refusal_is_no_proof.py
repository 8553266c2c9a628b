"""
K1: refusals come in passing, for seconds or hours. Only one that repeats later, in another call, says anything.

Every provider and every data type, with what real services answered; sources are in `docs/providers.md`.
"""

import random
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections
from blendify.access.doubted_grants import CONFIRM_AFTER
from blendify.calling.tries import TRIES
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.db import keys
from blendify.db.state_table import Change, state_table
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.providers import PROVIDERS
from local.simulators.frame.faults import FaultKind
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import standing

ROUNDS = 1 + len(PATIENCE_SECONDS)
SAVED_TRACKS, TOP_TRACKS = DataType.SAVED_TRACKS, DataType.TOP_TRACKS
SPOTIFY_ERROR = {"error": {"status": 403, "message": "Player command failed", "reason": "PREMIUM_REQUIRED"}}
REFUSALS: list[dict[str, Any]] = [
    {"status": 404},
    {"status": 403, "kind": FaultKind.HTML},
    {"status": 400},
    {"status": 401},
    {"status": 403},
    {"status": 404, "kind": FaultKind.HTML},
    {"status": 403, "body": SPOTIFY_ERROR},
    {"status": 400, "body": {"error": {"status": 400, "message": "Invalid base62 id"}}},
]
GRANT_REFUSED: dict[str, dict[str, Any]] = {
    "spotify": {"status": 401, "body": {"error": {"status": 401, "message": "Access token missing"}}},
    "apple_music": {"status": 403, "body": {"errors": [{"status": "403", "code": "40300"}]}},
    "youtube_music": {"status": 401, "body": {"error": {"code": 401, "errors": [{"reason": "authError"}]}}},
    "lastfm": {"status": 403, "body": {"error": 9, "message": "Invalid session key - Please re-authenticate"}},
    "soundcloud": {"status": 401, "body": {"code": 401, "message": "invalid_token", "errors": []}},
}
WITHOUT_RENEWAL = [name for name in SIMULATED if PROVIDERS[name].access.renew is None]


def status(subject: Subject) -> str:
    return connections.connection(subject.user_id, subject.name).status


@pytest.mark.parametrize("fault", REFUSALS[:2], ids=str)
@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_o4_one_refusal_costs_one_call(subject: Subject, data_type: DataType, fault: dict[str, Any]) -> None:
    """A list that is refused once is asked for again, and whole; nothing is called closed or gone."""
    subject.fault(data_type, times=1, **fault)
    job, ended = subject.run(*subject.needs(data_type))
    assert (ended, standing(job, data_type).why) == ("succeeded", None)
    assert subject.differences(data_type) == []
    assert subject.calls(data_type) <= subject.fewest(data_type) + 2
    assert status(subject) == connections.ACTIVE


@pytest.mark.parametrize("fault", REFUSALS[2:], ids=str)
@pytest.mark.parametrize("provider", SIMULATED)
def test_o4_whatever_the_refusal_looks_like(subject: Subject, fault: dict[str, Any]) -> None:
    """The same for one data type that all offer."""
    subject.fault(SAVED_TRACKS, times=1, **fault)
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, standing(job, SAVED_TRACKS).why) == ("succeeded", None)
    assert subject.differences(SAVED_TRACKS) == []
    assert subject.calls(SAVED_TRACKS) <= subject.fewest(SAVED_TRACKS) + 2


@pytest.mark.parametrize("provider", SIMULATED)
def test_o3a_refusals_of_a_renewed_login_pass(subject: Subject) -> None:
    """As many refusals in a row as a call has tries: the grant lives, and the data type is whole a moment later."""
    subject.fault(SAVED_TRACKS, times=TRIES, **GRANT_REFUSED[subject.name])
    _, ended = subject.run(SAVED_TRACKS)
    assert (ended, status(subject)) == ("succeeded", connections.ACTIVE)
    assert subject.differences(SAVED_TRACKS) == []
    assert subject.calls(SAVED_TRACKS) <= subject.fewest(SAVED_TRACKS) + TRIES


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("provider", SIMULATED)
def test_o3a_with_a_fifth_of_all_answers_refused_no_connection_dies(subject: Subject, seed: int) -> None:
    """Refused at random, wherever: every data type is whole after at most three syncs, for twice the calls."""
    chosen = random.Random(seed)  # noqa: S311
    data_types = SIMULATED[subject.name].offered
    for number in range(3):
        before = subject.calls()
        subject.traffic.faults.clear()
        for call in range(1, 400):
            if chosen.random() < 0.2:
                subject.fault("*", skip=call - 1, times=1, **GRANT_REFUSED[subject.name])
        _, _ = subject.run(*data_types, days=int(number > 0), mode="full")
        assert status(subject) == connections.ACTIVE
        assert subject.calls() - before <= 2 * subject.fewest_calls(*data_types) + 20
    assert [data_type for data_type in data_types if subject.differences(data_type)] == []


@pytest.mark.parametrize("provider", SIMULATED)
def test_o3c_a_refusal_for_good_at_one_endpoint_fails_that_data_type_alone(subject: Subject) -> None:
    """The login works everywhere else, so nobody has to log in again; the others are whole."""
    subject.fault(SAVED_TRACKS, **GRANT_REFUSED[subject.name])
    job, ended = subject.run(SAVED_TRACKS, subject.another)
    assert (ended, status(subject)) == ("partial", connections.ACTIVE)
    done = standing(job, SAVED_TRACKS)
    assert done.outcome is Outcome.FAILED
    assert "refuses this" in str(done.why)
    assert subject.calls(SAVED_TRACKS) <= TRIES * ROUNDS
    assert subject.differences(subject.another) == []


@pytest.mark.parametrize("provider", WITHOUT_RENEWAL)
def test_a_grant_that_cannot_be_renewed_ends_only_by_a_later_call(subject: Subject) -> None:
    """All calls are refused for a minute, and the next ones are not: the connection stays, every list is whole."""
    subject.fault("*", **GRANT_REFUSED[subject.name])
    begun_at = subject.clock.now()

    def calm(_: str, __: int) -> None:
        if (subject.clock.now() - begun_at).total_seconds() > 60:
            subject.traffic.faults.clear()

    subject.traffic.on_call = calm
    _, ended = subject.run(SAVED_TRACKS, subject.another)
    assert (ended, status(subject)) == ("succeeded", connections.ACTIVE)
    assert subject.clock.now() - begun_at >= CONFIRM_AFTER
    assert connections.connection(subject.user_id, subject.name).doubted_since is None
    assert [data_type for data_type in (SAVED_TRACKS, subject.another) if subject.differences(data_type)] == []


@pytest.mark.parametrize("provider", WITHOUT_RENEWAL)
def test_a_doubt_of_another_week_confirms_nothing(subject: Subject) -> None:
    """A refusal days after one that was never cleared is the first again."""
    week_ago = Change(set={"doubted_since": times.iso(times.now() - timedelta(days=7))})
    state_table().update(keys.user(subject.user_id), keys.connection(subject.name), week_ago)
    subject.fault("*", times=TRIES + 1, **GRANT_REFUSED[subject.name])
    _, ended = subject.run(SAVED_TRACKS)
    assert (ended, status(subject)) == ("succeeded", connections.ACTIVE)
    assert subject.differences(SAVED_TRACKS) == []


@pytest.mark.parametrize("provider", ["spotify"])
def test_o3b_one_403_does_not_stop_an_application(subject: Subject) -> None:
    """PREMIUM_REQUIRED in all tries of a call: the next round decides, and everything is whole."""
    subject.fault("*", times=2 * TRIES, status=403, body=SPOTIFY_ERROR)
    job, ended = subject.run(SAVED_TRACKS, subject.another)
    assert ended == "succeeded"
    assert [standing(job, data_type).why for data_type in (SAVED_TRACKS, subject.another)] == [None, None]
    assert [data_type for data_type in (SAVED_TRACKS, subject.another) if subject.differences(data_type)] == []


@pytest.mark.parametrize(
    ("provider", "credentials", "words"),
    [
        ("apple_music", {"client_id": "OTHERTEAM1.SIMKEY0001"}, "team id"),
        ("lastfm", {"client_secret": "another"}, "shared secret"),
    ],
)
def test_credentials_that_stay_refused_are_the_operators_to_repair(
    subject: Subject, credentials: dict[str, str], words: str
) -> None:
    """After the last round the reason says what to correct; no listener is asked to connect again."""
    subject.register(**credentials)
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, standing(job, SAVED_TRACKS).outcome) == ("failed", Outcome.FAILED)
    assert words in str(standing(job, SAVED_TRACKS).why)
    assert status(subject) == connections.ACTIVE


@pytest.mark.parametrize("provider", ["spotify"])
def test_o3b_an_application_that_stays_stopped_is_said_to_be(subject: Subject) -> None:
    """After the last round the reason is named; no data type is called more often than a provider that is down."""
    subject.fault("*", status=403, body=SPOTIFY_ERROR)
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, status(subject)) == ("failed", connections.ACTIVE)
    assert "Premium" in str(standing(job, SAVED_TRACKS).why)
    assert subject.calls(SAVED_TRACKS) <= TRIES * ROUNDS
