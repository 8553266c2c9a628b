"""What is known of Spotify's Web API: pages, cursors, scopes, regimes, and what strange things libraries hold."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from local.simulators.spotify import Options, Regime, Spotify
from local.simulators.spotify.catalogue import Catalogue
from tests.unit.simulators.visitor import SpotifyAccount, SpotifyVisitor

Start = Callable[..., SpotifyVisitor]
SMALL: dict[str, Any] = {
    "playlists": 12,
    "playlist_entries": 400,
    "long_playlist": 150,
    "saved_tracks": 80,
    "saved_albums": 60,
    "followed_artists": 60,
}
LISTS = {"/me/top/tracks": 50, "/me/top/artists": 50, "/me/playlists": 60, "/me/tracks": 1500, "/me/albums": 300}
NEEDED = {
    "/me/top/tracks": "user-top-read",
    "/me/top/artists": "user-top-read",
    "/me/player/recently-played": "user-read-recently-played",
    "/me/tracks": "user-library-read",
    "/me/albums": "user-library-read",
    "/me/following?type=artist": "user-follow-read",
}
GONE = {
    "track": {"available_markets", "linked_from", "popularity", "preview_url"},
    "album": {"album_group", "available_markets", "label", "popularity"},
    "artist": {"followers", "popularity"},
    "user": {"country", "email", "explicit_content", "followers", "product"},
    "show": {"available_markets", "publisher"},
}
"""What the restricted regime lacks."""


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object with a type, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def longest(account: SpotifyAccount) -> str:
    """The path of the contents of the playlist with the most entries."""
    heads = account.everything("/me/playlists")
    return f"/playlists/{max(heads, key=lambda head: head['items']['total'])['id']}/items"


def test_calls_without_a_good_token(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    url = f"{spotify.base}/v1/me"
    for headers in ({}, {"authorization": "Basic c29tZTpib2R5"}):
        error = spotify.session.get(url, headers=headers).json()["error"]
        assert error == {"status": 401, "message": "No token provided"}
    for wrong in ("BQinvented", ana.refresh):
        assert SpotifyAccount(spotify, "ana", wrong, "").refused("/me") == (401, "Invalid access token")
    ben = spotify.log_in("ben")
    ben.arrange(expire=True)
    assert ben.refused("/me") == (401, "The access token expired")
    assert ana.get("/me").status_code == 200
    spotify.clock.now += 3600
    assert ana.refused("/me") == (401, "The access token expired")


@pytest.mark.parametrize(("path", "scope"), NEEDED.items())
def test_every_list_needs_its_scope(spotify: SpotifyVisitor, path: str, scope: str) -> None:
    others = " ".join({*NEEDED.values()} - {scope})
    assert spotify.log_in(scopes=others).refused(path) == (403, "Insufficient client scope")
    assert spotify.log_in(scopes=scope).get(path).status_code == 200


def test_playlists_vanish_silently_without_their_scope(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    """A missing scope for private or collaborative playlists makes the list shorter, and nothing tells."""
    whole = ana.everything("/me/playlists")
    private = spotify.log_in(scopes="playlist-read-private").everything("/me/playlists")
    none = spotify.log_in(scopes="").read("/me/playlists", limit=50)
    assert private == [each for each in whole if not each["collaborative"]]
    assert none["items"] == [each for each in private if each["public"] is not False]
    assert none["total"] == len(none["items"]) < len(private) < len(whole) == 60


@pytest.mark.parametrize("path", [*LISTS, "/me/player/recently-played", "/me/following?type=artist"])
def test_limits_and_offsets_have_bounds(ana: SpotifyAccount, path: str) -> None:
    for limit in ("51", ""):
        assert ana.refused(path, limit=limit) == (400, "Invalid limit")
    if path in LISTS:
        for offset in ("-1", "100001", "x"):
            assert ana.refused(path, offset=offset) == (400, "Invalid offset")
        assert ana.read(path, offset=100_000)["items"] == []


def test_other_mistakes(ana: SpotifyAccount) -> None:
    assert ana.refused("/me/top/tracks", time_range="forever") == (400, "Invalid time range")
    assert ana.refused("/me/player/recently-played", before="now") == (400, "Invalid before")
    assert ana.refused("/me/following") == (400, "Missing parameter type")
    assert ana.refused("/me/following", type="user") == (400, "Invalid type")
    assert ana.refused("/me/following", type="artist", after="not an id") == (400, "Invalid base62 id")
    assert ana.refused(f"/playlists/{'0' * 22}/items") == (404, "Resource not found")
    assert ana.refused("/playlists/short/items") == (400, "Invalid base62 id")
    assert ana.refused("/me/audiobooks") == (404, "Service not found")
    assert ana.refused("/me/tracks/") == (404, "Service not found")
    assert ana.ask("DELETE", "/me/tracks").status_code == 405
    assert ana.ask("POST", "/me/playlists").status_code == 405


@pytest.mark.parametrize(("path", "total"), LISTS.items())
def test_pages_lead_to_each_other(ana: SpotifyAccount, path: str, total: int) -> None:
    pages = list(ana.pages(path, limit=33))
    assert [page["offset"] for page in pages] == list(range(0, total, 33))
    assert (pages[0]["previous"], pages[-1]["next"]) == (None, None)
    assert set(pages[0]) == {"href", "items", "limit", "next", "offset", "previous", "total"}
    for page, following in pairwise(pages):
        assert (page["next"], following["previous"]) == (following["href"], page["href"])
    assert ana.read(pages[0]["next"]) == pages[1]


def test_a_page_ends_where_the_list_ends(ana: SpotifyAccount) -> None:
    assert [ana.tracks(offset=offset)["next"] is None for offset in (1450, 1449)] == [True, False]
    assert [len(ana.tracks(offset=offset)["items"]) for offset in (1499, 1500)] == [1, 0]
    assert len(ana.read("/me/tracks")["items"]) == 20


def test_time_ranges_differ(ana: SpotifyAccount) -> None:
    """The medium term is the usual one."""
    ranges = {each: ana.read("/me/top/tracks", time_range=each) for each in ("short_term", "medium_term", "long_term")}
    assert len({str(page["items"]) for page in ranges.values()}) == 3
    assert ana.read("/me/top/tracks")["items"] == ranges["medium_term"]["items"]
    assert "time_range=short_term" in ranges["short_term"]["next"]


def test_only_the_last_fifty_plays_exist(ana: SpotifyAccount) -> None:
    """The cursors are digits in strings; the page that `next` promises is empty and has none."""
    page = ana.plays(limit=50)
    beyond = ana.read(page["next"])
    assert set(page) == {"items", "next", "cursors", "limit", "href"}
    assert (len(page["items"]), set(page["cursors"])) == (50, {"after", "before"})
    assert all(cursor.isdecimal() for cursor in page["cursors"].values())
    assert (beyond["items"], beyond["next"], beyond["cursors"]) == ([], None, None)


def test_cursors_of_plays_exclude_themselves(ana: SpotifyAccount) -> None:
    whole = ana.plays(limit=50)["items"]
    first = ana.plays(limit=5)
    second = ana.read(first["next"])
    assert [play["played_at"] for play in whole] == sorted((play["played_at"] for play in whole), reverse=True)
    assert first["items"] + second["items"] == whole[:10]
    assert ana.plays(limit=50, before=first["cursors"]["before"])["items"] == whole[5:]


def test_followed_artists_are_read_by_cursor(ana: SpotifyAccount) -> None:
    """An offset means nothing; after an artist who is not followed comes nothing."""
    ids: list[str] = []
    after: dict[str, str] = {}
    while True:
        body = ana.read("/me/following", type="artist", limit=50, offset=7, **after)
        artists = body["artists"]
        assert (body.keys(), artists["cursors"].keys()) == ({"artists"}, {"after"})
        ids += [artist["id"] for artist in artists["items"]]
        if artists["next"] is None:
            break
        assert artists["cursors"]["after"] == ids[-1]
        assert ana.read(artists["next"])["artists"]["href"] == artists["next"]
        after = {"after": ids[-1]}
    assert artists["cursors"]["after"] is None
    assert len(ids) == len(set(ids)) == artists["total"] == 120
    beyond = ana.artists(after="0" * 22)
    assert (beyond["items"], beyond["next"], beyond["total"]) == ([], None, 120)


def test_episodes_must_be_asked_for(ana: SpotifyAccount) -> None:
    """Without `additional_types` an episode arrives as an entry without payload."""
    path = longest(ana)
    plain, full = ana.everything(path), ana.everything(path, additional_types="track,episode")
    episodes = {place for place, entry in enumerate(full) if entry["item"] and entry["item"]["type"] == "episode"}
    assert episodes
    assert plain == [{**entry, "item": None} if place in episodes else entry for place, entry in enumerate(full)]


def test_the_profile_depends_on_regime_and_scopes(start: Start) -> None:
    spotify = start(Spotify, regime="legacy")
    bare, full = spotify.log_in(scopes="").read("/me"), spotify.log_in()
    assert not bare.keys() & {"country", "product", "explicit_content", "email"}
    assert full.read("/me").keys() - bare.keys() == {"country", "product", "explicit_content", "email"}
    full.arrange(regime="restricted")
    assert full.read("/me").keys() == bare.keys() - {"followers"}
    assert "account_id" in bare


def test_the_restricted_regime_lacks_what_was_removed() -> None:
    served = list(objects(Spotify(Options(**SMALL)).truth("ana")))
    types = {each["type"] for each in served}
    assert {"track", "album", "artist", "user", "episode", "show", "playlist"} <= types
    for each in served:
        assert not each.keys() & GONE.get(each["type"], set()), each["type"]


def test_the_legacy_regime_has_all_of_it(start: Start) -> None:
    """A played or saved track weighs about 3.8 kB, half of it market codes; a saved album about 17 kB."""
    ben = start(Spotify, regime="legacy", oddities=False).log_in("ben")
    tracks, albums = ben.tracks()["items"], ben.read("/me/albums", limit=50)["items"]
    assert {*GONE["track"]} - tracks[0]["track"].keys() == {"linked_from"}
    assert 175 < len(tracks[0]["track"]["available_markets"]) < 190
    assert 3_300 < len(json.dumps(tracks)) / 50 < 4_500
    assert 12_000 < len(json.dumps(albums)) / 50 < 26_000
    assert GONE["artist"] <= ben.read("/me/top/artists")["items"][0].keys()


def test_full_answers_have_the_traits_of_recordings_of_2026() -> None:
    """Market codes in an order of their own, playability without a market, other editions, pictures without a size."""
    data = Spotify(Options(**{**SMALL, "playlists": 30}, regime=Regime.LEGACY)).truth("ana")["data"]
    likes, plays = ([row["track"] for row in data[name]] for name in ("saved_tracks", "recently_played"))
    tops = [track for tracks in data["top_tracks"].values() for track in tracks]
    embedded = [track for row in data["saved_albums"] if row for track in row["album"]["tracks"]["items"]]
    assert any(track["available_markets"][:7] == ["AR", "AU", "AT", "BE", "BO", "BR", "BG"] for track in plays)
    assert len({len(track["available_markets"]) for track in (*likes, *plays, *tops)}) > 2
    assert all("is_playable" in track and "is_playable" in track["album"] for track in (*likes, *tops))
    assert not any("is_playable" in track or "is_playable" in track["album"] for track in plays)
    assert 0.15 < sum("linked_from" in track for track in embedded) / len(embedded) < 0.35
    assert any(track.get("restrictions") == {"reason": "market"} for track in likes)
    assert any(track["album"]["album_type"].isupper() for track in tops)
    assert any(head["primary_color"] for head in data["playlists"])
    pictures = [picture for head in data["playlists"] for picture in head["images"] or ()]
    assert {type(picture["height"]) for picture in pictures} == {int, type(None)}


@pytest.mark.parametrize(
    ("regime", "contents", "payloads"),
    [
        ("restricted", {"items"}, {"item"}),
        ("transitional", {"items", "tracks"}, {"item", "track"}),
        ("legacy", {"tracks"}, {"track"}),
    ],
)
def test_playlists_name_their_contents_by_regime(
    ana: SpotifyAccount, regime: str, contents: set[str], payloads: set[str]
) -> None:
    """One listener's regime is no other's."""
    path = longest(ana)
    ana.arrange(regime=regime)
    entry = ana.read(path, additional_types="track,episode")["items"][0]
    assert all(head.keys() & {"items", "tracks"} == contents for head in ana.everything("/me/playlists"))
    assert entry.keys() & {"item", "track"} == payloads
    assert all(entry[key] == entry[next(iter(payloads))] for key in payloads)
    assert ana.read("/me/tracks", limit=1)["items"][0].keys() == {"added_at", "track"}
    assert "items" in ana.visitor.log_in("ben").read("/me/playlists")["items"][0]


def test_contents_of_others_are_hidden_in_the_restricted_regime(start: Start) -> None:
    """Missing contents are no empty playlist: the key is absent, and reading them is forbidden."""
    ben = start(Spotify, followed_playlists=3).log_in("ben")
    me, heads = ben.read("/me")["id"], ben.everything("/me/playlists")
    hidden = [head for head in heads if "items" not in head]
    foreign = f"/playlists/{hidden[0]['id']}/items"
    assert (len(heads), len(hidden)) == (63, 3)
    assert hidden == [head for head in heads if head["owner"]["id"] != me and not head["collaborative"]]
    assert ben.refused(foreign) == (403, "Forbidden")
    assert ben.truth()["playlist_tracks"][hidden[0]["id"]] is None
    ben.arrange(regime="transitional")
    assert ben.read(foreign)["items"] != []


def test_a_deleted_playlist_stays_for_those_who_know_its_id(ana: SpotifyAccount) -> None:
    head = ana.read("/me/playlists")["items"][3]
    ana.change("remove", "playlists", id=head["id"])
    assert head["id"] not in {each["id"] for each in ana.everything("/me/playlists")}
    assert ana.read("/me/playlists")["total"] == 59
    assert ana.read(f"/playlists/{head['id']}/items")["total"] == head["items"]["total"]


def test_the_default_library_has_the_promised_size(ana: SpotifyAccount) -> None:
    """And holds everything once where it should."""
    data = ana.truth()
    for rows in (*data["top_tracks"].values(), *data["top_artists"].values(), data["followed_artists"]):
        assert len({row["id"] for row in rows}) == len(rows) == (120 if rows is data["followed_artists"] else 50)
    sizes = [len(rows) for rows in data["playlist_tracks"].values()]
    assert (len(sizes), max(sizes), sum(sizes), len(data["recently_played"])) == (60, 1_200, 3_000, 50)
    assert all(head["items"]["total"] == len(data["playlist_tracks"][head["id"]]) for head in data["playlists"])
    assert len({row["track"]["id"] for row in data["saved_tracks"]}) == len(data["saved_tracks"]) == 1_500
    assert len({row["album"]["id"] for row in data["saved_albums"] if row}) == len(data["saved_albums"]) - 1 == 299
    dates = [row["added_at"] for row in data["saved_tracks"]]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) < len(dates)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_small_libraries_exist(size: int) -> None:
    sizes: dict[str, Any] = dict.fromkeys(Options.sizes(), size)
    truth = Spotify(Options(**sizes)).truth("ana")
    data = truth["data"]
    assert len(data["saved_tracks"]) == len(data["saved_albums"]) == len(data["followed_artists"]) == size
    assert len(data["playlists"]) == 2 * size
    assert sum(head["owner"]["id"] == truth["profile"]["id"] for head in data["playlists"] if head) == size


def test_a_large_library_is_made_only_where_it_is_read(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page near the end renders 50 tracks, one playlist fills no other, and ids are worked out once."""
    rendered: list[int] = []
    monkeypatch.setattr(Catalogue, "_track", noted(Catalogue._track, rendered))
    sizes = {"playlists": 2_000, "playlist_entries": 60_000, "long_playlist": 11_000, "saved_tracks": 60_000}
    ana = start(Spotify, **sizes, followed_artists=600).log_in()
    last = ana.tracks(offset=59_950)
    assert (last["total"], len(last["items"]), last["next"], len(rendered)) == (60_000, 50, None, 50)
    head = ana.read("/me/playlists", limit=1, offset=4)["items"][0]
    contents = ana.read(f"/playlists/{head['id']}/items", limit=50, offset=10_950)
    assert (contents["total"], len(contents["items"]), contents["next"]) == (11_000, 50, None)
    assert len(rendered) <= 100
    library = ana.visitor.service.listeners["ana"].library
    assert sum(playlist._entries is not None for playlist in library.playlists) == 1
    assert ana.artists(after="0" * 22)["items"] == []
    worked_out = library.catalogue.artist_id.cache_info().misses
    assert ana.artists(after="0" * 22)["items"] == []
    assert library.catalogue.artist_id.cache_info().misses == worked_out


def noted(function: Callable[..., Any], calls: list[int]) -> Callable[..., Any]:
    def call(self: Any, number: int, *more: Any) -> Any:
        calls.append(number)
        return function(self, number, *more)

    return call


def test_playlists_hold_the_oddities_of_real_ones() -> None:
    lists = Spotify(Options(**SMALL)).truth("ana")["data"]["playlist_tracks"]
    entries = [entry for contents in lists.values() for entry in contents]
    payloads = [entry["item"] for entry in entries if entry["item"] is not None]
    local = [each for each in payloads if each.get("is_local")]
    assert len(payloads) < len(entries)
    assert any(each["type"] == "episode" and "artists" not in each and each["show"] for each in payloads)
    assert all(each["id"] is None and each["album"]["release_date"] is None for each in local)
    assert not any("total_tracks" in each["album"] or "episode" in each for each in local)
    assert all(each["uri"].startswith("spotify:local:") and each["duration_ms"] % 1000 == 0 for each in local)
    assert len(local) == sum(entry["is_local"] for entry in entries) > 0
    assert any(each.get("is_playable") is False and each["id"] for each in payloads)
    assert any(entry["added_at"] is None and entry["added_by"] is None for entry in entries)
    assert {entry["added_by"]["id"] for entry in entries if entry["added_at"] == "1970-01-01T00:00:00Z"} == {""}
    assert any(entry == following for entry, following in pairwise(entries))


def test_names_and_pictures_are_strange(ana: SpotifyAccount) -> None:
    raw = ana.get("/me/playlists", limit=50)
    heads = raw.json()["items"]
    raw.content.decode("utf-8")
    assert rb"\ud83d" in raw.content
    assert {"\ud83d", "\x00", "\u200f", "\u0301"} <= set("".join(head["name"] for head in heads))
    assert any(head["name"] == "" for head in heads)
    assert any(head["images"] is None for head in heads)
    assert any(head["images"] == [] for head in heads)
    assert max(len(head["description"] or "") for head in heads) == 5_000
    assert any(head["description"] is None for head in heads)
    assert {head["public"] for head in heads} == {True, False, None}
    assert ana.read("/me")["id"].count(".") == 2


def test_saved_albums_are_unsorted_and_hold_a_null() -> None:
    """And a box set with more tracks than a page of them has."""
    rows = Spotify(Options(**SMALL)).truth("ana")["data"]["saved_albums"]
    dates = [row["added_at"] for row in rows if row]
    (box,) = (row["album"]["tracks"] for row in rows if row and row["album"]["tracks"]["total"] > 50)
    assert rows.count(None) == 1
    assert dates != sorted(dates, reverse=True)
    assert min(dates).startswith("1998")
    assert (len(box["items"]), box["next"] is None) == (50, False)


def test_without_oddities_everything_is_ordinary() -> None:
    truth = Spotify(Options(**SMALL, oddities=False)).truth("ana")
    data = truth["data"]
    entries = [entry for contents in data["playlist_tracks"].values() for entry in contents]
    assert all(entry["added_at"] and entry["item"]["type"] == "track" for entry in entries)
    assert all(entry["item"]["is_playable"] and not entry["is_local"] for entry in entries)
    dates = [row["added_at"] for row in data["saved_albums"]]
    assert dates == sorted(dates, reverse=True)
    assert all(head["images"] and head["name"] for head in data["playlists"])
    assert all(row["track"]["name"] for row in (*data["saved_tracks"], *data["recently_played"]))
    assert "\\ud83d" not in json.dumps(data).replace("\\ud83d\\ude", "").replace("\\ud83c\\udf", "")
    assert "." not in truth["profile"]["id"]
