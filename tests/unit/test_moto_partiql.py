"""moto's INSERT behaves like DynamoDB's, so that tests on moto are valid for DynamoDB."""

from collections.abc import Callable

import pytest

from blendify.core import aws
from tests.aws.inserts import PROMISES, Place


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_insert_behaves_like_dynamodbs(promise: Callable[[Place], None]) -> None:
    """See the promise."""
    promise(Place(aws.client("dynamodb"), "history", "nobody#inserts"))
