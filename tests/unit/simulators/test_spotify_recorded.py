"""The recorded listener is served as recorded; the recording is made of the simulator's own answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import Listening

NAMES = {
    "current_users_top_tracks": "/me/top/tracks",
    "current_users_top_artists": "/me/top/artists?limit=10",
    "current_users_tracks": "/me/tracks?limit=3",
    "current_users_albums": "/me/albums?limit=2",
    "current_users_playlists": "/me/playlists?limit=5",
    "player_recently_played": "/me/player/recently-played",
}


@pytest.fixture
def recording(start: Start, tmp_path: Path) -> dict[str, Any]:
    """Answers about an invented listener of the legacy regime, also written to files in `tmp_path`."""
    ben = start(regime="legacy", playlists=12, playlist_entries=200, long_playlist=90).log_in("ben")
    heads = ben.everything("/me/playlists")
    whole, first, second = (f"/playlists/{heads[place]['id']}" for place in (6, 4, 8))
    paths = {
        **NAMES,
        "get_playlist": f"{whole}?additional_types=episode",
        "playlist_tracks": f"{first}/tracks?additional_types=episode",
        "playlist_items_episodes_and_tracks": f"{second}/tracks?additional_types=episode",
    }
    answers = {name: ben.read(path) for name, path in paths.items()}
    for name, answer in answers.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    return answers


@pytest.fixture
def recorded(start: Start, recording: dict[str, Any], tmp_path: Path) -> Listening:
    return start(recorded=tmp_path).log_in("recorded")


def test_every_list_is_served_as_recorded(recorded: Listening, recording: dict[str, Any]) -> None:
    for name, path in NAMES.items():
        expected = recording[name]["items"]
        assert recorded.read(path.partition("?")[0], limit=50)["items"][: len(expected)] == expected, name
    for time_range in ("short_term", "long_term"):
        tracks = recorded.read("/me/top/tracks", time_range=time_range)["items"]
        assert tracks == recording["current_users_top_tracks"]["items"]


def test_recorded_playlists_have_their_contents(recorded: Listening, recording: dict[str, Any]) -> None:
    """
    List entries are made for playlists of which only the contents were recorded; the others are empty inside.
    """
    heads = recorded.read("/me/playlists")["items"]
    whole = recording["get_playlist"]

    assert len(heads) == 8
    assert heads[:5] == recording["current_users_playlists"]["items"]
    assert all(head.keys() == heads[0].keys() for head in heads)
    assert recorded.read(f"/playlists/{whole['id']}") == whole
    assert heads[5] == {**{key: whole[key] for key in heads[0]}, "tracks": heads[5]["tracks"]}
    for head, name in zip(heads[6:], ("playlist_tracks", "playlist_items_episodes_and_tracks"), strict=True):
        path = f"/playlists/{head['id']}/tracks"
        assert recorded.read(path, additional_types="track,episode")["items"] == recording[name]["items"]
        assert head["tracks"]["total"] == recording[name]["total"]
    assert recorded.read(f"/playlists/{heads[0]['id']}/items")["total"] == 0


def test_recorded_top_artists_are_followed(recorded: Listening, recording: dict[str, Any]) -> None:
    artists = recorded.read("/me/following", type="artist", limit=4)["artists"]
    rest = recorded.read(artists["next"])["artists"]

    assert artists["total"] == 10
    assert artists["items"] + rest["items"] == recording["current_users_top_artists"]["items"][:8]


def test_the_truth_of_the_recording_is_what_is_served(recorded: Listening) -> None:
    data = recorded.truth()["data"]

    assert recorded.everything("/me/playlists") == data["playlists"]
    assert recorded.everything("/me/albums") == data["saved_albums"]
    assert recorded.read("/me") == recorded.truth()["profile"]


def test_a_recording_neither_changes_nor_moves_to_another_regime(recorded: Listening) -> None:
    with pytest.raises(AssertionError, match="do not change"):
        recorded.change("like")
    with pytest.raises(AssertionError, match="legacy regime"):
        recorded.arrange(regime="restricted")
    with pytest.raises(AssertionError, match="size of its recording"):
        recorded.arrange(sizes={"saved_tracks": 3})
