"""Joining a blend: accepting its invitation is the consent for that blend. The others are told."""

from blendify.blends import membership, news
from blendify.blends.membership import Blend, JoinRefused


def join(user_id: str, invitation: str) -> Blend | JoinRefused:
    """
    Make the user a member; returns the blend with them.

    Raises  UserGone
    """
    joined = membership.join(user_id, invitation)
    member = joined.member(user_id) if isinstance(joined, Blend) else None
    if isinstance(joined, Blend) and member:
        news.tell(joined, news.JOINED, member)
    return joined
