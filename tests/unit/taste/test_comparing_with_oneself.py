"""One time against another of the same listener: likeness, drift and rhythm."""

from blendify.taste import comparison, drift, rhythm
from blendify.taste.days import Period
from tests.unit.taste.listener import two_years
from tests.unit.taste.small_cases import ADA, KNOWN, first, month, song


def test_a_period_before_the_first_known_play_is_not_counted_as_silence() -> None:
    """No difference is told against days of which nothing is known."""
    plays = [month("2026-01", {day: {song("x", ADA): 2} for day in range(1, 29)})]
    compared = comparison.compare(plays, [], KNOWN, Period("2026-01-05", "2026-01-18"))
    assert compared.now is not None
    assert (compared.now.plays, compared.then, compared.gained) == (28, None, ())


def test_new_artists_are_counted_only_after_the_first_weeks() -> None:
    """In the first 60 days everything is new."""
    plays = [month(name, {9: {song("x", ADA): 1}}) for name in ("2026-01", "2026-02", "2026-05")]
    new = [first("ada", "2026-05-09", "recently_played")]
    early = comparison.compare(plays, new, KNOWN, Period("2026-02-02", "2026-02-15")).now
    late = comparison.compare(plays, new, KNOWN, Period("2026-05-04", "2026-05-17")).now
    assert early is not None
    assert late is not None
    assert (early.new_artists, late.new_artists) == (None, 1)


def test_a_month_is_wholly_like_itself_and_likeness_has_two_equal_sides() -> None:
    """0 to 100; ten times the plays change little, nothing shared is 0."""
    compared = drift.drift(two_years().plays)
    size = range(len(compared.months))
    assert all(compared.percents[row][row] == 100 for row in size)
    assert all(compared.percents[row][column] == compared.percents[column][row] for row in size for column in size)
    assert all(0 <= percent <= 100 for row in compared.percents for percent in row)
    assert drift.likeness(drift.vector({"a": 1}), drift.vector({"b": 1})) == 0
    many = {f"artist {number}": float(number) for number in range(1, 60)}
    ten_times = {key: 10 * weight for key, weight in many.items()}
    assert drift.percent(drift.vector(many), drift.vector(ten_times)) >= 97


def test_months_near_each_other_are_more_alike() -> None:
    """The invented listener drifts: the neighbour is nearer than a year away."""
    last = drift.drift(two_years().plays).percents[-1]
    assert last[-2] > last[-13]


def test_a_month_with_few_plays_is_not_compared() -> None:
    """It would say more about chance than about taste."""
    few = month("2026-03", {1: {song("x", ADA): drift.LEAST_PLAYS - 1}})
    assert drift.drift([few]).months == ()


def test_quantiles_have_about_as_many_days_each() -> None:
    """One wild day does not pale the year; equal days have one step."""
    steps = rhythm.quantiles([*range(1, 100), 5_000])
    sizes = [sum(rhythm.step_of(value, steps) == step for value in [*range(1, 100), 5_000]) for step in range(1, 6)]
    assert sizes == [20] * 5
    assert rhythm.step_of(0, steps) == 0
    assert {rhythm.step_of(7, rhythm.quantiles([7] * 9))} == {5}
    assert rhythm.quantiles([]) == ()


def test_days_before_the_first_play_are_unknown_and_not_empty() -> None:
    """Days without plays after it are 0."""
    listening = rhythm.rhythm(
        [month("2026-01", {3: {song("x", ADA): 2}}, {(5, 20): 2})], KNOWN, Period("2025-12-31", "2026-01-03")
    )
    assert listening.days == (("2025-12-31", None), ("2026-01-01", 0), ("2026-01-02", 0), ("2026-01-03", 2))
    assert (listening.busiest_day, listening.busiest_hour) == (("2026-01-03", 2), (5, 20))
