"""The others in a blend are told who came, who left and that it ended: by their home page, webhooks, `/me/changes`."""

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import users, visits
from blendify.access.visits import ENDED, JOINED, LEFT, Word
from blendify.blends.membership import Blend, Member
from blendify.core import times
from blendify.core.telemetry import logger
from blendify.webhooks import people

__all__ = ["ENDED", "JOINED", "LEFT", "tell"]


def tell(blend: Blend, kind: str, who: Member) -> None:
    """
    Tell all members of this blend but the one who did it. Whether they can be told changes nothing of what was done.

    blend   as it was with everybody who is to be told
    """
    now = times.iso(times.now())
    data = {"blend_id": blend.blend_id, "member_id": who.member_id, "at": now}
    for member in blend.members:
        # Nothing is written for somebody who has been erased.
        if member.member_id != who.member_id and users.exists(member.user_id):
            try:
                visits.leave_word(member.user_id, Word(kind, blend.blend_id, now))
                people.tell(member.user_id, kind, data)
            except (BotoCoreError, ClientError):
                logger.exception("A member of a blend could not be told", extra={"user_id": member.user_id})
