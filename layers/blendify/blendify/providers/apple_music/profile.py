"""The listener's Apple Music account: Apple gives its country, and nothing that identifies it."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import first, get, identifier
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The listener's storefront. There is no id and no name.

    Shape   {"data": [{"id": "se", "type": "storefronts", "attributes": {"name": "Sweden", …}}]}
    Source  https://developer.apple.com/documentation/applemusicapi/get-a-user-s-storefront
    Raises  UnexpectedShape without a storefront
    """
    storefront = first(body, "data")
    identity = identifier(storefront, "id")
    if not identity:
        raise UnexpectedShape("Apple Music's response has no storefront")
    country = identifier(get(storefront, "attributes"), "name") or identity.upper()
    return Profile(account_id="", provider_user_id="", display_name=f"Apple Music, {country}")
