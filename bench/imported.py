"""
What it costs to compute the insights of an import, in units of DynamoDB for 1,000 plays: of a year of them, at once.

The plays are put into the history as an import stores them; then the year is asked for, as its import asks at its end.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bench.figures import Figure, at_most, number
from bench.insights import queue_in_memory
from bench.prices import HISTORY_READ_UNIT, READ_UNIT, WRITE_UNIT
from bench.requests import RequestMeter
from bench.writes import WriteMeter, named
from blendify.access import users
from blendify.core import aws
from blendify.core.data_types import DataType
from blendify.importing.formats.rows import Play
from blendify.importing.imported_facts import Importer
from blendify.insights import queue, shelves
from blendify.insights.queue import Ask
from tests.aws import aws_in_memory
from tests.aws.function_environment import set_function_environment

YEAR, PLAYS = 2019, 10_000
IMPORT = 200_000
"""Plays of the import whose cost is told."""
ARTISTS, SONGS = 900, 6_000
BATCH = 25


def figures() -> Iterator[Figure]:
    """Messages, write units and read units, and what they cost."""
    set_function_environment()
    writes, requests = WriteMeter(), RequestMeter()
    with aws_in_memory.new_aws(), queue_in_memory() as messages:
        aws_in_memory.create_tables()
        user_id = users.find_or_create_user("spotify", "listener")
        # Something was derived of the listener before.
        shelves.settle(user_id)
        _store(user_id)
        with writes.running(), requests.running():
            queue.send([Ask.bucket(user_id, DataType.RECENTLY_PLAYED, str(YEAR))])
            count = messages.work()
            written, asked = writes.taken(), requests.taken()
    thousands = PLAYS / 1_000
    what = f"insights of 1,000 imported plays, {PLAYS:,} a year"
    units = written.tables / thousands
    yield Figure(f"messages, insights of a year of {PLAYS:,} imported plays", number(count))
    yield at_most(f"write units, {what}", units, 65, f"{units:.1f} ({named(written.kinds)} in all)")
    reads = asked.read_units / thousands
    yield at_most(f"read units, {what}", reads, 92, f"{reads:.1f}")
    # Most of what is read is of the history, whose units cost a quarter more.
    dollars = (units * WRITE_UNIT + reads * max(READ_UNIT, HISTORY_READ_UNIT)) * IMPORT / 1_000
    yield Figure(f"cost of DynamoDB for the insights of an import of {IMPORT:,} plays", f"{100 * dollars:.2f} cents")


def _store(user_id: str) -> None:
    importer = Importer(user_id, "import", "2026-11-28T00:00:00.000Z")
    items = [item for play in plays() for fact in importer.facts(play, "1") for item in fact.items()]
    for start in range(0, len(items), BATCH):
        put: Any = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH]]
        aws.client("dynamodb").batch_write_item(RequestItems={"history": put})


def plays() -> Iterator[Play]:
    """A year of evenings: a few songs are heard a lot, and most once or twice."""
    chance, began = Random(PLAYS), datetime(YEAR, 1, 1, tzinfo=UTC)  # noqa: S311 -- a made-up listener
    for place in range(PLAYS):
        song = int(SONGS * chance.random() ** 2.5)
        at = began + timedelta(days=365) * place / PLAYS
        heard = 180_000 + song
        yield Play(
            key=f"spotify_extended-{place:020}",
            record_id=f"{song:022}",
            track_name=f"A song of middling length {song}",
            artist_name=f"Some artists of renown {song % ARTISTS}",
            album_name=f"Their album number {song % 2_000}",
            started_at=at,
            ended_at=at + timedelta(milliseconds=heard),
            ms_played=heard,
            flags={"reason_start": "trackdone", "reason_end": "trackdone", "finished": True, "platform": "android"},
            service="spotify",
            answer={"ts": f"{at:%Y-%m-%dT%H:%M:%SZ}", "ms_played": heard},
        )
