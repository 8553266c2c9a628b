"""When a listener last asked for a sync: once a minute is enough."""

import math

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table

SECONDS = 60


def grant(user_id: str) -> int:
    """0 when the wish is granted, and remembered; else in how many seconds the next one can be. One of many at once."""
    now = times.milliseconds(times.now())
    asked = Change(set={"asked_at": now})
    free = Attr("asked_at").not_exists() | Attr("asked_at").lte(now - SECONDS * 1000)
    try:
        state_table().update(keys.user(user_id), keys.wish(), asked, only_if=free)
    except ConditionFailed as refused:
        before = int((refused.found or {}).get("asked_at", now))
        return max(1, math.ceil((before - now) / 1000) + SECONDS)
    return 0
