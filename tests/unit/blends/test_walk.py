"""The order of a blend: an artist comes again late, nobody's songs stand in long rows, and it goes to what is near."""

from collections.abc import Sequence
from itertools import groupby, pairwise, permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.blends.choice import LENGTH, Chosen, Song
from blendify.blends.playlist import playlist
from blendify.blends.walk import APART, IN_A_ROW, order
from tests.unit.blends.tastes import drawn, taste

DAY = "2026-11-28"
Step = tuple[str, str | None]
"""The artist of a song, and who has chosen it."""


def songs_of(steps: Sequence[Step]) -> list[Chosen]:
    return [
        Chosen(Song(f"s{number}", "", artist, "", None, None, None, {}, ()), by, DAY)
        for number, (artist, by) in enumerate(steps)
    ]


def longest_row(songs: Sequence[Chosen]) -> int:
    """The most songs in a row that one member has chosen."""
    rows = groupby(songs, key=lambda each: each.by)
    return max((len(list(row)) for member_id, row in rows if member_id is not None), default=0)


def nearest_return(songs: Sequence[Chosen]) -> int:
    """After how many songs an artist comes again, where it is soonest; as many as there are where none does."""
    there = [each.song.artist for each in songs]
    distances = [
        later - place
        for place, artist in enumerate(there)
        for later in range(place + 1, len(there))
        if there[later] == artist
    ]
    return min(distances, default=len(there) or 1)


def keeps_the_rules(songs: Sequence[Chosen]) -> bool:
    return longest_row(songs) <= IN_A_ROW and nearest_return(songs) >= min(APART, len(songs))


@st.composite
def orders(draw: st.DrawFn) -> list[Step]:
    """
    An order that keeps the rules, and often only just: artists return as soon as they may, a member is in most places.
    """
    random = Random(draw(st.integers(0, 10**9)))  # noqa: S311 -- the same each time
    members = [None, *(f"m{number}" for number in range(random.choice([1, 2, 3, 10])))]
    returning, greedy = random.choice([0.3, 0.7, 1.0]), random.choice([0.0, 0.6, 1.0])
    steps: list[Step] = [("a0", None)]
    for number in range(1, random.choice([3, 7, 9, 12, 20, 50])):
        before = [artist for artist, _ in steps[: number - APART + 1]] if number >= APART else []
        once = [artist for artist in before if sum(artist == other for other, _ in steps) == 1]
        artist = once[-1] if once and random.random() < returning else f"a{number}"
        tired = {by for _, by in steps[-IN_A_ROW:]} if len(steps) >= IN_A_ROW else set()
        able = [member for member in members if member is None or tired != {member}]
        by = "m0" if "m0" in able and random.random() < greedy else random.choice(able)
        steps.append((artist, by))
    return steps


@settings(max_examples=80, deadline=None)
@given(orders(), st.randoms(use_true_random=False))
def test_the_walk_keeps_its_rules_wherever_an_order_does(steps: list[Step], random: Random) -> None:
    """No artist twice within five songs, and nobody three times in a row: whatever the tastes, whatever is near."""
    first, *others = songs_of(steps)
    random.shuffle(others)
    several_first = [first, *sorted(others, key=lambda each: each.by is not None)]
    near = {artist: {other: random.random() for other, _ in random.choices(steps, k=4)} for artist, _ in steps}
    walked = order(several_first, (), near)
    assert walked[0] == first
    assert sorted(each.song.key for each in walked) == sorted(each.song.key for each in several_first)
    assert keeps_the_rules(walked)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["m0", "m0", "m1"])), min_size=1, max_size=6))
def test_the_walk_breaks_a_rule_only_where_every_order_does(steps: list[Step]) -> None:
    """Few songs, of which all orders are tried: artists come no nearer than they must, and rows are no longer."""
    walked, every = order(songs_of(steps), (), {}), [list(songs) for songs in permutations(songs_of(steps))]
    assert longest_row(walked) <= max(IN_A_ROW, min(map(longest_row, every)))
    in_turns = [songs for songs in every if longest_row(songs) <= longest_row(walked)]
    assert nearest_return(walked) == min(APART, max(map(nearest_return, in_turns))) or keeps_the_rules(walked)


def test_the_walk_keeps_an_artist_apart() -> None:
    """With songs of many artists no artist comes twice within five, and nobody's come three times in a row."""
    for seed in range(15):
        walked = [entry.chosen for entry in playlist(drawn(seed, 4, 60, 150), DAY).entries]
        assert len(walked) == LENGTH
        assert nearest_return(walked) >= APART, seed


def test_the_walk_goes_to_near_artists() -> None:
    """More steps lead to an artist who is near than a shuffle has."""
    random = Random(3)  # noqa: S311 -- the same each time
    near = {f"a{n}": {f"a{other}": 0.5 for other in range(n - n % 5, n - n % 5 + 5) if other != n} for n in range(60)}
    tastes = [
        taste(f"m{m}", [("1", f"a{n}", random.random() + 0.1) for n in random.sample(range(60), 40)], near=near)
        for m in range(2)
    ]
    artists = [entry.chosen.song.artist for entry in playlist(tastes, DAY).entries]
    steps = sum(other in near[artist] for artist, other in pairwise(artists))
    assert steps / len(artists) > 0.35
