"""
Whole syncs in this process: the real begin, collectors and finish, on AWS in memory (moto) or on the emulator.

Counts come from the simulator's counters and the written items, and not from the product's own reports.
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

from bench.apart import aws_apart
from bench.collector import writes_for_nothing
from blendify.access import login
from blendify.access.applications import application
from blendify.access.login import Callback
from blendify.access.oauth_states import Origin
from blendify.collecting.collector import collect
from blendify.core import telemetry, times
from blendify.core.data_types import DataType
from blendify.jobs.job import Job
from blendify.jobs.progress import COUNTS, all_progress
from blendify.providers import PROVIDERS
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from local.providers import SPOTIFY, Provider
from local.simulators.frame.serving import running
from local.simulators.frame.web import create_app
from local.simulators.spotify import Options, Spotify
from operations.browser import Form
from tests.aws import aws_in_memory
from tests.aws.function_environment import set_function_environment

__all__ = ["Bench", "bench", "bench_at", "writes_for_nothing"]

REDIRECT_URI = "http://127.0.0.1/callback"
"""Nothing listens there: the redirect is read from the provider's response."""
DAY_SECONDS = 24 * 3600
LONG_BRANCH = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
BRANCHES = [LONG_BRANCH, *((data_type,) for data_type in DataType if data_type not in LONG_BRANCH)]
"""The branches that the state machine runs in parallel."""


@dataclass
class Bench:
    """An AWS, and one provider's simulator at `address`."""

    address: str
    provider: str = "spotify"
    ahead: timedelta = timedelta(0)

    def connect(self, listener: str) -> str:
        """Log a listener in with the product's own code. Returns the user id."""
        provider, client_app = PROVIDERS[self.provider], application(self.provider)
        attempt = login.start(provider, client_app, Origin())
        consent = requests.get(str(attempt.consent), timeout=30)
        form = Form.of(consent.text)
        choices = {**form.fields, "listener": listener, "decision": "allow"}
        redirect = requests.post(urljoin(consent.url, form.action), data=choices, allow_redirects=False, timeout=30)
        query = dict(parse_qsl(urlsplit(redirect.headers["Location"]).query))
        return login.complete(
            provider,
            client_app,
            Callback(query[provider.access.callback_parameter], query["state"], attempt.browser_secret),
        )

    def pass_time(self, span: timedelta) -> None:
        """Move the product's clock ahead."""
        self.ahead += span

    def begin(self, user_id: str, *data_types: DataType, mode: str = "changes") -> Job:
        """Begin a sync of these data types, or of all if none is given."""
        given: dict[str, Any] = {"user_id": user_id, "provider": self.provider, "mode": mode}
        given |= {"data_types": list(data_types)} if data_types else {}
        return Job(**begin_sync(given, f"bench-{time.monotonic_ns()}", times.now())["job"])

    def sync(self, user_id: str, mode: str = "changes") -> dict[str, int]:
        """Run one sync to its end. Returns the sums of its counts, with `calls` as the simulator counts them."""
        before = self.calls()
        job, number = self.begin(user_id, mode=mode), 1
        while True:
            with ThreadPoolExecutor(len(BRANCHES)) as pool:
                list(
                    pool.map(lambda branch: [collect(data_type, job, lambda: 900.0) for data_type in branch], BRANCHES)
                )
            finished = finish_sync(job, number, [])
            if finished["status"] != "waiting":
                break
            number = finished["round"]
            time.sleep(max(0.0, (times.parse(finished["until"]) - times.now()).total_seconds()))
        every = list(all_progress(user_id, job.sync_id))
        counts = {name: sum(progress.counts[name] for progress in every) for name in COUNTS}
        return {**counts, "calls": self.calls() - before}

    def calls(self) -> int:
        """API calls that the simulator has received."""
        counted = self.control("GET", "counters")["endpoints"]
        return sum(
            int(counter["calls"])
            for name, counter in counted.items()
            if name.startswith("GET /v1/me/") or "playlists" in name
        )

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The response of the simulator's control API."""
        return requests.request(method, f"{self.address}/_simulator/{path}", json=body, timeout=60).json()


@contextmanager
def bench(options: Options) -> Iterator[Bench]:
    """A new simulator and a new AWS in this process. Their day begins at noon: counts by the day stay the same."""
    to_noon = DAY_SECONDS / 2 - time.time() % DAY_SECONDS
    simulator = create_app(Spotify, options, lambda: time.time() + to_noon)
    with running(simulator) as address, bench_at(address, aws_in_memory.new_aws()) as here:
        here.pass_time(timedelta(seconds=to_noon))
        yield here


@contextmanager
def bench_at(
    address: str,
    cloud: AbstractContextManager[object] | None = None,
    calls_per_minute: float = 0,
    provider: Provider = SPOTIFY,
) -> Iterator[Bench]:
    """With a simulator that already runs, and an AWS in a process of its own unless `cloud` is given."""
    set_function_environment()
    os.environ.update(POWERTOOLS_LOG_LEVEL="CRITICAL", POWERTOOLS_METRICS_DISABLED="true")
    telemetry.logger.setLevel("CRITICAL")
    with cloud or aws_apart(), patch.object(telemetry.metrics, "add_metric"):
        aws_in_memory.create_tables()
        more: dict[str, Any] = {"redirect_uri": REDIRECT_URI, "calls_per_minute": calls_per_minute}
        api_url, accounts_url = (f"{address}{path}" for path in provider.addresses.values())
        aws_in_memory.application(accounts_url, api_url, provider.name, **more)
        here, now = Bench(address, provider.name), times.now
        with patch.object(times, "now", lambda: now() + here.ahead):
            yield here
