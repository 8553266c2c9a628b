"""Days, sums and ranks: what the formulas say of an invented listener and of small cases."""

import pytest

from blendify.insights.buckets import MonthOfLibrary
from blendify.taste import listening, movement, rank_lines, then_and_now
from blendify.taste.comparison import period_before
from blendify.taste.days import Period, days_of, later, mondays, months, months_later, weekday
from tests.unit.taste.listener import FIRST, TODAY, history, two_years
from tests.unit.taste.small_cases import ADA, BEN, liked, month, song, top


def test_months_run_over_the_turn_of_a_year() -> None:
    """Both ends are included; there is none between two in the wrong order."""
    assert months("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert months("2026-02", "2025-11") == []
    assert months_later("2026-01", -13) == "2024-12"


@pytest.mark.parametrize("days", [1, 6, 7, 8, 28, 365])
def test_the_period_before_has_the_same_length_and_weekdays_and_does_not_overlap(days: int) -> None:
    """A whole number of weeks earlier."""
    period = Period(later(TODAY, 1 - days), TODAY)
    before = period_before(period)
    assert before.days == period.days == days
    assert weekday(before.first) == weekday(period.first)
    assert before.last < period.first <= later(before.last, 7)


def test_weeks_cover_a_period() -> None:
    """Each day of the period is in the week of one of the Mondays."""
    period = Period("2026-11-01", "2026-11-28")
    assert {later(day, -weekday(day)) for day in days_of(period)} == set(mondays(period))


def test_the_first_artist_counts_1_and_a_guest_a_quarter() -> None:
    """Ada's four plays with Ben are four for her and one for him."""
    played = listening.artists([month("2026-03", {1: {song("duet", ADA, BEN): 4}})])
    assert {key: item.plays for key, item in played.items()} == {"ada": 4.0, "ben": 1.0}
    assert listening.first_artists([month("2026-03", {1: {song("duet", ADA, BEN): 4}})]) == {"ada"}


def test_minutes_are_told_only_when_enough_lengths_are_known() -> None:
    """Half of the plays at least; and the share of them is told."""
    known, unknown = song("known", ADA), song("unknown", ADA, milliseconds=None)
    assert listening.minutes([month("2026-03", {1: {known: 3, unknown: 1}})]) == listening.Minutes(9, 0.75)
    assert listening.minutes([month("2026-03", {1: {known: 1, unknown: 2}})]) is None
    assert listening.minutes([]) is None


def test_sums_over_parts_are_the_sum_over_all() -> None:
    """Each play is in one day, and each day in one month."""
    plays = two_years().plays
    by_day = listening.by_day(plays)
    assert sum(by_day.values()) == sum(item.plays for item in listening.songs(plays).values())
    whole = listening.artists(plays)
    for key in list(whole)[:5]:
        parts = sum(weights.get(key, 0) for weights in listening.monthly_weights(plays).values())
        assert parts == pytest.approx(whole[key].plays)


def test_movement_has_a_word_for_each_case() -> None:
    """Up, down, the same, new, back; and who left."""
    lists = [
        top("2026-10-01", "old", "a"),
        top("2026-11-01", "a", "b", "c", "gone"),
        top("2026-11-27", "a", "c", "b", "old", "fresh"),
    ]
    now = movement.top_now(lists, "2026-11-28")
    assert now is not None
    assert [(item.entry.key, item.direction, item.places) for item in now.moved] == [
        ("a", "same", 0),
        ("c", "up", 1),
        ("b", "down", 1),
        ("old", "back", 0),
        ("fresh", "new", 0),
    ]
    assert ([entry.key for entry in now.left], now.compared_with) == (["gone"], "2026-11-21")


def test_movement_is_unknown_in_the_first_week() -> None:
    """No arrow is drawn against a list that nobody has read; and without any list there is nothing."""
    now = movement.top_now([top("2026-11-25", "a")], "2026-11-28")
    assert now is not None
    assert (now.moved[0].direction, now.left, now.compared_with) == (None, (), None)
    assert movement.top_now([], "2026-11-28") is None


def test_a_rank_below_the_end_of_a_list_is_unknown() -> None:
    """A line ends; it does not fall to the last rank. A list stays in force until the next."""
    lists = [top("2026-11-02", "a", "b"), top("2026-11-16", "b")]
    lines = rank_lines.from_lists(lists, Period("2026-10-26", "2026-11-22"))
    assert {line.key: line.ranks for line in lines.lines} == {"b": (None, 2, 2, 1), "a": (None, 1, 1, None)}
    assert lines.ends == ("2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22")
    assert lines.lines[0].points == 49 + 49 + 50


def test_ranks_of_plays_count_four_weeks() -> None:
    """The week's rank is by the 28 days before its end."""
    plays = [month("2026-11", {1: {song("x", ADA): 3}, 28: {song("y", BEN): 1}})]
    lines = rank_lines.from_plays(plays, "artists", Period("2026-11-16", "2026-11-29"))
    assert {line.key: line.ranks for line in lines.lines} == {"ben": (None, 1), "ada": (1, None)}


def test_ranks_of_ten_years_count_each_year() -> None:
    """Up to the day that is asked for; a year without plays has no ranks."""
    plays = [
        month("2016-03", {1: {song("x", ADA): 3}, 2: {song("y", BEN): 2}}),
        month("2016-11", {9: {song("y", BEN): 2}}),
        month("2021-02", {9: {song("x", ADA): 1}}),
    ]
    lines = rank_lines.from_plays(plays, "artists", Period("2016-03-01", "2021-11-28"))
    assert (lines.unit, lines.ends) == (
        "year",
        ("2016-12-31", "2017-12-31", "2018-12-31", "2019-12-31", "2020-12-31", "2021-11-28"),
    )
    nothing = (None, None, None, None)
    assert {line.key: line.ranks for line in lines.lines} == {"ben": (1, *nothing, None), "ada": (2, *nothing, 1)}


def test_ten_lines_and_the_asked_for() -> None:
    """The chart has ten lines; an artist whom the listener picks is always among them. Long periods go by months."""
    lists = history(two_years(), "artists", "short_term")
    period = Period("2026-05-28", TODAY)
    far = lists[-1].entries[-1].key
    assert len(rank_lines.from_lists(lists, period).lines) == 10
    assert rank_lines.from_lists(lists, period, always=far).lines[-1].key == far
    assert rank_lines.from_lists(lists, Period(FIRST.isoformat(), TODAY)).unit == "month"


def test_two_days_of_a_list() -> None:
    """What came and what went are differences of sets; a day before the first list is unknown."""
    lists = [top("2026-01-05", "a", "b"), top("2026-06-01", "b", "c")]
    library = [MonthOfLibrary("2026-03", (liked("x", "2026-03-03"),), (liked("y", "2026-03-04"),))]
    both = then_and_now.then_and_now((lists[0], lists[1]), library, "2026-02-01", "2026-06-02")
    assert [entry.key for entry in both.came] == ["c"]
    assert [entry.key for entry in both.went] == ["a"]
    assert [(item.entry.key, item.rank_then, item.entry.rank) for item in both.stayed] == [("b", 2, 1)]
    assert ([item.key for item in both.added], [item.key for item in both.removed]) == (["x"], ["y"])
    before = then_and_now.then_and_now((None, lists[1]), library, "2025-12-31", "2026-06-02")
    assert (before.then, before.came, before.went) == (None, (), ())
