"""Workers in a time of their own, with one table."""

from functools import partial

import pytest

from tests.unit.memory_table import MemoryTable
from tests.unit.rate_limiter.workers import Limiter, worker_limiter
from tests.unit.timeline import Timeline


@pytest.fixture
def timeline(monkeypatch: pytest.MonkeyPatch) -> Timeline:
    made = Timeline()
    made.install(monkeypatch)
    return made


@pytest.fixture
def limiter() -> Limiter:
    """A worker's rate limiter; all workers of a test share one table."""
    return partial(worker_limiter, MemoryTable())
