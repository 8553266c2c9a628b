"""For all tests: the functions' environment, and which worker runs which tests."""

import gc
import logging
from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.aws.function_environment import set_function_environment

set_function_environment()
# moto's own library logs the address of each call that it lets through; no function has it.
logging.getLogger("responses").setLevel(logging.WARNING)


class OneStack(LoadScopeScheduling):  # type: ignore[misc]
    """
    Tests that share an expensive fixture run on one worker.

    The end-to-end tests share a deployment. They mostly wait, and leave the processors to the other workers. Those of
    the emulator alone have emulators of their own, so another worker can run them meanwhile. The tests of a whole
    export share the exported account.
    """

    SHARED = ("tests/e2e/test_emulator.py", "tests/e2e/", "tests/unit/test_export_round_trip.py")

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in self.SHARED if nodeid.startswith(shared)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStack:
    """The scheduler of pytest-xdist."""
    return OneStack(config, log)


def pytest_collection_finish() -> None:
    """Imported modules stay, so the garbage collector need not search them again and again."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The counts of the tests with random schedules of faults, summed over all workers."""
    figures: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        figures.update({name: count for name, count in report.user_properties if isinstance(count, int)})
    if figures:
        terminalreporter.section("schedules of faults")
        terminalreporter.line(", ".join(f"{name} {count:,}" for name, count in figures.items()))
