"""The sums over all listeners, on drawn ones: against a computation that looks at every pair."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from blendify.affinity.profile import Profile
from blendify.core.same_names import artist_key
from blendify.fleet import sums as module
from blendify.fleet.sums import PEOPLE, Sums
from blendify.likeness.likeness import compare
from tests.unit.counted_listeners import KNOWN_TO_ALL, drawn

PROFILES = drawn(60)
SUMS = Sums(PROFILES)


def test_the_audience_counts_listeners_from_three_on() -> None:
    assert SUMS.audience.listeners == 60
    assert SUMS.audience.of[artist_key(KNOWN_TO_ALL)] == 60
    assert min(SUMS.audience.of.values()) >= PEOPLE
    assert not [key for key in SUMS.audience.of if key == artist_key("Only of 3")]


def test_neighbours_are_those_whom_a_comparison_finds_most_alike() -> None:
    """With what a page says of the same two listeners, for every listener."""
    for number, profile in PROFILES.items():
        exact = {
            other: round(alike.value, 9)
            for other, theirs in PROFILES.items()
            if other != number and (alike := compare(profile, theirs, SUMS.audience))
        }
        expected = sorted(exact, key=lambda other: (-exact[other], other))[:50]
        neighbours = SUMS.neighbours(number)
        assert [each.number for each in neighbours] == expected
        assert [each.likeness for each in neighbours] == [round(exact[other], 6) for other in expected]


def test_a_bound_on_listeners_of_an_artist_takes_the_strongest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is left out by it finds nobody through that artist, and is found by nobody."""
    monkeypatch.setattr(module, "STRONGEST", 5)
    bounded = Sums(PROFILES)
    assert max(len(listeners) for listeners in bounded._narrow.values()) == 5
    for number in PROFILES:
        exact = dict(SUMS.neighbours(number))
        assert all(exact.get(other, likeness) == likeness for other, likeness in bounded.neighbours(number))


def test_near_artists_share_listeners() -> None:
    """Alike both ways, the nearest first, three people at least behind each; bands of a scene are near each other."""
    listeners = {key: {n for n, each in PROFILES.items() if key in each.artist} for key in SUMS.audience.of}
    near = {key: SUMS.near(key) for key in SUMS.audience.of}
    for key, artists in near.items():
        assert len(artists) <= 50
        assert all(a.nearness >= b.nearness for a, b in pairwise(artists))
        for artist in artists:
            assert artist.listeners == len(listeners[key] & listeners[artist.key]) >= PEOPLE
            back = [each.nearness for each in near[artist.key] if each.key == key]
            assert not back or back == [artist.nearness]
    band = near[artist_key("Scene 1, Band 1")]
    bands = [each for each in band if each.key != artist_key(KNOWN_TO_ALL)]
    assert all(each.name.upper().startswith("SCENE 1") for each in bands[:3])


def test_an_artist_with_few_listeners_is_near_to_nobody() -> None:
    assert SUMS.near(artist_key("Only of 3")) == []
    assert SUMS.near("unknown") == []


def test_an_artist_is_called_as_most_say() -> None:
    """Of names that as many say, the first in the order of letters: two runs, and two ways to compute, say the same."""
    key = artist_key("Scene 0, Band 0")
    names = Counter(artist.name for each in PROFILES.values() for artist in each.artists if artist.key == key)
    most = max(names.values())
    assert SUMS.names_and_images[key] == (min(name for name in names if names[name] == most), f"https://images/{key}")
    assert len(names) == 2


def test_who_has_nothing_in_common_has_no_neighbours() -> None:
    lonely = Sums({1: PROFILES[next(iter(PROFILES))], 2: Profile("nobody"), 3: Profile("nobody else")})
    assert lonely.neighbours(1) == []
    assert lonely.neighbours(2) == []


def test_a_spelling_of_ones_own_names_the_artist_for_nobody_else() -> None:
    """The name and the picture are those that most have."""
    profiles = drawn(30)
    number, odd = next(
        (number, artist)
        for number, each in profiles.items()
        for artist in each.artists
        if artist.name.casefold() == KNOWN_TO_ALL.casefold()
    )
    others = tuple(artist for artist in profiles[number].artists if artist.key != odd.key)
    spelt = odd._replace(name="!!! The Ubiquitous", image="https://images/!")
    shown = Sums({**profiles, number: replace(profiles[number], artists=(spelt, *others))}).names_and_images[odd.key]
    assert shown[0].casefold() == KNOWN_TO_ALL.casefold()
    assert shown[1] == f"https://images/{odd.key}"
