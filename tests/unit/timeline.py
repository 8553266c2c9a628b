"""Time that passes only while all workers sleep: many workers in one deterministic test, without waiting."""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

START = datetime(2026, 11, 22, 18, tzinfo=UTC)
PATIENCE_SECONDS = 300
"""Real time. A worker waits for the work of all others, which takes seconds on a fast machine."""


class Timeline:
    """Runs workers one at a time. Each runs until it sleeps, then the worker that wakes first continues."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._asleep: list[tuple[float, int, threading.Event]] = []
        self._order = itertools.count()
        self._threads: list[threading.Thread] = []
        self._raised: list[BaseException] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replaces clock and sleep in the whole package."""
        monkeypatch.setattr("blendify.core.times.now", self.now)
        monkeypatch.setattr("time.sleep", self.sleep)

    def now(self) -> datetime:
        return START + timedelta(milliseconds=round(self.seconds * 1000))

    def sleep(self, seconds: float) -> None:
        """Like `time.sleep`. Outside a worker it only moves the clock."""
        if threading.current_thread() not in self._threads:
            self.seconds += seconds
        elif seconds > 0:
            mine = threading.Event()
            heapq.heappush(self._asleep, (self.seconds + seconds, next(self._order), mine))
            self._wake_next()
            _wait_for(mine)

    def worker(self, begins: float, work: Callable[[], object]) -> None:
        """Add a worker that begins this many seconds from now."""
        mine = threading.Event()

        def run() -> None:
            try:
                _wait_for(mine)
                work()
            except BaseException as error:
                self._raised.append(error)
            finally:
                self._wake_next()

        self._threads.append(threading.Thread(target=run, daemon=True))
        heapq.heappush(self._asleep, (self.seconds + begins, next(self._order), mine))

    def run(self) -> None:
        """Run until all workers have ended. Raises the first worker's error."""
        for thread in self._threads:
            thread.start()
        self._wake_next()
        for thread in self._threads:
            thread.join(timeout=PATIENCE_SECONDS)
        stuck = [thread for thread in self._threads if thread.is_alive()]
        self._threads.clear()
        if self._raised:
            raise self._raised[0]
        if stuck:
            raise TimeoutError(f"{len(stuck)} workers do not end")

    def _wake_next(self) -> None:
        if self._asleep:
            when, _, event = heapq.heappop(self._asleep)
            self.seconds = max(self.seconds, when)
            event.set()


def _wait_for(turn: threading.Event) -> None:
    if not turn.wait(timeout=PATIENCE_SECONDS):
        raise TimeoutError("a worker is never woken")
