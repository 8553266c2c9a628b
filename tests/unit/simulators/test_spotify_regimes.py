"""What an application sees depends on its regime, and may change while it runs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import Listening

LISTS = ("/me/top/tracks", "/me/top/artists", "/me/playlists", "/me/tracks", "/me/albums")
GONE = {
    "track": {"available_markets", "linked_from", "popularity", "preview_url"},
    "album": {"album_group", "available_markets", "label", "popularity"},
    "artist": {"followers", "popularity"},
    "user": {"country", "email", "explicit_content", "followers", "product"},
    "show": {"available_markets", "publisher"},
}


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


def longest(listening: Listening) -> str:
    """The path of the playlist with the most entries."""
    heads = listening.everything("/me/playlists")
    totals = {each["id"]: (each.get("items") or each.get("tracks"))["total"] for each in heads}
    return f"/playlists/{max(totals, key=lambda identity: totals[identity])}"


def test_the_restricted_regime_lacks_what_was_removed(ana: Listening) -> None:
    found = list(objects(ana.truth()))

    assert {"track", "album", "artist", "user", "episode", "show", "playlist"} <= {each["type"] for each in found}
    for each in found:
        assert not each.keys() & GONE.get(each["type"], set()), each["type"]


def test_the_legacy_regime_has_all_of_it(start: Start) -> None:
    """
    A played or saved track weighs about 3.8 kB, half of it market codes; a saved album about 17 kB.
    """
    ben = start(regime="legacy", oddities=False).log_in("ben")
    tracks = ben.read("/me/tracks", limit=50)["items"]
    albums = ben.read("/me/albums", limit=50)["items"]

    assert {*GONE["track"]} - tracks[0]["track"].keys() == {"linked_from"}
    assert 175 < len(tracks[0]["track"]["available_markets"]) < 190
    assert 3_300 < len(json.dumps(tracks)) / 50 < 4_500
    assert 12_000 < len(json.dumps(albums)) / 50 < 26_000
    assert GONE["artist"] <= ben.read("/me/top/artists")["items"][0].keys()


@pytest.mark.parametrize(
    ("regime", "contents", "payloads"),
    [
        ("restricted", {"items"}, {"item"}),
        ("transitional", {"items", "tracks"}, {"item", "track"}),
        ("legacy", {"tracks"}, {"track"}),
    ],
)
def test_playlists_name_their_contents_by_regime(
    ana: Listening, regime: str, contents: set[str], payloads: set[str]
) -> None:
    ana.arrange(regime=regime)
    path = longest(ana)
    entry = ana.read(f"{path}/items", additional_types="track,episode")["items"][0]
    whole = ana.read(path)

    for head in ana.everything("/me/playlists"):
        assert head.keys() & {"items", "tracks"} == contents
    assert whole.keys() & {"items", "tracks"} == contents
    assert entry.keys() & {"item", "track"} == payloads
    assert all(entry[key] == entry[next(iter(payloads))] for key in payloads)
    assert ana.read("/me/tracks", limit=1)["items"][0].keys() == {"added_at", "track"}


def test_the_old_path_of_contents_is_closed_in_the_restricted_regime(ana: Listening) -> None:
    path = longest(ana)
    refused = ana.get(f"{path}/tracks")
    ana.arrange(regime="legacy")
    hundred = ana.read(f"{path}/tracks")

    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Forbidden")
    assert (hundred["limit"], len(hundred["items"])) == (100, 100)
    assert ana.get(f"{path}/tracks", limit=101).status_code == 400
    assert ana.get(f"{path}/items", limit=51).status_code == 400
    assert ana.read(f"{path}/items", limit=50)["items"] == hundred["items"][:50]


def test_contents_of_others_are_hidden_in_the_restricted_regime(start: Start) -> None:
    """
    Missing contents are no empty playlist: the key is absent, and reading them is forbidden.
    """
    ben = start(followed_playlists=3).log_in("ben")
    me = ben.read("/me")["id"]
    heads = ben.everything("/me/playlists")
    hidden = [each for each in heads if "items" not in each]
    foreign = f"/playlists/{hidden[0]['id']}"

    assert len(heads) == 63
    assert hidden == [each for each in heads if each["owner"]["id"] != me and not each["collaborative"]]
    assert len(hidden) == 3
    assert ben.get(f"{foreign}/items").status_code == 403
    assert "items" not in ben.read(foreign)
    assert ben.truth()["data"]["playlist_tracks"][hidden[0]["id"]] is None
    ben.arrange(regime="transitional")
    assert ben.read(f"{foreign}/items")["items"] != []


def test_another_listeners_playlist_can_be_opened_by_id(ana: Listening) -> None:
    ben = ana.visitor.log_in("ben")
    own = f"/playlists/{ana.read('/me/playlists')['items'][0]['id']}"

    assert "items" not in ben.read(own)
    assert ben.get(f"{own}/items").status_code == 403
    ben.arrange(regime="legacy")
    assert len(ben.read(f"{own}/items")["items"]) > 0


def test_links_of_the_playlist_list_lead_into_a_trap(ana: Listening) -> None:
    """
    Outside the restricted regime they name a path that the restricted one has lost.
    """
    me = ana.read("/me")["id"]
    restricted = ana.read("/me/playlists")["next"]
    ana.arrange(regime="transitional")
    transitional = ana.read("/me/playlists")["next"]

    assert restricted.endswith("/v1/me/playlists?offset=20&limit=20")
    assert transitional.endswith(f"/v1/users/{me}/playlists?offset=20&limit=20")
    assert ana.read(transitional)["items"] == ana.read("/me/playlists", offset=20)["items"]
    ana.arrange(regime="restricted")
    assert ana.get(transitional).status_code == 403


def test_a_regime_is_one_listeners(ana: Listening) -> None:
    ben = ana.visitor.log_in("ben")
    ana.arrange(regime="legacy")

    assert "popularity" in ana.read("/me/top/artists")["items"][0]
    assert "popularity" not in ben.read("/me/top/artists")["items"][0]
