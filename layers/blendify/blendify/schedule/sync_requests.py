"""When a listener last asked for a sync: once a minute is enough, and less often for one that reads everything."""

import math
from datetime import datetime

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table

SECONDS = 60
FULL_SECONDS = 300
"""Between two syncs that read every list whole: one takes as many calls as the whole library has pages."""


def admit(user_id: str, *, full: bool = False) -> int:
    """
    Seconds until a manual sync is allowed; 0 if allowed now, and then recorded. Of several at once one gets 0.

    full    Whether the sync is to read every list whole
    """
    now = times.milliseconds(times.now())
    least = {"asked_at": SECONDS, **({"full_asked_at": FULL_SECONDS} if full else {})}
    asked, free = Change(set=dict.fromkeys(least, now)), _over("asked_at", now, SECONDS)
    if full:
        free &= _over("full_asked_at", now, FULL_SECONDS)
    try:
        state_table().update(keys.user(user_id), keys.sync_request(), asked, only_if=free)
    except ConditionFailed as failure:
        return max(1, *(_left(failure.stored, name, now, seconds) for name, seconds in least.items()))
    return 0


def asked_at(user_id: str) -> datetime | None:
    """When the listener last asked for a sync and was admitted; None before the first time."""
    item = state_table().get(keys.user(user_id), keys.sync_request())
    return times.from_milliseconds(int(item["asked_at"])) if item else None


def _over(name: str, now: int, seconds: int) -> ConditionBase:
    """The condition that the request of this attribute is so long ago, or that there was none."""
    return Attr(name).not_exists() | Attr(name).lte(now - seconds * 1000)


def _left(item: Item | None, name: str, now: int, seconds: int) -> int:
    """Seconds until the request of this attribute is long enough ago; not positive if it is."""
    before = (item or {}).get(name)
    return math.ceil((int(before) - now) / 1000) + seconds if before is not None else 0
