"""Writes that meet a transaction, or a table at its limit for a moment: botocore itself does not try these again."""

import random
import time

TRIES = 6
CONFLICT = "TransactionConflictException"
"""A write met a transaction on the same item."""
PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons for which DynamoDB cancels a transaction that it takes a moment later."""


def pause(attempt: int) -> None:
    """Sleep before another try, longer each time; writes that were refused together come back apart."""
    time.sleep(random.uniform(0.5, 1) * 0.05 * 2**attempt)  # noqa: S311 -- jitter
