"""Listeners who agreed to be counted, with drawn profiles: some scenes, an artist whom all have, a few of their own."""

from collections.abc import Mapping
from math import sqrt
from random import Random

from blendify.access import users
from blendify.affinity.profile import ArtistWeight, Profile
from blendify.core.same_names import artist_key
from blendify.sharing import consent

SCENES, SCENE_ARTISTS = 4, 30
KNOWN_TO_ALL = "The Ubiquitous"


def drawn(count: int, seed: int = 1) -> dict[int, Profile]:
    """Profiles by number; the same for each seed."""
    random = Random(seed)  # noqa: S311 -- planted listeners
    return {random.randrange(2**62): profile(str(place), str(place), random) for place in range(count)}


def profile(user_id: str, own: str, random: Random) -> Profile:
    """Twelve artists each of two scenes, the one whom all have, and one of their own."""
    names = [KNOWN_TO_ALL, f"Only of {own}"]
    for scene in random.sample(range(SCENES), 2):
        names += [f"Scene {scene}, Band {band}" for band in random.sample(range(SCENE_ARTISTS), 12)]
    raw = {name: 1 / random.randint(1, 9) for name in names}
    length = sqrt(sum(weight * weight for weight in raw.values()))
    # Services spell names in their own ways, and not all have a picture.
    artists = [
        ArtistWeight(
            key=artist_key(name),
            name=name.upper() if random.random() < 0.5 else name,
            image=f"https://images/{artist_key(name)}" if random.random() < 0.5 else None,
            weight=weight / length,
            parts={},
        )
        for name, weight in raw.items()
    ]
    return Profile(user_id, tuple(sorted(artists, key=lambda artist: (-artist.weight, artist.key))))


def counted(count: int, seed: int = 1) -> Mapping[str, Profile]:
    """Users who agreed to be counted, with their profiles, by user id."""
    random = Random(seed)  # noqa: S311 -- planted listeners
    profiles = {}
    for place in range(count):
        user_id = users.find_or_create_user("spotify", f"listener-{place}")
        consent.change(user_id, {"count": True})
        profiles[user_id] = profile(user_id, str(place), random)
    return profiles
