"""The same recording at several providers is linked by its codes, and never merged."""

import pytest

from blendify.core.data_types import DataType
from blendify.insights import queue, recordings
from tests.unit.insights_stories import Messages, Story, listener
from tests.unit.music_api import browser_of, everything

pytestmark = pytest.mark.usefixtures("aws_in_memory")
SYNC, LATER = "2026-11-27T21:00:00.000Z", "2026-11-28T21:00:00.000Z"
BLUE, RED = "USHM80865849", "GBAYE0000351"


@pytest.fixture
def ada(aws_in_memory: None, messages: Messages) -> Story:
    """Two likes are the same recording; one song has another recording at another provider, and one has no code."""
    story = listener()
    story.append(
        story.like(SYNC, "spotify", "Ada/Blue", None, isrc=BLUE),
        story.like(SYNC, "soundcloud", "Somebody/Ada - Blue", None, isrc=BLUE),
        story.like(SYNC, "apple_music", "Ada/Blue", None, isrc=RED),
        story.like(SYNC, "lastfm", "Ada/Blue", None, mbid="6f9c8c5a"),
        story.like(SYNC, "lastfm", "Ada/Green", None),
    )
    story.forwarded()
    messages.work()
    return story


def links(story: Story, **fields: str) -> list[tuple[str, str]]:
    (linked,) = recordings.with_links(story.user_id, [{"provider": "spotify", "record_id": "Ada/Blue", **fields}])
    return [(link["provider"], link["record_id"]) for link in linked["same_as"]]


def test_an_answer_links_what_is_the_same_elsewhere(ada: Story) -> None:
    """By code and not by name; the record itself stays as it is."""
    items = everything(browser_of(ada.user_id), DataType.SAVED_TRACKS, view="distinct")
    assert {(item["provider"], item["record_id"]): item["same_as"] for item in items} == {
        ("spotify", "Ada/Blue"): [{"provider": "soundcloud", "record_id": "Somebody/Ada - Blue"}],
        ("soundcloud", "Somebody/Ada - Blue"): [{"provider": "spotify", "record_id": "Ada/Blue"}],
        ("apple_music", "Ada/Blue"): [],
        ("lastfm", "Ada/Blue"): [],
        ("lastfm", "Ada/Green"): [],
    }


def test_a_play_leads_to_the_library_and_nothing_leads_to_plays(ada: Story, messages: Messages) -> None:
    ada.append(ada.play(LATER, "lastfm", "Ada/Blue", LATER, isrc=RED))
    ada.forwarded()
    messages.work()
    assert links(ada, isrc=RED) == [("apple_music", "Ada/Blue")]


def test_each_code_counts(ada: Story) -> None:
    """A record may carry several; one of another kind with the same letters is another code."""
    assert links(ada, isrc=RED, mbid="6f9c8c5a") == [("apple_music", "Ada/Blue"), ("lastfm", "Ada/Blue")]
    assert links(ada, upc=BLUE) == []


def test_a_rebuild_and_a_removal_keep_the_links(ada: Story, messages: Messages) -> None:
    """They tell what the listener's lists have had."""
    ada.append(ada.like(LATER, "soundcloud", "Somebody/Ada - Blue", None, removed=True))
    ada.forwarded()
    queue.rebuild(ada.user_id)
    messages.work()
    assert links(ada, isrc=BLUE) == [("soundcloud", "Somebody/Ada - Blue")]
