"""Everything that is suggested to a listener on one day: the shelves, each with who or what is behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blendify.affinity import profiles
from blendify.affinity.profile import Profile, SongWeight
from blendify.blends.friends import friends_of
from blendify.fleet import results
from blendify.insights import shelves, store
from blendify.insights.buckets import MonthOfPlays
from blendify.likeness.audiences import Audience
from blendify.likeness.likeness import compare
from blendify.recommending import dismissals, shown
from blendify.recommending.forgotten import Forgotten, forgotten
from blendify.recommending.shelves import FromFriend, close_to_you, from_friend, off_the_beaten_track, songs_of
from blendify.recommending.suggestions import NEIGHBOURS, OWN_ARTISTS, Neighbour, Suggestion, suggestions
from blendify.sharing.consent import consent, consents

FEATURE = "comparing"
FRIENDS = 5
"""Friends of whom something is suggested, the most alike first."""
MOST_FRIENDS = 30
"""Of so many at most the profiles are read in one request, the first by name. Somebody can have 180 friends."""


@dataclass(frozen=True)
class Shelved:
    """A suggestion with songs to begin with, and what is needed to say why."""

    suggestion: Suggestion
    songs: tuple[SongWeight, ...]
    audiences: Mapping[str, int]
    """By the key of an own artist who leads to it: how many listeners care for that one."""


@dataclass(frozen=True)
class FriendShelf:
    """What one friend cares for and the listener does not know."""

    name: str
    percent: int
    artists: tuple[FromFriend, ...]


@dataclass(frozen=True)
class Offers:
    """What is suggested. Each shelf may be empty."""

    close: tuple[Shelved, ...]
    off_track: tuple[Shelved, ...]
    friends: tuple[FriendShelf, ...]
    forgotten: tuple[Forgotten, ...]
    listeners: int
    """How many listeners are counted; 0 when they are too few for anything anonymous."""
    own_artists: int
    """Of how many artists it is known that the listener cares for them."""
    providers: tuple[str, ...]
    """The listener's services, sorted."""
    is_counted: bool
    """Whether the listener is counted: who is not has no neighbours, and gets what own artists lead to."""
    day: str

    @property
    def artists(self) -> frozenset[str]:
        """The keys of all suggested artists."""
        shelved = {each.suggestion.key for each in (*self.close, *self.off_track)}
        return frozenset(shelved | {each.artist.key for shelf in self.friends for each in shelf.artists})


def offers(user_id: str, plays: Sequence[MonthOfPlays], today: str) -> Offers:
    """
    What is suggested to the listener.

    plays   All that may be shown to them, for what they have forgotten
    today   The listener's day
    """
    profile = profiles.profile(user_id, FEATURE)
    unwanted = {each.key for each in dismissals.dismissed(user_id)}
    # Also of services whose data may not be compared: what the listener knows is no news to them.
    unwanted |= {first.key for first in store.firsts_of_artists(shelves.shelves(user_id).shown)}
    own = consent(user_id)
    audience = results.audience()
    alike = _neighbours(user_id) if own.count else []
    near = results.near(artist.key for artist in profile.artists[:OWN_ARTISTS])
    ordered = suggestions(profile, alike, near, unwanted | own.private_artists)
    resting = shown.resting(shown.counts(user_id), today)
    close = close_to_you(ordered, resting)
    shown_already = resting | {each.key for each in close}
    few = off_the_beaten_track(ordered, audience.of, audience.listeners, shown_already)
    return Offers(
        close=_shelved(close, alike, profile, audience),
        off_track=_shelved(few, alike, profile, audience),
        friends=tuple(_from_friends(user_id, profile, unwanted, audience)) if own.compare else (),
        forgotten=tuple(forgotten(plays, today, profile.forbidden)),
        listeners=audience.listeners,
        own_artists=len(profile.artists),
        providers=profile.providers,
        is_counted=own.count,
        day=today,
    )


def _neighbours(user_id: str) -> list[Neighbour]:
    """The nearest listeners who still agree to be counted, as the latest run over all listeners knew them."""
    near = results.neighbours(user_id)[:NEIGHBOURS]
    agreed = consents([each.user_id for each in near])
    known = (
        (profiles.stored(each.user_id, FEATURE, agreed[each.user_id].private_artists), each.likeness)
        for each in near
        if each.user_id in agreed and agreed[each.user_id].count
    )
    return [Neighbour(profile, likeness) for profile, likeness in known if profile]


def _from_friends(user_id: str, profile: Profile, unwanted: Iterable[str], audience: Audience) -> Iterable[FriendShelf]:
    """What friends care for, of those who also let themselves be compared."""
    people = friends_of(user_id)
    agreed = consents([friend.user_id for friend in people])
    willing = [friend for friend in people if friend.user_id in agreed and agreed[friend.user_id].compare]
    alike = []
    for friend in willing[:MOST_FRIENDS]:
        theirs = profiles.profile(friend.user_id, FEATURE)
        if likeness := compare(profile, theirs, audience):
            alike.append((likeness.percent, friend, theirs))
    alike.sort(key=lambda row: (-row[0], row[1].name, row[1].user_id))
    for percent, friend, theirs in alike[:FRIENDS]:
        if artists := from_friend(profile, theirs, frozenset(unwanted)):
            yield FriendShelf(friend.name, percent, tuple(artists))


def _shelved(
    shelf: Iterable[Suggestion], alike: Sequence[Neighbour], profile: Profile, audience: Audience
) -> tuple[Shelved, ...]:
    return tuple(
        Shelved(
            each,
            songs_of(each.key, alike, profile) if each.backers else (),
            {because.artist.key: audience.of.get(because.artist.key, 0) for because in each.because},
        )
        for each in shelf
    )
