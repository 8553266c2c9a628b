"""Profiles as the daily sums use them: artists alone, weights in millionths, the same in memory and in files."""

from collections.abc import Mapping
from sys import intern

from blendify.affinity.profile import ArtistWeight, Profile
from blendify.fleet.parquet import Column, written

MILLION = 1_000_000


def counted(profile: Profile) -> Profile:
    """What counts of a profile: its artists, the strongest first, without where their weights come from."""
    slim = map(_slim, profile.artists)
    return Profile(profile.user_id, tuple(sorted(slim, key=lambda artist: (-artist.weight, artist.key))))


def file_of(profiles: Mapping[int, Profile]) -> bytes:
    """The Parquet file of these counted profiles, by number; one has an artist at least."""
    return written(list(columns(profiles).values()))


def columns(profiles: Mapping[int, Profile]) -> Mapping[str, Column]:
    """The columns of that file, by name."""
    # By artist, so that what is alike stands together and packs well.
    rows = sorted(
        (artist.key, number, place, artist.name, artist.image or "", round(artist.weight * MILLION))
        for number, profile in profiles.items()
        for place, artist in enumerate(profile.artists, start=1)
    )
    artist, number, place, name, image, millionths = zip(*rows, strict=True)
    every = (
        Column("u", number, 64),
        Column("place", place, 32),
        Column("artist", artist),
        Column("name", name),
        Column("image", image),
        Column("millionths", millionths, 32),
    )
    return {column.name: column for column in every}


def _slim(artist: ArtistWeight) -> ArtistWeight:
    """One text in memory for all who have the artist."""
    image = intern(artist.image) if artist.image else None
    weight = max(1, round(artist.weight * MILLION)) / MILLION
    return ArtistWeight(intern(artist.key), intern(artist.name), image, weight, _NOTHING)


_NOTHING: Mapping[str, float] = {}
