"""
Whole syncs in this process: the real begin, collectors and finish, on AWS in memory (moto) or on the emulator.

What is counted comes from the simulator's counters and the items written, not from what the product says of itself.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from blendify.access import login
from blendify.access.applications import application
from blendify.access.login import Callback
from blendify.collecting.collector import collect
from blendify.collecting.job import Job
from blendify.collecting.progress import COUNTS, all_progress
from blendify.core import telemetry, times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from local import aws_in_memory
from local.bench.apart import aws_apart
from local.bench.collector import writes_for_nothing
from local.browser import Form
from local.function_environment import set_function_environment
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.spotify import Options, Spotify

__all__ = ["Bench", "bench", "bench_at", "writes_for_nothing"]

REDIRECT_URI = "http://127.0.0.1/callback"
"""Nothing listens there: what the provider would send the browser to is read from its answer."""
LONG_BRANCH = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
BRANCHES = [LONG_BRANCH, *((data_type,) for data_type in DataType if data_type not in LONG_BRANCH)]
"""What the state machine runs side by side."""


@dataclass
class Bench:
    """An AWS, and one simulator at `address`."""

    address: str
    ahead: timedelta = timedelta(0)

    def connect(self, listener: str) -> str:
        """Log a listener in, with the product's own code; the user's id."""
        provider, row = PROVIDERS["spotify"], application("spotify")
        departure = login.start(provider, row)
        consent = requests.get(str(departure.consent), timeout=30)
        form = Form.of(consent.text)
        answers = {**form.fields, "listener": listener, "decision": "allow"}
        back = requests.post(urljoin(consent.url, form.action), data=answers, allow_redirects=False, timeout=30)
        query = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
        return login.complete(provider, row, Callback(query["code"], query["state"], departure.browser_secret))

    def longest_branch(self, user_id: str) -> float:
        """
        Seconds that the slowest branch of a run takes, each measured alone: on AWS each has a processor of its own.
        """
        job, seconds = self.begin(user_id), []
        for branch in BRANCHES:
            began = time.perf_counter()
            for data_type in branch:
                collect(data_type, job, lambda: 900.0)
            seconds.append(time.perf_counter() - began)
        finish_sync(job, 1, [])
        return max(seconds)

    def pass_time(self, span: timedelta) -> None:
        """Let the product believe that it is so much later."""
        self.ahead += span

    def begin(self, user_id: str, *data_types: DataType, mode: str = "changes") -> Job:
        """Begin a run of these data types, of all when none is named."""
        wish: dict[str, Any] = {"user_id": user_id, "provider": "spotify", "mode": mode}
        wish |= {"data_types": list(data_types)} if data_types else {}
        return Job(**begin_sync(wish, f"bench-{time.monotonic_ns()}", times.now())["job"])

    def sync(self, user_id: str, mode: str = "changes") -> dict[str, int]:
        """One run to its end; the sums of its counts, `calls` by the simulator."""
        before = self.calls()
        job, number = self.begin(user_id, mode=mode), 1
        while True:
            with ThreadPoolExecutor(len(BRANCHES)) as pool:
                list(pool.map(lambda branch: [collect(one, job, lambda: 900.0) for one in branch], BRANCHES))
            finished = finish_sync(job, number, [])
            if finished["status"] != "waiting":
                break
            number = finished["round"]
            time.sleep(max(0.0, (times.parse(finished["until"]) - times.now()).total_seconds()))
        progress = list(all_progress(user_id, job.sync_id))
        counts = {name: sum(one.counts[name] for one in progress) for name in COUNTS}
        return {**counts, "calls": self.calls() - before}

    def calls(self) -> int:
        """API calls that the simulator has received."""
        counted = self.control("GET", "counters")["endpoints"]
        return sum(
            int(one["calls"]) for name, one in counted.items() if name.startswith("GET /v1/me/") or "playlists" in name
        )

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What the simulator's control API answers."""
        return requests.request(method, f"{self.address}/_simulator/{path}", json=body, timeout=60).json()


@contextmanager
def bench(options: Options) -> Iterator[Bench]:
    """Everything new, gone afterwards: a simulator and AWS in this process."""
    with running(create_app(Spotify, options)) as address, bench_at(address, aws_in_memory.new_aws()) as here:
        yield here


@contextmanager
def bench_at(
    address: str, cloud: AbstractContextManager[object] | None = None, calls_per_minute: float = 0
) -> Iterator[Bench]:
    """The same with a simulator that runs already, and an AWS in a process of its own unless another is given."""
    set_function_environment()
    os.environ.update(POWERTOOLS_LOG_LEVEL="CRITICAL", POWERTOOLS_METRICS_DISABLED="true")
    telemetry.logger.setLevel("CRITICAL")
    with cloud or aws_apart(), patch.object(telemetry.metrics, "add_metric"):
        aws_in_memory.create_tables()
        more: dict[str, Any] = {"redirect_uri": REDIRECT_URI, "calls_per_minute": calls_per_minute}
        aws_in_memory.application(address, f"{address}/v1", **more)
        here, now = Bench(address), times.now
        with patch.object(times, "now", lambda: now() + here.ahead):
            yield here
