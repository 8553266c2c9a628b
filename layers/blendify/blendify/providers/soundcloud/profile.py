"""The listener's SoundCloud account."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import identifier
from blendify.providers.provider import Profile
from blendify.providers.soundcloud.records import urn


def profile(body: Any) -> Profile:
    """
    The token's user.

    Shape   {"urn": "soundcloud:users:12345", "username": str, "full_name": str, …}
    Raises  UnexpectedShape without an id: the account could not be identified
    """
    user = urn(body, "users")
    if not user:
        raise UnexpectedShape("SoundCloud's profile response has no urn")
    return Profile(account_id=user, provider_user_id=user, display_name=identifier(body, "username") or user)
