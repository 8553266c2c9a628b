"""A run has recorded something: its event goes on its way to each webhook of the listener."""

from blendify.core.telemetry import logger
from blendify.webhooks import bodies, deliveries, events, subscriptions
from blendify.webhooks.deliveries import Queued
from blendify.webhooks.runs import Run


def tell(run: Run) -> int:
    """Queue the run's event for each webhook that is not disabled; returns for how many."""
    webhooks = [each for each in subscriptions.every(run.user_id) if not each.disabled_at]
    data = events.recorded(run) if webhooks else None
    number = subscriptions.next_number(run.user_id) if data else None
    if data is None or number is None:
        return 0
    body = bodies.body(bodies.RECORDED, {"number": number, **data})
    for webhook in webhooks:
        deliveries.send(Queued(run.user_id, webhook.webhook_id, f"evt_{run.user_id}_{number}", body))
    logger.info("Event queued", extra={"webhooks": len(webhooks), "number": number})
    return len(webhooks)
