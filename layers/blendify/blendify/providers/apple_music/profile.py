"""What Apple Music tells of the listener: the country of their account, and nothing that tells them from others."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import of, text
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The listener's storefront. There is no id and no name.

    Shape   {"data": [{"id": "se", "type": "storefronts", "attributes": {"name": "Sweden", …}}]}
    Source  https://developer.apple.com/documentation/applemusicapi/get-a-user-s-storefront
    Raises  UnexpectedShape without a storefront
    """
    data = of(body, "data")
    storefront = data[0] if isinstance(data, list) and data else None
    identity = text(storefront, "id")
    if not identity:
        raise UnexpectedShape("Apple Music's answer carries no storefront")
    country = text(of(storefront, "attributes"), "name") or identity.upper()
    return Profile(account_id="", provider_user_id="", display_name=f"Apple Music, {country}")
