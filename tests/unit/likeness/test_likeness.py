"""What a likeness promises: by hand, for all profiles, and on planted listeners whose friends are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isclose, log, sqrt
from statistics import fmean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching import area
from bench.planted import Planted, population
from blendify.affinity.profile import ArtistWeight, Profile, SongWeight
from blendify.fleet.sums import Sums
from blendify.likeness.audiences import Audience
from blendify.likeness.likeness import compare, percentage, words
from blendify.likeness.reasons import reasons
from blendify.likeness.weights import cosine, likeness, weights

NOBODY = Audience()


def profile(artists: Mapping[str, float], *, has_log: bool = True, songs: Mapping[str, float] | None = None) -> Profile:
    """Of these artists and songs with their weights, before they have length 1."""
    whole = sqrt(sum(value**2 for value in artists.values()))
    ranked = sorted(artists.items(), key=lambda each: (-each[1], each[0]))
    return Profile(
        "u",
        tuple(ArtistWeight(key, f"The {key}", None, value / whole, {}) for key, value in ranked),
        tuple(SongWeight(key, key, (), "Ann", None, None, None, {}, value, {}) for key, value in (songs or {}).items()),
        has_log,
    )


def audience(profiles: Sequence[Profile]) -> Audience:
    """As the daily run counts it."""
    return Sums(dict(enumerate(profiles))).audience


def alike(count: int) -> dict[str, float]:
    return {f"a{number}": 1.0 for number in range(count)}


def test_the_formula_by_hand() -> None:
    """Two artists each, one shared, whom 2 of 500 have; the other one of the first is had by 40."""
    known = Audience(500, {"rare": 2, "common": 40})
    ann, ben = profile({"rare": 1.0, "common": 1.0}), profile({"rare": 1.0, "new": 3.0})
    rare, common, new = log(1 + 700 / 6), log(1 + 700 / 44), log(1 + 700 / 6)
    of_ann = weights(ann, known)
    assert of_ann == pytest.approx(
        {"rare": rare / sqrt(rare**2 + common**2), "common": common / sqrt(rare**2 + common**2)}
    )
    of_ben = weights(ben, known)
    assert of_ben["rare"] == pytest.approx(rare / sqrt(rare**2 + (sqrt(3) * new) ** 2))
    assert likeness(of_ann, of_ben) == pytest.approx(of_ann["rare"] * of_ben["rare"] / 6)


def test_the_percentage_and_its_words() -> None:
    assert percentage(0.2, (True, True)) == 49
    assert percentage(0.2, (True, False)) == percentage(0.2, (False, True)) == 57
    assert percentage(0.67**2, (False, False)) == percentage(1.0, (True, True)) == 100
    assert [words(percent) for percent in (0, 9, 10, 29, 30, 44, 45, 64, 65, 100)] == [
        "worlds apart", "worlds apart", "some common ground", "some common ground", "much in common",
        "much in common", "kindred", "kindred", "the same record shelf", "the same record shelf",
    ]  # fmt: skip


WEIGHTS = st.floats(0.01, 1.0)
ARTISTS = st.dictionaries(st.sampled_from([f"a{number}" for number in range(40)]), WEIGHTS, min_size=1)
AUDIENCES = st.builds(
    lambda listeners, of: Audience(listeners, {key: min(listeners, count) for key, count in of.items()}),
    st.integers(20, 3_000),
    st.dictionaries(st.sampled_from([f"a{number}" for number in range(40)]), st.integers(1, 3_000)),
)


@settings(max_examples=100, deadline=None)
@given(ARTISTS, ARTISTS, AUDIENCES, st.booleans(), st.booleans())
def test_it_is_the_same_both_ways_and_between_0_and_1(
    artists: dict[str, float], others: dict[str, float], known: Audience, has_log: bool, others_have_log: bool
) -> None:
    """Bit for bit, reasons included, whichever audience there is."""
    pair = profile(artists, has_log=has_log, songs=artists), profile(others, has_log=others_have_log, songs=others)
    first, second = (weights(each, known) for each in pair)
    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second) <= cosine(first, second) <= 1
    assert likeness(first, {}) == 0
    assert compare(pair[0], pair[1], known) == compare(pair[1], pair[0], known)


@settings(max_examples=50, deadline=None)
@given(ARTISTS, st.integers(0, 500))
def test_oneself_is_1_before_it_is_drawn_towards_0(artists: dict[str, float], listeners: int) -> None:
    own = weights(profile(artists), Audience(listeners))
    assert isclose(cosine(own, own), 1.0)
    assert isclose(likeness(own, own), len(artists) / (len(artists) + 5))


def test_artists_whom_too_many_have_are_in_no_sum() -> None:
    """More than a tenth, and more than fifty people."""
    own = profile({"everybody's": 1.0, "a tenth's": 1.0})
    assert set(weights(own, Audience(1_000, {"everybody's": 101, "a tenth's": 100}))) == {"a tenth's"}
    assert set(weights(own, Audience(100, {"everybody's": 50, "a tenth's": 11}))) == {"everybody's", "a tenth's"}


@pytest.mark.parametrize(("artists", "others"), [(19, 30), (30, 19)])
def test_little_that_is_known_makes_no_score(artists: int, others: int) -> None:
    assert compare(profile(alike(artists)), profile(alike(others)), NOBODY) is None
    assert compare(profile(alike(20)), profile(alike(30)), NOBODY) is not None
    apart = {**{f"b{number}": 1.0 for number in range(30)}, "a0": 1.0, "a1": 1.0}
    assert compare(profile(alike(30)), profile(apart), NOBODY) is None
    assert compare(profile(alike(30)), profile(apart | {"a2": 1.0}), NOBODY) is not None


def test_the_reasons_are_the_largest_terms() -> None:
    """The rarest of equals first; how many have an artist is told from three on, and "only" where they are few."""
    audiences = {"a3": 2, "a4": 3, "a5": 7, "a6": 40, "a7": 45}
    known = Audience(140, {f"a{number}": 60 for number in range(30)} | audiences)
    songs = {f"song {number}": 0.9 - number / 10 for number in range(4)}
    score = compare(profile(alike(30), songs=songs), profile(alike(30), songs=songs), replace(known, listeners=700))
    assert score is not None
    assert [artist.key for artist in score.artists] == ["a3", "a4", "a5", "a6", "a7"]
    assert [artist.listeners for artist in score.artists] == [None, 3, 7, 40, 45]
    assert sum(artist.share for artist in score.artists) < 1
    assert reasons(score, 140) == [
        "You both love The a4, which only 3 people here have.",
        "You both love The a5, which only 7 people here have.",
        "You both love The a3, The a6 and The a7.",
        "You share “song 0” by Ann, “song 1” by Ann and “song 2” by Ann and 1 more.",
    ]


LISTENERS = 240


@pytest.fixture(scope="module")
def planted() -> Planted:
    return population(LISTENERS, seed=3)


@pytest.fixture(scope="module")
def profiles(planted: Planted) -> list[Profile]:
    return [listener.profile() for listener in planted.listeners]


def percents(pairs: list[tuple[int, int]], profiles: list[Profile], known: Audience) -> list[int]:
    """The percentage of each pair; 0 without a score."""
    scores = (compare(profiles[number], profiles[other], known) for number, other in pairs)
    return [score.percent if score else 0 for score in scores]


def test_planted_friends_are_told_from_strangers(planted: Planted, profiles: list[Profile]) -> None:
    """And from those who share a scene with them: the chance that a friend scores higher."""
    own = [weights(each, audience(profiles)) for each in profiles]
    of = {
        name: sorted(likeness(own[number], own[other]) for number, other in pairs)
        for name, pairs in {
            "friends": planted.friends(),
            "strangers": planted.strangers(600, seed=1),
            "scene": planted.of_one_scene(600, seed=1),
        }.items()
    }
    assert area(of["friends"], of["strangers"]) >= 0.99
    assert area(of["friends"], of["scene"]) >= 0.88


def test_100_is_oneself_compared_with_ones_other_months(planted: Planted, profiles: list[Profile]) -> None:
    """
    The scale is true: even months against odd ones are at 100 in the median, strangers near 0, friends between.

    By a log of plays against top lists, likes and follows of the same person, too
    """
    known = audience(profiles)
    people = planted.listeners[:40]
    halves = [[each.profile(log=True, lists=False, month=month) for month in (0, 1)] for each in people]
    itself = [score.percent for even, odd in halves if (score := compare(even, odd, known))]
    assert len(itself) == len(people)
    assert median(itself) >= 98
    assert min(itself) >= 80
    sources = [(each.profile(log=True, lists=False), each.profile(log=False)) for each in people]
    by_source = [score.percent for pair in sources if (score := compare(*pair, known))]
    assert fmean(by_source) >= 85
    strangers = median(percents(planted.strangers(300, seed=2), profiles, known))
    friends = median(percents(planted.friends(), profiles, known))
    assert strangers <= 10 < 40 <= friends <= 75


def test_a_score_stays_while_others_join(planted: Planted, profiles: list[Profile]) -> None:
    """Whether nobody is counted, the first twenty are, or all: within three points in the median."""
    pairs = [pair for pair in planted.friends() if compare(profiles[pair[0]], profiles[pair[1]], NOBODY)]
    before, few, all_of_them = (
        percents(pairs, profiles, known) for known in (NOBODY, audience(profiles[:20]), audience(profiles))
    )
    for other in (before, few):
        assert median(abs(percent - final) for percent, final in zip(other, all_of_them, strict=True)) <= 3


def test_ten_times_the_plays_change_a_score_by_three_points_at_most(planted: Planted, profiles: list[Profile]) -> None:
    known = audience(profiles)
    changes = []
    for number, other in planted.friends()[:40]:
        listener = planted.listeners[number]
        heavy = replace(listener, plays=[(ago, song, plays * 10) for ago, song, plays in listener.plays])
        before, after = (
            compare(each, profiles[other], known) for each in (listener.profile(log=True), heavy.profile(log=True))
        )
        if before and after:
            changes.append(abs(before.percent - after.percent))
    assert len(changes) > 25
    assert median(changes) <= 1
    assert sorted(changes)[int(len(changes) * 0.95)] <= 3
