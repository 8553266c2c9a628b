"""What somebody takes out of their library is gone from a blend with the next look, whoever looks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from blendify.access import sessions, users
from blendify.blends import membership, stored
from blendify.insights import shelves
from tests.unit.http_events import Browser
from tests.unit.insights_stories import Messages, Story

pytestmark = pytest.mark.usefixtures("aws_in_memory")
FIRST, SECOND = "2026-11-28T07:00:00.000Z", "2026-11-28T12:00:00.000Z"
LIKED = "2026-10-01T20:00:00.000Z"


def listener(name: str, messages: Messages, *likes: str) -> Story:
    user_id = users.find_or_create_user("spotify", name)
    shelves.settle(user_id)
    story = Story(user_id)
    story.append(*(story.like(FIRST, "spotify", song, LIKED) for song in likes))
    story.forwarded()
    messages.work()
    return story


def test_a_removal_that_a_sync_saw_is_gone_for_all(messages: Messages, stopped_clock: list[datetime]) -> None:
    """The others stay in their order, shares are of those, and what was made in the morning stays stored."""
    stopped_clock[0] = datetime(2026, 11, 28, 7, 1, tzinfo=UTC)
    ada = listener("ada", messages, "Ann/One", "Cleo/Three", "Dora/Four")
    ben = listener("ben", messages, "Ann/One", "Ben/Two", "Emil/Five")
    made = membership.make(ada.user_id)
    assert made
    blend, invitation = made
    membership.join(ben.user_id, invitation)
    browser = Browser({"session": sessions.begin(ben.user_id)})

    def look() -> dict[str, Any]:
        answer: dict[str, Any] = browser.get("api.blends", f"/me/blends/{blend.blend_id}").json
        return answer

    before = look()
    titles = [song["title"] for song in before["songs"]]
    assert set(titles) == {"One", "Two", "Three", "Four", "Five"}
    assert titles[0] == "One"
    stopped_clock[0] = datetime(2026, 11, 28, 12, 1, tzinfo=UTC)
    ada.append(*(ada.like(SECOND, "spotify", song, LIKED, removed=True) for song in ("Ann/One", "Dora/Four")))
    ada.forwarded()
    messages.work()
    after = look()
    assert [song["title"] for song in after["songs"]] == [each for each in titles if each not in {"One", "Four"}]
    assert after["together"] is None
    assert sorted(share["songs"] for share in after["shares"]) == [1, 2]
    assert after["made_at"] == before["made_at"]
    day = stored.read(blend.blend_id)
    assert day
    assert len(day.playlist.entries) == len(titles)
