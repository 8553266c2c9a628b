"""YouTube's JSON as records: what is music, what is gone, and what its refusals mean."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from blendify.core.days import next_day
from blendify.core.errors import (
    AccessTokenRefused,
    AccountGone,
    ApplicationBlocked,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    ScopeMissing,
    UnexpectedShape,
    Unreadable,
)
from blendify.providers.endpoint import ListPosition
from blendify.providers.youtube_music import completions, records
from blendify.providers.youtube_music.errors import classify_error, seconds_to_reset
from blendify.providers.youtube_music.profile import profile

PLACE = ListPosition("", 3)


def entry(**snippet: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#playlistItem",
        "snippet": {
            "publishedAt": "2026-03-01T18:22:07Z",
            "title": "Glass Harbour",
            "channelId": "UCme",
            "resourceId": {"kind": "youtube#video", "videoId": "-aBcDeFgHiJ"},
            **snippet,
        },
    }


@pytest.mark.parametrize(
    ("owner", "category", "kind", "artist"),
    [
        ("Ada - Topic", None, None, "Ada"),
        ("Ada - トピック", "22", None, "Ada"),
        ("Release - Topic", "10", None, None),
        ("AdaVEVO", "10", None, "AdaVEVO"),
        ("Somebody", "22", "video", "Somebody"),
        ("Somebody", None, "video", "Somebody"),
    ],
)
def test_music_is_told_by_channel_or_category(
    owner: str, category: str | None, kind: str | None, artist: str | None
) -> None:
    liked = entry(videoOwnerChannelTitle=owner, videoOwnerChannelId="UCada")
    if category:
        liked["video"] = {"snippet": {"categoryId": category}, "contentDetails": {"duration": "PT3M21S"}}
    fields = records.liked(liked, PLACE).fields
    assert (fields["kind"], fields["artist_name"], fields["track_name"]) == (kind, artist, "Glass Harbour")
    assert (fields["record_id"], fields["added_at"]) == ("-aBcDeFgHiJ", "2026-03-01T18:22:07Z")
    assert fields["duration_ms"] == (201_000 if category else None)


def test_what_is_gone_has_no_name_and_is_the_same_record() -> None:
    """Its title says in some language that it is gone; a like of it is known by its id and its moment."""
    there, gone = entry(videoOwnerChannelTitle="Ada - Topic"), entry(title="Deleted video")
    before, after = records.liked(there, PLACE), records.liked(gone, PLACE)
    assert (after.fields["kind"], after.fields["track_name"], after.key) == ("unavailable", None, before.key)
    assert after.compared == before.compared


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("PT3M21S", 201_000), ("PT1H", 3_600_000), ("P1DT1S", 86_401_000), ("P0D", None), ("", None), ("3:21", None)],
)
def test_durations(text: str, milliseconds: int | None) -> None:
    assert records.milliseconds(text) == milliseconds


def test_a_channel_of_music_is_an_artist() -> None:
    subscription = {"snippet": {"title": "Ada", "resourceId": {"channelId": "UCada"}}}
    topics = ["https://en.wikipedia.org/wiki/Pop_music", "https://en.wikipedia.org/wiki/Music"]
    channel = {"topicDetails": {"topicCategories": topics}, "statistics": {"subscriberCount": "12"}}
    fields = records.subscription({**subscription, "channel": channel}, PLACE).fields
    assert (fields["kind"], fields["genres"], fields["follower_count"]) == (None, "Pop music", 12)
    assert records.subscription(subscription, PLACE).fields["kind"] == "channel"


def test_a_completion_leaves_what_it_does_not_know() -> None:
    """A video that is gone is not answered, and an answer without items is none."""
    entries = [entry(), entry(resourceId={"videoId": "other"}), None]
    assert completions.VIDEOS.parameters(entries) == {
        "part": "snippet,contentDetails",
        "id": "-aBcDeFgHiJ,other",
        "maxResults": "50",
    }
    joined = completions.VIDEOS.joined(entries, {"items": [{"id": "other"}]})
    assert joined == [entries[0], {**entry(resourceId={"videoId": "other"}), "video": {"id": "other"}}, None]
    assert completions.VIDEOS.parameters([None]) is None
    with pytest.raises(UnexpectedShape):
        completions.VIDEOS.joined(entries, {"error": {}})


def test_an_account_without_a_channel_is_told_what_to_do() -> None:
    with pytest.raises(UnexpectedShape, match="Create a channel"):
        profile({"items": []})
    assert profile({"items": [{"id": "UCme", "snippet": {"title": "Ana"}}]}).display_name == "Ana"


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (403, "quotaExceeded", RateLimited),
        (403, "rateLimitExceeded", RateLimited),
        (429, "anything", RateLimited),
        (403, "insufficientPermissions", ScopeMissing),
        (403, "accessNotConfigured", ApplicationBlocked),
        (401, "youtubeSignupRequired", AccountGone),
        (401, "authError", AccessTokenRefused),
        (403, "playlistItemsNotAccessible", Unreadable),
        (404, "playlistNotFound", NotFound),
        (503, "backendError", ProviderUnavailable),
    ],
)
def test_refusals(status: int, reason: str, error: type[Exception]) -> None:
    answer = json.dumps({"error": {"code": 1, "errors": [{"reason": reason}]}})
    assert isinstance(classify_error(status, {}, answer), error)


def test_a_used_up_quota_waits_for_midnight_in_california() -> None:
    error = classify_error(403, {}, '{"error": {"errors": [{"reason": "quotaExceeded"}]}}')
    assert isinstance(error, RateLimited)
    assert error.seconds == pytest.approx(seconds_to_reset(), abs=5)


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 28, 7, 59, tzinfo=UTC), datetime(2026, 11, 28, 8, tzinfo=UTC)),
        (datetime(2026, 11, 28, 8, tzinfo=UTC), datetime(2026, 11, 29, 8, tzinfo=UTC)),
        # The clocks go back, and the day has 25 hours.
        (datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 10, 31, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)),
    ],
)
def test_the_next_day_of_a_zone(now: datetime, midnight: datetime) -> None:
    assert next_day(now, "America/Los_Angeles") == midnight
