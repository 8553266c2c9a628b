"""SoundCloud from login to later syncs: pages that are short or empty, counts of the profile, tokens that work once."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from blendify.access import connections
from blendify.access.token_vault import unseal
from blendify.core.data_types import DataType, Outcome
from local.simulators.frame.bans import RateLimit
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Clock
from tests.unit.robustness.worlds import PAGE, small_pages
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

SAVED_TRACKS, FOLLOWED = DataType.SAVED_TRACKS, DataType.FOLLOWED_ARTISTS
PROFILE = "GET /me"


@pytest.fixture
def subject(sockets: Mapping[str, Socket], aws_in_memory: None) -> Iterator[Subject]:
    """A connected listener."""
    clock = Clock()
    with clock.installed(), small_pages():
        yield Subject.connected(sockets, "soundcloud", clock)


def refresh_token(subject: Subject) -> str:
    connection = connections.connection(subject.user_id, subject.name)
    return unseal(connection.tokens, provider=subject.name, user_id=subject.user_id).refresh_token


@pytest.mark.parametrize("shown", [0, 1])
@pytest.mark.parametrize("data_type", [SAVED_TRACKS, FOLLOWED])
def test_short_pages_and_empty_ones_end_no_list(subject: Subject, data_type: DataType, shown: int) -> None:
    """The first two pages show one entry or none: what stands behind them is read."""
    subject.fault(data_type, edit={"keep": shown}, offsets=[0, 2 * PAGE - 1])
    job, status = subject.run(data_type)
    held = subject.lists(data_type)[""]
    assert status == "succeeded"
    assert subject.is_stored(job, data_type, [*held[:shown], *held[PAGE : PAGE + shown], *held[2 * PAGE :]])


def test_an_unchanged_list_takes_a_page_and_the_profile(subject: Subject) -> None:
    """However long it is."""
    subject.run(SAVED_TRACKS, FOLLOWED)
    for data_type in (SAVED_TRACKS, FOLLOWED):
        before = subject.calls(), subject.calls(data_type)
        subject.run(data_type, days=1)
        assert (subject.calls() - before[0], subject.calls(data_type) - before[1]) == (2, 1)
    subject.change("add", SAVED_TRACKS)
    before = subject.calls(), subject.calls(SAVED_TRACKS)
    job, _ = subject.run(SAVED_TRACKS, days=1)
    assert (subject.calls() - before[0], subject.calls(SAVED_TRACKS) - before[1]) == (2, 1)
    assert subject.counts(job, SAVED_TRACKS)["appended"] == 1
    assert subject.differences(SAVED_TRACKS) == []


@pytest.mark.parametrize("more", [0, 5])
def test_the_profile_may_count_what_no_page_shows(subject: Subject, more: int) -> None:
    """Only its changes tell something: no note is made of it, and a look for changes is enough."""

    def higher(body: Any) -> Any:
        return {**body, "likes_count": body["likes_count"] + more}

    subject.fault(PROFILE, rewrite=higher)
    job, _ = subject.run(SAVED_TRACKS)
    assert standing(job, SAVED_TRACKS).why is None
    subject.change("remove", SAVED_TRACKS, position=9)
    job, _ = subject.run(SAVED_TRACKS, days=1)
    assert subject.counts(job, SAVED_TRACKS)["removed"] == 1
    before = subject.calls(SAVED_TRACKS)
    job, _ = subject.run(SAVED_TRACKS, days=1)
    assert (subject.calls(SAVED_TRACKS) - before, standing(job, SAVED_TRACKS).why) == (1, None)


def test_a_list_that_ends_early_removes_nothing(subject: Subject) -> None:
    """The `next_href` is missing day after day, and the profile counts as before."""
    subject.run(SAVED_TRACKS)
    subject.fault(SAVED_TRACKS, "page_without_next")
    job, status = subject.run(SAVED_TRACKS, days=1, mode="full")
    assert (status, subject.facts(job, SAVED_TRACKS)) == ("succeeded", [])
    assert "nothing is removed" in str(standing(job, SAVED_TRACKS).why)
    subject.traffic.faults.clear()
    job, _ = subject.run(SAVED_TRACKS, days=1)
    assert (subject.facts(job, SAVED_TRACKS), subject.differences(SAVED_TRACKS)) == ([], [])


def test_a_reading_that_broke_off_says_nothing_of_the_count(subject: Subject) -> None:
    """A like goes on a day on which the provider fails behind the first page, and the next day that is seen."""
    subject.run(SAVED_TRACKS)
    subject.change("remove", SAVED_TRACKS, position=9)
    subject.fault(SAVED_TRACKS, "broken", offsets=[PAGE, None])
    _, status = subject.run(SAVED_TRACKS, days=1)
    assert status != "succeeded"
    subject.traffic.faults.clear()
    job, _ = subject.run(SAVED_TRACKS, days=1)
    assert (subject.counts(job, SAVED_TRACKS)["removed"], standing(job, SAVED_TRACKS).why) == (1, None)
    assert subject.differences(SAVED_TRACKS) == []


def test_a_profile_that_fails_is_no_count(subject: Subject) -> None:
    """The list is read whole then."""
    subject.run(SAVED_TRACKS)
    subject.fault(PROFILE, "broken")
    job, status = subject.run(SAVED_TRACKS, days=1)
    assert (status, subject.facts(job, SAVED_TRACKS)) == ("succeeded", [])
    subject.traffic.faults.clear()
    for days in (1, 2):
        before = subject.calls(SAVED_TRACKS)
        subject.run(SAVED_TRACKS, days=days)
    assert subject.calls(SAVED_TRACKS) - before == 1
    assert subject.differences(SAVED_TRACKS) == []


def test_each_refresh_brings_the_next_token(subject: Subject) -> None:
    """It is stored before the access token is used."""
    tokens = {refresh_token(subject)}
    for _ in range(3):
        job, _ = subject.run(SAVED_TRACKS, days=1)
        assert standing(job, SAVED_TRACKS).outcome is Outcome.COMPLETE
        tokens.add(refresh_token(subject))
    assert (len(tokens), subject.refreshes) == (4, 3)


def test_a_token_host_that_is_busy_ends_no_connection(subject: Subject) -> None:
    """A 429 there says nothing about the consent; nor does a page in plain text."""
    for trouble in ("throttled_by_gateway", "timed_out_upstream"):
        subject.fault("POST /oauth/token", trouble)
        job, _ = subject.run(SAVED_TRACKS, days=1)
        assert standing(job, SAVED_TRACKS).outcome is Outcome.FAILED
        assert connections.connection(subject.user_id, subject.name).status == connections.ACTIVE
        subject.traffic.faults.clear()
        job, _ = subject.run(SAVED_TRACKS, days=1)
        assert standing(job, SAVED_TRACKS).outcome is Outcome.COMPLETE


def test_a_rate_limit_is_waited_for_until_it_is_reset(subject: Subject) -> None:
    """Its end stands in the body alone."""
    subject.traffic.limit = RateLimit(3, 60, 90)
    begun = subject.clock.now()
    job, status = subject.run(SAVED_TRACKS)
    assert (status, subject.traffic.calls_during_ban) == ("succeeded", 0)
    assert (subject.clock.now() - begun).total_seconds() >= 90
    assert subject.differences(SAVED_TRACKS) == []
    assert subject.counts(job, SAVED_TRACKS)["rate_limits"] >= 1


def test_albums_and_playlists_that_are_liked_come_apart(subject: Subject) -> None:
    """Own playlists and liked ones are one list, whose tracks are read; liked albums are another."""
    kinds = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, DataType.SAVED_ALBUMS)
    assert subject.run(*kinds)[1] == "succeeded"
    assert [subject.differences(data_type) for data_type in kinds] == [[], [], []]
    library = subject.simulator.listeners[subject.listener].library
    assert set(subject.lists(DataType.PLAYLIST_TRACKS)) == {playlist.id for playlist in library.playlists}
    before = subject.calls(DataType.PLAYLIST_TRACKS)
    job, _ = subject.run(*kinds, days=1)
    assert subject.calls(DataType.PLAYLIST_TRACKS) == before
    assert subject.facts(job, DataType.PLAYLISTS) == []


def test_plays_have_an_order_and_no_moments(subject: Subject) -> None:
    """A track that is played again is another play, between this sync and the one before."""
    plays = DataType.RECENTLY_PLAYED
    first, _ = subject.run(plays)
    library = subject.simulator.listeners[subject.listener].library
    subject.change("add", plays, item=library.entries(plays)[4].number)
    second, _ = subject.run(plays, days=1)
    (play,) = subject.facts(second, plays)
    assert play.attribute_values["played_after"] == first.fetched_at
    assert subject.calls(plays) == 2
