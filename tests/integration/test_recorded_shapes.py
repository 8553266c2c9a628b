"""
The simulator's legacy regime has the shapes of real answers, where recordings of them lie beside the project.

The recordings are from 2015 to 2022. What the service added to its objects meanwhile stands in `ADDED`; what
it gave to some answers only, depending on the request and the year, in `SOMETIMES`; what can be null although
no recording shows it, in `NULLABLE`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "spotify"

ADDED = {
    "album": {
        "artists",
        "available_markets",
        "label",
        "release_date",
        "release_date_precision",
        "total_tracks",
    },
    "artist": set[str](),
    "track": {"available_markets", "is_local"},
}
SOMETIMES = {"track": {"is_playable", "linked_from"}}
NULLABLE = {
    "added_at",
    "added_by",
    "audio_preview_url",
    "description",
    "display_name",
    "images",
    "next",
    "preview_url",
    "previous",
    "public",
    "track",
}
ENVELOPES = {
    "current_users_top_tracks": "/me/top/tracks",
    "current_users_top_artists": "/me/top/artists",
    "current_users_tracks": "/me/tracks",
    "current_users_albums": "/me/albums",
    "current_users_playlists": "/me/playlists",
    "player_recently_played": "/me/player/recently-played",
}

Shapes = dict[str, dict[str, set[str]]]
"""Kind of object, key, JSON types."""


def kind_of(value: dict[str, Any], place: str) -> str:
    """Objects with a type are known by it, and by whether they are whole; others by where they stand."""
    kind = value.get("type")
    if not isinstance(kind, str) or "uri" not in value:
        return place
    whole = {"album": "tracks", "artist": "images", "track": "album", "playlist": "followers"}.get(kind)
    return f"whole {kind}" if whole in value else kind


def objects(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if value.get("is_local") is True or value.get("id", 1) is None:
            return
        yield kind_of(value, place), value
        for key, each in value.items():
            yield from objects(each, f"{kind_of(value, place)}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from objects(each, f"{place}[]")


def shapes(answers: dict[str, Any]) -> Shapes:
    """Every kind of object in some answers: its keys, and which JSON types their values have."""
    found: Shapes = {}
    for name, answer in answers.items():
        for kind, value in objects(answer, name):
            known = found.setdefault(kind, {})
            for key, each in value.items():
                known.setdefault(key, set()).add(json_type(each))
    return found


def json_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return "null" if value is None else names[type(value)]


def fits(key: str, made: set[str], real: set[str]) -> bool:
    """Whether values of these types can stand where the recordings have those; null alone says nothing."""
    if "null" in made - real and key not in NULLABLE:
        return False
    return real == {"null"} or made <= real | {"null"}


if FOLDER.is_dir():
    import pytest

    from local.simulators.spotify import Options, Regime
    from tests.unit.simulators.visitor import visiting

    @pytest.fixture(scope="module")
    def recorded() -> dict[str, Any]:
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}

    @pytest.fixture(scope="module")
    def simulated() -> dict[str, Any]:
        """The same requests that were recorded, to an invented listener."""
        options = Options(regime=Regime.LEGACY, long_playlist=100, playlist_entries=400, playlists=20)
        with visiting(options) as visitor:
            ana = visitor.log_in()
            answers = {name: ana.read(path) for name, path in ENVELOPES.items()}
            path = f"/playlists/{answers['current_users_playlists']['items'][4]['id']}"
            first = answers["current_users_playlists"]["items"][0]["id"]
            answers["get_playlist"] = ana.read(f"/playlists/{first}", additional_types="track,episode")
            contents = ana.read(f"{path}/tracks", additional_types="track,episode")
            return answers | {"playlist_tracks": contents, "playlist_items_episodes_and_tracks": contents}

    def test_every_kind_of_object_has_the_recorded_keys(recorded: dict[str, Any], simulated: dict[str, Any]) -> None:
        real, made = shapes(recorded), shapes(simulated)

        assert real.keys() <= made.keys()
        for kind, keys in real.items():
            plain = kind.removeprefix("whole ")
            missing = keys.keys() - made[kind].keys()
            assert missing <= SOMETIMES.get(plain, set()), kind
            assert made[kind].keys() - keys.keys() <= ADDED.get(plain, set()), kind

    def test_every_value_has_a_recorded_type(recorded: dict[str, Any], simulated: dict[str, Any]) -> None:
        real, made = shapes(recorded), shapes(simulated)

        wrong = {
            f"{kind}.{key}": (made[kind][key], keys[key])
            for kind, keys in real.items()
            for key in keys.keys() & made[kind].keys()
            if not fits(key, made[kind][key], keys[key])
        }
        assert wrong == {}

    def test_objects_stand_in_the_recorded_order(recorded: dict[str, Any], simulated: dict[str, Any]) -> None:
        """
        The newest recordings order the keys of an object by name, and so does the simulator.
        """
        for answers in (recorded, simulated):
            for entry in answers["playlist_tracks"]["items"]:
                payload = entry["track"]
                assert list(entry) == sorted(entry)
                assert payload is None or list(payload) == sorted(payload)

    def test_objects_weigh_what_recorded_ones_weigh(recorded: dict[str, Any], simulated: dict[str, Any]) -> None:
        def weight(answer: Any) -> float:
            tracks = [entry for entry in answer["items"] if entry["track"] and entry["track"]["type"] == "track"]
            return len(json.dumps(tracks)) / len(tracks)

        assert 0.6 < weight(simulated["playlist_tracks"]) / weight(recorded["playlist_tracks"]) < 1.6

    def test_the_recorded_listener_has_the_recorded_objects(recorded: dict[str, Any]) -> None:
        with visiting(Options(recorded=FOLDER)) as visitor:
            listening = visitor.log_in("recorded")
            for name, path in ENVELOPES.items():
                expected = recorded[name]["items"]
                assert listening.read(path, limit=50)["items"][: len(expected)] == expected, name
            whole = recorded["get_playlist"]
            assert listening.read(f"/playlists/{whole['id']}") == whole
            for name, place in (("playlist_tracks", 6), ("playlist_items_episodes_and_tracks", 7)):
                head = listening.read("/me/playlists")["items"][place]
                contents = listening.read(f"/playlists/{head['id']}/tracks", additional_types="track,episode")
                assert contents["items"] == recorded[name]["items"]
