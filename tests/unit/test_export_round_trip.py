"""An export holds everything: folding its lines gives the library as it is, and as it was after every sync."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.core import aws
from blendify.core.data_types import DataType
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.history.stored_facts import StoredFact
from blendify.jobs.job import Job
from operations.export_reader import ExportReader
from operations.folded_lists import canonical
from tests.aws.aws_in_memory import create_tables
from tests.unit.exports import create_bucket, exported
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.sync_steps import STARTED, plenty, ready
from tests.unit.world import Socket, World

DAY = 24 * 3600
CHANGES: tuple[tuple[tuple[str, str, dict[str, Any]], ...], ...] = (
    (),
    (
        ("add", "saved_tracks", {}),
        ("remove", "saved_tracks", {"position": 3}),
        ("add", "recently_played", {}),
        ("add", "followed_artists", {}),
        ("remove", "followed_artists", {"position": 2}),
    ),
    (
        ("add", "saved_tracks", {}),
        ("add", "saved_albums", {}),
        ("add", "recently_played", {}),
        ("remove", "saved_tracks", {}),
    ),
)
"""What the listener does before each of the syncs."""
EDITS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("add", {}),
    ("remove", {"position": 1}),
    ("move", {"position": 0, "to": 2}),
)

Served = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True)
class Life:
    """A listener with some history, and what was exported of it."""

    user_id: str
    days: list[tuple[Job, Served]]
    archive: ExportReader
    facts: dict[DataType, list[StoredFact]]
    """By data type, as the history holds them."""
    secrets: list[bytes]
    other: str
    """Another listener's user id."""


@pytest.fixture(scope="module")
def life(_cloud: None, behind: Socket) -> Life:
    """Three syncs with changes in between, and their export; made once for all tests of this module."""
    create_tables()
    create_bucket()
    world, clock = World.begin(behind), Clock(STARTED)
    user_id, other = world.connect(), world.connect("bea")
    with clock.installed():
        Machine(other, (DataType.SAVED_TRACKS,), clock, Reaper(())).run()
        days = lived(world, user_id, clock)
        archive = exported(user_id)
    facts = {
        name: [fact for fact in StoredFact.query(f"{user_id}#{name}", consistent_read=True) if fact.part is None]
        for name in DataType
    }
    secrets = [secret.encode() for secret in world.simulator.accounts.secrets]
    return Life(user_id, days, archive, facts, [*secrets, connections.connection(user_id, "spotify").tokens], other)


def library(world: World) -> Served:
    """What the listener has now, as text cannot change any more."""
    served: Served = json.loads(json.dumps({str(data_type): world.lists(data_type) for data_type in DataType}))
    return served


def lived(world: World, user_id: str, clock: Clock) -> list[tuple[Job, Served]]:
    """Three syncs with changes between; what was served at each."""
    days = []
    for number, changes in enumerate(CHANGES):
        playlist = next(name for name, entries in world.lists(DataType.PLAYLIST_TRACKS).items() if len(entries) > 5)
        edits = [(act, "playlist_tracks", {"name": playlist, **details}) for act, details in EDITS] if number else []
        for act, data_type, details in [*changes, *edits]:
            world.change(act, data_type, **details)
        clock.sleep(DAY)
        job, status = Machine(user_id, tuple(DataType), clock, Reaper(())).run()
        assert status == "succeeded"
        days.append((job, library(world)))
    return days


def differences(archive: ExportReader, served: Served, as_of: str) -> list[str]:
    return [
        difference
        for data_type, here in served.items()
        for difference in archive.lists(data_type, as_of).differences(here)
    ]


def test_what_was_exported_folds_to_the_library_of_every_day(life: Life) -> None:
    """By the lines alone: now, and as of each of three syncs between which lists had changed."""
    archive, days = life.archive, life.days
    assert archive.damages() == []
    for job, served in days:
        assert differences(archive, served, job.fetched_at) == []
    # The days differ, so a reader that ignores the moment would fail.
    assert differences(archive, days[0][1], days[2][0].fetched_at) != []


def test_every_fact_is_a_line_with_all_that_it_has(life: Life) -> None:
    """In the order of the keys, each once, with every named field and the whole response; removals too."""
    for data_type, facts in life.facts.items():
        records = list(life.archive.records(data_type))
        assert [record["key"] for record in records] == [fact.fetched_at for fact in facts]
        for record, fact in zip(records, facts, strict=True):
            frame = {"key", "fetched_at", "provider", "answer"}
            assert {name: value for name, value in record.items() if name not in frame} == fact.fields
            assert record["provider"] == fact.provider
            assert fact.raw is None or canonical(record["answer"]) == canonical(fact.answer())
    removed = Counter(name for name in DataType for record in life.archive.records(name) if record.get("removed"))
    assert set(removed) >= {"saved_tracks", "followed_artists", "playlist_tracks"}


def test_fields_have_one_order(life: Life) -> None:
    """In every line those that are there stand in the same order, the answer last."""
    for data_type in DataType:
        before: dict[str, set[str]] = {}
        for record in life.archive.records(data_type):
            names = list(record)
            assert names[:3] == ["key", "fetched_at", "provider"]
            assert "answer" not in names[:-1]
            for place, name in enumerate(names):
                before.setdefault(name, set()).update(names[:place])
        assert [name for name, earlier in before.items() if any(name in before[other] for other in earlier)] == []


def test_the_manifest_and_the_account_are_complete(life: Life) -> None:
    """Counts by data type and provider as the table holds them; every sync with its outcomes, oldest first."""
    manifest, account = life.archive.manifest, life.archive.account
    assert manifest["counts"] == {name: {"spotify": len(facts)} for name, facts in life.facts.items()}
    assert (manifest["format"], manifest["user_id"]) == (1, life.user_id)
    assert manifest["unreadable"] == {"records": 0, "named": {}}
    assert [run["sync_id"] for run in account["runs"]] == [job.sync_id for job, _ in life.days]
    assert {part["outcome"] for run in account["runs"] for part in run["data_types"].values()} == {"complete"}
    assert set(account["runs"][0]["data_types"]) == set(DataType)
    assert [connection["display_name"] for connection in account["connections"]] == ["ana"]
    assert account["profile"]["created_at"] < life.days[0][0].fetched_at
    assert life.archive.archive.testzip() is None


def test_nothing_in_it_opens_an_account_and_nothing_is_anothers(life: Life) -> None:
    """No token, sealed or not, and no record of another listener."""
    everything = b"".join(life.archive.archive.read(name) for name in life.archive.archive.namelist())
    assert len(life.secrets) > 3
    assert [secret for secret in life.secrets if secret in everything] == []
    assert life.other.encode() not in everything
    assert life.user_id.encode() in everything


def test_a_table_has_the_same_rows_as_the_lines(life: Life) -> None:
    """Each named field in its column, and no column that is empty throughout."""
    archive = life.archive
    for data_type in DataType:
        records, rows = list(archive.records(data_type)), archive.rows(data_type)
        assert [row["key"] for row in rows] == [record["key"] for record in records]
        plain = [{name: record[name] for name in record if name != "answer"} for record in records]
        assert set(rows[0]) == {name for record in plain for name in record}
        for row, record in zip(rows, plain, strict=True):
            assert {name for name, value in row.items() if value} == {
                name for name, value in record.items() if value != ""
            }


def test_a_listener_of_nothing_gets_an_archive_as_well(aws_in_memory: None, world: World) -> None:
    """Connected and not yet read: all files are there, and empty."""
    user_id = world.connect()
    archive = exported(user_id)
    assert archive.damages() == []
    assert archive.manifest["counts"] == {name: {} for name in DataType}
    assert list(archive.records(DataType.TOP_TRACKS)) == []
    assert archive.account["runs"] == []


def test_a_damaged_answer_costs_itself_alone(aws_in_memory: None, world: World) -> None:
    """Its fields are in the export, the manifest names it, and every other record is complete."""
    job = ready(DataType.SAVED_TRACKS, world)
    collect(DataType.SAVED_TRACKS, job, plenty)
    user_id = job.user_id
    facts = list(StoredFact.query(f"{user_id}#{DataType.SAVED_TRACKS}"))
    spoiled = [fact for fact in facts if fact.raw][:3]
    for fact, raw in zip(spoiled, (b"", b"\x07unknown dictionary", bytes(spoiled[2].raw)[:-9]), strict=True):
        key = {"user#type": {"S": fact.partition}, "fetched_at": {"S": fact.fetched_at}}
        aws.client("dynamodb").update_item(
            TableName="history",
            Key=key,
            UpdateExpression="SET #raw = :raw",
            ExpressionAttributeNames={"#raw": "raw"},
            ExpressionAttributeValues={":raw": {"B": raw}},
        )
    archive = exported(user_id)
    unreadable = archive.manifest["unreadable"]
    assert unreadable["records"] == 3
    assert [entry["key"] for entry in unreadable["named"]["saved_tracks"]] == [fact.fetched_at for fact in spoiled]
    assert archive.damages() == []
    records = {record["key"]: record for record in archive.records(DataType.SAVED_TRACKS)}
    assert len(records) == len(facts)
    for fact in facts:
        damaged = fact.fetched_at in {other.fetched_at for other in spoiled}
        assert ("unreadable" in records[fact.fetched_at]) is damaged
        assert records[fact.fetched_at].get("track_name") == fact.track_name


def test_an_answer_in_several_parts_is_whole(aws_in_memory: None, world: World) -> None:
    """A response too large for one item is joined, and its parts are not records."""
    user_id = world.connect()
    answer = {"id": "1", "text": "".join(f"{number * 7919 % 1000003:06x}" for number in range(150_000))}
    fact = Fact.of(user_id, "playlists", "2026-11-22T17:44:30.123Z", "spotify", "1", {"record_id": "1"}, answer)
    append([fact])
    assert len(list(fact.items())) > 1
    archive = exported(user_id)
    (record,) = archive.records(DataType.PLAYLISTS)
    assert record["answer"] == answer
    assert archive.damages() == []
