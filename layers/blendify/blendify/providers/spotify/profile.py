"""The listener's Spotify account."""

from collections.abc import Mapping
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The token's user.

    Shape   {"account_id": str, "id": str, "display_name": str | null, ...}; `account_id` since May 2026, immutable
    Source  https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile
    Raises  UnexpectedShape without an `id`: the account could not be identified
    """
    if not isinstance(body, Mapping):
        raise UnexpectedShape("Spotify's profile response is not an object")
    user_id = body.get("id")
    if not isinstance(user_id, str) or not user_id:
        raise UnexpectedShape("Spotify's profile response has no id")
    account_id = body.get("account_id")
    return Profile(
        account_id=account_id if isinstance(account_id, str) and account_id else user_id,
        provider_user_id=user_id,
        display_name=str(body.get("display_name") or user_id),
    )
