"""The listener's Last.fm account."""

from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.json_fields import get, identifier, number
from blendify.providers.provider import Profile


def profile(body: Any) -> Profile:
    """
    The session's user. There is no id but the name; the time of registration tells it from the same name given to
    another person later.

    Shape   {"user": {"name": str, "registered": {"unixtime": "1140000000", "#text": …}, …}}
    Source  https://www.last.fm/api/show/user.getInfo
    Raises  UnexpectedShape without name or registration
    """
    user = get(body, "user")
    name, moment = identifier(user, "name"), get(user, "registered")
    registered = number(moment, "unixtime") or number(moment, "#text")
    if not name or registered is None:
        raise UnexpectedShape("Last.fm's profile response has no name and registration")
    return Profile(account_id=f"{name.lower()}@{registered}", provider_user_id=name, display_name=name)
