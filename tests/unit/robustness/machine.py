"""
The sync's state machine in one process and in virtual time.

It runs the real begin, collectors and finish on AWS in memory, against a simulator on a socket. Workers die at any
request to AWS. Then this machine does what Step Functions does: it tries again, and gives up after three tries.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

from botocore.client import BaseClient

from blendify.collecting.collector import RESERVE_SECONDS, collect
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.jobs.job import Job
from blendify.jobs.progress import progress
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from blendify.syncing.lease import LEASE

START = datetime.now(UTC).replace(microsecond=0)
"""After everything that simulated listeners have done before."""
TRIES = 3
"""Tries of a task of the state machine."""
MOST_EXECUTIONS = 30
"""Enough for a day of waits and leases, with executions that die meanwhile."""
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchExecuteStatement"})
T = TypeVar("T")


class Died(BaseException):
    """The worker is dead. It is no `Exception`, so no handler of the product catches it."""


@dataclass
class Clock:
    """Time for product, simulator and test. It passes only when one of them sleeps."""

    moment: datetime = START
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.moment += timedelta(seconds=seconds)

    def sleep_until(self, moment: datetime) -> None:
        with self._lock:
            self.moment = max(self.moment, moment)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Use this time in the whole package and for what listeners do."""
        with patch.object(times, "now", self.now), patch("time.sleep", self.sleep):
            yield


class Reaper:
    """Lets workers die at chosen requests to AWS, before or after a request takes effect."""

    def __init__(self, kills: tuple[tuple[int, bool], ...]) -> None:
        self._kills = dict(kills)
        self._lock = threading.Lock()
        self._dead = False
        self.requests = self.deaths = 0
        self.writes: list[int] = []
        """The numbers of the requests that were writes. A death after a read is like one after the write before it."""
        self.witness: Callable[[], object] = lambda: None
        """Called after each death, before the next try."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Count the requests of all clients. Threads of a dead worker can make none."""
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: object, operation: str, parameters: object) -> Any:
            with self._lock:
                if self._dead:
                    raise Died
                self.requests += 1
                if operation in WRITES:
                    self.writes.append(self.requests)
                effective = self._kills.pop(self.requests, None)
                if effective is not None:
                    self._dead, self.deaths = True, self.deaths + 1
            if effective is None:
                return real(client, operation, parameters)
            if effective:
                real(client, operation, parameters)
            raise Died

        with patch.object(BaseClient, "_make_api_call", request):
            yield

    def worker(self, work: Callable[[], T]) -> T | None:
        """A task with its retries; None when each of them died."""
        for _ in range(TRIES):
            try:
                return work()
            except Died:
                self._dead = False
                self.witness()
        return None


@dataclass
class Machine:
    """The sync's executions of one connection."""

    user_id: str
    data_types: tuple[DataType, ...]
    clock: Clock
    reaper: Reaper
    pages: int | None = None
    """After how many pages a Lambda's time is up."""
    provider: str = "spotify"
    mode: str = "changes"
    rounds: int = 0
    job: Job | None = None
    moments: list[str] = field(default_factory=list)
    """When each of its syncs began: if all tries of a sync's end die, another one follows."""

    def position(self, data_type: DataType) -> Position:
        """The position that the sync has stored."""
        stored = progress(self.job.user_id, self.job.sync_id, data_type) if self.job else None
        return Position.of(stored.position if stored else "")

    def run(self) -> tuple[Job, str]:
        """Execute until a sync ends. Returns the sync and its status."""
        for number in range(1, MOST_EXECUTIONS + 1):
            ended = self._execute(f"execution-{number}")
            if ended:
                return ended
            # The execution died in its sync. The next one begins when the lease is over.
            self.clock.sleep(LEASE.total_seconds() + 1)
        raise AssertionError("the connection stays taken")

    def _execute(self, execution: str) -> tuple[Job, str] | None:
        given: dict[str, Any] = {"user_id": self.user_id, "provider": self.provider, "mode": self.mode}
        given["data_types"] = [str(data_type) for data_type in self.data_types]
        started_at = self.clock.now()
        begun = self.reaper.worker(lambda: begin_sync(given, execution, started_at))
        # No dead execution can be looked up here, so only its lease counts. It may outlast a long wait.
        if begun is None or begun["outcome"] == "already_running":
            return None
        assert begun["outcome"] == "started", begun
        self.job = job = Job.of(begun["job"])
        self.moments += [job.fetched_at] * (job.fetched_at not in self.moments)
        number = begun["round"]
        while True:
            self.rounds += 1
            assert self.rounds < 200, "the sync does not end"
            results = [self._collect(data_type, job) for data_type in self.data_types]
            answer = self.reaper.worker(lambda results=results, number=number: finish_sync(job, number, results))  # type: ignore[misc]
            if answer is None:
                return None
            if answer["status"] != "waiting":
                return job, answer["status"]
            number = answer["round"]
            self.clock.sleep_until(times.parse(answer["until"]))

    def _collect(self, data_type: DataType, job: Job) -> dict[str, str]:
        summary = self.reaper.worker(lambda: collect(data_type, job, self._seconds_left()))
        return summary.event() if summary else {"data_type": data_type, "error": "Sandbox.Timedout"}

    def _seconds_left(self) -> Callable[[], float]:
        left = itertools.count(self.pages or 1_000_000, -1)
        return lambda: RESERVE_SECONDS + next(left) - 1.5
