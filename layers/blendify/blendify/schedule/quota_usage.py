"""The quota that the schedule has used of each application: one item, which one dispatch at a time writes."""

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.schedule.quota import SHARE, QuotaState, QuotaUsage


def state(provider: str, application: str) -> QuotaState:
    """What the application's rate limiter says now."""
    pk = keys.rate_limiter(provider, application)
    item, day = state_table().get(pk, "gate") or {}, state_table().get(pk, "day")
    interval = int(item["interval"]) if "interval" in item else None
    calls = _of_the_day(day) if day else ()
    return QuotaState(int(item.get("next_slot_at", 0)), interval, int(item.get("cooldown_until", 0)), *calls)


def _of_the_day(item: Item) -> tuple[int, int]:
    """Calls that the schedule may make in a whole day, and how many of them are left."""
    most = int(int(item["most"]) * SHARE)
    over = int(item["resets_at"]) <= times.milliseconds(times.now())
    return most, most if over else max(0, most - int(item["used"]))


def usage(provider: str, application: str) -> QuotaUsage:
    """The application's quota usage; an empty one if nothing was reserved yet."""
    item = state_table().get(keys.quota_usage(provider, application), "ledger") or {}
    return QuotaUsage(int(item.get("polls_until", 0)), int(item.get("everything_until", 0)))


def reserve(provider: str, application: str, before: QuotaUsage, after: QuotaUsage) -> bool:
    """Store the usage; False if another dispatch has stored one since `before`: that one then starts what is due."""
    unchanged = Attr("polls_until").eq(before.polls_until) & Attr("everything_until").eq(before.resyncs_until)
    change = Change(set={"polls_until": after.polls_until, "everything_until": after.resyncs_until})
    new = Attr("pk").not_exists()
    try:
        state_table().update(keys.quota_usage(provider, application), "ledger", change, only_if=new | unchanged)
    except ConditionFailed:
        return False
    return True
