"""The emulator does with INSERT what DynamoDB does, so that a stack on it says something of one on AWS."""

from collections.abc import Callable

import pytest

from tests.e2e.system import System
from tests.inserts import PROMISES, Place


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_insert_is_dynamodbs(system: System, promise: Callable[[Place], None]) -> None:
    """Each of the promises, in a partition of its own."""
    client, table = system.stack.emulator.client("dynamodb"), system.outputs["history_table"]
    promise(Place(client, table, f"nobody#{promise.__name__}"))
