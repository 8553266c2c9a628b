"""What is taken out of Last.fm's JSON: texts for numbers, one for a list, stars for pictures, errors for answers."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    ScopeMissing,
    UnexpectedShape,
    Unreadable,
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

BEGAN = datetime(2026, 11, 22, 17, 44, 30, 900_000, tzinfo=UTC)
ENDPOINTS = PROVIDERS["lastfm"].endpoints
INQUIRY = RequestContext("RJ", BEGAN)
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
    """An answer as user.getRecentTracks gives it."""
    told = {"user": "RJ", "totalPages": "1", "page": "1", "perPage": "200", "total": "1", **attributes}
    return {"recenttracks": {"track": tracks, "@attr": told}}


def page(answer: Any) -> Page:
    return ENDPOINTS[DataType.RECENTLY_PLAYED].parse(answer, INQUIRY, no_content=False)


def test_a_scrobble_is_a_play() -> None:
    """Its address is its id, its second the moment; a mbid that is not there is no field."""
    row = records.play(SCROBBLE, FIRST)
    assert row.fields == {
        "record_id": SCROBBLE["url"],
        "track_name": "Blau",
        "artist_name": "Zoë & die Übrigen",
        "album_name": "Nachts",
        "album_art_url": "https://images.example/300x300/a.png",
        "duration_ms": None,
        "mbid": "6f9c8c5a-0000-4000-8000-3a2f00000001",
        "played_at": "2025-11-22T17:44:30.000Z",
    }
    assert row.key == f"2025-11-22T17:44:30.000Z#{SCROBBLE['url']}"
    assert records.play({**SCROBBLE, "mbid": ""}, FIRST).fields["mbid"] is None


def test_the_star_is_no_picture() -> None:
    """The stand-in that is served for missing pictures is not kept as one."""
    star = [{"size": "small", "#text": f"https://images.example/{records.NO_IMAGE}.png"}]
    assert records.play({**SCROBBLE, "image": star}, FIRST).fields["album_art_url"] is None
    assert records.play({**SCROBBLE, "image": []}, FIRST).fields["album_art_url"] is None
    assert records.play({**SCROBBLE, "image": [{"#text": ""}]}, FIRST).fields["album_art_url"] is None


def test_numbers_are_texts() -> None:
    """Plays, durations in seconds and moments are read from texts; a duration of 0 is not known."""
    top = {"name": "Blau", "url": "u", "artist": {"name": "Zoë"}, "playcount": "12", "@attr": {"rank": "3"}}
    fields = records.top_track({**top, "duration": "214"}, ListPosition("7day", 2)).fields
    assert (fields["play_count"], fields["duration_ms"]) == (12, 214_000)
    assert (fields["rank"], fields["time_range"], fields["artist_name"]) == (3, "7day", "Zoë")
    assert records.top_track({**top, "duration": "0"}, ListPosition("7day", 2)).fields["duration_ms"] is None
    artist = records.top_artist({"name": "Zoë", "url": "a", "playcount": "120"}, ListPosition("long_term", 0)).fields
    assert (artist["record_id"], artist["artist_name"], artist["play_count"]) == ("a", "Zoë", 120)


def test_a_loved_track_is_saved_at_a_moment() -> None:
    """Loved again later, it is another entry."""
    row = records.loved_track(SCROBBLE, FIRST)
    assert row.fields["added_at"] == "2025-11-22T17:44:30.000Z"
    again = records.loved_track({**SCROBBLE, "date": {"uts": "1763833471"}}, FIRST)
    assert again.key != row.key


def test_what_others_add_is_no_news() -> None:
    """A picture or a MusicBrainz id that comes later makes no new record of a play."""
    assert {"album_art_url", "mbid"} <= records.play(SCROBBLE, FIRST).uncompared


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SCROBBLE, "uts", "#text"]), inner),
    max_leaves=8,
)


@given(entry=_JSON)
def test_nothing_that_comes_stops_a_row(entry: Any) -> None:
    """Whatever an entry is, it becomes a row with a key."""
    for row in (records.play, records.loved_track, records.top_track, records.top_artist):
        assert row(entry, FIRST).key


@pytest.mark.parametrize("uts", ["", "soon", "-1", "9" * 30, None, [], "١٢"])
def test_a_moment_that_is_none_is_left_out(uts: Any) -> None:
    """The play is kept all the same."""
    row = records.play({**SCROBBLE, "date": {"uts": uts}}, FIRST)
    assert row.fields["played_at"] is None
    assert row.fields["record_id"] == SCROBBLE["url"]


def test_what_plays_now_is_not_counted() -> None:
    """It comes in front of every page, without a date and beyond the total."""
    taken = page(body([PLAYING, SCROBBLE]))
    assert taken == Page([SCROBBLE], 1, more=False)


@pytest.mark.parametrize(("tracks", "held"), [(SCROBBLE, [SCROBBLE]), ([SCROBBLE], [SCROBBLE]), (PLAYING, [])])
def test_a_list_of_one_may_be_that_one(tracks: Any, held: list[Any]) -> None:
    """Machine-converted XML does not know whether there could be more."""
    assert page(body(tracks)).entries == held


def test_an_empty_list_has_several_forms() -> None:
    """An empty list, no list, or attributes among the list's own keys."""
    nothing = Page([], 0, more=False)
    assert page(body([], total="0", totalPages="0")) == nothing
    assert page({"recenttracks": {"@attr": {"user": "rj", "total": "0", "totalPages": "0", "page": "1"}}}) == nothing
    assert page({"recenttracks": {"#text": "\n", "user": "RJ", "page": "", "totalPages": "", "total": "0"}}) == nothing


@pytest.mark.parametrize("answer", [None, [], {}, {"recenttracks": None}, {"recenttracks": []}, {"toptracks": {}}])
def test_what_is_no_page_is_refused(answer: Any) -> None:
    """Without the list's own count nobody could tell an end from an accident."""
    with pytest.raises(UnexpectedShape):
        page(answer)


@pytest.mark.parametrize("user", ["somebody", ""])
def test_somebody_elses_data_is_refused(user: str) -> None:
    """Rarely a cache answers with another listener's; case does not matter in names."""
    with pytest.raises(UnexpectedShape, match="another user"):
        page(body([SCROBBLE], user=user))
    assert page(body([SCROBBLE], user="rj")).entries == [SCROBBLE]


def test_more_pages_are_counted_not_pointed_at() -> None:
    """`page` below `totalPages` means more."""
    assert page(body([SCROBBLE], page="1", totalPages="3")).more
    assert not page(body([SCROBBLE], page="3", totalPages="3")).more


def test_pages_are_asked_by_number() -> None:
    """The page's size never changes on the way, as it would move the others."""
    paging = Numbered(limit=200)
    asks = list(paging.first(PageRequest("", 0), 450))
    assert [paging.params(ask) for ask in asks] == [{"limit": "200", "page": str(page)} for page in (1, 2, 3)]
    deep = Numbered(limit=1000, depth=1500)
    assert [deep.params(ask)["page"] for ask in deep.first(PageRequest("", 0), 9000)] == ["1", "2"]


def test_a_log_is_asked_for_up_to_the_runs_start() -> None:
    """In whole seconds; from the beginning first, from a moment on later."""
    endpoint = ENDPOINTS[DataType.RECENTLY_PLAYED]
    _, first = endpoint.request(PageRequest("", 0), INQUIRY)
    assert first == {"method": "user.getRecentTracks", "user": "RJ", "to": "1795369471", "limit": "200", "page": "1"}
    _, later = endpoint.request(PageRequest("", 0), RequestContext("RJ", BEGAN, BEGAN - timedelta(days=1)))
    assert later["from"] == str(1795369470 - 86_400)


def test_all_periods_are_kept_and_three_have_the_common_names() -> None:
    """What other providers call short, medium and long is called so here; the rest keep their own names."""
    endpoint = ENDPOINTS[DataType.TOP_TRACKS]
    asked = {name: endpoint.request(PageRequest(name, 0), INQUIRY)[1]["period"] for name in TIME_RANGES}
    assert asked == {
        "short_term": "1month",
        "medium_term": "6month",
        "long_term": "12month",
        "7day": "7day",
        "3month": "3month",
        "overall": "overall",
    }


def test_what_it_lacks_has_no_row() -> None:
    """Such data types are told as not offered."""
    lacking = {DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS}
    assert set(DataType) - set(ENDPOINTS) == lacking


def test_the_same_name_registered_later_is_another_account() -> None:
    """Names are all there is for an id, and their case does not matter."""
    one = profile({"user": {"name": "RJ", "registered": {"unixtime": "1037793040", "#text": 1037793040}}})
    assert one.account_id == profile({"user": {"name": "rj", "registered": {"unixtime": 1037793040}}}).account_id
    assert one.account_id != profile({"user": {"name": "RJ", "registered": {"unixtime": "1700000000"}}}).account_id
    assert (one.provider_user_id, one.display_name) == ("RJ", "RJ")
    for wrong in (None, {}, {"user": {"name": "RJ"}}, {"user": {"registered": {"unixtime": "1"}}}):
        with pytest.raises(UnexpectedShape):
            profile(wrong)


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (4, AccessTokenRefused),
        (9, AccessTokenRefused),
        (6, Unreadable),
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
def test_the_number_counts_and_not_the_status(number: int, meaning: type[Exception], status: int) -> None:
    """As JSON, with the number as a text, or as XML: the error is the same, in our own words."""
    texts = (
        json.dumps({"message": "their words", "error": number}),
        json.dumps({"error": str(number), "message": "their words"}),
        f'<?xml version="1.0"?><lfm status="failed"><error code="{number}">their words</error></lfm>',
    )
    for text in texts:
        found = classify_error(status, {}, text)
        assert type(found) is meaning
        assert "their words" not in str(found)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(429, RateLimited), (500, ProviderUnavailable), (503, ProviderUnavailable), (404, RequestRefused)],
)
def test_without_a_number_the_status_counts(status: int, meaning: type[Exception]) -> None:
    """Proxies answer in HTML."""
    assert type(classify_error(status, {}, "<html>their words</html>")) is meaning


@pytest.mark.parametrize(
    "answer", [body([SCROBBLE]), body([{**SCROBBLE, "name": "error"}]), {"error": None}, [], "error"]
)
def test_data_is_no_refusal(answer: Any) -> None:
    """Whatever stands in it."""
    assert classify_error(200, {}, json.dumps(answer)) is None


def test_a_long_answer_is_not_taken_for_a_refusal() -> None:
    """A page may hold a track by that name, and is not parsed twice."""
    tracks = [{**SCROBBLE, "name": '<error code="29">'}] * 50
    assert classify_error(200, {}, json.dumps(body(tracks))) is None


def test_the_rate_limit_says_nothing_of_time() -> None:
    """The pauses are ours then: half a second first, eight at most."""
    found = classify_error(200, {}, '{"error":29,"message":""}')
    assert isinstance(found, RateLimited)
    assert found.seconds is None
    pauses = PROVIDERS["lastfm"].backoff
    assert (pauses[0], pauses[-1]) == (0.5, 8.0)


@pytest.mark.parametrize("unsigned", [{}, {"format": "json"}, {"format": "json", "callback": "f"}])
def test_a_signature_is_over_names_and_values_in_order(unsigned: Mapping[str, str]) -> None:
    """Then the secret, all as UTF-8; how the answer is written does not count."""
    expected = md5("api_keykmethodauth.getSessiontoken♥secret".encode(), usedforsecurity=False).hexdigest()
    assert signature({"token": "♥", "method": "auth.getSession", "api_key": "k", **unsigned}, "secret") == expected
    assert signature({"token": "♥", "method": "auth.getSession", "api_key": "k"}, "other") != expected


def test_a_call_carries_key_session_and_signature() -> None:
    """In its query; nothing is in its headers."""
    row = Application("lastfm", "default", "the-key", "the-secret", "", "", "", 0, 0)
    query, headers = PROVIDERS["lastfm"].access.sign(row, "the-session", {"method": "user.getInfo"})
    assert headers == {}
    signed = {"method": "user.getInfo", "api_key": "the-key", "sk": "the-session"}
    assert query == {**signed, "format": "json", "api_sig": signature(signed, "the-secret")}
    assert "the-secret" not in str(query)


def test_whose_list_it_is() -> None:
    """By the list's own attributes."""
    assert pages.user("recenttracks")(body([])) == "RJ"
    assert pages.user("recenttracks")(None) is None
