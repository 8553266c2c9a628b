"""Events of what other people do: of blends. They have ids and no names, as an event leaves our hands."""

from collections.abc import Mapping

from blendify.webhooks import bodies, deliveries, subscriptions
from blendify.webhooks.deliveries import Queued


def tell(user_id: str, kind: str, data: Mapping[str, str]) -> int:
    """Queue an event of this kind for each webhook of the user that is not disabled; returns for how many."""
    webhooks = [each for each in subscriptions.every(user_id) if not each.disabled_at]
    number = subscriptions.next_number(user_id) if webhooks else None
    if number is None:
        return 0
    body = bodies.body(kind, {"number": number, "user_id": user_id, **data})
    for webhook in webhooks:
        deliveries.send(Queued(user_id, webhook.webhook_id, f"evt_{user_id}_{number}", body))
    return len(webhooks)
