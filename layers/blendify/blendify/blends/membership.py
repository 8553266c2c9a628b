"""
Blends and who is in them.

Items   `blend` in the blend's partition: who made it, its members, the hash of its invitation. Each member has an item
        `blend#<id>` in their own partition, which leads there; an invitation has a partition by its hash
Ids     A member has a random id in each blend. The others never see the id of a user
Writes  Who joins and who leaves is written to all items at once, and only if nobody joined or left meanwhile
"""

import secrets
from base64 import b32encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.access.users import UserGone
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import Write, check, commit, delete, put, update

LEAST_MEMBERS, MOST_MEMBERS = 2, 10
MOST_BLENDS = 20
"""In which one listener may be."""
INVITED = timedelta(days=7)
"""How long an invitation can be accepted."""
MAX_TITLE_CHARACTERS = 60


class JoinRefused(StrEnum):
    """Why an invitation cannot be accepted."""

    GONE = "gone"
    """It was withdrawn, its time is over, the blend is full, has ended, or never was."""
    MEMBER = "member"
    """The listener is in the blend already."""
    ENOUGH = "enough"
    """The listener is in as many blends as they may be."""


@dataclass(frozen=True)
class Member:
    """A listener in a blend."""

    member_id: str
    user_id: str
    joined_at: str


@dataclass(frozen=True)
class Blend:
    """A blend, its members by when they joined."""

    blend_id: str
    title: str
    made_by: str
    """The id of the user who invites and can end it: who made it, or after them whoever is in it for longest."""
    created_at: str
    members: tuple[Member, ...]
    version: int
    """Another one whenever somebody joined or left."""
    invitation: str | None = field(default=None, repr=False)
    """The hash of the invitation that can be accepted."""
    invited_until: str | None = None

    @classmethod
    def of(cls, item: Item) -> "Blend":
        """The blend in an item."""
        members = [Member(name, each["user_id"], each["joined_at"]) for name, each in item["members"].items()]
        return cls(
            item["blend_id"],
            item["title"],
            item["made_by"],
            item["created_at"],
            tuple(sorted(members, key=lambda each: (each.joined_at, each.member_id))),
            int(item["version"]),
            item.get("invitation"),
            item.get("invited_until"),
        )

    def member(self, user_id: str) -> Member | None:
        """The member who is this user; None when they are not in the blend."""
        return next((each for each in self.members if each.user_id == user_id), None)

    def is_open(self, now: datetime) -> bool:
        """Whether its invitation can be accepted."""
        return self.invited_until is not None and times.parse(self.invited_until) > now


def make(user_id: str, title: str = "") -> tuple[Blend, str] | None:
    """
    A new blend with one member, and its invitation, of which the hash alone is stored; None with enough blends.

    Raises  UserGone
    """
    if len(blend_ids(user_id)) >= MOST_BLENDS:
        return None
    now, invitation = times.now(), secrets.token_urlsafe(24)
    blend_id, member = b32encode(secrets.token_bytes(10)).decode().lower(), _new_member(user_id, now)
    made = Blend(
        blend_id,
        title[:MAX_TITLE_CHARACTERS],
        user_id,
        times.iso(now),
        (member,),
        1,
        _hash(invitation),
        times.iso(now + INVITED),
    )
    try:
        commit(
            put(keys.blend(blend_id), "blend", _item(made)),
            _invitation(made),
            *_entry(made, member),
        )
    except ConditionFailed as refused:
        raise UserGone(f"user {user_id} has left") from refused
    return made, invitation


def find(blend_id: str) -> Blend | None:
    """The blend; None when there is none, or no longer."""
    item = state_table().get(keys.blend(blend_id), "blend")
    return Blend.of(item) if item else None


def of_member(user_id: str, blend_id: str) -> Blend | None:
    """The blend; None when there is none, or when the user is not in it."""
    blend = find(blend_id)
    return blend if blend and blend.member(user_id) else None


def every(user_id: str) -> list[Blend]:
    """The blends in which the user is, oldest first."""
    blends = (of_member(user_id, blend_id) for blend_id in blend_ids(user_id))
    return sorted(filter(None, blends), key=lambda each: (each.created_at, each.blend_id))


def invited(invitation: str) -> Blend | None:
    """The blend to which this invitation leads; None when it cannot be accepted."""
    item = state_table().get(keys.invitation(_hash(invitation)), "invitation")
    blend = find(item["blend_id"]) if item else None
    if blend is None or blend.invitation != _hash(invitation) or not blend.is_open(times.now()):
        return None
    return blend


def join(user_id: str, invitation: str) -> Blend | JoinRefused:
    """
    Make the user a member; returns the blend with them.

    Raises  UserGone
    """
    while True:
        blend = invited(invitation)
        if blend is None:
            return JoinRefused.GONE
        if blend.member(user_id):
            return JoinRefused.MEMBER
        if len(blend_ids(user_id)) >= MOST_BLENDS:
            return JoinRefused.ENOUGH
        member = _new_member(user_id, times.now())
        joined = replace(blend, members=(*blend.members, member), version=blend.version + 1)
        if len(joined.members) == MOST_MEMBERS:
            joined = replace(joined, invitation=None, invited_until=None)
        with suppress(ConditionFailed):
            commit(_changed(blend, joined), *_withdrawn(blend, joined), *_entry(joined, member))
            return joined
        if state_table().get(keys.user(user_id), keys.profile()) is None:
            raise UserGone(f"user {user_id} has left")


def invite(blend: Blend) -> str | None:
    """A new invitation in place of the present one; None when the blend is full, or has ended."""
    present: Blend | None = blend
    while present and len(present.members) < MOST_MEMBERS:
        invitation = secrets.token_urlsafe(24)
        until = times.iso(times.now() + INVITED)
        changed = replace(present, invitation=_hash(invitation), invited_until=until)
        with suppress(ConditionFailed):
            commit(_changed(present, changed), *_withdrawn(present, changed), _invitation(changed))
            return invitation
        present = find(blend.blend_id)
    return None


def withdraw(blend: Blend) -> None:
    """Withdraw the invitation, also when somebody joins or leaves at the same time; who has joined stays."""
    present: Blend | None = blend
    while present and present.invitation:
        closed = replace(present, invitation=None, invited_until=None)
        with suppress(ConditionFailed):
            commit(_changed(present, closed), *_withdrawn(present, closed))
            return
        present = find(blend.blend_id)


def leave(user_id: str, blend_id: str) -> Blend | None:
    """
    Take the user out of a blend, which ends with fewer than two members left.

    Returns the blend as it was before; None when the user was not in it
    """
    while True:
        blend = of_member(user_id, blend_id)
        if blend is None:
            return None
        rest = tuple(each for each in blend.members if each.user_id != user_id)
        if len(rest) < LEAST_MEMBERS:
            if end(blend):
                return blend
            continue
        maker = rest[0].user_id if blend.made_by == user_id else blend.made_by
        with suppress(ConditionFailed):
            left = replace(blend, made_by=maker, members=rest, version=blend.version + 1)
            commit(_changed(blend, left), delete(keys.user(user_id), keys.membership(blend_id)))
            return blend


def end(blend: Blend) -> bool:
    """End a blend for all its members; False when somebody joined or left meanwhile."""
    entries = [delete(keys.user(each.user_id), keys.membership(blend.blend_id)) for each in blend.members]
    gone = delete(keys.blend(blend.blend_id), "blend", only_if=Attr("version").eq(blend.version))
    try:
        commit(gone, *entries, *_withdrawn(blend, replace(blend, invitation=None)))
    except ConditionFailed:
        return False
    return True


def blend_ids(user_id: str) -> list[str]:
    """The ids of the user's blends."""
    return [str(item["blend_id"]) for item in state_table().query(keys.user(user_id), keys.membership())]


def _new_member(user_id: str, now: datetime) -> Member:
    return Member(secrets.token_hex(6), user_id, times.iso(now))


def _item(blend: Blend) -> dict[str, Any]:
    members = {each.member_id: {"user_id": each.user_id, "joined_at": each.joined_at} for each in blend.members}
    values: Mapping[str, Any] = {**vars(blend), "members": members}
    return {name: value for name, value in values.items() if value is not None}


def _changed(before: Blend, after: Blend) -> Write:
    """Members and invitation in place of those before, if nobody joined or left and the invitation is the same."""
    item = _item(after)
    change = Change(
        set={
            name: item[name]
            for name in ("made_by", "members", "version", "invitation", "invited_until")
            if name in item
        },
        remove=tuple(name for name in ("invitation", "invited_until") if name not in item),
    )
    invitation = Attr("invitation").eq(before.invitation) if before.invitation else Attr("invitation").not_exists()
    condition = Attr("version").eq(before.version) & invitation
    return update(keys.blend(before.blend_id), "blend", change, only_if=condition)


def _entry(blend: Blend, member: Member) -> tuple[Write, Write]:
    """The member's own item, and that they are still a user."""
    where = keys.user(member.user_id)
    entry = {"blend_id": blend.blend_id, "member_id": member.member_id, "joined_at": member.joined_at}
    return (
        put(where, keys.membership(blend.blend_id), entry),
        check(where, keys.profile(), only_if=Attr("pk").exists()),
    )


def _invitation(blend: Blend) -> Write:
    expires = times.parse(str(blend.invited_until)) + timedelta(days=1)
    item = {"blend_id": blend.blend_id, "expires_at": int(expires.timestamp())}
    return put(keys.invitation(str(blend.invitation)), "invitation", item)


def _withdrawn(before: Blend, after: Blend) -> list[Write]:
    """The end of the invitation that was valid before and is no longer."""
    if before.invitation is None or before.invitation == after.invitation:
        return []
    return [delete(keys.invitation(before.invitation), "invitation")]


def _hash(invitation: str) -> str:
    return sha256(invitation.encode(errors="backslashreplace")).hexdigest()
