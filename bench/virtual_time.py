"""
How long a collector takes when only its calls and its requests to AWS take time: the same on every machine.

The product's own code runs, on AWS in memory. Its threads are replaced: what is handed to a pool runs at once, and the
clock says when it would have begun and ended. A thread waits for a result exactly where the real one would.

Assumed  `CALL` a provider call and `REQUEST` a request to AWS; processors take no time
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from unittest.mock import patch

from botocore.client import BaseClient

from blendify.calling import fetch as calling
from blendify.fetching import page_reader, provider_client
from blendify.history import append, list_versions

CALL, REQUEST = 0.080, 0.005
"""Seconds: a provider's answer, and DynamoDB's to a write of a few KB in the same region."""
T = TypeVar("T")


@dataclass
class Clock:
    """The virtual present of the code that runs now, in seconds, and the numbers of calls and of requests to AWS."""

    now: float = 0.0
    calls: int = 0
    requests: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Done:
    """A future that is complete, although virtually only from `at` on."""

    clock: Clock
    at: float
    answer: Callable[[], Any]

    def result(self) -> Any:
        """Wait for the result."""
        self.clock.now = max(self.clock.now, self.at)
        return self.answer()

    def exception(self) -> BaseException | None:
        """Wait, then the error in place of a result, or None."""
        try:
            self.result()
        except Exception as error:
            return error
        return None

    def done(self) -> bool:
        """Whether the result is there at the virtual present."""
        return self.at <= self.clock.now

    def cancel(self) -> bool:
        """It has run already."""
        return False


class _Pool:
    """A pool of so many virtual threads."""

    def __init__(self, clock: Clock, workers: int) -> None:
        self._clock, self._free = clock, [clock.now] * workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *given: Any) -> _Done:
        clock, began = self._clock, self._clock.now
        clock.now = max(began, heapq.heappop(self._free))
        try:
            value = function(*given)
        except Exception as error:
            failure = error

            def answer() -> Any:
                raise failure
        else:

            def answer() -> Any:
                return value

        heapq.heappush(self._free, clock.now)
        done = _Done(clock, clock.now, answer)
        clock.now = began
        return done

    def map(self, function: Callable[..., T], values: Iterable[Any]) -> Iterator[T]:
        done = [self.submit(function, value) for value in values]
        return iter([each.result() for each in done])


@contextmanager
def virtual_time() -> Iterator[Clock]:
    """Inside the context collectors spend virtual time."""
    clock = Clock()
    real_fetch, real_request = calling.fetch, BaseClient._make_api_call  # type: ignore[attr-defined]

    def fetch(*given: Any) -> Any:
        clock.now += CALL
        clock.calls += 1
        return real_fetch(*given)

    def request(client: Any, operation: str, parameters: Any) -> Any:
        clock.now += REQUEST
        clock.requests[operation] += 1
        return real_request(client, operation, parameters)

    def pool(workers: int, **_: Any) -> _Pool:
        return _Pool(clock, workers)

    with ExitStack() as patches:
        patches.enter_context(patch.object(provider_client, "fetch", fetch))
        patches.enter_context(patch.object(BaseClient, "_make_api_call", request))
        for module in (page_reader, append, list_versions):
            patches.enter_context(patch.object(module, "ThreadPoolExecutor", pool))
        yield clock
