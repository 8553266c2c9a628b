"""A listener tries a webhook of theirs."""

import secrets

from blendify.webhooks import bodies, deliveries, subscriptions
from blendify.webhooks.deliveries import Queued


def send(user_id: str, webhook_id: str) -> bool:
    """Queue a test event, also for a disabled webhook, which an answer enables again; False when there is none."""
    webhook = subscriptions.find(user_id, webhook_id)
    if webhook is None:
        return False
    body = bodies.body(bodies.TEST, {"user_id": user_id, "webhook_id": webhook_id})
    # Its first attempt is its last: whoever tries it looks at what comes of it.
    last = len(deliveries.DELAYS) + 1
    deliveries.send(Queued(user_id, webhook_id, f"evt_test_{secrets.token_hex(10)}", body, attempt=last))
    return True
