"""Deleting applications that listeners brought, with what is known of their pace."""

from collections.abc import Collection

from blendify.access.brought_applications import all_brought
from blendify.db import keys
from blendify.db.state_table import state_table


def drop(user_id: str, provider: str, *, keep: Collection[str] = ()) -> bool:
    """Delete the user's applications at a provider, apart from `keep`; returns whether there were any."""
    dropped = [each.name for each in all_brought(user_id, provider) if each.name not in keep]
    for name in dropped:
        state_table().delete(keys.user(user_id), keys.application(provider, name))
        state_table().delete(keys.rate_limiter(provider, name), "gate")
        state_table().delete(keys.rate_limiter(provider, name, user_id), "gate")
    return bool(dropped)
