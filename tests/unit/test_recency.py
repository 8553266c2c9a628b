"""Lists in which what comes again moves to the front: what has, and how far one must read to know all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.recency import is_known_from_here, latest, untouched

RECORDS = st.lists(st.integers(0, 40), unique=True, max_size=30).map(lambda found: [str(one) for one in found])
PLAYED = st.lists(st.integers(0, 60).map(str), max_size=12)


def after(known: list[str], played: list[str]) -> list[str]:
    """The list when these have been played, one after the other."""
    for one in played:
        known = [one, *(other for other in known if other != one)]
    return known


@given(RECORDS, PLAYED, st.integers(0, 40))
def test_nothing_is_taken_for_played_that_was_not(known: list[str], played: list[str], length: int) -> None:
    """And of what was, only what stands in front in its old order: nobody could tell that it was."""
    now = after(known, played)[:length]
    found = untouched(now, known)
    for one, index in zip(now, found, strict=True):
        assert (index is not None) == (one in known and one not in played) or one in played
        assert index is None or known[index] == one
    kept = [one for one, index in zip(now, found, strict=True) if index is not None and one in played]
    assert [one for one in known if one in kept] == kept == known[: len(kept)]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("abcd", [0, 1, 2, 3]),
        ("cabd", [None, 0, 1, 3]),
        ("acbd", [None, None, 1, 3]),
        ("axbcd", [None, None, 1, 2, 3]),
        ("abde", [0, 1, 3, None]),
        ("abx", [None, None, None]),
        ("xyzd", [None, None, None, None]),
        ("", []),
    ],
)
def test_what_stands_in_front_of_something_new_has_come_again(now: str, found: list[int | None]) -> None:
    """One that is gone is no sign of that, nor one that appears at the end; of what most is gone, all is new."""
    assert untouched(now, "abcd") == found


@given(RECORDS, PLAYED, st.integers(1, 12))
def test_reading_ends_where_nothing_behind_has_changed(known: list[str], played: list[str], page: int) -> None:
    """Whatever was played stands on the first page then, unless that page looks as it did before."""
    now = after(known, played)
    if len(set(played)) < page <= len(now):
        assert is_known_from_here(now[:page], known)
    if is_known_from_here(now[:page], known) and now[:page] != known[:page]:
        assert now[page:] == [one for one in known if one not in now[:page]]


def test_of_each_record_the_newest_name_counts() -> None:
    names = ["2026-11-24T10:00:00.000Z#b", "2026-11-23T10:00:00.000Z#a", "2026-11-22T10:00:00.000Z#b", "null", "null#2"]
    assert latest(names) == [names[0], names[1], "null", "null#2"]
