"""The named fields that the owner asks for, from the provider's answer to the API, the export and its tables."""

from typing import Any

import pytest

from blendify.collecting.collector import collect
from blendify.core.data_types import DataType, Outcome
from tests.unit.exports import create_bucket, exported
from tests.unit.music_api import browser_of, everything
from tests.unit.sync_steps import begun, plenty
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

TYPES = (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLISTS, DataType.SAVED_ALBUMS)


def artists(answer: dict[str, Any]) -> list[dict[str, Any]] | None:
    return [{name: artist[name] for name in ("id", "name")} for artist in answer["artists"]] or None


def expected(data_type: DataType, answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer of the simulated Spotify says about the fields."""
    match data_type:
        case DataType.TOP_TRACKS:
            return {"artists": artists(answer), "isrc": answer["external_ids"].get("isrc")}
        case DataType.TOP_ARTISTS:
            followers = answer.get("followers")
            return {"follower_count": followers and followers["total"]}
        case DataType.PLAYLISTS:
            return {"description": answer["description"] or None, "follower_count": None, "public": answer["public"]}
    album = answer["album"]
    upc = album.get("external_ids", {}).get("upc")
    return {"artists": artists(album), "genres": ", ".join(album["genres"]) or None, "upc": upc and upc.lstrip("0")}


def table_cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(f"{artist['name']} ({artist['id']})" for artist in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def test_records_exports_and_tables_have_the_fields(world: World) -> None:
    """All three say the same, and what the provider's answer says."""
    create_bucket()
    user_id = world.connect()
    job = begun(user_id, *TYPES)
    for data_type in TYPES:
        assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    archive = exported(user_id)
    for data_type in TYPES:
        lines, rows = list(archive.records(data_type)), archive.rows(data_type)
        for line, row in zip(lines, rows, strict=True):
            if line["answer"] is None:
                continue
            fields = expected(data_type, line["answer"])
            assert {name: line.get(name) for name in fields} == fields
            shown = {name: row.get(name, "") for name in fields}
            assert {name: text.removeprefix("'") for name, text in shown.items()} == {
                name: table_cell(value) for name, value in fields.items()
            }
        items = {item["record_id"]: item for item in everything(browser_of(user_id), data_type)}
        named = {line["record_id"]: line for line in lines if line.get("answer")}
        for record_id, line in named.items():
            fields = expected(data_type, line["answer"])
            assert {name: items[record_id][name] for name in fields} == fields
    top_tracks = list(archive.records(DataType.TOP_TRACKS))
    assert max(len(line.get("artists") or []) for line in top_tracks) > 1
