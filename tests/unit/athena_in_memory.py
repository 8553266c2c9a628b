"""Athena, its queue of files and their worker in this process: DuckDB over what lies in the bucket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from blendify.affinity.profile import Profile
from blendify.core import aws
from blendify.core.settings import fleet_bucket
from blendify.fleet import by_athena, files
from blendify.fleet.files import Part
from tests.unit.sync_steps import plenty

COLUMNS = ("u", "place", "artist", "name", "image", "millionths", "day")
PAGE = 1_000
"""Rows in one answer, the names of the columns counted."""


@dataclass
class Athena:
    """What the run needs of Athena and of the queue."""

    folder: Path
    results: dict[str, list[list[str | None]]] = field(default_factory=dict)
    waiting: list[Part] = field(default_factory=list)

    def query(self, sql: str) -> str:
        """Run a statement over the files that are in the bucket now; returns its id."""
        with duckdb.connect() as connection:
            paths = [str(path) for path in self._copies()]
            found = connection.read_parquet(paths, hive_partitioning=True)
            texts = {"day": duckdb.ColumnExpression("day").cast("VARCHAR").alias("day")}
            found.select(*(texts.get(name, duckdb.ColumnExpression(name)) for name in COLUMNS)).create_view("profiles")
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

    def run(self, profile_of: Callable[[str], Profile], between: Callable[[str], object] = lambda _stage: None) -> int:
        """A whole run, as the state machine makes it, `between` before each step; returns how many queries it took."""
        place, query, queries = None, None, 0
        while True:
            step = by_athena.step(place, query, plenty)
            place, query = step["place"], None
            if place is None:
                return queries
            between(place["stage"])
            if step["sql"] is None:
                self.work(profile_of)
            else:
                query, queries = self.query(step["sql"]), queries + 1
