"""The listener's Spotify account."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import identifier
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The token's user.

    Shape   {"account_id": str, "id": str, "display_name": str | null, ...}; `account_id` since May 2026, immutable, and
            not in every answer
    Source  https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile
    Raises  UnexpectedShape without an `id`: the account could not be identified
    """
    user_id, account_id = identifier(body, "id"), identifier(body, "account_id")
    if not user_id:
        raise UnexpectedShape("Spotify's profile response has no id")
    return Profile(
        account_id=account_id or user_id,
        provider_user_id=user_id,
        display_name=identifier(body, "display_name") or user_id,
        aliases=(user_id,) if account_id else (),
    )
