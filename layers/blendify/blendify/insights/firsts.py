"""When songs and artists are first known of. What is earlier wins, so records may come in any order, and twice."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from blendify.insights.buckets import Artist, First, Song


def of_song(song: Song, day: str, source: str) -> Iterator[First]:
    """That a song and its artists were known of on a day, by a record of the data type `source`."""
    yield First(song.key, song.title, song.cover, day, source, is_artist=False)
    for artist in song.artists:
        yield of_artist(artist, day, source)


def of_artist(artist: Artist, day: str, source: str) -> First:
    """The same of an artist."""
    return First(artist.key, artist.name, artist.image, day, source, is_artist=True)


def earliest(firsts: Iterable[First]) -> dict[str, First]:
    """By key the earliest of these, with the picture of any that has one: the same for every order."""
    by_key: dict[str, First] = {}
    for first in firsts:
        known = by_key.get(first.key)
        by_key[first.key] = _merged(known, first) if known else first
    return by_key


def _merged(known: First, other: First) -> First:
    first = min(known, other, key=lambda first: (first.day, first.source, first.name))
    images = [image for image in (known.image, other.image) if image]
    return First(first.key, first.name, min(images, default=None), first.day, first.source, first.is_artist)


def place(key: str) -> str:
    """The bucket in which a key's first stands, one of 256: a new song rewrites a few KB."""
    return blake2b(key.encode(), digest_size=1).hexdigest()
