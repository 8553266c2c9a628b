"""What a listener has taken out of their library is known without their profile."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from blendify.affinity.taken_out import taken_out
from blendify.core import settings
from blendify.insights import store
from tests.unit.affinity.tastes import song
from tests.unit.insights_stories import Messages, Story, listener

pytestmark = pytest.mark.usefixtures("aws_in_memory")
BEFORE, MADE, AFTER = "2026-11-27T21:00:00.000Z", "2026-11-28T06:00:00.000Z", "2026-11-28T12:00:00.000Z"
LIKED = "2026-10-01T20:00:00.000Z"
ONE, TWO, THREE = (song(name).key for name in ("Ann/One", "Ben/Two", "Cleo/Three"))
SONGS = {ONE: {"spotify": "Ann/One"}, TWO: {}, "named otherwise": {"spotify": "Cleo/Three"}, "of somebody else": {}}


@pytest.fixture
def ada(messages: Messages, stopped_clock: list[datetime]) -> Story:
    """Likes at two services."""
    stopped_clock[0] = datetime(2026, 11, 27, 22, tzinfo=UTC)
    story = listener()
    story.append(
        story.like(BEFORE, "spotify", "Ann/One", LIKED),
        story.like(BEFORE, "spotify", "Ben/Two", LIKED),
        story.like(BEFORE, "apple_music", "Ben/Two", LIKED),
        story.like(BEFORE, "spotify", "Cleo/Three", LIKED),
        story.like(BEFORE, "spotify", "Dora/Four", LIKED),
    )
    story.forwarded()
    messages.work()
    stopped_clock[0] = datetime(2026, 11, 28, 12, 1, tzinfo=UTC)
    return story


def remove(story: Story, messages: Messages, *songs: str) -> None:
    story.append(*(story.like(AFTER, "spotify", name, LIKED, removed=True) for name in songs))
    story.forwarded()
    messages.work()


def test_what_was_taken_out_is_told_by_name_or_by_record(ada: Story, messages: Messages) -> None:
    """What is still liked at another service is not; nor are songs that nobody asks for."""
    remove(ada, messages, "Ann/One", "Ben/Two", "Cleo/Three", "Dora/Four")
    assert taken_out(ada.user_id, "blending", MADE, SONGS) == {ONE, "named otherwise"}
    assert taken_out(ada.user_id, "blending", MADE, {}) == frozenset()


def test_what_came_back_is_not_told(ada: Story, messages: Messages) -> None:
    remove(ada, messages, "Ann/One")
    ada.append(ada.like("2026-11-28T12:00:30.000Z", "spotify", "Ann/One", "2026-11-28T12:00:10.000Z"))
    ada.forwarded()
    messages.work()
    assert taken_out(ada.user_id, "blending", MADE, SONGS) == frozenset()


def test_the_library_is_read_where_something_is_new(
    ada: Story, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it only where one of the songs was in fact taken out."""
    asked: list[str | None] = []
    library = store.library

    def note(shelf: str, first: str | None, last: str | None) -> object:
        asked.append(first)
        return library(shelf, first, last)

    monkeypatch.setattr(store, "library", note)
    assert taken_out(ada.user_id, "blending", MADE, SONGS) == frozenset()
    assert asked == []
    remove(ada, messages, "Dora/Four")
    assert taken_out(ada.user_id, "blending", MADE, SONGS) == frozenset()
    assert asked == ["2026-11"]
    assert taken_out("nobody", "blending", MADE, SONGS) == frozenset()


@pytest.fixture
def apple_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BLENDING", "apple_music")
    settings.allowed_for.cache_clear()
    yield
    settings.allowed_for.cache_clear()


@pytest.mark.usefixtures("apple_alone")
def test_what_may_not_be_blended_is_not_told(ada: Story, messages: Messages) -> None:
    remove(ada, messages, "Ann/One")
    assert taken_out(ada.user_id, "blending", MADE, SONGS) == frozenset()
