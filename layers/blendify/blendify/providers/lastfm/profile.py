"""Who the listener is at Last.fm."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import of, text
from blendify.providers.lastfm.pages import whole
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The session's user. There is no id but the name, which is told with the moment of its registration from the same
    name given to somebody else later.

    Shape   {"user": {"name": str, "registered": {"unixtime": "1140000000", "#text": …}, …}}
    Source  https://www.last.fm/api/show/user.getInfo
    Raises  UnexpectedShape without name or registration
    """
    user = of(body, "user")
    name, registered = text(user, "name"), whole(of(user, "registered"), "unixtime")
    if not name or registered is None:
        raise UnexpectedShape("Last.fm's profile answer carries no name and registration")
    return Profile(account_id=f"{name.lower()}@{registered}", provider_user_id=name, display_name=name)
