"""What is known of YouTube: liked videos are a playlist, what is gone stays listed, the day has its quota."""

from collections.abc import Callable
from typing import Any

import pytest

from local.simulators.youtube_music import YouTubeMusic
from tests.unit.simulators.youtube_visitor import PART, YouTubeAccount, YouTubeVisitor

Start = Callable[..., Any]
LIKED = {**PART, "playlistId": "LL"}


@pytest.fixture
def youtube(start: Start) -> YouTubeVisitor:
    visitor: YouTubeVisitor = start(YouTubeMusic, saved_tracks=60, shown_likes=40, units=50, followed_artists=5)
    return visitor


@pytest.fixture
def ana(youtube: YouTubeVisitor) -> YouTubeAccount:
    return youtube.log_in()


def reason(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["errors"][0]["reason"]


def test_the_latest_likes_alone_are_shown(ana: YouTubeAccount) -> None:
    first = ana.get("/playlistItems", **LIKED, maxResults=50).json()
    assert (len(first["items"]), first["pageInfo"]["totalResults"], "nextPageToken" in first) == (40, 40, False)
    moments = [entry["snippet"]["publishedAt"] for entry in first["items"]]
    assert moments == sorted(moments, reverse=True)


def test_what_is_gone_stays_listed_and_is_told_nothing_of(ana: YouTubeAccount) -> None:
    entries = ana.get("/playlistItems", **LIKED, maxResults=50).json()["items"]
    gone = [entry for entry in entries if entry["snippet"]["title"] in ("Deleted video", "Private video")]
    assert len(gone) == 2
    assert all("videoOwnerChannelTitle" not in entry["snippet"] for entry in gone)
    ids = [entry["contentDetails"]["videoId"] for entry in entries]
    videos = ana.get("/videos", **PART, id=",".join([*ids, "unknown"])).json()["items"]
    assert {video["id"] for video in videos} == set(ids) - {entry["contentDetails"]["videoId"] for entry in gone}
    assert all(video["contentDetails"]["duration"].startswith("PT") for video in videos)


def test_a_channel_is_the_account(ana: YouTubeAccount) -> None:
    (channel,) = ana.get("/channels", part="snippet", mine="true").json()["items"]
    assert (channel["id"][:2], channel["snippet"]["title"]) == ("UC", "ana")


@pytest.mark.parametrize(
    ("path", "query", "refused"),
    [
        ("/playlistItems", {"playlistId": "LL"}, (400, "missingRequiredParameter")),
        ("/playlistItems", {**PART, "playlistId": "PLunknown"}, (404, "playlistNotFound")),
        ("/playlistItems", {**LIKED, "pageToken": "made-up"}, (400, "invalidPageToken")),
        ("/videos", PART, (400, "missingRequiredParameter")),
        ("/videos", {**PART, "id": ",".join("abcdefghij" * 6)}, (400, "invalidFilters")),
        ("/search", PART, (404, "notFound")),
    ],
)
def test_what_it_does_not_serve(
    ana: YouTubeAccount, path: str, query: dict[str, str], refused: tuple[int, str]
) -> None:
    assert reason(ana.get(path, **query)) == refused


def test_a_scope_is_needed(youtube: YouTubeVisitor) -> None:
    assert reason(youtube.log_in(scope="").get("/videos", **PART, id="a")) == (403, "insufficientPermissions")


def test_the_day_has_its_quota(ana: YouTubeAccount) -> None:
    answers = [ana.get("/channels", part="snippet", mine="true") for _ in range(51)]
    assert [answer.status_code for answer in answers[:50]] == [200] * 50
    assert reason(answers[50]) == (403, "quotaExceeded")
