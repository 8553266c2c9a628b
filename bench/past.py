"""
What an import costs: processor time a play, peak memory, write units, dollars.

    python -m bench.past 200000     imports so many plays in this process and prints what that took, as JSON

Everything is the product's own work, from the zip to the bytes of the requests to DynamoDB, which are answered on the
spot; only the accounts table and S3 are left out. So the rate is what one vCPU can do at most.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse, HeadersDict

from bench.figures import Figure, at_least, at_most
from bench.prices import HISTORY_WRITE_UNIT, LAMBDA_GB_SECOND, TRANSITION
from blendify.access import users
from blendify.core import aws
from blendify.db.attribute_values import item_size
from blendify.history import queries
from blendify.history.append import Written, append
from blendify.history.facts import Fact
from blendify.importing import imports, uploads, work
from blendify.importing.import_item import Import, Place, Report, State
from blendify.importing.readers import ALL
from local.template import resources
from operations.spotify_export import ExportedPlay, write
from tests.aws.function_environment import set_function_environment

PLAYS = 200_000
MB = 1024 * 1024


def figures() -> Iterator[Figure]:
    """Of an import of 200,000 plays in a process of its own."""
    # A process inherits the peak of the process that forked it, so a small shell stands between.
    command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "bench.past", str(PLAYS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout.splitlines()[-1])
    rate, units = PLAYS / measured["seconds"], measured["units"]
    memory = resources("AWS::Serverless::Function")["ReadImport"]["MemorySize"] / 1024
    dollars = PLAYS * sum(units) * HISTORY_WRITE_UNIT + measured["seconds"] * memory * LAMBDA_GB_SECOND + 4 * TRANSITION
    yield at_least("plays imported a second and vCPU", rate, 1_000, f"{rate:,.0f}", "at least 1,000")
    peak = measured["peak"]
    yield at_most(f"peak memory of an import of {PLAYS:,} plays, MB", peak, 256, f"{peak:.0f}", "at most 256")
    today = f"{units[0]:.2f}, and {units[1]:.2f} in the index of records"
    yield at_most("write units a play, imported", units[0], 1.1, today, "at most 1.1")
    yield Figure(f"cost of an import of {PLAYS:,} plays, without its insights", f"{100 * dollars:.1f} cents")


def measured(plays: int) -> dict[str, Any]:
    """Import a made-up history in this process."""
    set_function_environment()
    sample: list[Fact] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as replaced:
        path = Path(folder) / "history.zip"
        with path.open("wb") as file:
            write(file, history(plays))

        def sampled(facts: list[Fact]) -> Written:
            if len(sample) < 5_000:
                sample.extend(facts)
            return append(facts)

        for target, name, value in (
            (work, "append", sampled),
            (uploads, "opened", lambda *_: path.open("rb")),
            (uploads, "remove", lambda *_: None),
            (imports, "save", lambda before, place, report: replace(before, place=place, report=report)),
            (imports, "end", lambda before: before),
            (users, "own_accounts", lambda *_: ()),
            (queries, "next_play", lambda *_: None),
        ):
            replaced.enter_context(patch.object(target, name, value))
        events: Any = aws.client("dynamodb").meta.events
        events.register("before-send.dynamodb.BatchExecuteStatement", stored)
        begun = Import("u", "i", State.READING, "2026-11-28T00:00:00.000Z", place=Place(), report=Report())
        before = time.process_time()
        worker = work.Worker(begun, ALL, lambda: 900.0)
        status = worker.run()
        seconds = time.process_time() - before
    if status != "ended" or worker.now.report.stored != plays:
        raise RuntimeError(f"the import ended as {status} with {worker.now.report}")
    sizes = [item_size(item) for fact in sample for item in fact.items()]
    table = sum(ceil(size / 1024) for size in sizes) / len(sizes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # The index of records holds keys and two fields, which are less than a KB.
    return {"seconds": seconds, "peak": peak, "units": [table, 1.0]}


def stored(request: Any, **_: Any) -> Any:
    """DynamoDB's answer to a batch of insertions, all of which are new."""
    count = request.body.count(b'"Statement"')
    body = json.dumps({"Responses": [{} for _ in range(count)], "ConsumedCapacity": []}).encode()
    headers: Any = HeadersDict({"Content-Type": "application/x-amz-json-1.0"})
    answer: Any = AWSResponse(request.url, 200, headers, None)
    answer._content = body
    return answer


def history(plays: int) -> Iterator[ExportedPlay]:
    """Ten years of plays of 57,000 songs by 9,000 artists."""
    moment = datetime(2016, 1, 1, tzinfo=UTC)
    for number in range(plays):
        song = (number * 7_919) % 57_000
        moment += timedelta(days=3_650) / plays
        yield ExportedPlay(
            ended_at=moment.replace(microsecond=0),
            ms_played=200_000 + song,
            track_id=f"{song:022}",
            track_name=f"A song of middling length {song}",
            artist_name=f"Some artists of renown {song % 9_000}",
            album_name=f"Their album number {song % 20_000}",
        )


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
