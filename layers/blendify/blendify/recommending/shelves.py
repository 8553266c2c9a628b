"""
The suggestions as a listener sees them: two shelves, as no list is both near and new, and one from each named friend.

**Close to you** is the list as it is. **Off the beaten track** has whom few listeners here know. What was shown three
times and left alone rests for thirty days, unless it is the only thing that there is to say.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from blendify.affinity.profile import ArtistWeight, Profile, SongWeight
from blendify.recommending.suggestions import BACKERS, Neighbour, Suggestion

SHELF = 12
FEW = 0.02
"""An artist whom at most this share of the listeners care for is off the beaten track."""
LEAST_FEW = 3
"""Nobody is off the beaten track by fewer people than may stand behind anything anonymous."""
SONGS = 2
"""Songs of a suggested artist."""
FROM_FRIEND = 8


@dataclass(frozen=True)
class FromFriend:
    """An artist whom a friend cares for, with the friend's share of it: told by name, as both agreed."""

    artist: ArtistWeight
    songs: tuple[SongWeight, ...]


def close_to_you(suggestions: Iterable[Suggestion], resting: Collection[str] = ()) -> list[Suggestion]:
    """The best, without those that rest; at most 12."""
    return [each for each in suggestions if each.has_reason and each.key not in resting][:SHELF]


def off_the_beaten_track(
    suggestions: Iterable[Suggestion], audience: Mapping[str, int], listeners: int, resting: Collection[str] = ()
) -> list[Suggestion]:
    """
    Those whom few here know, the best first; at most 12.

    audience    Artist's key → how many listeners care for them; who is missing has fewer than 3, or is unknown
    listeners   How many are counted
    resting     Who is not shown: who rests, or stands on the other shelf
    """
    most = max(LEAST_FEW, FEW * listeners)
    few = (each for each in suggestions if LEAST_FEW <= audience.get(each.key, 0) <= most)
    return close_to_you(few, resting)


def from_friend(profile: Profile, friend: Profile, excluded: Collection[str]) -> list[FromFriend]:
    """What a friend cares for most that the listener does not know; at most 8."""
    unwanted = profile.known | set(profile.artist) | set(excluded)
    artists = [artist for artist in friend.artists if artist.key not in unwanted][:FROM_FRIEND]
    alone = [Neighbour(friend, 1.0)]
    return [FromFriend(artist, songs_of(artist.key, alone, profile, backers=1)) for artist in artists]


def songs_of(
    artist: str, neighbours: Sequence[Neighbour], profile: Profile, backers: int = BACKERS
) -> tuple[SongWeight, ...]:
    """
    The songs of an artist for which those who are near care most, weighed alike; none that the listener removed.

    backers     So many of them care for each; fewer only where they are named
    """
    sums: dict[str, float] = {}
    counts: Counter[str] = Counter()
    known: dict[str, SongWeight] = {}
    for neighbour in neighbours:
        for song in neighbour.profile.songs:
            if artist in song.artist_keys and song.key not in profile.forbidden and song.key not in profile.song:
                sums[song.key] = sums.get(song.key, 0.0) + song.weight
                counts[song.key] += 1
                known.setdefault(song.key, song)
    backed = (key for key in sums if counts[key] >= backers)
    best = sorted(backed, key=lambda key: (-sums[key], key))[:SONGS]
    return tuple(known[key] for key in best)
