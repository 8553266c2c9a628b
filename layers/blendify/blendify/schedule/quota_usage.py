"""What the schedule has spent of each application's quota: one item, that one dispatch at a time writes."""

from boto3.dynamodb.conditions import Attr

from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, state_table
from blendify.schedule.quota import QuotaState, QuotaUsage


def pace(provider: str, application: str) -> QuotaState:
    """What the application's gate says now."""
    row = state_table().get(keys.gate(provider, application), "gate") or {}
    interval = int(row["interval"]) if "interval" in row else None
    return QuotaState(int(row.get("next_slot_at", 0)), interval, int(row.get("cooldown_until", 0)))


def ledger(provider: str, application: str) -> QuotaUsage:
    """The application's ledger; a new one when nothing was spent yet."""
    row = state_table().get(keys.ledger(provider, application), "ledger") or {}
    return QuotaUsage(int(row.get("polls_until", 0)), int(row.get("everything_until", 0)))


def spend(provider: str, application: str, seen: QuotaUsage, spent: QuotaUsage) -> bool:
    """Write the ledger on; False when another dispatch has spent meanwhile, who then does the work as well."""
    unchanged = Attr("polls_until").eq(seen.polls_until) & Attr("everything_until").eq(seen.everything_until)
    change = Change(set={"polls_until": spent.polls_until, "everything_until": spent.everything_until})
    new = Attr("pk").not_exists()
    try:
        state_table().update(keys.ledger(provider, application), "ledger", change, only_if=new | unchanged)
    except ConditionFailed:
        return False
    return True
