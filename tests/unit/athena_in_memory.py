"""Athena, its queue of files and their worker in this process: DuckDB over what lies in the bucket."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from blendify.affinity.profile import Profile
from blendify.core import aws
from blendify.core.settings import fleet_bucket
from blendify.fleet import files, steps
from blendify.fleet.files import Part
from tests.unit.sync_steps import plenty

COLUMNS = ("u", "place", "artist", "name", "image", "millionths", "run")
TABLE = """CREATE TABLE profiles (
    u BIGINT, place INTEGER, artist VARCHAR, name VARCHAR, image VARCHAR, millionths INTEGER, run VARCHAR)"""
BUCKET = "fleet"
PAGE = 1_000
"""Rows in one answer, the names of the columns counted."""


def _nothing(_stage: str) -> None:
    """Nothing happens at this stage."""


@dataclass
class Athena:
    """What the run needs of Athena and of the queue."""

    folder: Path
    results: dict[str, list[list[str | None]]] = field(default_factory=dict)
    waiting: list[Part] = field(default_factory=list)

    def query(self, sql: str) -> str:
        """Run a statement over the files that are in the bucket now; returns its id."""
        with duckdb.connect() as connection:
            connection.execute(TABLE)
            for path in self._copies():
                profiles = connection.read_parquet(str(path), hive_partitioning=True)
                profiles.select(*map(duckdb.ColumnExpression, COLUMNS)).insert_into("profiles")
            answer = connection.execute(sql)
            rows = [[name for name, *_ in answer.description], *answer.fetchall()]
        query_id = f"query-{len(self.results)}"
        self.results[query_id] = [[None if value is None else str(value) for value in row] for row in rows]
        return query_id

    def _copies(self) -> Iterator[Path]:
        client = aws.client("s3")
        for listed in client.list_objects_v2(Bucket=fleet_bucket(), Prefix="profiles/").get("Contents", []):
            copy = self.folder / str(len(self.results)) / listed["Key"]
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(client.get_object(Bucket=fleet_bucket(), Key=listed["Key"])["Body"].read())
            yield copy

    def get_paginator(self, _name: str) -> "Athena":
        """Of the client of Athena."""
        return self

    def paginate(self, **request: str) -> Iterator[dict[str, Any]]:
        """The pages of a query's result; a missing value has no text."""
        rows = self.results[request["QueryExecutionId"]]
        for start in range(0, len(rows), PAGE):
            data = [
                [{} if value is None else {"VarCharValue": value} for value in row]
                for row in rows[start : start + PAGE]
            ]
            yield {"ResultSet": {"Rows": [{"Data": row} for row in data]}}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """Of the client of SQS."""
        self.waiting += [Part.of(entry["MessageBody"]) for entry in request["Entries"]]
        return {}

    def work(self, profile_of: Callable[[str], Profile]) -> None:
        """Write all files that are asked for."""
        while self.waiting:
            files.write(self.waiting.pop(0), profile_of, plenty)

    def run(
        self,
        profile_of: Callable[[str], Profile],
        between: Callable[[str], object] = _nothing,
        after: Callable[[str], object] = _nothing,
    ) -> int:
        """
        A whole run, as the state machine makes it; returns how many queries it took.

        between     what happens before each wait or query of a stage; `after`: once it has been answered
        """
        place, query, queries = None, None, 0
        while True:
            step = steps.step(steps.ATHENA, place, query, plenty)
            place, query = step["place"], None
            if place is None:
                return queries
            between(place["stage"])
            if step["sql"] is None:
                self.work(profile_of)
            else:
                query, queries = self.query(step["sql"]), queries + 1
                after(place["stage"])


def keys() -> list[str]:
    """The keys of all files in the bucket."""
    return [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def of(profiles: Mapping[str, Profile]) -> Callable[[str], Profile]:
    """Where the worker of files gets profiles."""
    return lambda user_id: profiles[user_id]
