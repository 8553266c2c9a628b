"""Lists in which what comes again moves to the front: what has, when, and how far one must read to know all of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.undated_plays.move_to_front import SURE, is_known_from_here, latest, untouched, with_moments
from blendify.providers.endpoint import Record

NOW = datetime(2026, 11, 22, 17, 44, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FULL = 50
RECORDS = st.lists(st.integers(0, 40), unique=True, max_size=30).map(
    lambda numbers: [str(number) for number in numbers]
)
PLAYED = st.lists(st.integers(0, 60).map(str), max_size=12)


def after(known: list[str], played: list[str]) -> list[str]:
    """The list when these have been played, one after the other."""
    for record in played:
        known = [record, *(other for other in known if other != record)]
    return known


def named(ids: str, read: list[str], now: datetime) -> list[str]:
    """The names that a list gets: moment and record, and with a `+` what was played since the reading before."""
    since = "the run before" if read else None
    rows = with_moments([Record(record_id, {"record_id": record_id}) for record_id in ids], read, now, since, FULL)
    return [
        f"{row.fields['played_at']}#{row.fields['record_id']}{'+' if row.fields['played_after'] else ''}"
        for row in rows
    ]


@given(RECORDS, PLAYED)
def test_what_was_played_is_known_but_for_what_nobody_could_tell(known: list[str], played: list[str]) -> None:
    """Nothing else is taken for it; and what is taken for it leads to the same list without a play of the others."""
    now = after(known, played)
    indexes = untouched(now, known)
    for record, index in zip(now, indexes, strict=True):
        assert index is None or known[index] == record
        assert index is not None or record in played
    end = max((place for place, index in enumerate(indexes) if index is not None), default=len(now) - 1) + 1
    taken = [record for record, index in zip(now[:end], indexes, strict=False) if index is None]
    # What is new behind all others may be older: the answer before was cut off there.
    assert after([*known, *now[end:]], taken[::-1]) == now


@pytest.mark.parametrize(
    ("now", "indexes"),
    [
        ("abcd", [0, 1, 2, 3]),
        ("cabd", [None, 0, 1, 3]),
        ("acbd", [None, None, 1, 3]),
        ("axbcd", [None, None, 1, 2, 3]),
        ("abd", [0, 1, 3]),
        ("dxyz", [None, None, None, None]),
        ("abcx", [None, None, None, None]),
        ("", []),
    ],
)
def test_what_stands_in_front_of_something_new_has_come_again(now: str, indexes: list[int | None]) -> None:
    """One that is gone is no sign of that."""
    assert untouched(now, "abcd") == indexes


def test_a_full_list_may_end_with_what_nobody_knows() -> None:
    """It takes the place of one that is gone; of many, all that is in front of them has come again."""
    assert untouched("abdx", "abcd", full=True) == [0, 1, 3, None]
    assert untouched("axyz", "abcd", full=True) == [None] * 4
    assert untouched("xyzd", "abcd", full=True) == [None] * 4


@given(RECORDS, PLAYED, st.integers(1, 20))
def test_reading_may_end_where_nothing_behind_has_changed(known: list[str], played: list[str], page: int) -> None:
    """Whatever was played stands in front then, unless five in a row were played again in the order that they had."""
    now = after(known, played)
    unlucky = set(now[page - SURE : page]) <= set(played)
    if is_known_from_here(now[:page], known) and not unlucky:
        assert now[page:] == [record for record in known if record not in now[:page]]
    if len(set(played)) + SURE <= page <= len(now):
        assert is_known_from_here(now[:page], known)


def test_what_moves_to_the_front_has_been_played_since() -> None:
    """The rest keeps the moments that it had."""
    first = named("abcdef", [], NOW)
    assert named("abcdef", first, LATER) == first
    assert named("eabcdf", first, LATER) == ["2026-11-22T18:44:30.000Z#e+", *first[:4], first[5]]
    again = named("aebcdf", first, LATER)
    assert again == ["2026-11-22T18:44:30.000Z#a+", "2026-11-22T18:44:29.000Z#e+", *first[1:4], first[5]]


def test_what_an_answer_that_was_cut_off_did_not_show_is_older() -> None:
    """The three that it showed stand in their old order, with all the others behind them: nothing was played again."""
    first = named("abc", [], NOW)
    whole = named("xabcdefgh", first, LATER)
    assert whole[:4] == ["2026-11-22T18:44:30.000Z#x+", *first]
    assert whole[4:] == [f"2026-11-22T17:44:2{7 - place}.000Z#{record}" for place, record in enumerate("defgh")]
    assert named("abc", whole, LATER + timedelta(hours=1)) == whole[1:4]
    # Of two it is as likely that they were played again, after the others.
    assert named("xabdefgh", first[:2], LATER)[1:3] != first[:2]


def test_a_record_that_is_met_twice_is_one() -> None:
    """Two pages may hold it, because something was played in between; its newest name counts."""
    first = named("abca", [], NOW)
    assert first == named("abc", [], NOW)
    assert named("abca", first, LATER) == first
    names = ["2026-11-22T10:00:00.000Z#b", "2026-11-23T10:00:00.000Z#a", "2026-11-24T10:00:00.000Z#b", "null", "null#2"]
    assert latest(names) == [names[2], names[1]]
