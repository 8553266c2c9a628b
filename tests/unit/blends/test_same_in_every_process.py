"""Profiles, blends and suggestions are the same in each process, though sets of texts come in another order in each."""

import os
import subprocess
import sys
from itertools import combinations
from random import Random

from blendify.affinity import weighing
from blendify.affinity.profile import Profile
from blendify.blends.playlist import playlist
from blendify.blends.worth import Taste
from blendify.fleet.profile_rows import counted
from blendify.fleet.sums import Sums
from blendify.insights.buckets import LibraryChange
from blendify.likeness.audiences import Audience
from blendify.likeness.likeness import compare
from blendify.recommending.shelves import songs_of
from blendify.recommending.suggestions import Neighbour, suggestions
from tests.unit.affinity.tastes import change, evidence, library, played, ranked
from tests.unit.blends.tastes import drawn

DAYS = "2026-11-28", "2026-11-29"
SONGS = [f"Artist {artist}/Song {number}" for artist in range(40) for number in range(3)]


def known_of(random: Random) -> Profile:
    """The profile of somebody whose likes and playlists tell of one song on one day, each in their own way."""
    both = random.sample(SONGS, 60)
    changes: list[LibraryChange] = []
    for name in both:
        changes.append(change(name, day="2026-11-01")._replace(image=f"cover of {name}"))
        entry = change(name, "playlist_tracks", day="2026-11-01", playlist_id="p")
        changes.append(entry._replace(name=f"{entry.name} again", image="cover of a playlist"))
    plays = played(*((f"2026-11-{random.randint(1, 28):02}", name, random.randint(1, 9)) for name in SONGS[::2]))
    lists = [ranked(random.sample(SONGS, 30)), ranked([f"Artist {number}" for number in random.sample(range(40), 20)])]
    return weighing.profile("u1", evidence(plays=plays, lists=lists, library=library(changes)), ("spotify",))


def everything() -> str:
    """What is made of four listeners, in letters."""
    random = Random(7)  # noqa: S311 -- the same each time
    people = [known_of(random) for _ in range(4)]
    sums = Sums({number: counted(profile) for number, profile in enumerate(people)})
    near = {artist.key: sums.near(artist.key) for artist in people[0].artists}
    tastes = [
        Taste(f"m{number}", profile, {key: {each.key: each.nearness for each in there} for key, there in near.items()})
        for number, profile in enumerate(people)
    ]
    first = playlist(tastes, DAYS[0])
    alike = [Neighbour(profile, 0.5) for profile in people[1:]]
    offered = suggestions(Profile("u2", people[0].artists[:9]), alike, near, ())
    blends = [first, playlist(tastes, DAYS[1], first), playlist(drawn(3, 5, 60, 150), DAYS[0])]
    songs = [songs_of(each.key, alike, Profile("u2")) for each in offered]
    likenesses = [compare(person, other, Audience()) for person, other in combinations(people, 2)]
    # A set in them has no order of its own.
    profiles = [(each.artists, each.songs, sorted(each.forbidden), sorted(each.known)) for each in people]
    return repr((profiles, blends, offered, songs, likenesses, near, [sums.neighbours(number) for number in range(4)]))


def test_another_process_makes_the_same_of_the_same_listeners() -> None:
    code = f"from {__name__} import everything; print(everything())"
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)  # noqa: S603
    assert ended.stdout.decode().strip() == everything()
