"""How alike two listeners are: a percentage that the artists they share bear out."""

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from blendify.affinity.profile import Profile, SongWeight
from blendify.likeness.audiences import Audience
from blendify.likeness.weights import SHRINK, cosine, weights

FEWEST_ARTISTS, FEWEST_SHARED = 20, 3
"""With fewer artists on either side, or fewer shared ones, too little is known for a score."""
FEWEST_BEHIND = 3
"""How many people have an artist is told from so many on."""
BY_LOG, BY_LISTS = 0.92, 0.67
"""How much of a taste a log of plays tells, and ranks, likes and follows alone. A log's square, 0.84, is how like
themselves listeners are in the median, their even months compared with their odd ones."""
REASONS, SONGS = 5, 10
WORDS = (
    (10, "worlds apart"),
    (30, "some common ground"),
    (45, "much in common"),
    (65, "kindred"),
    (101, "the same record shelf"),
)
"""Below which percentage which words stand beside it."""


class SharedArtist(NamedTuple):
    """An artist that both have, as a reason of the score."""

    key: str
    name: str
    image: str | None
    share: float
    """Of the score that the artist makes, 0 to 1."""
    listeners: int | None
    """How many of those who agreed to be counted have the artist; None when that is not known, or not told."""


class SharedSong(NamedTuple):
    """A song that both care for."""

    key: str
    title: str
    artist_line: str
    cover: str | None


@dataclass(frozen=True)
class Likeness:
    """How alike two listeners are. The same whoever asks."""

    value: float
    """0 to 1: what neighbours are ordered by."""
    percent: int
    """0: two people drawn at random; 100: oneself, compared with one's other months."""
    words: str
    shared: int
    """How many artists both have, without those that too many have."""
    artists: tuple[SharedArtist, ...]
    """What the score is made of: the largest terms first."""
    songs: tuple[SharedSong, ...]
    """What both care for most first."""


def compare(profile: Profile, other: Profile, audience: Audience) -> Likeness | None:
    """How alike two listeners are; None: too little is known. Either order gives the same."""
    if min(len(profile.artists), len(other.artists)) < FEWEST_ARTISTS:
        return None
    of_profile, of_other = weights(profile, audience), weights(other, audience)
    terms = {key: of_profile[key] * of_other[key] for key in sorted(of_profile.keys() & of_other.keys())}
    if len(terms) < FEWEST_SHARED:
        return None
    whole = cosine(of_profile, of_other)
    value = whole * len(terms) / (len(terms) + SHRINK)
    percent = percentage(value, has_log=(profile.has_log, other.has_log))
    largest = sorted(terms, key=lambda key: (-terms[key], key))[:REASONS]
    artists = tuple(_shared_artist(profile, other, key, terms[key] / sum(terms.values()), audience) for key in largest)
    return Likeness(value, percent, words(percent), len(terms), artists, _shared_songs(profile, other))


def percentage(value: float, has_log: tuple[bool, bool]) -> int:
    """The percentage of a likeness, by whether a log of plays is behind either side."""
    known = [BY_LOG if log else BY_LISTS for log in has_log]
    return round(100 * sqrt(min(1.0, value / (known[0] * known[1]))))


def words(percent: int) -> str:
    """What a percentage is called."""
    return next(name for below, name in WORDS if percent < below)


def _shared_artist(profile: Profile, other: Profile, key: str, share: float, audience: Audience) -> SharedArtist:
    first, second = sorted((profile.artist[key], other.artist[key]), key=lambda each: (each.name, each.image or ""))
    listeners = audience.of.get(key, 0)
    shown = listeners if listeners >= FEWEST_BEHIND else None
    return SharedArtist(key, first.name, first.image or second.image, share, shown)


def _shared_songs(profile: Profile, other: Profile) -> tuple[SharedSong, ...]:
    worth = {key: profile.song[key].weight * other.song[key].weight for key in profile.song.keys() & other.song.keys()}
    best = sorted(worth, key=lambda key: (-worth[key], key))[:SONGS]
    return tuple(_shared_song(profile.song[key], other.song[key]) for key in best)


def _shared_song(song: SongWeight, other: SongWeight) -> SharedSong:
    first, second = sorted((song, other), key=lambda each: (each.title, each.artist_line, each.cover or ""))
    return SharedSong(first.key, first.title, first.artist_line, first.cover or second.cover)
