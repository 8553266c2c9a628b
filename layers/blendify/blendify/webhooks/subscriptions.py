"""
A listener's webhooks.

Items   `webhook#<id>` for each, and `webhooks` with the number of the latest event, both in the user's partition. The
        second one exists from the first webhook on: for listeners without it nothing is done
Failure `failing_since` is when the present failing began, `disabled_at` when it was enough
"""

import secrets
from base64 import b32encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.access.users import UserGone
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, put, update
from blendify.webhooks import signature

MAX_WEBHOOKS = 5
PATIENCE = timedelta(days=3)
"""A webhook that has taken nothing for so long is disabled."""


@dataclass(frozen=True)
class Webhook:
    """One webhook, its secret sealed."""

    webhook_id: str
    url: str
    created_at: str
    sealed: bytes = field(repr=False)
    failing_since: str | None = None
    disabled_at: str | None = None
    why: str | None = None
    """Why the latest delivery failed."""
    delivered_at: str | None = None
    """When it last took an event."""

    @classmethod
    def of(cls, item: Item) -> "Webhook":
        """The webhook in an item."""
        return cls(
            item["webhook_id"],
            item["url"],
            item["created_at"],
            item["sealed"],
            item.get("failing_since"),
            item.get("disabled_at"),
            item.get("why"),
            item.get("delivered_at"),
        )

    @property
    def status(self) -> str:
        """`active`, `failing` or `disabled`."""
        return "disabled" if self.disabled_at else "failing" if self.failing_since else "active"


def create(user_id: str, url: str) -> tuple[Webhook, str] | None:
    """
    A new webhook, and its secret, which is stored sealed alone; None when the user has enough.

    Raises  UserGone
    """
    if len(every(user_id)) >= MAX_WEBHOOKS:
        return None
    webhook_id, secret, now = b32encode(secrets.token_bytes(10)).decode().lower(), signature.new_secret(), times.now()
    made = Webhook(webhook_id, url, times.iso(now), signature.seal(secret, user_id, webhook_id))
    where, item = keys.user(user_id), {name: value for name, value in vars(made).items() if value is not None}
    try:
        commit(
            put(where, keys.webhook(webhook_id), item),
            update(where, keys.webhooks(), Change(add={"events": 0})),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
        )
    except ConditionFailed as refused:
        raise UserGone(f"user {user_id} has left") from refused
    return made, secret


def every(user_id: str, *, consistent: bool = True) -> list[Webhook]:
    """The user's webhooks, oldest first. `consistent` as in `StateTable.query`."""
    items = state_table().query(keys.user(user_id), keys.webhook(), consistent=consistent)
    return sorted(map(Webhook.of, items), key=lambda each: each.created_at)


def find(user_id: str, webhook_id: str) -> Webhook | None:
    """The webhook; None when the user has none with this id."""
    item = state_table().get(keys.user(user_id), keys.webhook(webhook_id))
    return Webhook.of(item) if item else None


def delete(user_id: str, webhook_id: str) -> bool:
    """Delete it with its secret; False when there was none."""
    return state_table().delete(keys.user(user_id), keys.webhook(webhook_id)) is not None


def who_has_any(user_ids: Iterable[str]) -> set[str]:
    """Those of the users who have, or had, a webhook."""
    return {user_id for user_id in user_ids if state_table().get(keys.user(user_id), keys.webhooks())}


def next_number(user_id: str) -> int | None:
    """The number of the user's next event: 1, 2, 3 …; None for a user who has left."""
    there = Attr("pk").exists()
    try:
        item = state_table().update(keys.user(user_id), keys.webhooks(), Change(add={"events": 1}), only_if=there)
    except ConditionFailed:
        return None
    return int(item["events"])


def record_success(user_id: str, webhook: Webhook) -> None:
    """It has taken an event: failures are forgotten, and a disabled one is enabled again."""
    change = Change(set={"delivered_at": times.iso(times.now())}, remove=("failing_since", "disabled_at", "why"))
    _change(user_id, webhook.webhook_id, change)


def record_failure(user_id: str, webhook: Webhook, why: str, *, gone: bool) -> bool:
    """It has not taken an event; returns whether it is disabled for that now. `gone`: it wants no more."""
    now = times.now()
    since = times.parse(webhook.failing_since) if webhook.failing_since else now
    values: dict[str, Any] = {"failing_since": times.iso(since), "why": why}
    enough = webhook.disabled_at is None and (gone or now - since >= PATIENCE)
    if enough:
        values["disabled_at"] = times.iso(now)
    _change(user_id, webhook.webhook_id, Change(set=values))
    return enough


def _change(user_id: str, webhook_id: str, change: Change) -> None:
    """Update it only if it still exists: it may have been deleted, or all of its user erased."""
    with suppress(ConditionFailed):
        state_table().update(keys.user(user_id), keys.webhook(webhook_id), change, only_if=Attr("pk").exists())
