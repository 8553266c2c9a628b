"""Kinds, pictures and keys of entries that nobody expects: each is told, filled in, and taken by the tables."""

from typing import Any

import pytest

from blendify.core.data_types import DataType
from blendify.history.facts import Fact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListPosition, Record


def record(provider: str, data_type: DataType, name: str, entry: Any) -> Record:
    """The entry as the fourth of the list of this name."""
    return PROVIDERS[provider].endpoints[data_type].for_list(name).to_record(entry, ListPosition("list", 3))


@pytest.mark.parametrize(
    ("track", "kind", "album"),
    [
        ({"type": "chapter", "audiobook": {"id": "b", "name": "Book"}}, "chapter", "Book"),
        ({"type": "episode", "show": {"id": "s", "name": "Show"}}, "episode", "Show"),
        ({"type": "track", "album": {"id": "a", "name": "Album"}}, None, "Album"),
        ({"type": "sermon"}, "sermon", None),
        ({"type": None, "is_local": 1}, "local", None),
    ],
)
def test_spotify_tells_the_kind_of_each_entry(track: dict[str, Any], kind: str | None, album: str | None) -> None:
    """P3: also of chapters, and of types that nobody knows yet."""
    fields = record("spotify", DataType.PLAYLIST_TRACKS, "p", {"item": {"id": "x", "name": "n", **track}}).fields
    assert (fields["kind"], fields["album_name"]) == (kind, album)


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("songs", None),
        ("library-songs", None),
        ("library-music-videos", "video"),
        ("uploaded-audio", "uploaded-audio"),
        ("library-movies", "movies"),
        (None, None),
    ],
)
def test_apple_music_tells_the_kind_of_each_entry(resource: str | None, kind: str | None) -> None:
    """D9: an unknown type is its own word."""
    fields = record("apple_music", DataType.RECENTLY_PLAYED, "", {"id": "i.1", "type": resource}).fields
    assert fields.get("kind") == kind


@pytest.mark.parametrize(
    ("address", "filled"),
    [
        ("https://a/{w}x{h}bb.jpg", "https://a/640x300bb.jpg"),
        ("https://a/{w}x{h}{c}.{f}", "https://a/640x300bb.jpg"),
        ("https://a/{w}x{h}{c}-{q}.{f}?x=1", "https://a/640x300bb-.jpg?x=1"),
        ("https://a/plain.png", "https://a/plain.png"),
    ],
)
def test_no_placeholder_is_left_in_a_picture(address: str, filled: str) -> None:
    """D9: size, cut and format."""
    artwork = {"url": address, "width": 3000.0, "height": "300"}
    fields = record("apple_music", DataType.SAVED_ALBUMS, "", {"id": "l.1", "attributes": {"artwork": artwork}}).fields
    assert fields["album_art_url"] == filled


LONG = "spotify:local:" + "名" * 700


@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.RECENTLY_PLAYED, DataType.PLAYLIST_TRACKS])
@pytest.mark.parametrize("played_at", ["", "soon", None, 5, "2026-11-22T17:44:30Z"])
@pytest.mark.parametrize(
    "track", [{"uri": ""}, {"uri": LONG}, {"uri": LONG + "x"}, {"id": ""}, {"id": "x" * 2_000}], ids=str
)
def test_an_index_takes_every_key(data_type: DataType, track: dict[str, Any], played_at: Any) -> None:
    """A10: no empty key, none of more than 1,024 bytes, and long ids that differ stay two."""
    entry = {"track": track, "item": track, "played_at": played_at, "added_at": played_at}
    made = record("spotify", data_type, "p", entry)
    fact = Fact.of("ua", data_type, "2026-11-22T17:44:30.123Z", "spotify", made.key, made.fields, entry)
    (item,) = fact.items()
    for name in ("record_id", "played_at", "fetched_at"):
        assert name not in item or 0 < len(item[name]["S"].encode()) <= 1_024
    other = record("spotify", data_type, "p", {**entry, "track": {"uri": f"{LONG}y"}, "item": {"uri": f"{LONG}y"}})
    assert other.fields["record_id"] != made.fields["record_id"]
