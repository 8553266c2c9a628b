"""Profiles are made when somebody asks, kept until something changes, and leave with the listener."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from blendify.affinity import weighing
from blendify.affinity.evidence import Evidence
from blendify.affinity.profile import Profile
from blendify.affinity.profiles import profile
from blendify.core import settings
from blendify.core.same_names import artist_key
from blendify.insights import queue, shelves
from blendify.sharing import consent
from tests.unit.affinity.tastes import weights
from tests.unit.erasures import leave, machine
from tests.unit.insights_stories import Messages, Story, listener
from tests.unit.visible import items

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SYNC = "2026-11-27T21:00:00.000Z"


@pytest.fixture(autouse=True)
def _now(stopped_clock: list[datetime]) -> None:
    stopped_clock[0] = NOW


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The user of each profile that was computed."""
    users: list[str] = []
    compute = weighing.profile

    def note(user_id: str, evidence: Evidence, providers: tuple[str, ...]) -> Profile:
        users.append(user_id)
        return compute(user_id, evidence, providers)

    monkeypatch.setattr(weighing, "profile", note)
    return users


@pytest.fixture
def ada(messages: Messages) -> Story:
    """Plays at Last.fm, a like and a top list at Spotify."""
    story = listener()
    story.append(
        story.play(SYNC, "lastfm", "Ann/One", "2026-11-27T20:00:00.000Z"),
        story.like(SYNC, "spotify", "Ben/Two", "2026-10-01T20:00:00.000Z"),
        *story.ranked(SYNC, "spotify", ["Cleo/Three"]),
    )
    story.forwarded()
    messages.work()
    return story


def test_a_profile_is_computed_once_until_something_is_new(
    ada: Story, messages: Messages, computed: list[str], stopped_clock: list[datetime]
) -> None:
    made = profile(ada.user_id, "comparing")
    # A list of songs says nothing of artists: services have lists of those.
    assert set(weights(made.artists)) == {"Ann", "Ben"}
    assert {song.artist_line for song in made.songs} == {"Ann", "Ben", "Cleo"}
    assert made.providers == ("lastfm", "spotify")
    assert made.known == {artist_key(name) for name in ("Ann", "Ben", "Cleo")}
    assert profile(ada.user_id, "comparing") == made
    assert computed == [ada.user_id]
    stopped_clock[0] += timedelta(minutes=1)
    ada.append(ada.like("2026-11-28T09:00:00.000Z", "spotify", "Dora/Four", "2026-11-28T08:00:00.000Z"))
    ada.forwarded()
    messages.work()
    assert "Dora" in weights(profile(ada.user_id, "comparing").artists)
    assert len(computed) == 2
    stopped_clock[0] += timedelta(days=31)
    profile(ada.user_id, "comparing")
    assert len(computed) == 3, "plays fade although nothing is new"


def stored_profiles() -> set[str]:
    names = {item["bucket"]["S"].rpartition("#")[0] for item in items("insights")}
    return {name for name in names if name.startswith("profile#")}


def test_others_see_one_profile_where_the_same_is_allowed_for_both(ada: Story, computed: list[str]) -> None:
    """Made once and stored once, for comparing and for blending; what only the listener sees is another one."""
    assert profile(ada.user_id, "blending") == profile(ada.user_id, "comparing")
    assert len(computed) == 1
    profile(ada.user_id, "views")
    assert stored_profiles() == {"profile#comparing", "profile#views"}


@pytest.mark.usefixtures("lastfm_alone")
def test_a_profile_of_other_services_is_stored_beside_it(ada: Story) -> None:
    assert profile(ada.user_id, "blending") != profile(ada.user_id, "comparing")
    assert stored_profiles() == {"profile#comparing", "profile#blending"}


def test_a_rebuild_keeps_what_a_profile_says(ada: Story, messages: Messages) -> None:
    before = profile(ada.user_id, "comparing")
    queue.rebuild(ada.user_id)
    messages.work()
    assert shelves.shelves(ada.user_id).shown != ada.user_id
    assert profile(ada.user_id, "comparing") == before


@pytest.fixture
def lastfm_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COMPARING", "lastfm")
    settings.allowed_for.cache_clear()
    yield
    settings.allowed_for.cache_clear()


@pytest.mark.usefixtures("lastfm_alone")
def test_what_the_operator_has_not_allowed_is_in_no_profile(ada: Story) -> None:
    """Comparing is allowed for one service here, views for all; a change of the setting is another profile."""
    made = profile(ada.user_id, "comparing")
    assert (set(weights(made.artists)), made.providers) == ({"Ann"}, ("lastfm",))
    assert made.known == {artist_key("Ann")}
    assert set(weights(profile(ada.user_id, "views").artists)) == {"Ann", "Ben"}


def test_private_artists_are_the_listeners_alone(ada: Story) -> None:
    """From the next request on others see nothing of them, and see them again when they are no longer private."""
    everybody = {"Ann", "Ben"}
    assert set(weights(profile(ada.user_id, "blending").artists)) == everybody
    consent.change(ada.user_id, {"private": {artist_key("Ben"): "Ben"}})
    for feature in ("comparing", "blending"):
        assert set(weights(profile(ada.user_id, feature).artists)) == everybody - {"Ben"}
    assert set(weights(profile(ada.user_id, "views").artists)) == everybody
    consent.change(ada.user_id, {"private": {}})
    assert set(weights(profile(ada.user_id, "blending").artists)) == everybody


def test_an_erasure_takes_all_profiles(ada: Story) -> None:
    for feature in ("comparing", "blending", "views"):
        profile(ada.user_id, feature)
    assert [item for item in items("insights") if item["bucket"]["S"].startswith("profile")]
    machine(leave(ada.user_id))
    assert items("insights") == []
    assert profile(ada.user_id, "comparing") == Profile(ada.user_id)
    assert items("insights") == [], "nothing is stored of somebody who has left"
