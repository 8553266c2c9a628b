"""Imported and polled plays that are one are linked, one to one; real repeats stay."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.importing.same_plays import (
    Edge,
    ImportedPlay,
    Pair,
    PolledPlay,
    differences,
    pair_of,
    pairs,
)

T0 = datetime(2025, 3, 4, 19, 0, tzinfo=UTC)
LENGTH = timedelta(seconds=180)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def imported(key: str, end: float | None, start: float | None = None, **more: object) -> ImportedPlay:
    moments = (None if start is None else at(start)), (None if end is None else at(end))
    return ImportedPlay(key, more.pop("tracks", ("a",)), *moments, **more)  # type: ignore[arg-type]


def linked(imports: Sequence[ImportedPlay], polls: Sequence[PolledPlay]) -> set[tuple[str, str]]:
    return {(pair.imported, pair.polled) for pair in pairs(imports, polls)}


@pytest.mark.parametrize(
    ("seconds", "near"),
    [(0, "end"), (90, "end"), (-60, "end"), (91, None), (-205, "start"), (-296, None), (-160, "length"), (-500, None)],
)
def test_a_polled_play_may_tell_start_end_or_the_end_less_the_length(seconds: float, near: str | None) -> None:
    play = imported("i", 0, -205, length=timedelta(seconds=150))
    pair = pair_of(play, PolledPlay("p", ("a",), at(seconds)))
    assert (pair.near if pair else None) == near


def test_a_service_that_tells_the_start_is_compared_with_the_start_alone() -> None:
    play = imported("i", 180, 0, length=LENGTH)
    paired = [bool(pair_of(play, PolledPlay("p", ("a",), at(seconds), "start"))) for seconds in (-91, -90, 90, 91, 180)]
    assert paired == [False, True, True, False, False]
    short = imported("i", None, 0)
    assert [bool(pair_of(short, PolledPlay("p", ("a",), at(s), "start"))) for s in (30, 31)] == [True, False]


def test_times_to_the_minute_have_wider_windows() -> None:
    assert [bool(pair_of(imported("i", 0, by_minute=True), PolledPlay("p", ("a",), at(s)))) for s in (150, 151)] == [
        True,
        False,
    ]


def test_tracks_are_the_same_by_any_of_their_names() -> None:
    play = imported("i", 0, tracks=("uri:1", "isrc:2"))
    assert pair_of(play, PolledPlay("p", ("uri:9", "isrc:2"), at(1)))
    assert not pair_of(play, PolledPlay("p", ("uri:9", "isrc:3"), at(1)))


@pytest.mark.parametrize("offset", [0, -120, 5, -5, -100, -60])
@pytest.mark.parametrize("order", [1, -1])
def test_a_song_five_times_in_ten_minutes_is_five_pairs(offset: float, order: int) -> None:
    """Told by their ends, their starts, or something between; whichever comes first, and none is dropped."""
    imports = [imported(f"i{order * n + 5}", 120 * n + 120, 120 * n) for n in range(5)]
    polls = [PolledPlay(f"p{n}", ("a",), at(120 * n + 120 + offset)) for n in range(5)]
    assert len(linked(imports, polls)) == 5


def test_a_song_all_day_long_pairs() -> None:
    imports = [imported(f"i{n:04}", 120 * n + 120, 120 * n) for n in range(1_500)]
    polls = [PolledPlay(f"p{1_500 - n:04}", ("a",), at(120 * n)) for n in range(1_500)]
    assert len(linked(imports, polls)) == 1_500


EDGES: tuple[Edge, ...] = ("start", "unknown")
SECONDS = st.integers(-600, 600)
TRACKS = st.sets(st.sampled_from(["uri:1", "uri:2", "isrc:1", "song:1"]), min_size=1, max_size=2)
LENGTHS = st.none() | st.integers(20, 400).map(lambda seconds: timedelta(seconds=seconds))
MOMENTS = st.none() | SECONDS.map(at)
IMPORTED = st.lists(st.tuples(TRACKS, MOMENTS, MOMENTS, LENGTHS, st.booleans()), max_size=6).map(
    lambda rows: [ImportedPlay(f"i{number}", *row) for number, row in enumerate(rows)]
)
POLLED = st.lists(st.tuples(TRACKS, SECONDS.map(at), st.sampled_from(EDGES)), max_size=6).map(
    lambda rows: [PolledPlay(f"p{number}", *row) for number, row in enumerate(rows)]
)


def nearest_first(imports: Sequence[ImportedPlay], polls: Sequence[PolledPlay]) -> set[tuple[str, str]]:
    """The rule word by word: again and again the nearest of all that are left, computed from the seconds."""
    left_imports, left_polls = list(imports), list(polls)
    result = set[tuple[str, str]]()
    while True:
        distances = [
            (seconds, play.key, poll.key)
            for play in left_imports
            for poll in left_polls
            if (seconds := distance(play, poll)) is not None
        ]
        if not distances:
            return result
        _, play_key, poll_key = min(distances)
        result.add((play_key, poll_key))
        left_imports = [play for play in left_imports if play.key != play_key]
        left_polls = [poll for poll in left_polls if poll.key != poll_key]


def most(imports: Sequence[ImportedPlay], polls: Sequence[PolledPlay]) -> int:
    """How many pairs there can be at most: by trying everything."""
    if not imports:
        return 0
    first, *rest = imports
    with_partner = [
        1 + most(rest, [other for other in polls if other is not poll])
        for poll in polls
        if distance(first, poll) is not None
    ]
    return max([most(rest, polls), *with_partner])


def distance(play: ImportedPlay, poll: PolledPlay) -> float | None:
    """Seconds between the two, as the documented rule has them; None where they cannot be one."""
    if not set(play.tracks) & set(poll.tracks):
        return None
    end = None if play.ended_at is None else (play.ended_at - T0).total_seconds()
    start = None if play.started_at is None else (play.started_at - T0).total_seconds()
    length = play.length.total_seconds() if play.length else None
    moment, more = (poll.at - T0).total_seconds(), 60 if play.by_minute else 0
    other = None
    if length and (start is not None or end is not None):
        other = end - length if end is not None else (start or 0) + length
    if poll.edge == "start":
        begun = other if start is None else start
        targets = [] if begun is None else [(begun, max(30, (length or 0) / 2) + more)]
    else:
        targets = [(target, 90 + more) for target in (end, start, other) if target is not None]
    return min((abs(moment - target) for target, window in targets if abs(moment - target) <= window), default=None)


@settings(max_examples=60, deadline=None)
@given(imports=IMPORTED, polls=POLLED, seed=st.randoms(use_true_random=False))
def test_pairs_are_the_nearest_and_as_many_as_there_can_be(
    imports: list[ImportedPlay], polls: list[PolledPlay], seed: Random
) -> None:
    matches = pairs(imports, polls)
    paired = {(pair.imported, pair.polled) for pair in matches}
    of_import, of_poll = {play.key: play for play in imports}, {poll.key: poll for poll in polls}
    assert all(
        distance(of_import[pair.imported], of_poll[pair.polled]) == abs(pair.difference.total_seconds())
        for pair in matches
    )
    assert (
        len({play for play, _ in paired}) == len({poll for _, poll in paired}) == len(matches) == most(imports, polls)
    )
    expected = nearest_first(imports, polls)
    if len(expected) == len(paired):
        assert paired == expected
    seed.shuffle(imports)
    seed.shuffle(polls)
    assert linked(imports, polls) == paired


def test_the_histogram_tells_how_the_rule_fits() -> None:
    ends = [Pair("i", "p", "end", timedelta(seconds=seconds)) for seconds in (0, 1.5, 2, -1, -700, 9_000)]
    assert differences([*ends, Pair("i", "p", "start", timedelta(seconds=45))]) == {
        "end": {-600: 1, -2: 1, 0: 2, 2: 1, 600: 1},
        "start": {30: 1},
        "length": {},
    }
