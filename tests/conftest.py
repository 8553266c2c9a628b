"""What all tests share: an environment that names tables, and AWS in memory (moto) as template.yaml describes it."""

import gc
import os
from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from local.providers import PROVIDERS

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_DEV="false",
    HISTORY_TABLE="history",
    ACCOUNTS_TABLE="accounts",
    TOKENS_KEY="alias/tokens",
    APPLICATIONS="blendify/applications",
    PUBLIC_URL="http://127.0.0.1:4566/v1",
    TOP_LIST_DEPTH="50",
    FULL_SWEEP_DAYS="7",
    RESYNC_HOURS="24",
    SHORTEST_POLL_MINUTES="20",
    LONGEST_POLL_MINUTES="1440",
    ERASE_STATE_MACHINE="arn:aws:states:us-east-1:000000000000:stateMachine:erase",
    EXPORT_STATE_MACHINE="arn:aws:states:us-east-1:000000000000:stateMachine:export",
    EXPORTS_BUCKET="exports",
    SYNC_STATE_MACHINE="arn:aws:states:us-east-1:000000000000:stateMachine:sync",
)
os.environ["CONNECTABLE"] = ",".join(PROVIDERS)
for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
    os.environ.pop(name, None)


class OneStack(LoadScopeScheduling):  # type: ignore[misc]
    """
    Tests that share what is costly to make run on one worker.

    The end-to-end tests share a deployment; they wait a lot, while others have the processors. The tests of a whole
    export share the life that was exported.
    """

    SHARED = ("tests/e2e/", "tests/unit/test_export_round_trip.py")

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for shared in self.SHARED if nodeid.startswith(shared)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneStack:
    """Who takes which test."""
    return OneStack(config, log)


def pytest_collection_finish() -> None:
    """What has been imported stays: the garbage collector need not go through it over and over."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the tests with random schedules went through, summed over all workers."""
    figures: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        figures.update({name: count for name, count in report.user_properties if isinstance(count, int)})
    if figures:
        terminalreporter.section("schedules of faults")
        terminalreporter.line(", ".join(f"{name} {count:,}" for name, count in figures.items()))
