"""The listener's YouTube channel, which is what an account is to the API."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import first, get, identifier
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The channel that was chosen at the consent.

    Shape   {"items": [{"id": "UC…", "snippet": {"title": str, …}}]}; no items for an account that has no channel
    Source  https://developers.google.com/youtube/v3/docs/channels/list
    Raises  UnexpectedShape without a channel
    """
    channel = first(body, "items")
    channel_id = identifier(channel, "id")
    if not channel_id:
        raise UnexpectedShape(
            "this Google account has no YouTube channel: open YouTube once, choose Create a channel, and connect again"
        )
    title = identifier(get(channel, "snippet"), "title")
    return Profile(account_id=channel_id, provider_user_id=channel_id, display_name=title or channel_id)
