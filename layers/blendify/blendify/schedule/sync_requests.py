"""When a listener last asked for a sync: once a minute is enough."""

import math

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

SECONDS = 60


def admit(user_id: str) -> int:
    """Seconds until a manual sync is allowed; 0 if allowed now, and then recorded. Of several at once one gets 0."""
    now = times.milliseconds(times.now())
    asked = Change(set={"asked_at": now})
    free = Attr("asked_at").not_exists() | Attr("asked_at").lte(now - SECONDS * 1000)
    try:
        state_table().update(keys.user(user_id), keys.sync_request(), asked, only_if=free)
    except ConditionFailed as failure:
        before = int((failure.stored or {}).get("asked_at", now))
        return max(1, math.ceil((before - now) / 1000) + SECONDS)
    return 0
