"""
The simulator's legacy regime has the shapes of real responses.

`tests/fixtures/spotify_shapes.json` holds, for each kind of object in responses that were recorded from 2015 to 2022,
its keys in their order and the JSON types of their values; no value of a listener. What the service added to its
objects meanwhile stands in `ADDED`; what it gave to some responses only, depending on the request and the year, in
`SOMETIMES`; what can be null although no recording shows it, in `NULLABLE`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.simulators.spotify import Regime, Spotify
from tests.unit.simulators.conftest import Start

ADDED = {
    "album": {
        "artists",
        "available_markets",
        "is_playable",
        "label",
        "release_date",
        "release_date_precision",
        "total_tracks",
    },
    "track": {"available_markets", "is_local", "is_playable", "linked_from", "restrictions"},
}
SOMETIMES = {"track": {"is_playable", "linked_from"}}
NULLABLE = {
    "added_at",
    "added_by",
    "audio_preview_url",
    "description",
    "display_name",
    "height",
    "images",
    "next",
    "preview_url",
    "previous",
    "primary_color",
    "public",
    "track",
    "width",
}
REQUESTS = {
    "current_users_top_tracks": "/me/top/tracks",
    "current_users_top_artists": "/me/top/artists",
    "current_users_tracks": "/me/tracks",
    "current_users_albums": "/me/albums",
    "current_users_playlists": "/me/playlists",
    "player_recently_played": "/me/player/recently-played",
}
"""By the names of the recordings."""
TRACK_BYTES = 4_660
"""What a recorded entry of a playlist weighs on average."""

Shapes = Mapping[str, Mapping[str, set[str]]]
"""Kind of object, key, JSON types."""


def kind_of(value: dict[str, Any], place: str) -> str:
    """Objects with a type are known by it, and by whether they are whole; others by where they stand."""
    kind = value.get("type")
    if not isinstance(kind, str) or "uri" not in value:
        return place
    whole = {"album": "tracks", "artist": "images", "track": "album", "playlist": "followers"}.get(kind)
    return f"whole {kind}" if whole in value else kind


def objects(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All but local files, of which nothing but the name is known."""
    if isinstance(value, dict):
        if value.get("is_local") is True or value.get("id", 1) is None:
            return
        yield kind_of(value, place), value
        for key, each in value.items():
            yield from objects(each, f"{kind_of(value, place)}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from objects(each, f"{place}[]")


def shapes(responses: dict[str, Any]) -> Shapes:
    """Every kind of object in some responses."""
    kinds: dict[str, dict[str, set[str]]] = {}
    for name, response in responses.items():
        for kind, value in objects(response, name):
            for key, each in value.items():
                kinds.setdefault(kind, {}).setdefault(key, set()).add(json_type(each))
    return kinds


def json_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return "null" if value is None else names[type(value)]


def fits(key: str, made: set[str], real: set[str]) -> bool:
    """Whether values of these types can stand where the recordings have those; null alone says nothing."""
    if "null" in made - real and key not in NULLABLE:
        return False
    return real == {"null"} or made <= real | {"null"}


@pytest.fixture(scope="module")
def real() -> Shapes:
    file = Path(__file__).parents[2] / "fixtures" / "spotify_shapes.json"
    kinds = json.loads(file.read_text(encoding="utf-8"))
    return {kind: {key: set(types.split("|")) for key, types in keys.items()} for kind, keys in kinds.items()}


@pytest.fixture
def simulated(start: Start) -> dict[str, Any]:
    """The same requests that were recorded, of an invented listener."""
    sizes = {"long_playlist": 100, "playlist_entries": 400, "playlists": 20}
    ana = start(Spotify, regime=Regime.LEGACY, **sizes).log_in()
    responses = {name: ana.read(path) for name, path in REQUESTS.items()}
    longest = responses["current_users_playlists"]["items"][4]["id"]
    contents = ana.read(f"/playlists/{longest}/items", limit=50, additional_types="track,episode")
    return responses | {"playlist_tracks": contents, "playlist_items_episodes_and_tracks": contents}


def test_every_kind_of_object_has_the_recorded_keys_and_types(real: Shapes, simulated: dict[str, Any]) -> None:
    made = shapes(simulated)
    assert real.keys() <= made.keys()
    for kind, keys in real.items():
        plain = kind.removeprefix("whole ")
        assert keys.keys() - made[kind].keys() <= SOMETIMES.get(plain, set()), kind
        assert made[kind].keys() - keys.keys() <= ADDED.get(plain, set()), kind
        for key in keys.keys() & made[kind].keys():
            assert fits(key, made[kind][key], keys[key]), f"{kind}.{key}"


def test_objects_stand_in_the_recorded_order(real: Shapes, simulated: dict[str, Any]) -> None:
    """The newest recordings order the keys of an object by name, and so does the simulator."""
    assert list(real["playlist_tracks.items[]"]) == sorted(real["playlist_tracks.items[]"])
    for entry in simulated["playlist_tracks"]["items"]:
        assert list(entry) == sorted(entry)
        assert entry["track"] is None or list(entry["track"]) == sorted(entry["track"])


def test_objects_weigh_what_recorded_ones_weigh(simulated: dict[str, Any]) -> None:
    entries = simulated["playlist_tracks"]["items"]
    tracks = [entry for entry in entries if entry["track"] and entry["track"]["type"] == "track"]
    assert 0.6 < len(json.dumps(tracks)) / len(tracks) / TRACK_BYTES < 1.6
