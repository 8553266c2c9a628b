"""Schedules that once broke a promise, found by long runs."""

from collections.abc import Mapping
from unittest.mock import patch

import pytest

from blendify.collecting import provider_client
from blendify.core.data_types import DataType
from tests.unit.provider_worlds import Behind
from tests.unit.robustness.schedules import Move, Schedule
from tests.unit.robustness.test_any_schedule import IMPATIENT, run
from tests.unit.robustness.worlds import small_pages

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NOTED_AND_NEVER_WRITTEN = Schedule(
    kills=((28, True), (1, False)), moves=((2, Move.ADD, 0), (5, Move.REMOVE, 3), (2, Move.REMOVE, 0))
)
"""The worker dies between noting a page and its facts; then the list shrinks, and that page is not read again."""


@pytest.mark.parametrize("schedule", [NOTED_AND_NEVER_WRITTEN])
def test_nothing_is_lost_and_nothing_twice(sockets: Mapping[str, Behind], schedule: Schedule) -> None:
    """As in random schedules: each list is as it was served, and the next sync makes it whole."""
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        figures = run(sockets, "spotify", DataType.SAVED_TRACKS, schedule, print)
    assert figures["deaths"] == len(schedule.kills)
