"""SoundCloud: the named fields of its JSON, its pages, and the meaning of its error responses."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.errors import (
    AccessTokenRefused,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    UnexpectedShape,
    Unreadable,
)
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition, RequestContext
from blendify.providers.paging import PageRequest
from blendify.providers.soundcloud import pages, records
from blendify.providers.soundcloud.errors import classify_error
from blendify.providers.soundcloud.profile import profile

ENDPOINTS = PROVIDERS["soundcloud"].endpoints
ANA = "soundcloud:users:1"
CONTEXT = RequestContext(ANA, datetime(2026, 11, 22, 17, 44, 30, tzinfo=UTC))
FIRST = ListPosition("", 0)
USER = {
    "urn": "soundcloud:users:7",
    "username": "Nachtfalter",
    "avatar_url": "https://i1.sndcdn.com/avatars-1-x-large.jpg",
}
TRACK = {
    "kind": "track",
    "urn": "soundcloud:tracks:1234",
    "title": "Blau",
    "duration": 40_000,
    "isrc": "us-hm8-08-65849",
    "artwork_url": "https://i1.sndcdn.com/artworks-1-x-large.jpg",
    "user": USER,
    "release_year": 2019,
    "release_month": 8,
    "release_day": 22,
    "access": "blocked",
}
PLAYLIST = {
    "kind": "playlist",
    "urn": "soundcloud:playlists:9",
    "title": "Nachts",
    "description": None,
    "playlist_type": "",
    "sharing": "private",
    "track_count": 2,
    "last_modified": "2020/09/08 09:13:00 +0000",
    "user": USER,
    "genre": "Rock",
    "ean": "0602547924032",
}
ALBUM = {**PLAYLIST, "urn": "soundcloud:playlists:10", "playlist_type": "album"}


def page(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"collection": list(entries), **more}


def test_a_track() -> None:
    """The uploader is the artist unless another one is named, who then has no id. The largest picture is taken."""
    record = records.liked_track(TRACK, FIRST)
    assert record.key == "soundcloud:tracks:1234"
    assert record.fields == {
        "record_id": "soundcloud:tracks:1234",
        "track_id": "soundcloud:tracks:1234",
        "track_name": "Blau",
        "artist_id": "soundcloud:users:7",
        "artist_name": "Nachtfalter",
        "artists": [{"id": "soundcloud:users:7", "name": "Nachtfalter"}],
        "album_art_url": "https://i1.sndcdn.com/artworks-1-x-t500x500.jpg",
        "duration_ms": 40_000,
        "isrc": "USHM80865849",
    }
    other = records.liked_track({**TRACK, "metadata_artist": "Zoë"}, FIRST).fields
    assert (other["artist_id"], other["artist_name"], other["artists"]) == (None, "Zoë", [{"id": None, "name": "Zoë"}])


@pytest.mark.parametrize("entry", [None, 7, "x", {}, {"user": None, "title": None}, {**TRACK, "user": None}])
def test_what_is_missing_is_null(entry: Any) -> None:
    """A deleted user is null."""
    for row in (records.liked_track, records.playlist_track, records.play, records.playlist, records.saved_album):
        assert row(entry, ListPosition("list", 3)).fields.get("artist_name") is None
    assert records.followed_artist(entry, FIRST).fields["artist_name"] is None


def test_an_older_answer_has_numbers_for_ids() -> None:
    entry = {**TRACK, "urn": None, "id": 1234}
    assert records.playlist_track(entry, ListPosition("list", 3)).key == "list#000003#soundcloud:tracks:1234"


@pytest.mark.parametrize(
    ("parts", "date"),
    [((2019, 8, 22), "2019-08-22"), ((2019, 8, None), "2019-08"), ((2019, None, 22), "2019"), ((None, 8, 22), None)],
)
def test_a_release_date_is_as_precise_as_it_is_known(parts: tuple[int | None, ...], date: str | None) -> None:
    given = dict(zip(("release_year", "release_month", "release_day"), parts, strict=True))
    assert records.release_date({**TRACK, **given}) == date
    assert records.release_date({**TRACK, "release_year": 0}) is None


def test_a_playlist_is_compared_by_what_its_owner_does() -> None:
    """How many like it is not the owner's doing."""
    record = records.playlist(PLAYLIST, ListPosition("", 4))
    assert (record.fields["owner_id"], record.fields["public"], record.fields["position"]) == (USER["urn"], False, 4)
    same = records.playlist({**PLAYLIST, "likes_count": 9}, FIRST)
    assert same.compared == record.compared
    for change in ({"title": "Tags"}, {"last_modified": "2026/01/01 00:00:00 +0000"}, {"sharing": "public"}):
        assert records.playlist({**PLAYLIST, **change}, FIRST).compared != record.compared
    tracks = records.tracks_of_playlist(PLAYLIST)
    assert tracks is not None
    assert (tracks.list_id, tracks.total, tracks.version) == (PLAYLIST["urn"], 2, PLAYLIST["last_modified"])


def test_an_album() -> None:
    fields = records.saved_album(ALBUM, FIRST).fields
    assert (fields["album_type"], fields["upc"], fields["genres"]) == ("album", "602547924032", "Rock")
    assert records.playlist(ALBUM, FIRST).fields["kind"] == "album"
    assert records.playlist(PLAYLIST, FIRST).fields["kind"] is None


@pytest.mark.parametrize("kind", ["album", "EP", "single", "compilation"])
def test_liked_playlists_are_told_from_albums(kind: str) -> None:
    """What is no object may be either."""
    body = page(PLAYLIST, {**ALBUM, "playlist_type": kind}, None)
    assert pages.playlists(body).entries == [PLAYLIST, None]
    assert pages.albums(body).entries == [{**ALBUM, "playlist_type": kind}, None]
    assert not records.is_album({**PLAYLIST, "playlist_type": "playlist"})


@pytest.mark.parametrize("body", [None, [], {}, {"collection": None}, {"collection": {}}, "collection"])
def test_what_is_no_page(body: Any) -> None:
    """A list without a page around it came without being asked for: it may be a beginning. Plays come like that."""
    with pytest.raises(UnexpectedShape):
        pages.page(body)
    assert pages.plays([TRACK]).entries == [TRACK]


def test_a_next_page_is_asked_for_at_our_own_address() -> None:
    """Only the query is taken, without credentials; our limit and our access stay."""
    endpoint = ENDPOINTS[DataType.SAVED_TRACKS]
    href = "https://evil.example/x?cursor=2024-06-01T16%3A23%3A38.001Z%2Clikes&limit=7&client_id=secret"
    read = endpoint.parse(page(TRACK, next_href=href), CONTEXT, no_content=False)
    (following,) = endpoint.paging.next_requests(PageRequest("", 0), read)
    path, query = endpoint.request(following, CONTEXT)
    assert path == "/me/likes/tracks"
    assert query == {
        "linked_partitioning": "true",
        "access": "playable,preview,blocked",
        "cursor": "2024-06-01T16:23:38.001Z,likes",
        "limit": "200",
    }


def test_only_a_missing_next_href_ends_a_list() -> None:
    """A short page and an empty one lead on; a cursor that has been met does not."""
    endpoint = ENDPOINTS[DataType.SAVED_TRACKS]
    first = PageRequest("", 0)
    empty = endpoint.parse(page(next_href="https://api.soundcloud.com/x?cursor=1"), CONTEXT, no_content=False)
    (second,) = endpoint.paging.next_requests(first, empty)
    assert endpoint.paging.next_requests(second, empty) == []
    last = endpoint.parse(page(TRACK), CONTEXT, no_content=False)
    assert endpoint.paging.next_requests(second, last) == []


def test_liked_playlists_follow_the_own_ones() -> None:
    """As one list. An own playlist that is liked as well is there once."""
    endpoint = ENDPOINTS[DataType.PLAYLISTS]
    first = PageRequest("", 0)
    assert endpoint.request(first, CONTEXT)[0] == "/me/playlists"
    assert endpoint.request(first, CONTEXT)[1]["show_tracks"] == "false"
    read = endpoint.parse(page(ALBUM, PLAYLIST), CONTEXT, no_content=False)
    (liked,) = endpoint.paging.next_requests(first, read)
    assert liked.offset == 2
    assert endpoint.request(liked, CONTEXT) == ("/me/likes/playlists", {"linked_partitioning": "true", "limit": "200"})
    here = RequestContext(ANA, CONTEXT.started_at, cursor=liked.cursor)
    own = {**PLAYLIST, "user": {"urn": ANA}}
    more = endpoint.parse(page(PLAYLIST, own, ALBUM, next_href="https://x/?cursor=2"), here, no_content=False)
    assert more.entries == [PLAYLIST]
    (last,) = endpoint.paging.next_requests(liked, more)
    assert endpoint.request(last, CONTEXT)[1]["cursor"] == "2"
    assert endpoint.paging.next_requests(last, endpoint.parse(page(), here, no_content=False)) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRefused),
        (401, AccessTokenRefused),
        (403, Unreadable),
        (404, NotFound),
        (429, RateLimited),
        (504, ProviderUnavailable),
    ],
)
@pytest.mark.parametrize("body", ["", "upstream request timeout", "[]", '{"errors": ["secret"], "message": "secret"}'])
def test_errors(status: int, error: type[Exception], body: str) -> None:
    """Whatever the body is; none of it is quoted."""
    classified = classify_error(status, {}, body)
    assert type(classified) is error
    assert "secret" not in str(classified)
    assert classify_error(200, {}, body) is None


@pytest.mark.parametrize("seconds", [-30, 90, 10**7])
def test_a_rate_limit_waits_until_it_is_reset(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """A day at most. Where the time is missing, or no time, the usual pauses are made."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    monkeypatch.setattr(times, "now", lambda: now)
    reset = f"{now + timedelta(seconds=seconds):%Y/%m/%d %H:%M:%S +0000}"
    for body in ({"errors": [{"meta": {"reset_time": reset}}]}, {"reset_time": reset}):
        classified = classify_error(429, {}, json.dumps(body))
        assert isinstance(classified, RateLimited)
        assert classified.seconds == min(max(0, seconds), 24 * 3600)
    for silent in ({"error": "Rate Limit Exceeded"}, {"errors": ["x"]}, {"reset_time": "soon"}):
        classified = classify_error(429, {}, json.dumps(silent))
        assert isinstance(classified, RateLimited)
        assert classified.seconds is None


def test_the_account_is_the_urn() -> None:
    assert profile({"urn": ANA, "username": "ana"}).account_id == ANA
    assert profile({"id": 1, "username": ""}) == profile({"urn": ANA})
    with pytest.raises(UnexpectedShape):
        profile({"username": "ana"})
