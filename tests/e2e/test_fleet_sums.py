"""The daily sums in the deployed system, with its roles: by one Lambda, and by SELECTs of Athena over files."""

import json
from random import Random
from typing import Any

import pytest

from blendify.core.same_names import artist_key
from blendify.db import keys
from blendify.db.state_table import stored
from blendify.insights import packing
from blendify.insights.buckets import Ranked, TopList
from blendify.sharing import consent
from local.deployment import STACK
from tests.e2e.system import System, wait_for
from tests.e2e.test_operating import fleet

LISTENERS, TOP = 22, 25
DAY = "2026-11-28"


@pytest.fixture(scope="module")
def counted(system: System) -> list[str]:
    """Listeners who agreed to be counted, with nothing but a top list of artists each; their ids."""
    client = system.stack.emulator.client("dynamodb")
    random = Random(1)  # noqa: S311 -- planted listeners
    user_ids = [f"u-counted-{number:02}" for number in range(LISTENERS)]
    for user_id in user_ids:
        # Names with what separates values in a file.
        names = [f'Band {number}, "the {number}th"' for number in random.sample(range(60), TOP)]
        entries = [
            Ranked(rank, artist_key(name), f"id-{rank}", name, None, None, 5)
            for rank, name in enumerate(names, start=1)
        ]
        top = TopList("lastfm", "artists", "short_term", DAY, tuple(entries))
        accounts: list[dict[str, Any]] = [
            {"pk": keys.user(user_id), "sk": keys.profile(), "created_at": f"{DAY}T00:00:00Z"},
            {"pk": keys.user(user_id), "sk": keys.sharing(), "count": True},
            {"pk": keys.counted(consent.shard(user_id)), "sk": user_id},
        ]
        for item in accounts:
            client.put_item(TableName=system.outputs["accounts_table"], Item=stored(item))
        for bucket, rows in (
            ("known", ["UTC", DAY, None, DAY, None, f"{DAY}T00:00:00Z"]),
            ("current#artists#lastfm", packing.of_top_lists([top])),
        ):
            (part,) = packing.pack(rows)
            item = {"user_id": user_id, "bucket": f"{bucket}#00", "packed": part, "parts": 1}
            item["mark"] = packing.mark([part])
            client.put_item(TableName=system.outputs["insights_table"], Item=stored(item))
    return user_ids


def ran(system: System, given: dict[str, str]) -> dict[tuple[str, str], Any]:
    """What a run left, by shelf and bucket."""
    machine = system.outputs["fleet_state_machine_arn"]
    client = system.stack.emulator.client("stepfunctions")
    with system.short_waits():
        started = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
        assert system.execution(started["executionArn"])["status"] == "SUCCEEDED"
    left = {
        (item["user_id"]["S"], item["bucket"]["S"]): packing.unpack([bytes(item["packed"]["B"])])
        for item in system.items("insights_table")
        if item["user_id"]["S"].startswith("fleet") or item["bucket"]["S"].startswith("alike#")
    }
    run = left.pop(("fleet", "run#00"))
    assert run[1] == given.get("by", "athena")
    assert run[4] == LISTENERS
    # Its name alone, and into how many files it divided listeners.
    assert left.pop(("fleet", "turn#00")) == [run[-1]]
    left.pop(("fleet", "files#00"), None)
    return left


def test_athena_and_one_lambda_leave_the_same(system: System, counted: list[str]) -> None:
    """The statements run on the emulator's Athena, which takes DuckDB where it is installed, else says anything."""
    athena = system.stack.emulator.client("athena")
    asked = athena.start_query_execution(QueryString="SELECT 41+1 AS x", WorkGroup=f"{STACK}-fleet")["QueryExecutionId"]
    wait_for(
        "a query ends",
        lambda: athena.get_query_execution(QueryExecutionId=asked)["QueryExecution"]["Status"]["State"] == "SUCCEEDED",
    )
    (_, row) = athena.get_query_results(QueryExecutionId=asked)["ResultSet"]["Rows"]
    assert row == {"Data": [{"VarCharValue": "42"}]}
    by_lambda = ran(system, {"by": "lambda"})
    assert ran(system, {}) == by_lambda
    assert {shelf for shelf, bucket in by_lambda if bucket.startswith("alike#")} == set(counted)
    assert all(rows for (_, bucket), rows in by_lambda.items() if bucket.startswith("alike#"))
    near = {bucket: rows for (shelf, bucket), rows in by_lambda.items() if shelf.startswith("fleet#near#")}
    assert any(name.count(",") == 1 for rows in near.values() for _, name, *_ in rows)
    # No file stays behind.
    s3 = system.stack.emulator.client("s3")
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "fleetbucket" in each["Name"].lower())
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert any(line.startswith(f"sums: {LISTENERS} listeners") for line in fleet(system).report_sums())
