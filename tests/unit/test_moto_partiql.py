"""moto does with INSERT what DynamoDB does, so that tests on it say something of DynamoDB."""

from collections.abc import Callable

import pytest

from blendify.core import aws
from tests.inserts import PROMISES, Place


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_insert_is_dynamodbs(promise: Callable[[Place], None]) -> None:
    """Each of the promises."""
    promise(Place(aws.client("dynamodb"), "history", "nobody#inserts"))
