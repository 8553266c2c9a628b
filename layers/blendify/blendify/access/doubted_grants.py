"""
Grants in doubt: a token that cannot be renewed was refused in every try of a call, or the provider does not know the
listener's account.

Only another call, minutes or hours later, ends the grant. A call that succeeds in between clears the doubt.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr

from blendify.access.connections import Connection
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

CONFIRM_AFTER = timedelta(minutes=2)
"""Between the refusal that raises the doubt and the call that confirms it: refusals have been seen to pass by then."""
FORGOTTEN_AFTER = timedelta(days=3)
"""A doubt that no later call has confirmed or cleared says nothing any more: the next refusal is the first again."""


def record(connection: Connection) -> datetime:
    """Record that the connection's grant is in doubt; returns since when it has been."""
    now = times.now()
    before = times.parse(connection.doubted_since) if connection.doubted_since else None
    if before is not None and now - before < FORGOTTEN_AFTER:
        return before
    same = Attr("tokens_version").eq(connection.tokens_version)
    new = Attr("doubted_since").not_exists() | Attr("doubted_since").eq(connection.doubted_since)
    change, where = Change(set={"doubted_since": times.iso(now)}), keys.user(connection.user_id)
    with suppress(ConditionFailed):
        state_table().update(where, keys.connection(connection.provider), change, only_if=same & new)
    return now


def clear(user_id: str, provider: str) -> None:
    """The provider accepts the grant."""
    with suppress(ConditionFailed):
        state_table().update(
            keys.user(user_id),
            keys.connection(provider),
            Change(remove=("doubted_since",)),
            only_if=Attr("doubted_since").exists(),
        )
