"""The Web API serves pages, and refuses, as the real one does."""

from itertools import pairwise
from typing import Any

import pytest

from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import Listening, Visitor

LISTS = {
    "/me/top/tracks": 50,
    "/me/top/artists": 50,
    "/me/playlists": 60,
    "/me/tracks": 1500,
    "/me/albums": 300,
}
NEEDED = {
    "/me/top/tracks": "user-top-read",
    "/me/top/artists": "user-top-read",
    "/me/player/recently-played": "user-read-recently-played",
    "/me/tracks": "user-library-read",
    "/me/albums": "user-library-read",
    "/me/following?type=artist": "user-follow-read",
}


def refusal(response: Any) -> tuple[int, str]:
    """Status and message, which the body repeats in its nested form."""
    error = response.json()["error"]
    assert response.json() == {"error": {"status": response.status_code, "message": error["message"]}}
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return response.status_code, error["message"]


def test_calls_without_a_good_token(visitor: Visitor, ana: Listening) -> None:
    url = f"{visitor.base}/v1/me"
    basic = {"authorization": "Basic c29tZTpib2R5"}
    refresh = Listening(visitor, "ana", ana.refresh, "")

    assert refusal(visitor.session.get(url)) == (401, "No token provided")
    assert refusal(visitor.session.get(url, headers=basic)) == (401, "No token provided")
    assert refusal(Listening(visitor, "ana", "BQinvented", "").get("/me")) == (401, "Invalid access token")
    assert refusal(refresh.get("/me")) == (401, "Invalid access token")
    visitor.clock.now += 3600
    assert refusal(ana.get("/me")) == (401, "The access token expired")


def test_tokens_can_be_ended_early(ana: Listening) -> None:
    ana.arrange(expire=True)

    assert refusal(ana.get("/me")) == (401, "The access token expired")


@pytest.mark.parametrize(("path", "scope"), NEEDED.items())
def test_every_list_needs_its_scope(visitor: Visitor, path: str, scope: str) -> None:
    others = " ".join({*NEEDED.values()} - {scope})

    assert refusal(visitor.log_in(scopes=others).get(path)) == (403, "Insufficient client scope")
    assert visitor.log_in(scopes=scope).get(path).status_code == 200


def test_playlists_vanish_silently_without_their_scope(visitor: Visitor, ana: Listening) -> None:
    """
    A missing scope for private or collaborative playlists makes the list shorter, and nothing tells.
    """
    whole = ana.everything("/me/playlists")
    private = visitor.log_in(scopes="playlist-read-private").everything("/me/playlists")
    none = visitor.log_in(scopes="").read("/me/playlists", limit=50)

    assert private == [each for each in whole if not each["collaborative"]]
    assert none["items"] == [each for each in private if each["public"] is not False]
    assert none["total"] == len(none["items"]) < len(private) < len(whole) == 60


@pytest.mark.parametrize("path", [*LISTS, "/me/player/recently-played", "/me/following?type=artist"])
@pytest.mark.parametrize("limit", ["0", "51", "-1", "ten", "", "1.5", "٣"])
def test_limits_are_numbers_from_1_to_50(ana: Listening, path: str, limit: str) -> None:
    assert refusal(ana.get(path, limit=limit)) == (400, "Invalid limit")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("offset", ["-1", "100001", "x"])
def test_offsets_are_numbers_up_to_100000(ana: Listening, path: str, offset: str) -> None:
    assert refusal(ana.get(path, offset=offset)) == (400, "Invalid offset")
    assert ana.read(path, offset=100_000)["items"] == []


def test_other_mistakes(ana: Listening) -> None:
    unknown = "0" * 22

    assert refusal(ana.get("/me/top/tracks", time_range="forever")) == (400, "Invalid time range")
    assert ana.get("/me/player/recently-played", after=1, before=2).status_code == 400
    assert ana.get("/me/player/recently-played", after="now").status_code == 400
    assert ana.get("/me/following").status_code == 400
    assert refusal(ana.get("/me/following", type="user")) == (400, "Invalid type")
    assert refusal(ana.get(f"/playlists/{unknown}")) == (404, "Resource not found")
    assert refusal(ana.get(f"/playlists/{unknown}/items")) == (404, "Resource not found")
    assert refusal(ana.get("/playlists/short/items")) == (400, "Invalid base62 id")
    assert refusal(ana.get("/me/audiobooks")) == (404, "Service not found")
    assert refusal(ana.get("/me/tracks/")) == (404, "Service not found")
    assert ana.ask("DELETE", "/me/tracks").status_code == 405
    assert ana.ask("POST", "/me/playlists").status_code == 405


@pytest.mark.parametrize(("path", "total"), LISTS.items())
def test_pages_cover_a_list_exactly(ana: Listening, path: str, total: int) -> None:
    pages = list(ana.pages(path, limit=33))

    assert {page["total"] for page in pages} == {total}
    assert [page["offset"] for page in pages] == list(range(0, total, 33))
    assert sum(len(page["items"]) for page in pages) == total
    assert (pages[0]["previous"], pages[-1]["next"]) == (None, None)
    assert set(pages[0]) == {"href", "items", "limit", "next", "offset", "previous", "total"}
    for page, following in pairwise(pages):
        assert page["next"] == following["href"]
        assert following["previous"] == page["href"]
        assert ana.read(page["next"]) == following


def test_a_page_ends_where_the_list_ends(ana: Listening) -> None:
    assert ana.read("/me/tracks", limit=50, offset=1450)["next"] is None
    assert ana.read("/me/tracks", limit=50, offset=1449)["next"] is not None
    assert len(ana.read("/me/tracks", limit=50, offset=1499)["items"]) == 1
    assert ana.read("/me/tracks", limit=50, offset=1500)["items"] == []
    assert len(ana.read("/me/tracks")["items"]) == 20


def test_time_ranges_differ(ana: Listening) -> None:
    ranges = {each: ana.read("/me/top/tracks", time_range=each)["items"] for each in ("short_term", "long_term")}

    assert ranges["short_term"] != ranges["long_term"]
    assert ana.read("/me/top/tracks")["items"] == ana.read("/me/top/tracks", time_range="medium_term")["items"]
    assert "time_range=short_term" in ana.read("/me/top/tracks", time_range="short_term")["next"]


def test_only_the_last_fifty_plays_exist(ana: Listening) -> None:
    """
    The cursors are digits in strings; the page that `next` promises is empty and has none.
    """
    page = ana.read("/me/player/recently-played", limit=50)
    beyond = ana.read(page["next"])

    assert set(page) == {"items", "next", "cursors", "limit", "href"}
    assert len(page["items"]) == 50
    assert page["cursors"]["after"].isdecimal()
    assert page["cursors"]["before"].isdecimal()
    assert (beyond["items"], beyond["next"], beyond["cursors"]) == ([], None, None)


def test_cursors_of_plays_exclude_themselves(ana: Listening) -> None:
    whole = ana.read("/me/player/recently-played", limit=50)["items"]
    first = ana.read("/me/player/recently-played", limit=5)
    second = ana.read(first["next"])
    newer = ana.read("/me/player/recently-played", limit=50, after=second["cursors"]["after"])

    assert [play["played_at"] for play in whole] == sorted((play["played_at"] for play in whole), reverse=True)
    assert first["items"] + second["items"] == whole[:10]
    assert newer["items"] == first["items"]


def test_followed_artists_are_read_by_cursor(ana: Listening) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        body = ana.read("/me/following", type="artist", limit=50, offset=7, **after)
        assert body.keys() == {"artists"}
        artists = body["artists"]
        seen += [artist["id"] for artist in artists["items"]]
        assert artists["cursors"].keys() == {"after"}
        if artists["next"] is None:
            break
        assert artists["cursors"]["after"] == seen[-1]
        assert ana.read(artists["next"])["artists"]["href"] == artists["next"]
        after = {"after": seen[-1]}

    assert artists["cursors"]["after"] is None
    assert len(seen) == len(set(seen)) == artists["total"] == 120


def test_after_an_artist_who_is_not_followed_comes_nothing(ana: Listening) -> None:
    artists = ana.read("/me/following", type="artist", after="0" * 22)["artists"]

    assert (artists["items"], artists["next"], artists["total"]) == ([], None, 120)
    assert ana.get("/me/following", type="artist", after="not an id").status_code == 400


def test_episodes_must_be_asked_for(ana: Listening) -> None:
    """
    Without `additional_types` an episode arrives as an entry without payload.
    """
    longest = max(ana.everything("/me/playlists"), key=lambda each: each["items"]["total"])["id"]
    plain = ana.everything(f"/playlists/{longest}/items")
    full = ana.everything(f"/playlists/{longest}/items", additional_types="track,episode")
    episodes = {place for place, entry in enumerate(full) if entry["item"] and entry["item"]["type"] == "episode"}

    assert episodes
    assert all(plain[place] == {**full[place], "item": None} for place in episodes)
    assert all(entry == full[place] for place, entry in enumerate(plain) if place not in episodes)


def test_a_playlist_brings_its_first_hundred_entries(ana: Listening) -> None:
    head = max(ana.everything("/me/playlists"), key=lambda each: each["items"]["total"])
    whole = ana.read(f"/playlists/{head['id']}")

    assert whole["items"]["items"] == ana.everything(f"/playlists/{head['id']}/items")[:100]
    assert whole.keys() - head.keys() == {"followers"}
    assert {key: whole[key] for key in head if key != "items"} == {key: head[key] for key in head if key != "items"}


def test_fields_select_and_never_complain(ana: Listening) -> None:
    path = f"/playlists/{ana.read('/me/playlists')['items'][4]['id']}"

    assert ana.read(path, fields="snapshot_id,items(total)").keys() == {"snapshot_id", "items"}
    assert ana.read(path, fields="items(total)") == {"items": {"total": 1200}}
    assert ana.read(f"{path}/items", limit=1, fields="items(item(album.name,id)),total")["total"] == 1200
    assert ana.read(f"{path}/items", limit=2, fields="items(item(album.id,name))")["items"] == [
        {"item": {"album": {"id": entry["item"]["album"]["id"]}, "name": entry["item"]["name"]}}
        for entry in ana.read(f"{path}/items", limit=2)["items"]
    ]
    assert ana.read(f"{path}/items", limit=2, fields="items(wrong)") == {"items": [{}, {}]}


def test_the_profile_depends_on_regime_and_scopes(start: Start) -> None:
    visitor = start(regime="legacy")

    bare = visitor.log_in(scopes="").read("/me")
    full = visitor.log_in()

    assert not bare.keys() & {"country", "product", "explicit_content", "email"}
    assert full.read("/me").keys() - bare.keys() == {"country", "product", "explicit_content", "email"}
    full.arrange(regime="restricted")
    assert full.read("/me").keys() == bare.keys() - {"followers"}
    assert "account_id" in bare
