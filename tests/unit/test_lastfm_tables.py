"""Last.fm: the named fields of its JSON, its pages, the meaning of its error responses, and signatures."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import (
    AccessTokenRefused,
    AccountGone,
    ApplicationBlocked,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    UnexpectedShape,
)
from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from blendify.providers.endpoint import ListPosition, RequestContext
from blendify.providers.lastfm import pages, records
from blendify.providers.lastfm.access import signature
from blendify.providers.lastfm.endpoints import TIME_RANGES
from blendify.providers.lastfm.errors import classify_error
from blendify.providers.lastfm.profile import profile
from blendify.providers.paging import Numbered, Page, PageRequest

STARTED_AT = datetime(2026, 11, 22, 17, 44, 30, 900_000, tzinfo=UTC)
ENDPOINTS = PROVIDERS["lastfm"].endpoints
CONTEXT = RequestContext("RJ", STARTED_AT)
FIRST = ListPosition("", 0)

SCROBBLE = {
    "artist": {"mbid": "", "#text": "Zoë & die Übrigen"},
    "streamable": "0",
    "image": [
        {"size": "small", "#text": "https://images.example/34s/a.png"},
        {"size": "extralarge", "#text": "https://images.example/300x300/a.png"},
    ],
    "mbid": "6f9c8c5a-0000-4000-8000-3a2f00000001",
    "album": {"mbid": "", "#text": "Nachts"},
    "name": "Blau",
    "url": "https://www.last.fm/music/Zo%C3%AB+&+die+%C3%9Cbrigen/_/Blau",
    "date": {"uts": "1763833470", "#text": "22 Nov 2025, 17:44"},
}
PLAYING = {name: value for name, value in SCROBBLE.items() if name != "date"} | {"@attr": {"nowplaying": "true"}}


def body(tracks: Any, **attributes: str) -> dict[str, Any]:
    """A response of user.getRecentTracks."""
    page_attributes = {"user": "RJ", "totalPages": "1", "page": "1", "perPage": "200", "total": "1", **attributes}
    return {"recenttracks": {"track": tracks, "@attr": page_attributes}}


def page(response: Any) -> Page:
    return ENDPOINTS[DataType.RECENTLY_PLAYED].parse(response, CONTEXT, no_content=False)


def test_scrobble() -> None:
    """Its record id is the track's address; the time is to the second; an empty mbid is null."""
    record = records.play(SCROBBLE, FIRST)
    assert record.fields == {
        "record_id": SCROBBLE["url"],
        "track_name": "Blau",
        "artist_name": "Zoë & die Übrigen",
        "artists": [{"id": None, "name": "Zoë & die Übrigen"}],
        "album_name": "Nachts",
        "album_art_url": "https://images.example/300x300/a.png",
        "duration_ms": None,
        "mbid": "6f9c8c5a-0000-4000-8000-3a2f00000001",
        "played_at": "2025-11-22T17:44:30.000Z",
    }
    assert record.key == f"2025-11-22T17:44:30.000Z#{SCROBBLE['url']}"
    assert records.play({**SCROBBLE, "mbid": ""}, FIRST).fields["mbid"] is None


def test_placeholder_is_no_picture() -> None:
    """In place of a missing picture Last.fm sends the address of a star, or nothing."""
    star = [{"size": "small", "#text": f"https://images.example/{records.NO_IMAGE}.png"}]
    assert records.play({**SCROBBLE, "image": star}, FIRST).fields["album_art_url"] is None
    assert records.play({**SCROBBLE, "image": []}, FIRST).fields["album_art_url"] is None
    assert records.play({**SCROBBLE, "image": [{"#text": ""}]}, FIRST).fields["album_art_url"] is None


def test_top_track() -> None:
    """Numbers are strings; the duration is in seconds, and 0 when Last.fm does not know it."""
    artist = {"name": "Zoë", "mbid": "", "url": "https://www.last.fm/music/Zo%C3%AB"}
    entry = {"name": "Blau", "url": "u", "artist": artist, "playcount": "12", "duration": "214", "@attr": {"rank": "3"}}
    assert records.top_track(entry, ListPosition("7day", 2)).fields == {
        "record_id": "u",
        "track_name": "Blau",
        "artist_name": "Zoë",
        "artists": [{"id": "https://www.last.fm/music/Zo%C3%AB", "name": "Zoë"}],
        "album_name": None,
        "album_art_url": None,
        "duration_ms": 214_000,
        "mbid": None,
        "play_count": 12,
        "rank": 3,
        "time_range": "7day",
    }
    assert records.top_track({**entry, "duration": "0"}, ListPosition("7day", 2)).fields["duration_ms"] is None
    assert records.top_track({**entry, "artist": {}}, ListPosition("7day", 2)).fields["artists"] is None


def test_top_artist() -> None:
    """The record id is the artist's address. Last.fm gives neither genres nor followers here."""
    entry = {"name": "Zoë", "url": "a", "playcount": "120", "mbid": "", "image": SCROBBLE["image"]}
    assert records.top_artist(entry, ListPosition("long_term", 0)).fields == {
        "record_id": "a",
        "artist_name": "Zoë",
        "artist_image_url": "https://images.example/300x300/a.png",
        "mbid": None,
        "play_count": 120,
        "rank": 1,
        "time_range": "long_term",
    }


def test_loved_track() -> None:
    """It has the time since when the listener loves it; loved again later, it is another record."""
    record = records.loved_track(SCROBBLE, FIRST)
    assert record.fields["added_at"] == "2025-11-22T17:44:30.000Z"
    later = records.loved_track({**SCROBBLE, "date": {"uts": "1763833471"}}, FIRST)
    assert later.key != record.key


def test_pictures_and_mbids_make_no_new_record() -> None:
    """Last.fm and MusicBrainz add them at any time."""
    corrected = {**SCROBBLE, "mbid": "", "image": []}
    before, after = (records.loved_track(entry, FIRST) for entry in (SCROBBLE, corrected))
    assert before.fields != after.fields
    assert before.compared == after.compared


_ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SCROBBLE, "uts", "#text"]), inner),
    max_leaves=8,
)


@given(entry=_ANY_JSON)
def test_any_json_becomes_a_record_with_a_key(entry: Any) -> None:
    for to_record in (records.play, records.loved_track, records.top_track, records.top_artist):
        assert to_record(entry, FIRST).key


@pytest.mark.parametrize("uts", ["", "soon", "-1", "9" * 30, "9" * 5_000, None, [], "inf"])
def test_unreadable_time_is_null(uts: Any) -> None:
    """The play is a record all the same."""
    fields = records.play({**SCROBBLE, "date": {"uts": uts}}, FIRST).fields
    assert (fields["played_at"], fields["record_id"]) == (None, SCROBBLE["url"])


def test_the_track_playing_now_is_left_out() -> None:
    """It stands first on every page, without a date, and the total does not count it."""
    assert page(body([PLAYING, SCROBBLE])) == Page([SCROBBLE], 1, more=False, size=200)


@pytest.mark.parametrize(("tracks", "entries"), [(SCROBBLE, [SCROBBLE]), ([SCROBBLE], [SCROBBLE]), (PLAYING, [])])
def test_list_of_one_entry_may_be_that_entry(tracks: Any, entries: list[Any]) -> None:
    """Machine-converted XML does not show whether there could be more."""
    assert page(body(tracks)).entries == entries


def test_empty_list_has_several_forms() -> None:
    """An empty list, no list, or attributes among the list's own keys."""
    empty = Page([], 0, more=False)
    assert page(body([], total="0", totalPages="0")) == replace(empty, size=200)
    assert page({"recenttracks": {"@attr": {"user": "rj", "total": "0", "totalPages": "0", "page": "1"}}}) == empty
    assert page({"recenttracks": {"#text": "\n", "user": "RJ", "page": "", "totalPages": "", "total": "0"}}) == empty


def test_an_empty_page_that_tells_its_place_is_the_end_without_a_count_too() -> None:
    """It stands behind a full page."""
    attributes = {"user": "rj", "page": "5", "perPage": "200", "total": None, "totalPages": "4"}
    assert page({"recenttracks": {"track": [], "@attr": attributes}}) == Page([], None, more=False, size=200)


@pytest.mark.parametrize("response", [None, [], {}, {"recenttracks": None}, {"recenttracks": []}, {"toptracks": {}}])
def test_response_without_a_total_is_an_unexpected_shape(response: Any) -> None:
    """Without the list's own count the end of the list and a failure look the same."""
    with pytest.raises(UnexpectedShape):
        page(response)


@pytest.mark.parametrize("user", ["mallory", ""])
def test_page_of_another_user_is_refused(user: str) -> None:
    """Rarely a cache sends another listener's page. Names are compared without regard to case."""
    with pytest.raises(UnexpectedShape, match="another user"):
        page(body([SCROBBLE], user=user))
    assert page(body([SCROBBLE], user="rj")).entries == [SCROBBLE]


def test_more_pages_while_page_is_below_total_pages() -> None:
    """Last.fm has no link to the next page."""
    assert page(body([SCROBBLE], page="1", totalPages="3")).more
    assert not page(body([SCROBBLE], page="3", totalPages="3")).more


def test_pages_are_requested_by_number() -> None:
    """All have the same size, as another size would shift the pages."""
    paging = Numbered(limit=200)
    first, full = PageRequest("", 0), [SCROBBLE] * 200
    assert paging.params(first) == {"limit": "200", "page": "1"}
    requests = paging.next_requests(first, Page(full, 450, more=True))
    assert [paging.params(request) for request in requests] == [{"limit": "200", "page": str(page)} for page in (2, 3)]
    deep = Numbered(limit=1000, depth=1500)
    requests = deep.next_requests(first, Page(full * 5, 9000, more=True))
    assert [deep.params(request)["page"] for request in requests] == ["2"]


def test_scrobbles_are_requested_until_the_syncs_start() -> None:
    """In whole seconds: all of them first, later those since a time."""
    endpoint = ENDPOINTS[DataType.RECENTLY_PLAYED]
    _, first = endpoint.request(PageRequest("", 0), CONTEXT)
    assert first == {"method": "user.getRecentTracks", "user": "RJ", "to": "1795369471", "limit": "200", "page": "1"}
    _, later = endpoint.request(PageRequest("", 0), RequestContext("RJ", STARTED_AT, STARTED_AT - timedelta(days=1)))
    assert later["from"] == str(1795369470 - 86_400)


def test_three_of_six_periods_have_the_common_names() -> None:
    """The other three have Last.fm's names."""
    endpoint = ENDPOINTS[DataType.TOP_TRACKS]
    periods = {name: endpoint.request(PageRequest(name, 0), CONTEXT)[1]["period"] for name in TIME_RANGES}
    assert periods == {
        "short_term": "1month",
        "medium_term": "6month",
        "long_term": "12month",
        "7day": "7day",
        "3month": "3month",
        "overall": "overall",
    }


def test_four_data_types_are_not_offered() -> None:
    """Last.fm has no playlists, saved albums or followed artists."""
    not_offered = {DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS}
    assert set(DataType) - set(ENDPOINTS) == not_offered


def test_account_is_a_name_and_its_registration() -> None:
    """A name registered again later is another account. The case of names does not matter."""
    user = profile({"user": {"name": "RJ", "registered": {"unixtime": "1037793040", "#text": 1037793040}}})
    assert user.account_id == profile({"user": {"name": "rj", "registered": {"unixtime": 1037793040}}}).account_id
    assert user.account_id != profile({"user": {"name": "RJ", "registered": {"unixtime": "1700000000"}}}).account_id
    assert (user.provider_user_id, user.display_name) == ("RJ", "RJ")
    for wrong in (None, {}, {"user": {"name": "RJ"}}, {"user": {"registered": {"unixtime": "1"}}}):
        with pytest.raises(UnexpectedShape):
            profile(wrong)


@pytest.mark.parametrize(
    ("number", "error_class"),
    [
        (4, AccessTokenRefused),
        (9, AccessTokenRefused),
        (6, AccountGone),
        (8, ProviderUnavailable),
        (11, ProviderUnavailable),
        (16, ProviderUnavailable),
        (10, ApplicationBlocked),
        (13, ApplicationBlocked),
        (26, ApplicationBlocked),
        (17, ScopeMissing),
        (29, RateLimited),
        (2, RequestRefused),
        (27, RequestRefused),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 403, 429, 500])
def test_error_class_is_that_of_the_number(number: int, error_class: type[Exception], status: int) -> None:
    """Whatever the status, as JSON, with the number as a string, or as XML; the message is ours."""
    texts = (
        json.dumps({"message": "their words", "error": number}),
        json.dumps({"error": str(number), "message": "their words"}),
        f'<?xml version="1.0"?><lfm status="failed"><error code="{number}">their words</error></lfm>',
    )
    for text in texts:
        classified = classify_error(status, {}, text)
        assert type(classified) is error_class
        assert "their words" not in str(classified)


@pytest.mark.parametrize(
    ("status", "error_class"),
    [(429, RateLimited), (500, ProviderUnavailable), (503, ProviderUnavailable), (404, RequestRefused)],
)
def test_error_class_without_a_number_is_that_of_the_status(status: int, error_class: type[Exception]) -> None:
    """Proxies send HTML."""
    assert type(classify_error(status, {}, "<html>their words</html>")) is error_class


@pytest.mark.parametrize(
    "response", [body([SCROBBLE]), body([{**SCROBBLE, "name": "error"}]), {"error": None}, [], "error"]
)
def test_data_is_no_error(response: Any) -> None:
    """Also a track with the name `error`."""
    assert classify_error(200, {}, json.dumps(response)) is None


def test_long_response_is_no_error() -> None:
    """A track may be named like an error in XML. Long responses are not parsed twice."""
    tracks = [{**SCROBBLE, "name": '<error code="29">'}] * 50
    assert classify_error(200, {}, json.dumps(body(tracks))) is None


def test_rate_limit_has_no_retry_after() -> None:
    """The pauses are ours: from half a second to eight."""
    classified = classify_error(200, {}, '{"error":29,"message":""}')
    assert isinstance(classified, RateLimited)
    assert classified.seconds is None
    pauses = PROVIDERS["lastfm"].backoff
    assert (pauses[0], pauses[-1]) == (0.5, 8.0)


@pytest.mark.parametrize("unsigned", [{}, {"format": "json"}, {"format": "json", "callback": "f"}])
def test_signature_is_over_sorted_names_and_values(unsigned: Mapping[str, str]) -> None:
    """The secret follows them, all in UTF-8; `format` and `callback` are not signed."""
    expected = md5("api_keykmethodauth.getSessiontoken♥secret".encode(), usedforsecurity=False).hexdigest()
    assert signature({"token": "♥", "method": "auth.getSession", "api_key": "k", **unsigned}, "secret") == expected
    assert signature({"token": "♥", "method": "auth.getSession", "api_key": "k"}, "other") != expected


def test_call_has_key_session_and_signature_in_its_query() -> None:
    """The headers are empty, and the secret is nowhere."""
    application = Application("lastfm", "default", "the-key", "the-secret", "", "", "", 0, 0)
    query, headers = PROVIDERS["lastfm"].access.sign(application, "the-session", {"method": "user.getInfo"})
    assert headers == {}
    signed = {"method": "user.getInfo", "api_key": "the-key", "sk": "the-session"}
    assert query == {**signed, "format": "json", "api_sig": signature(signed, "the-secret")}
    assert "the-secret" not in str(query)


def test_user_of_a_list() -> None:
    """It is named in the list's own attributes."""
    assert pages.user("recenttracks")(body([])) == "RJ"
    assert pages.user("recenttracks")(None) is None
