"""One attempt to deliver an event, and what follows from it."""

from blendify.core import telemetry, times
from blendify.core.settings import loopback_webhooks
from blendify.webhooks import deliveries, signature, subscriptions
from blendify.webhooks.bodies import is_test
from blendify.webhooks.deliveries import Queued
from blendify.webhooks.post import Delivery, NotDelivered, post
from blendify.webhooks.subscriptions import Webhook


def deliver(queued: Queued) -> None:
    """
    Post the event, unless its moment has not come or its webhook is gone or disabled; a test is posted in any case.

    A failed attempt is a later message. Only defects and infrastructure raise.
    """
    if deliveries.is_early(queued, times.now()):
        deliveries.send(queued)
        return
    webhook = subscriptions.find(queued.user_id, queued.webhook_id)
    if webhook is None or (webhook.disabled_at and not is_test(queued.body)):
        return
    try:
        post(_delivery(queued, webhook), loopback=loopback_webhooks())
    except NotDelivered as error:
        _failed(queued, webhook, error)
    else:
        subscriptions.record_success(queued.user_id, webhook)
        telemetry.delivery_ended(delivered=True)


def _delivery(queued: Queued, webhook: Webhook) -> Delivery:
    body = queued.body.encode()
    secret = signature.unseal(webhook.sealed, queued.user_id, webhook.webhook_id)
    return Delivery(webhook.url, signature.headers(queued.event_id, times.now(), body, secret), body)


def _failed(queued: Queued, webhook: Webhook, error: NotDelivered) -> None:
    telemetry.delivery_ended(delivered=False)
    disabled = subscriptions.record_failure(queued.user_id, webhook, str(error), gone=error.gone)
    again = None if error.gone or disabled else deliveries.next_attempt(queued, times.now(), error.retry_after)
    if again:
        deliveries.send(again)
    # Its address is the listener's own, and may hold a secret of theirs.
    telemetry.logger.info(
        "Webhook disabled" if disabled else "Event not delivered",
        extra={"why": str(error), "attempt": queued.attempt, "again_at": again.not_before if again else None},
    )
