"""Profiles of invented members of a blend."""

from collections.abc import Iterable, Mapping
from math import sqrt
from random import Random

from blendify.affinity.profile import ArtistWeight, Profile, SongWeight
from blendify.blends.worth import Near, Taste


def song(name: str, artist: str, weight: float, records: Mapping[str, str] | None = None) -> SongWeight:
    return SongWeight(
        f"s-{artist}-{name}", f"Song {name}", (artist,), f"Artist {artist}", None, None, None, records or {}, weight, {}
    )


def profile(
    user_id: str, songs: Iterable[tuple[str, str, float]], forbidden: Iterable[str] = (), fans_of: Iterable[str] = ()
) -> Profile:
    """
    A profile with these songs, each by name, artist and weight, and with their artists.

    fans_of     further artists of whom no song is known
    """
    given = list(songs)
    length = sqrt(sum(weight * weight for _, _, weight in given)) or 1.0
    of_artist: dict[str, float] = dict.fromkeys(fans_of, 0.5)
    for _, artist, weight in given:
        of_artist[artist] = of_artist.get(artist, 0.0) + weight
    whole = sqrt(sum(weight * weight for weight in of_artist.values())) or 1.0
    return Profile(
        user_id,
        tuple(
            ArtistWeight(artist, f"Artist {artist}", None, weight / whole, {})
            for artist, weight in sorted(of_artist.items(), key=lambda each: -each[1])
        ),
        tuple(song(name, artist, weight / length) for name, artist, weight in sorted(given, key=lambda each: -each[2])),
        forbidden=frozenset(forbidden),
    )


def taste(
    member_id: str, songs: Iterable[tuple[str, str, float]], forbidden: Iterable[str] = (), near: Near | None = None
) -> Taste:
    return Taste(member_id, profile(member_id, songs, forbidden), near or {})


def drawn(seed: int, members: int, artists: int, most: int) -> list[Taste]:
    """
    Members with random tastes: some know much and some little, some remove songs, some artists are near.

    The same in every process
    """
    random = Random(seed)  # noqa: S311 -- the same each time
    near = {
        f"a{artist}": {f"a{random.randrange(artists)}": random.random() for _ in range(3)} for artist in range(artists)
    }
    tastes = []
    for number in range(members):
        known = {(str(random.randrange(6)), f"a{random.randrange(artists)}") for _ in range(random.randint(0, most))}
        songs = [(*each, random.random() + 0.01) for each in sorted(known)]
        forbidden = [f"s-a{random.randrange(artists)}-{random.randrange(6)}" for _ in range(random.randint(0, 8))]
        tastes.append(taste(f"m{number}", songs, forbidden, near))
    return tastes
