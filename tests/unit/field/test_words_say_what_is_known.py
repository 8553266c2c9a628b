"""
K11: words say what is known: no list is called gone that never was, and no application is blamed for one listener.
"""

from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections
from blendify.calling.tries import TRIES
from blendify.core.data_types import DataType, Outcome
from blendify.schedule.cadence import cadence
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import standing

SAVED_TRACKS, PLAYS = DataType.SAVED_TRACKS, DataType.RECENTLY_PLAYED
PLAYLISTS, PLAYLIST_TRACKS = DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS
APPLE = [pair for pair in PAIRS if pair[0] == "apple_music" and pair[1] is not PLAYLIST_TRACKS]
WORDINGS = [
    "User not registered in the Developer Dashboard",
    "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
    "User not approved for app",
    "the user is not on the allowlist of this app",
]


def status(subject: Subject) -> str:
    return connections.connection(subject.user_id, subject.name).status


def forbidden(wording: str, *, as_json: bool) -> dict[str, Any]:
    return {"status": 403, "body": {"error": {"status": 403, "message": wording}} if as_json else wording}


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_list_that_was_never_seen_is_not_called_gone(subject: Subject, data_type: DataType) -> None:
    """404 for good at `/me/…`: whatever is said, it is not that a list no longer exists."""
    subject.fault(data_type, "refused_404")
    job, _ = subject.run(*subject.needs(data_type))
    done = standing(job, data_type)
    assert "no longer" not in str(done.why)
    assert not [fact for fact in subject.facts(job, data_type) if fact.removed]
    subject.traffic.faults.clear()
    _, ended = subject.run(*subject.needs(data_type), days=1)
    assert (ended, subject.differences(data_type)) == ("succeeded", [])


@pytest.mark.parametrize("trouble", ["library_unknown", "library_unknown_text"])
@pytest.mark.parametrize(("provider", "data_type"), APPLE)
def test_f11_an_unknown_library_is_an_empty_one(subject: Subject, data_type: DataType, trouble: str) -> None:
    """Apple's 404 to a new listener: complete with no records, in the next sync for few calls; later it fills up."""
    subject.fault("*", trouble)
    job, ended = subject.run(data_type)
    done = standing(job, data_type)
    assert (ended, done.outcome, done.why, done.counts["records"]) == ("succeeded", Outcome.COMPLETE, None, 0)
    before = subject.calls()
    job, ended = subject.run(data_type, days=1)
    assert (ended, subject.calls() - before <= 2) == ("succeeded", True)
    subject.traffic.faults.clear()
    _, ended = subject.run(data_type, days=1)
    assert (ended, subject.differences(data_type)) == ("succeeded", [])


@pytest.mark.parametrize(("provider", "data_type"), APPLE)
def test_f11_a_library_that_held_something_is_not_empty(subject: Subject, data_type: DataType) -> None:
    """The same 404 later is a failure, and takes nothing away."""
    subject.run(data_type)
    subject.fault("*", "library_unknown")
    job, ended = subject.run(data_type, days=8, mode="full")
    assert (ended, subject.facts(job, data_type)) == ("failed", [])
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", ["apple_music"])
def test_f12_a_401_for_one_listener_is_theirs_to_repair(subject: Subject) -> None:
    """The developer token works for others: the application is not blamed, and the listener is asked in the end."""
    subject.fault("*", "refused_401", listener=subject.listener)
    job, _ = subject.run(SAVED_TRACKS)
    assert standing(job, SAVED_TRACKS).outcome is Outcome.RECONNECT
    assert "application" not in str(standing(job, SAVED_TRACKS).why)
    assert status(subject) == connections.RECONNECT
    assert subject.calls(SAVED_TRACKS) <= 2 * TRIES


@pytest.mark.parametrize("provider", ["apple_music"])
def test_f12_a_developer_token_that_is_refused_everywhere_is_the_operators_to_repair(subject: Subject) -> None:
    """No listener is asked to connect again."""
    subject.fault("*", "refused_401")
    job, _ = subject.run(SAVED_TRACKS)
    assert (standing(job, SAVED_TRACKS).outcome, status(subject)) == (Outcome.FAILED, connections.ACTIVE)
    assert "private key" in str(standing(job, SAVED_TRACKS).why)


@pytest.mark.parametrize("as_json", [True, False], ids=["JSON", "plain text"])
@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("provider", ["spotify"])
def test_o11_a_listener_who_is_not_admitted_is_told_so(subject: Subject, wording: str, as_json: bool) -> None:
    """In a sync: every data type says what to do, and none is complete with playlists "gone"."""
    subject.fault("*", **forbidden(wording, as_json=as_json))
    job, ended = subject.run(PLAYLISTS, PLAYLIST_TRACKS)
    assert (ended, status(subject)) == ("failed", connections.ACTIVE)
    for data_type in (PLAYLISTS, PLAYLIST_TRACKS):
        assert standing(job, data_type).outcome is Outcome.FAILED
        assert "not on the application's list of users: its owner can add it" in str(standing(job, data_type).why)


@pytest.mark.parametrize("wording", [*WORDINGS, "Forbidden"])
@pytest.mark.parametrize("provider", ["spotify"])
def test_o11_playlists_that_are_all_refused_are_not_gone(subject: Subject, wording: str) -> None:
    """They could be read before; now each answers 403. Nothing is complete, and nothing is taken away."""
    subject.run(PLAYLISTS, PLAYLIST_TRACKS)
    subject.fault(PLAYLIST_TRACKS, **forbidden(wording, as_json=True))
    job, ended = subject.run(PLAYLISTS, PLAYLIST_TRACKS, days=8, mode="full")
    done = standing(job, PLAYLIST_TRACKS)
    assert (ended, done.outcome) == ("partial", Outcome.FAILED)
    assert "gone" not in str(done.why)
    assert subject.differences(PLAYLIST_TRACKS) == []


@pytest.mark.parametrize("provider", ["lastfm"])
def test_d6_a_listener_who_was_deleted_or_renamed_is_asked(subject: Subject) -> None:
    """Error 6 for good: no polls from the first sync on; after half a day the connection asks, and nothing is due."""
    data_types = tuple(DataType)
    subject.run(*data_types)
    subject.fault("*", "user_unknown")
    job, ended = subject.run(*data_types, days=1)
    assert ended == "failed"
    assert {standing(job, data_type).outcome for data_type in SIMULATED["lastfm"].offered} == {Outcome.RECONNECT}
    assert "renamed or deleted" in str(standing(job, PLAYS).why)
    plan = connections.connection(subject.user_id, "lastfm").plan
    assert plan is not None
    assert plan.due_at - subject.clock.now() >= cadence().longest_poll / 4 - timedelta(seconds=1)
    subject.run(*data_types, days=0.5)
    assert status(subject) == connections.RECONNECT
    subject.traffic.faults.clear()
    assert subject.differences(PLAYS) == []


@pytest.mark.parametrize("provider", ["lastfm"])
def test_d6_an_account_that_is_unknown_for_a_while_stays_connected(subject: Subject) -> None:
    """The next sync finds it, and the doubt is over."""
    data_types = tuple(DataType)
    subject.fault("*", "user_unknown")
    subject.run(*data_types)
    assert status(subject) == connections.ACTIVE
    subject.traffic.faults.clear()
    _, ended = subject.run(*data_types, days=1)
    assert (ended, status(subject)) == ("succeeded", connections.ACTIVE)
    assert connections.connection(subject.user_id, "lastfm").doubted_since is None
