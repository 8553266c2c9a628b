"""Profiles of invented members of a blend."""

from collections.abc import Iterable, Mapping
from math import sqrt

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
