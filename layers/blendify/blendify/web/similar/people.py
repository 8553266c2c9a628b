"""Whose taste is like the listener's: people they named, and strangers who show themselves. Told to both or to none."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from blendify.affinity.profile import Profile
from blendify.affinity.profiles import profile
from blendify.blends.friends import Friend, friends_of
from blendify.fleet import results
from blendify.likeness.audiences import FEWEST_LISTENERS, Audience
from blendify.likeness.likeness import Likeness, compare
from blendify.likeness.reasons import reasons
from blendify.sharing import consent
from blendify.sharing.consent import Consent

MOST_FRIENDS, MOST_STRANGERS = 30, 10
"""Of so many at most the profiles are read in one request."""
FEATURE = "comparing"


class Missing(StrEnum):
    """Why there is no score, or nobody."""

    OFF = "off"
    """The listener has not turned it on."""
    OFF_THERE = "off_there"
    """The friend has not."""
    TOO_LITTLE = "too_little"
    """Too little is known of one of them, or too little is shared."""
    NOBODY_NAMED = "nobody_named"
    """The listener shares no blend with anybody."""
    NOT_COUNTED = "not_counted"
    """Strangers are found among those who are counted, and the listener is not."""
    TOO_FEW_HERE = "too_few_here"
    """Too few people here agreed to be counted."""
    NOBODY_NEAR = "nobody_near"
    """Nobody who shows themselves and the listener are among each other's nearest, as far as the latest run knows."""


@dataclass(frozen=True)
class Person:
    """Somebody, and how alike they and the listener are."""

    name: str
    likeness: Likeness | None
    reasons: tuple[str, ...] = ()
    """Sentences; none without a score."""
    missing: Missing | None = None
    blend_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class People:
    """What the listener is told."""

    friends: tuple[Person, ...]
    """Those with a score first, the most alike first."""
    no_friends: Missing | None
    """Why no friend has a score because of the listener, or why there is no friend."""
    strangers: tuple[Person, ...]
    no_strangers: Missing | None


def people(user_id: str) -> People:
    """Everybody whom the listener may see, by what all of them agreed to at this moment."""
    friends = friends_of(user_id)
    audience = results.audience()
    own = consent.consent(user_id)
    near = _mutual(user_id) if own.show and own.count else []
    chosen = consent.consents([*(friend.user_id for friend in friends), *near])
    mine = profile(user_id, FEATURE) if own.compare or near else Profile(user_id)
    here = [friend for friend in friends if friend.user_id in chosen][:MOST_FRIENDS]
    shown = [_friend(friend, (own, chosen[friend.user_id]), mine, audience) for friend in here]
    named = {friend.user_id for friend in friends}
    strangers = tuple(_strangers([each for each in near if each not in named], chosen, mine, audience))
    return People(
        friends=tuple(sorted(shown, key=_order)),
        no_friends=Missing.NOBODY_NAMED if not shown else None if own.compare else Missing.OFF,
        strangers=strangers,
        no_strangers=None if strangers else _why_nobody(own, audience),
    )


def _friend(friend: Friend, agreed: tuple[Consent, Consent], mine: Profile, audience: Audience) -> Person:
    own, theirs = agreed
    name, ids = theirs.name or friend.name, friend.blend_ids
    if not (own.compare and theirs.compare):
        return Person(name, None, missing=Missing.OFF_THERE if own.compare else Missing.OFF, blend_ids=ids)
    likeness = compare(mine, profile(friend.user_id, FEATURE), audience)
    if likeness is None:
        return Person(name, None, missing=Missing.TOO_LITTLE, blend_ids=ids)
    return Person(name, likeness, tuple(reasons(likeness, audience.listeners)), blend_ids=ids)


def _mutual(user_id: str) -> list[str]:
    """Of the nearest of a listener who shows themselves those to whom the listener is among the nearest, too."""
    near = _nearest([user_id])[user_id]
    of_others = _nearest(near)
    return [each for each in near if user_id in of_others[each]]


def _nearest(user_ids: Collection[str]) -> dict[str, list[str]]:
    """By listener the nearest of those who are counted and show themselves at this moment."""
    near = {user_id: [each.user_id for each in alike] for user_id, alike in results.neighbours_of(user_ids).items()}
    chosen = consent.consents({each for alike in near.values() for each in alike})
    willing = {user_id for user_id, agreed in chosen.items() if agreed.show and agreed.count}
    return {user_id: [each for each in alike if each in willing][:MOST_STRANGERS] for user_id, alike in near.items()}


def _strangers(near: list[str], chosen: Mapping[str, Consent], mine: Profile, audience: Audience) -> Iterator[Person]:
    willing = [each for each in near if each in chosen and chosen[each].show and chosen[each].count]
    for user_id in willing:
        if likeness := compare(mine, profile(user_id, FEATURE), audience):
            name = consent.shown_name(user_id, chosen[user_id])
            yield Person(name, likeness, tuple(reasons(likeness, audience.listeners)))


def _why_nobody(own: Consent, audience: Audience) -> Missing:
    if not own.show:
        return Missing.OFF
    if not own.count:
        return Missing.NOT_COUNTED
    return Missing.TOO_FEW_HERE if audience.listeners < FEWEST_LISTENERS else Missing.NOBODY_NEAR


def _order(person: Person) -> tuple[bool, int, str]:
    return person.likeness is None, -person.likeness.percent if person.likeness else 0, person.name.casefold()
