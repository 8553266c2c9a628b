"""The emulator's INSERT behaves like DynamoDB's, so that tests on the emulator are valid for AWS."""

from collections.abc import Callable

import pytest

from tests.aws.inserts import PROMISES, Place
from tests.e2e.system import System


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_insert_behaves_like_dynamodbs(system: System, promise: Callable[[Place], None]) -> None:
    """See the promise. Each has a partition of its own."""
    client, table = system.stack.emulator.client("dynamodb"), system.outputs["history_table"]
    promise(Place(client, table, f"nobody#{promise.__name__}"))
