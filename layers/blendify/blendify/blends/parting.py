"""
Leaving a blend, and ending it: whoever has left is in no playlist from the next request on, and in nothing stored.

The others are told. Who is in a blend decides what is shown, so a membership goes first. What is stored is deleted
before it too: a pass of an erasure that dies in between would not find it again.
"""

from blendify.blends import membership, news, shelf
from blendify.blends.membership import LEAST_MEMBERS, Blend


def leave(user_id: str, blend_id: str) -> Blend | None:
    """Take the user out; returns the blend as it was before, None when they were not in it."""
    if membership.of_member(user_id, blend_id) is None:
        return None
    shelf.forget(blend_id)
    before = membership.leave(user_id, blend_id)
    shelf.forget(blend_id)
    member = before.member(user_id) if before else None
    if before and member:
        news.tell(before, news.LEFT if len(before.members) > LEAST_MEMBERS else news.ENDED, member)
    return before


def end(blend_id: str, user_id: str) -> Blend | None:
    """End a blend for all; returns it as it was, None when this user cannot end it."""
    while True:
        blend = membership.of_member(user_id, blend_id)
        maker = blend.member(user_id) if blend and blend.made_by == user_id else None
        if blend is None or maker is None:
            return None
        if membership.end(blend):
            shelf.forget(blend_id)
            news.tell(blend, news.ENDED, maker)
            return blend


def leave_all(user_id: str) -> int:
    """Take the user out of all blends; returns of how many."""
    return sum(leave(user_id, blend_id) is not None for blend_id in membership.blend_ids(user_id))


def forget_all(user_id: str) -> None:
    """Delete the playlists of all blends in which the user is: data of theirs is being erased."""
    for blend_id in membership.blend_ids(user_id):
        shelf.forget(blend_id)
