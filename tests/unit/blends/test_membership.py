"""Who is in a blend: invitations, joining, leaving, and whom a listener names by it."""

from datetime import datetime, timedelta

import pytest

from blendify.access import users
from blendify.access.users import UserGone
from blendify.blends import membership
from blendify.blends.friends import friends_of
from blendify.blends.membership import INVITED, MOST_BLENDS, MOST_MEMBERS, Blend, JoinRefused
from blendify.db import keys
from blendify.db.state_table import state_table

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def listener(name: str) -> str:
    return users.find_or_create_user("spotify", name)


def made_by(user_id: str) -> tuple[Blend, str]:
    made = membership.make(user_id, "Friday")
    assert made
    return made


def joined(invitation: str, name: str) -> tuple[str, Blend]:
    user_id = listener(name)
    blend = membership.join(user_id, invitation)
    assert isinstance(blend, Blend)
    return user_id, blend


def is_in(user_id: str, blend: Blend) -> bool:
    return blend.blend_id in [each.blend_id for each in membership.every(user_id)]


def test_who_accepts_an_invitation_is_in_the_blend() -> None:
    """Both have it in their lists, both name the other, and neither id of theirs there says who they are."""
    ada = listener("ada")
    blend, invitation = made_by(ada)
    assert (blend.title, blend.made_by, len(blend.members)) == ("Friday", ada, 1)
    ben, both = joined(invitation, "ben")
    assert membership.every(ada) == membership.every(ben) == [both] == [membership.find(blend.blend_id)]
    assert [friend.user_id for friend in friends_of(ada)] == [ben]
    assert [friend.blend_ids for friend in friends_of(ben)] == [(blend.blend_id,)]
    assert not {each.member_id for each in both.members} & {ada, ben}
    assert membership.of_member(listener("cleo"), blend.blend_id) is None


def test_an_invitation_is_stored_as_its_hash_alone() -> None:
    """Who reads the table cannot join."""
    blend, invitation = made_by(listener("ada"))
    item = state_table().get(keys.blend(blend.blend_id), "blend")
    assert item
    assert invitation not in str(item)
    assert state_table().get(keys.invitation(invitation), "invitation") is None


def test_an_invitation_ends(stopped_clock: list[datetime]) -> None:
    """After seven days, when it is withdrawn, when another one is made, and when the blend is full."""
    blend, invitation = made_by(listener("ada"))
    stopped_clock[0] += INVITED - timedelta(seconds=1)
    assert membership.invited(invitation) == blend
    stopped_clock[0] += timedelta(seconds=2)
    assert membership.join(listener("ben"), invitation) is JoinRefused.GONE
    another = membership.invite(blend)
    assert another
    third = membership.invite(membership.find(blend.blend_id) or blend)
    assert third
    assert membership.invited(another) is None
    membership.withdraw(membership.find(blend.blend_id) or blend)
    assert membership.join(listener("ben"), third) is JoinRefused.GONE


def test_an_invitation_is_withdrawn_and_replaced_while_somebody_joins() -> None:
    """Who joined at that moment stays, and nobody else comes by that link: it was said to lead nowhere."""
    ada = listener("ada")
    blend, first = made_by(ada)
    ben, _ = joined(first, "ben")
    second = membership.invite(blend)
    assert second
    assert membership.invited(first) is None
    before = membership.find(blend.blend_id)
    assert before
    cleo, _ = joined(second, "cleo")
    membership.withdraw(before)
    assert membership.join(listener("dora"), second) is JoinRefused.GONE
    assert all(is_in(each, blend) for each in (ada, ben, cleo))
    assert membership.end(membership.find(blend.blend_id) or blend)
    assert membership.invite(before) is None


def test_a_blend_has_ten_members_at_most() -> None:
    """The tenth closes it; when somebody leaves, there is room for a new invitation."""
    blend, invitation = made_by(listener("ada"))
    for number in range(MOST_MEMBERS - 1):
        last, blend = joined(invitation, f"friend {number}")
    assert len(blend.members) == MOST_MEMBERS
    assert membership.join(listener("late"), invitation) is JoinRefused.GONE
    assert membership.invite(blend) is None
    membership.leave(last, blend.blend_id)
    smaller = membership.find(blend.blend_id)
    assert smaller
    assert membership.invite(smaller)


def test_nobody_joins_twice_or_too_often() -> None:
    """Whoever is in a blend is not added again, and a listener is in so many at most."""
    ada, ben = listener("ada"), listener("ben")
    invitations = [made_by(ada)[1] for _ in range(MOST_BLENDS)]
    assert membership.make(ada) is None
    for invitation in invitations:
        assert isinstance(membership.join(ben, invitation), Blend)
        assert membership.join(ben, invitation) is JoinRefused.MEMBER
    cleo = listener("cleo")
    _, further = made_by(cleo)
    assert membership.join(ben, further) is JoinRefused.ENOUGH


def test_who_leaves_is_gone_and_the_last_one_has_no_blend() -> None:
    """With one member left it ends; its invitation leads nowhere."""
    ada = listener("ada")
    blend, invitation = made_by(ada)
    ben, _ = joined(invitation, "ben")
    cleo, three = joined(invitation, "cleo")
    membership.leave(cleo, blend.blend_id)
    assert not is_in(cleo, blend)
    assert friends_of(cleo) == []
    two = membership.find(blend.blend_id)
    assert two
    assert two.version > three.version
    membership.leave(ben, blend.blend_id)
    assert membership.find(blend.blend_id) is None
    assert not is_in(ada, blend)
    assert membership.invited(invitation) is None
    assert membership.leave(ben, blend.blend_id) is None


def test_the_next_one_invites_when_the_maker_leaves() -> None:
    """Whoever is in it for longest, so that a blend is never without somebody who can end it."""
    ada = listener("ada")
    blend, invitation = made_by(ada)
    ben, _ = joined(invitation, "ben")
    joined(invitation, "cleo")
    membership.leave(ada, blend.blend_id)
    rest = membership.find(blend.blend_id)
    assert rest
    assert rest.made_by == ben


def test_a_blend_that_ended_is_gone_for_everybody() -> None:
    """Also when somebody joined at the same moment: then it is read again."""
    ada = listener("ada")
    blend, invitation = made_by(ada)
    ben, two = joined(invitation, "ben")
    assert not membership.end(blend)
    assert membership.end(two)
    assert not is_in(ada, blend)
    assert not is_in(ben, blend)
    assert membership.invited(invitation) is None


def test_somebody_who_has_left_makes_and_joins_nothing() -> None:
    """An erasure deletes the profile first; from then on nothing is written for them."""
    ada, ben = listener("ada"), listener("ben")
    _, invitation = made_by(ada)
    for user_id in (ada, ben):
        state_table().delete(keys.user(user_id), keys.profile())
    with pytest.raises(UserGone):
        membership.join(ben, invitation)
    with pytest.raises(UserGone):
        membership.make(ada)
    assert friends_of(ada) == []
