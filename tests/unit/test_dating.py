"""Plays of which only the order is told: which are new, and the moments that keep their order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.undated_plays.timestamps import aligned, moments, with_moments
from blendify.core import times
from blendify.providers.endpoint import Record

NOW = datetime(2026, 11, 22, 17, 44, 30, tzinfo=UTC)
SONGS = st.lists(st.sampled_from("abcdefgh"), max_size=12)
UNIQUE = st.lists(st.integers(0, 99).map(str), unique=True, min_size=1, max_size=30)


def page(*ids: str) -> list[Record]:
    """A page of plays, as a provider tells them."""
    return [Record(name, {"record_id": name}) for name in ids]


def names(rows: list[Record]) -> list[str]:
    return [f"{row.fields['played_at']}#{row.fields['record_id']}" for row in rows if row]


@given(UNIQUE, st.integers(0, 10))
def test_what_is_new_comes_first(known: list[str], new: int) -> None:
    """As many as there are, and the rest is known in its order; the oldest may have been forgotten."""
    now = [*(f"new {number}" for number in range(new)), *known][: max(len(known), new + 1)]
    assert aligned(now, known) == [*[None] * new, *range(len(now) - new)]


@given(SONGS, SONGS)
def test_whatever_comes_is_aligned_in_order(now: list[str], known: list[str]) -> None:
    """No two are the same one, none stands before one that it stood behind, and equals alone are taken for equal."""
    indexes = aligned(now, known)
    there = [index for index in indexes if index is not None]
    assert len(indexes) == len(now)
    assert there == sorted(set(there))
    assert all(index is None or now[place] == known[index] for place, index in enumerate(indexes))


def test_a_provider_that_moves_a_song_to_the_front_tells_of_one_play() -> None:
    """Where lists hold each song once, the one that is played again leaves its place."""
    assert aligned(list("dabcef"), list("abcdef")) == [None, 0, 1, 2, 4, 5]


def test_a_song_that_is_left_out_makes_no_play() -> None:
    assert aligned(list("xabdef"), list("abcdef")) == [None, 0, 1, 3, 4, 5]


def test_the_same_songs_among_others_are_new_plays() -> None:
    """Two lists with nothing in common but a favourite or two do not overlap."""
    assert aligned(list("1a234b5678"), list("abcdefghij")) == [None] * 10
    assert aligned(list("123g"), list("abcdefghij")) == [None] * 4


@given(
    st.lists(st.one_of(st.none(), st.integers(1, 10_000)), max_size=20),
    st.one_of(st.none(), st.integers(10_001 * 100, 20_000 * 100)),
)
def test_moments_keep_the_order(seconds: list[int | None], oldest: int | None) -> None:
    """Whatever is known, each play is older than the one in front of it, and none is from the future."""
    ages = iter(sorted(age * 100 for age in {age for age in seconds if age is not None}))
    ordered = [None if age is None else next(ages, None) for age in seconds]
    given_ = [None if age is None else NOW - timedelta(seconds=age) for age in ordered]
    dated = moments(given_, NOW, None if oldest is None else NOW - timedelta(seconds=oldest))
    assert dated == sorted(set(dated), reverse=True)
    assert all(moment <= NOW for moment in dated)
    assert all(age is None or age == moment for age, moment in zip(given_, dated, strict=True))


def test_a_later_run_gives_no_play_another_moment() -> None:
    """And says of the new ones what they were played after."""
    first = names(with_moments(page("a", "b", "c"), (), NOW, None))
    later = with_moments(page("x", "a", "b"), first, NOW + timedelta(hours=1), "the run before")
    assert names(later) == [f"{times.iso(NOW + timedelta(hours=1))}#x", *first[:2]]
    assert [row.fields["played_after"] for row in later] == ["the run before", None, None]


def test_what_an_answer_that_was_cut_off_did_not_show_is_older() -> None:
    """It stands behind all that is known, of which at least three come in their order: none was played again."""
    first = names(with_moments(page("a", "b", "c"), (), NOW, None))
    later = with_moments(page("x", "a", "b", "c", "b", "d"), first, NOW + timedelta(hours=1), "the run before")
    older = [f"{times.iso(NOW - timedelta(seconds=age))}#{record}" for age, record in ((3, "b"), (4, "d"))]
    assert names(later)[1:] == [*first, *older]
    assert [row.fields["played_after"] for row in later] == ["the run before", *[None] * 5]
    assert aligned(list("xabcd"), list("ab")) == [None] * 5


def test_an_entry_without_an_id_has_no_moment() -> None:
    """It stays where it is, and the others are dated as if it were not there."""
    nothing = Record("null#000001", {"position": 1})
    rows = with_moments([*page("a"), nothing, *page("b")], ("null",), NOW, None)
    assert rows[1] is nothing
    assert names([rows[0], rows[2]]) == [f"{times.iso(NOW)}#a", f"{times.iso(NOW - timedelta(seconds=1))}#b"]


@pytest.mark.parametrize("late", [0, 0.0004, 5])
def test_a_worker_whose_clock_is_behind_keeps_the_order(late: float) -> None:
    """A play at the moment that was given last, or before it, is in front all the same."""
    first = names(with_moments(page("a", "b"), (), NOW, None))
    again = names(with_moments(page("x", "y", "a", "b"), first, NOW - timedelta(seconds=late), None))
    assert again[2:] == first
    assert again == sorted(again, reverse=True)
    assert len({name.partition("#")[0] for name in again}) == 4
