"""Small profiles, written as one thinks of them."""

from math import sqrt

from blendify.affinity.profile import ArtistWeight, Profile, SongWeight


def profile(
    name: str, *artists: str, known: frozenset[str] = frozenset(), songs: tuple[SongWeight, ...] = ()
) -> Profile:
    """A listener of these artists, the one they care for most first."""
    weights = [1 / (place + 1) for place in range(len(artists))]
    length = sqrt(sum(weight * weight for weight in weights)) or 1.0
    rows = [
        ArtistWeight(key, key.title(), None, weight / length, {"plays": weight / length})
        for key, weight in zip(artists, weights, strict=True)
    ]
    return Profile(name, tuple(rows), songs, True, known=known)


def song(key: str, artist: str, weight: float = 0.5) -> SongWeight:
    """A song of an artist."""
    return SongWeight(key, key.title(), (artist,), artist.title(), None, None, 200_000, {}, weight, {"plays": weight})
