"""What is taken out of Apple Music's JSON, what its refusals mean, and the tokens by which it knows the application."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from blendify.core.data_types import DataType
from blendify.core.errors import (
    AccessTokenRefused,
    ApplicationBlocked,
    GrantRevoked,
    ProviderUnavailable,
    RateLimited,
    RequestRefused,
    UnexpectedShape,
    Unreadable,
)
from blendify.core.http import http_session
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import developer_tokens, pages, records
from blendify.providers.apple_music.developer_tokens import developer_token
from blendify.providers.apple_music.endpoints import HEAVY_ROTATION
from blendify.providers.apple_music.errors import classify_error
from blendify.providers.apple_music.profile import profile
from blendify.providers.application import Application, ApplicationMissing
from blendify.providers.endpoint import ListPosition, RequestContext
from blendify.providers.paging import Page, PageRequest
from blendify.providers.record_identity import digest
from local.paths import ROOT
from local.simulators.apple_music import keys
from local.simulators.apple_music.developer_tokens import DeveloperTokens
from tests.unit.spotify_world import STARTED

ENDPOINTS = PROVIDERS["apple_music"].endpoints
FIRST = ListPosition("", 0)
ARTWORK = {"url": "https://pictures.example/a/{w}x{h}bb.jpg", "width": 3000, "height": 3000}
CATALOGUE_SONG = {
    "id": "1440857781",
    "type": "songs",
    "attributes": {"name": "Blau", "artistName": "Zoë & die Übrigen", "isrc": "DEA621900001", "artwork": ARTWORK},
}
SONG: dict[str, Any] = {
    "id": "i.7vLdXq8TJ2mzqk",
    "type": "library-songs",
    "href": "/v1/me/library/songs/i.7vLdXq8TJ2mzqk",
    "attributes": {
        "albumName": "Nachts",
        "artistName": "Zoë & die Übrigen",
        "artwork": {"url": "https://pictures.example/b/{w}x{h}bb.jpg", "width": 600, "height": 600},
        "contentRating": "explicit",
        "dateAdded": "2026-03-01T18:22:07Z",
        "durationInMillis": 214_000,
        "genreNames": ["Pop"],
        "name": "Blau",
        "playParams": {"catalogId": "1440857781", "id": "i.7vLdXq8TJ2mzqk", "isLibrary": True, "kind": "song"},
    },
    "relationships": {"catalog": {"href": "/v1/me/library/songs/i.7vLdXq8TJ2mzqk/catalog", "data": [CATALOGUE_SONG]}},
}
UPLOAD = {
    **SONG,
    "attributes": {"name": "Demo", "playParams": {"id": SONG["id"]}},
    "relationships": {"catalog": {"data": []}},
}


def test_a_song_of_the_library() -> None:
    """By its own id, with the catalogue's beside it, the recording's code, and a picture of a size that exists."""
    assert records.saved_track(SONG, FIRST).fields == {
        "record_id": "i.7vLdXq8TJ2mzqk",
        "track_id": "1440857781",
        "track_name": "Blau",
        "artist_name": "Zoë & die Übrigen",
        "album_name": "Nachts",
        "album_art_url": "https://pictures.example/b/600x600bb.jpg",
        "duration_ms": 214_000,
        "isrc": "DEA621900001",
        "explicit": True,
        "added_at": "2026-03-01T18:22:07Z",
    }


def test_an_upload_has_no_catalogue() -> None:
    """Nothing is made up for what is not told."""
    fields = records.saved_track(UPLOAD, FIRST).fields
    assert fields["record_id"] == "i.7vLdXq8TJ2mzqk"
    assert {name for name, value in fields.items() if value is None} >= {"track_id", "isrc", "added_at", "explicit"}


def test_what_apple_adds_is_no_news() -> None:
    """A song that is matched, or gets another picture, is the record that it was."""
    before, after = records.saved_track({**SONG, "relationships": {}}, FIRST), records.saved_track(SONG, FIRST)
    assert before.fields != after.fields
    assert digest(before.fields, before.uncompared) == digest(after.fields, after.uncompared)


def test_a_play_goes_by_the_catalogues_id() -> None:
    """The same before and after the song is added to the library; an upload has its own alone."""
    assert records.play(SONG, FIRST).key == records.play(CATALOGUE_SONG, FIRST).key == "1440857781"
    assert (
        records.play(SONG, FIRST).fields["isrc"] == records.play(CATALOGUE_SONG, FIRST).fields["isrc"] == "DEA621900001"
    )
    assert records.play(UPLOAD, FIRST).key == "i.7vLdXq8TJ2mzqk"


@pytest.mark.parametrize(
    ("entry", "kind", "record_id", "artist"),
    [
        ({"id": "1600", "type": "albums", "attributes": {"name": "N", "artistName": "Z"}}, "album", "1600", "Z"),
        (
            {
                "id": "l.abc",
                "type": "library-albums",
                "attributes": {"name": "N", "artistName": "Z", "playParams": {"catalogId": "1600"}},
            },
            "album",
            "1600",
            "Z",
        ),
        ({"id": "p.abc", "type": "library-playlists", "attributes": {"name": "N"}}, "playlist", "p.abc", None),
        (
            {"id": "pl.abc", "type": "playlists", "attributes": {"name": "N", "curatorName": "Apple"}},
            "playlist",
            "pl.abc",
            "Apple",
        ),
        ({"id": "ra.1", "type": "stations", "attributes": {"name": "N"}}, "station", "ra.1", None),
    ],
    ids=["album", "own album", "own playlist", "playlist", "station"],
)
def test_heavy_rotation_holds_all_but_songs(
    entry: dict[str, Any], kind: str, record_id: str, artist: str | None
) -> None:
    """Each is told by its kind, with the name that it has, and its rank."""
    fields = records.rotation(entry, ListPosition(HEAVY_ROTATION, 3)).fields
    told = ("kind", "record_id", "track_name", "artist_name", "rank", "time_range")
    assert tuple(fields[name] for name in told) == (kind, record_id, "N", artist, 4, "heavy_rotation")
    assert fields["album_name"] == ("N" if kind == "album" else None)


def test_an_album_an_artist_and_a_playlist_of_the_library() -> None:
    """With what the catalogue adds; a playlist's place in the alphabet is not recorded."""
    artist = {"attributes": {"genreNames": ["Pop", "Rock"], "artwork": ARTWORK}, "id": "300", "type": "artists"}
    album = {"attributes": {"upc": "0602"}, "id": "1600", "type": "albums"}
    related = {name: {"catalog": {"data": [one]}} for name, one in (("artist", artist), ("album", album))}
    followed = records.followed_artist(
        {"id": "r.a", "type": "library-artists", "attributes": {"name": "Zoë"}, "relationships": related["artist"]},
        FIRST,
    )
    assert followed.fields == {
        "record_id": "r.a",
        "artist_id": "300",
        "artist_name": "Zoë",
        "artist_image_url": "https://pictures.example/a/640x640bb.jpg",
        "genres": "Pop, Rock",
    }
    attributes = {"name": "Nachts", "artistName": "Zoë", "trackCount": 12, "releaseDate": "2019"}
    entry = {"id": "l.a", "type": "library-albums", "attributes": attributes, "relationships": related["album"]}
    saved = records.saved_album(entry, FIRST)
    told = ("record_id", "album_id", "album_name", "artist_name", "release_date", "total_tracks", "upc")
    assert tuple(saved.fields[name] for name in told) == ("l.a", "1600", "Nachts", "Zoë", "2019", 12, "0602")
    playlist = {"id": "p.a", "attributes": {"name": "Küche", "isPublic": False, "lastModifiedDate": "2026-03-01"}}
    assert (
        records.playlist(playlist, ListPosition("", 0)).fields == records.playlist(playlist, ListPosition("", 7)).fields
    )


def test_a_music_video_in_a_playlist_is_told_as_one() -> None:
    video = {**SONG, "type": "library-music-videos"}
    row = records.playlist_track(video, ListPosition("p.a", 4))
    assert (row.fields["kind"], row.fields["position"], row.fields["playlist_id"]) == ("video", 4, "p.a")


@pytest.mark.parametrize("modified", ["2026-03-01T18:22:07Z", None])
def test_the_moment_of_its_last_change_is_a_playlists_version(modified: str | None) -> None:
    """Its length is not told; without a moment it is asked for once a day."""
    contents = records.tracks_of_playlist({"id": "p.a", "attributes": {"lastModifiedDate": modified}})
    assert contents is not None
    assert (contents.list_id, contents.total, contents.readable, contents.version) == ("p.a", None, True, modified)
    assert records.tracks_of_playlist(None) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "attributes", "relationships", "catalog", "data", "playParams", "artwork", "url"]
            ),
            children,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("data_type", ENDPOINTS)
@given(entry=JSON)
def test_nothing_that_comes_stops_a_row(data_type: DataType, entry: Any) -> None:
    """Whatever an entry is, it becomes a row with a key."""
    assert ENDPOINTS[data_type].to_record(entry, ListPosition("list", 3)).key


def test_pages() -> None:
    """`next` says that there is more and nothing else; history lists do not tell their length."""
    body = {"data": [SONG, None], "next": "/v1/me/library/songs?offset=2", "meta": {"total": 812}}
    assert pages.listed(body) == Page([SONG, None], 812, more=True)
    assert pages.listed({"data": []}) == Page([], None, more=False)


def test_what_was_added_last_is_told_by_kind() -> None:
    """A mixed list; what is no page is no empty one."""
    body = {"data": [{"id": "i.a", "type": "library-songs"}, None, {"id": "l.a", "type": "library-albums"}]}
    assert pages.record_ids("library-songs")(body) == ["i.a"]
    with pytest.raises(UnexpectedShape):
        pages.record_ids("library-songs")({})


def test_who_signs_nothing_pays_nothing() -> None:
    """The library that signs is imported with the first token, not with the collectors of all providers."""
    # A developer's machine has OpenSSL for Python, which would bring it along; the layer has not.
    code = (
        "import sys; sys.modules['OpenSSL'] = None; import collectors.saved_tracks, auth.callback; "
        "sys.exit('cryptography' in sys.modules)"
    )
    path = os.pathsep.join(str(ROOT / folder) for folder in ("functions", "layers/blendify"))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)  # noqa: S603
    assert done.returncode == 0


def test_an_empty_playlist_is_told_as_an_error() -> None:
    """404 with 40403 is an answer."""
    body = {"errors": [{"status": "404", "code": "40403", "title": "No related resources"}]}
    assert classify_error(404, {}, json.dumps(body)) is None
    assert pages.listed(body) == Page([], 0, more=False)


@pytest.mark.parametrize("answer", [None, [], {}, {"data": {}}, {"data": None}, {"errors": []}, {"errors": [{}]}, "x"])
def test_what_is_no_page_is_refused(answer: Any) -> None:
    """An empty list is not the same as none."""
    with pytest.raises(UnexpectedShape):
        pages.listed(answer)


def test_what_is_asked_for() -> None:
    """The most that each list allows, and the catalogue's entry with each of the library's."""
    inquiry = RequestContext("", STARTED)
    asked = {
        data_type: endpoint.request(PageRequest(endpoint.lists[0] or "p.a/b", 0), inquiry)
        for data_type, endpoint in ENDPOINTS.items()
    }
    first = {"offset": "0"}
    assert asked[DataType.SAVED_TRACKS] == (
        "/v1/me/library/songs",
        {"include": "catalog", "extend": "dateAdded", "limit": "100", **first},
    )
    assert asked[DataType.PLAYLIST_TRACKS] == (
        "/v1/me/library/playlists/p.a%2Fb/tracks",
        {"include": "catalog", "limit": "100", **first},
    )
    assert asked[DataType.RECENTLY_PLAYED][1] == {"include": "catalog", "limit": "30", **first}
    assert asked[DataType.TOP_TRACKS] == ("/v1/me/history/heavy-rotation", {"limit": "10", **first})


def test_plays_end_where_apples_memory_does() -> None:
    """The second page has the last ten of the first once more, and ends with the fiftieth."""
    paging = ENDPOINTS[DataType.RECENTLY_PLAYED].paging
    (second,) = paging.next_requests(PageRequest("", 0), Page([SONG] * 30, None, more=True))
    assert paging.params(second) == {"limit": "30", "offset": "20"}
    assert paging.next_requests(second, Page([SONG] * 30, None, more=True)) == []


def test_what_it_lacks_has_no_row() -> None:
    """Such data types are told as not offered; no scope is asked for, as there are none."""
    assert set(DataType) - set(ENDPOINTS) == {DataType.TOP_ARTISTS}
    assert PROVIDERS["apple_music"].scopes == []


def test_a_storefront_tells_nobody_apart() -> None:
    """It is shown, and never taken for an account."""
    told = profile({"data": [{"id": "se", "type": "storefronts", "attributes": {"name": "Sweden"}}]})
    assert (told.account_id, told.display_name) == ("", "Apple Music, Sweden")
    assert profile({"data": [{"id": "se"}]}).display_name == "Apple Music, SE"
    nobody: list[Any] = [None, {}, {"data": []}, {"data": [{}]}]
    for answer in nobody:
        with pytest.raises(UnexpectedShape):
            profile(answer)


def error(code: str) -> str:
    return json.dumps({"errors": [{"id": "A", "title": "T", "detail": "D", "status": code[:3], "code": code}]})


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, "", ApplicationBlocked),
        (401, error("40100"), ApplicationBlocked),
        (403, error("40300"), AccessTokenRefused),
        (403, error("40301"), Unreadable),
        (403, "<html>", Unreadable),
        (404, error("40400"), Unreadable),
        (404, "", Unreadable),
        (429, error("42900"), RateLimited),
        (400, error("40005"), RequestRefused),
        (500, "<html>", ProviderUnavailable),
        (504, error("50400"), ProviderUnavailable),
        (302, "", RequestRefused),
    ],
)
def test_what_a_refusal_means(status: int, body: str, meaning: type[Exception]) -> None:
    """In our own words; only 40300 speaks of the listener's token."""
    refused = classify_error(status, {}, body)
    assert type(refused) is meaning
    assert "D" not in str(refused).split()


def test_a_429_says_nothing_of_time() -> None:
    """It is over in seconds, so the pauses are of seconds."""
    refused = classify_error(429, {}, error("42900"))
    assert isinstance(refused, RateLimited)
    assert refused.seconds is None
    assert sum(PROVIDERS["apple_music"].backoff) < 20


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time by which developer tokens are signed, which stands until a test changes it."""
    now = [1_790_000_000.0]
    monkeypatch.setattr("blendify.core.times.now", lambda: datetime.fromtimestamp(now[0], UTC))
    developer_tokens.forget()
    yield now
    developer_tokens.forget()


APPLICATION = Application(
    provider="apple_music",
    name="default",
    client_id=f"{keys.TEAM_ID}.{keys.KEY_ID}",
    client_secret="".join(keys.private_key().splitlines()[1:-1]),
    redirect_uri="https://music.example/v1/auth/apple_music/callback",
    api_url="https://api.music.example",
    accounts_url="https://js.music.example/musickit/v3/musickit.js",
    calls_per_minute=0,
    calls_per_minute_and_user=0,
)


def accepts(token: str, clock: list[float], origin: str | None = None) -> bool:
    """As strictly as the service does."""
    return DeveloperTokens(keys.public_key(), keys.TEAM_ID, keys.KEY_ID, lambda: clock[0]).accepts(token, origin)


def test_a_developer_token_is_one(clock: list[float]) -> None:
    """Signed with ES256, for twelve hours; the key may be given as its file has it."""
    token = developer_token(APPLICATION)
    header, claims = (json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert header == {"alg": "ES256", "kid": keys.KEY_ID}
    assert claims == {"iss": keys.TEAM_ID, "iat": 1_790_000_000, "exp": 1_790_043_200}
    assert accepts(token, clock)
    assert accepts(developer_token(replace(APPLICATION, client_secret=keys.private_key())), clock)


def test_a_developer_token_is_kept_and_renewed_in_time(clock: list[float]) -> None:
    """Signing is seldom, and no token comes near its end."""
    first = developer_token(APPLICATION)
    clock[0] += timedelta(hours=8).total_seconds()
    assert developer_token(APPLICATION) == first
    clock[0] += timedelta(hours=2).total_seconds()
    second = developer_token(APPLICATION)
    assert second != first
    assert accepts(first, clock)
    assert accepts(second, clock)


def test_another_key_is_another_token(clock: list[float]) -> None:
    """A key that the operator has replaced is used as soon as it is read."""
    first = developer_token(APPLICATION)
    other = replace(APPLICATION, client_id=f"{keys.TEAM_ID}.OTHERKEY01")
    assert developer_token(other) != first
    assert developer_token(APPLICATION, "https://music.example") != first


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "."},
        {"client_id": f"{keys.TEAM_ID}.short"},
        {"client_secret": "no key"},
        {"client_secret": "bm8ga2V5"},
        {"client_secret": keys.public_key()},
        {"client_secret": pem(generate_private_key(SECP384R1()))},
        {"client_secret": pem(rsa.generate_private_key(65537, 2048))},
    ],
    ids=["no ids", "short id", "text", "base64", "public", "other curve", "rsa"],
)
def test_what_is_no_key_of_apples_is_the_operators(clock: list[float], wrong: dict[str, Any]) -> None:
    """The error says what to give, and nothing of what was given."""
    with pytest.raises(ApplicationMissing, match=r"\.p8|ten capital letters") as refused:
        developer_token(replace(APPLICATION, **wrong))
    assert not [value for value in wrong.values() if len(value) > 5 and value in str(refused.value)]
    assert refused.value.__cause__ is None


def test_a_call_carries_both_tokens(clock: list[float]) -> None:
    """In headers: no address holds either."""
    query, headers = PROVIDERS["apple_music"].access.sign(APPLICATION, "0.listener", {"limit": "100"})
    assert query == {"limit": "100"}
    assert headers == {"Authorization": f"Bearer {developer_token(APPLICATION)}", "Music-User-Token": "0.listener"}


@pytest.mark.parametrize(
    "brought", ["", "0.short", "0." + "x" * 3_000, "0.with a space in it, or two", "0.üxxxxxxxxxxxxxxxxxxxxx"]
)
def test_what_can_be_no_token_is_refused(brought: str) -> None:
    with http_session() as http, pytest.raises(GrantRevoked):
        PROVIDERS["apple_music"].access.exchange(APPLICATION, brought, "", http)
