"""What the formulas say of an invented listener, of small cases worked out by hand, and of nobody."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from blendify.insights.buckets import (
    Artist,
    First,
    Known,
    LibraryChange,
    MonthOfLibrary,
    MonthOfPlays,
    Ranked,
    Song,
    TopList,
)
from blendify.taste import (
    artist,
    comparison,
    discoveries,
    drift,
    eras,
    growth,
    listening,
    movement,
    obsessions,
    patterns,
    rank_lines,
    review,
    rhythm,
    then_and_now,
)
from blendify.taste.comparison import period_before
from blendify.taste.days import Period, days_of, later, mondays, months, months_later, weekday
from blendify.taste.firsts import firsts
from tests.unit.taste.listener import FIRST, NOBODY, TODAY, history, two_years

ADA, BEN = Artist("ada", "Ada"), Artist("ben", "Ben")
KNOWN = Known("UTC", "2026-01-01", "2026-01-01", "2026-01-01", "2020-01-01", None)


def song(key: str, *artists: Artist, milliseconds: int | None = 180_000, year: int | None = 1999) -> Song:
    line = ", ".join(artist.name for artist in artists)
    return Song(key, key.title(), artists, line, milliseconds=milliseconds, release_year=year)


def month(
    name: str, days: Mapping[int, Mapping[Song, int]], hours: Mapping[tuple[int, int], int] | None = None
) -> MonthOfPlays:
    songs = {song.key: song for counts in days.values() for song in counts}
    by_day = {day: {song.key: count for song, count in counts.items()} for day, counts in days.items()}
    return MonthOfPlays(name, songs, by_day, hours or {}, ("lastfm",))


def top(day: str, *keys: str, what: str = "artists", time_range: str = "short_term") -> TopList:
    entries = [Ranked(rank, key, f"id-{key}", key.title(), None, None, None) for rank, key in enumerate(keys, start=1)]
    return TopList("spotify", what, time_range, day, tuple(entries))


def liked(key: str, day: str, data_type: str = "saved_tracks", *, dated: bool = True) -> LibraryChange:
    return LibraryChange(
        data_type, "spotify", f"id-{key}", key, key.title(), "Ada", ("ada",), None, day, dated, 1999,
        *(("p1", "Kitchen") if data_type == "playlist_tracks" else ()),
    )  # fmt: skip


def first(key: str, day: str, source: str = "saved_tracks") -> First:
    return First(key, key.title(), None, day, source, is_artist=True)


# --- days ---------------------------------------------------------------------------------------------------------


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


# --- sums ---------------------------------------------------------------------------------------------------------


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


# --- ranks --------------------------------------------------------------------------------------------------------


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


# --- library ------------------------------------------------------------------------------------------------------


def test_the_library_grows_month_by_month_without_gaps() -> None:
    """Removals are counted where they happened; what has no date is in no column, and is counted apart."""
    library = [
        MonthOfLibrary("2025-11", (liked("a", "2025-11-03"),), ()),
        MonthOfLibrary(
            "2026-01", (liked("f", "2026-01-01", "followed_artists", dated=False),), (liked("a", "2026-01-09"),)
        ),
        MonthOfLibrary("2026-02", (liked("g", "2026-02-02", "followed_artists", dated=False),), ()),
    ]
    grown = growth.growth(library, KNOWN, "2026-02")
    assert grown.data_types == ("saved_tracks", "followed_artists")
    assert [(column.label, column.added, column.removed) for column in grown.columns] == [
        ("2025-11", (1, 0), 0),
        ("2025-12", (0, 0), 0),
        ("2026-01", (0, 0), 1),
        ("2026-02", (0, 1), 0),
    ]
    assert grown.undated == 1
    added, removed = growth.changes_in(library, KNOWN, "2026")
    assert ([change.key for change in added], [change.key for change in removed]) == (["g"], ["a"])


def test_many_months_become_years() -> None:
    """Each addition is in one column, by months as by years."""
    listener = two_years()
    years, by_month = (
        growth.growth(listener.library, listener.known, TODAY[:7], by_years=choice) for choice in (None, False)
    )
    assert (years.by_years, by_month.by_years) == (True, False)
    assert sum(sum(column.added) for column in years.columns) == sum(sum(column.added) for column in by_month.columns)


def test_eras_tell_their_coverage_and_leave_out_impossible_years() -> None:
    """Below half nothing is said. A like that was removed does not count; one that came back does."""
    plays = [month("2026-03", {1: {song("x", ADA): 1, song("y", ADA, year=None): 2, song("z", ADA, year=1): 1}})]
    library = [
        MonthOfLibrary("2026-03", (liked("a", "2026-03-01"), liked("b", "2026-03-01")), (liked("a", "2026-03-02"),)),
        MonthOfLibrary("2026-04", (), (liked("b", "2026-04-01"),)),
        MonthOfLibrary("2026-05", (liked("b", "2026-05-01"),), ()),
    ]
    told = eras.eras(plays, library)
    assert (told.decades, told.likes.by_decade, told.plays.by_decade) == ((1990,), {1990: 1}, {1990: 1})
    assert (told.plays.coverage, told.plays.enough, told.likes.enough) == (0.25, False, True)


# --- comparing with oneself ---------------------------------------------------------------------------------------


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
    told = drift.drift(two_years().plays)
    size = range(len(told.months))
    assert all(told.percents[row][row] == 100 for row in size)
    assert all(told.percents[row][column] == told.percents[column][row] for row in size for column in size)
    assert all(0 <= percent <= 100 for row in told.percents for percent in row)
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
    told = rhythm.rhythm(
        [month("2026-01", {3: {song("x", ADA): 2}}, {(5, 20): 2})], KNOWN, Period("2025-12-31", "2026-01-03")
    )
    assert told.days == (("2025-12-31", None), ("2026-01-01", 0), ("2026-01-02", 0), ("2026-01-03", 2))
    assert (told.busiest_day, told.busiest_hour) == (("2026-01-03", 2), (5, 20))


# --- discoveries --------------------------------------------------------------------------------------------------


def discovered(firsts: list[First], known: Known = KNOWN, **signs: list[object]) -> dict[str, str]:
    everything = discoveries.Signs(signs.get("plays", []), signs.get("lists", []), signs.get("library", []))  # type: ignore[arg-type]
    told = discoveries.discoveries(firsts, known, everything, "2026-11-28")
    return {item.key: item.fate.value for month in told for item in month.discoveries}


def test_nothing_is_a_discovery_in_the_first_weeks_unless_an_older_date_says_so() -> None:
    """Sixty days after the connection, and after all that is known begins; not when plays reach back further."""
    library: list[object] = [MonthOfLibrary("2026-11", (liked("x", "2026-11-01"),), ())]
    known_days = {"2020-02-01": False, "2020-05-01": True, "2026-02-28": False, "2026-03-05": True}
    for day, is_discovery in known_days.items():
        assert bool(discovered([first("ada", day)], library=library)) is is_discovery, day
    scrobbles = replace(KNOWN, plays_since="2015-01-01")
    assert discovered([first("ada", "2026-02-28", "recently_played")], scrobbles, library=library)


def test_a_discovery_stays_by_plays_ranks_or_additions_after_90_days() -> None:
    """Otherwise it went, or it is too early to say."""
    plays = [month("2026-04", {1: {song("x", ADA): 3}}), month("2026-08", {1: {song("x", ADA): 5}})]
    april = [first("ada", "2026-04-01")]
    assert discovered(april, plays=list(plays)) == {"ada": "stayed"}
    assert discovered(april, plays=list(plays[:1])) == {"ada": "went"}
    assert discovered([first("ada", "2026-10-01")], plays=[month("2026-10", {1: {song("x", ADA): 3}})]) == {
        "ada": "early"
    }
    assert discovered(april, lists=[top("2026-09-01", "ada")]) == {"ada": "stayed"}
    assert discovered(april, library=[MonthOfLibrary("2026-09", (liked("x", "2026-09-01"),), ())]) == {"ada": "stayed"}
    # An artist heard once or twice is no discovery, and whoever stood in the first lists was there before.
    assert discovered(april, plays=[month("2026-04", {1: {song("x", ADA): 2}})]) == {}
    assert discovered([first("ada", "2026-02-01", "top_artists")], lists=[top("2026-02-01", "ada")]) == {}


def test_firsts_are_the_earliest_of_all_sources() -> None:
    """As the store has them, but from those parts alone that may be shown."""
    told = firsts(
        [month("2026-03", {5: {song("x", ADA, BEN): 1}})],
        [top("2026-03-01", "ben")],
        [MonthOfLibrary("2025-01", (liked("x", "2025-01-02"),), ())],
    )
    assert {(item.key, item.is_artist): (item.day, item.source) for item in told} == {
        ("x", False): ("2025-01-02", "saved_tracks"),
        ("ada", True): ("2025-01-02", "saved_tracks"),
        ("ben", True): ("2026-03-01", "top_artists"),
    }


# --- patterns, artist, review -------------------------------------------------------------------------------------


def test_the_patterns_of_the_invented_listener() -> None:
    """Two artists were there in all 25 months, one came back in September, and one song was the week in May."""
    listener = two_years()
    told = patterns.patterns(listener.plays, listener.lists, TODAY)
    assert {row.artist.name for row in told.loyal[:2]} == {"Zoë Sato", "Los Novák"}
    assert {row.months for row in told.loyal[:2]} == {25}
    assert [(row.artist.name, row.day[:7]) for row in told.back] == [("The Paper Lanterns", "2026-09")]
    assert told.obsessions[0].first_day == "2026-05-04"
    assert told.gone
    for row in told.gone:
        assert row.last_day < later(TODAY, -180)
        assert row.rank <= 20


def test_obsession_needs_ten_plays_in_seven_days() -> None:
    """Nine in a week, or ten in eight days, are none."""
    x = song("x", ADA)
    assert obsessions.obsessions([month("2026-03", {1: {x: 5}, 7: {x: 5}})])[0].plays == 10
    assert obsessions.obsessions([month("2026-03", {1: {x: 9}})]) == ()
    assert obsessions.obsessions([month("2026-03", {1: {x: 5}, 8: {x: 5}})]) == ()


def test_an_artist_has_all_that_is_known_of_them() -> None:
    """Plays, songs, likes, playlists, ranks; nothing of what was removed; None for a stranger."""
    plays = [
        month("2026-03", {5: {song("x", ADA): 4, song("y", BEN, ADA): 4}}),
        month("2026-05", {1: {song("z", BEN): 1}}),
    ]
    library = [
        MonthOfLibrary(
            "2026-03",
            (liked("a", "2026-03-01"), liked("b", "2026-03-01"), liked("c", "2026-03-02", "playlist_tracks")),
            (liked("b", "2026-03-04"),),
        )
    ]
    everything = artist.Everything(plays, [top("2026-03-07", "ben", "ada")], library, first("ada", "2026-03-01"))
    told = artist.portrait("ada", everything)
    assert told is not None
    assert (told.name, told.weight, told.place, told.last_day) == ("Ada", 5.0, 1, "2026-03-05")
    assert told.by_month == (("2026-03", 5.0), ("2026-04", 0.0), ("2026-05", 0.0))
    assert (told.likes, told.playlists, told.best_rank, told.followed) == (1, ("Kitchen",), (2, "2026-03-07"), False)
    assert [(item.key, item.plays) for item in told.songs] == [("x", 4), ("y", 4)]
    assert artist.portrait("nobody", replace(everything, first=None)) is None


def test_a_review_of_a_time_that_is_over_stays_as_it_is() -> None:
    """What comes later changes nothing in it."""
    listener, name = two_years(), "2026-05"
    plays = [month for month in listener.plays if month.month <= name]
    lists = [snapshot for snapshot in listener.lists if snapshot.day[:7] <= name]
    library = [month for month in listener.library if month.month <= name]
    then = review.Sources(plays, lists, library, firsts(plays, lists, library), listener.known)
    now = review.Sources(listener.plays, listener.lists, listener.library, listener.firsts, listener.known)
    assert review.review(then, name, "2026-06-01") == review.review(now, name, TODAY)


def test_a_song_that_was_liked_and_put_into_playlists_is_shown_once() -> None:
    """With its newest day; an album of the same name is another thing."""
    changes = [
        liked("a", "2026-03-03", "playlist_tracks"),
        liked("b", "2026-03-02"),
        liked("a", "2026-03-01"),
        liked("a", "2026-03-01", "saved_albums"),
    ]
    song_a, song_b, album = growth.gathered(changes)
    assert (song_a.change.day, song_a.liked, song_a.playlists) == ("2026-03-03", True, ("Kitchen",))
    assert (song_b.liked, song_b.playlists, album.change.data_type) == (True, (), "saved_albums")


def test_a_month_in_review() -> None:
    """Its favourites are its own. A month that goes on is not over; before the plays there are no numbers."""
    listener = two_years()
    sources = review.Sources(listener.plays, listener.lists, listener.library, listener.firsts, listener.known)
    may = review.review(sources, "2026-05", TODAY)
    assert may.sums is not None
    assert may.sums.plays == sum(listening.by_day(listener.plays, Period("2026-05-01", "2026-05-31")).values())
    assert may.obsession is not None
    assert may.obsession.first_day == "2026-05-04"
    assert (len(may.rhythm), sum(may.rhythm)) == (31, may.sums.plays)
    assert len(review.review(sources, "2025", TODAY).rhythm) == 12
    assert (may.over, review.review(sources, "2026-11", TODAY).over) == (True, False)
    old = review.review(sources, "2019", TODAY)
    assert (old.sums, old.artists, old.busiest_day) == (None, (), None)
    assert old.added
    assert review.name_before("2026-01") == "2025-12"
    assert review.name_after("2026") == "2027"


def test_nobody_has_no_numbers() -> None:
    """Every formula takes a listener of whom nothing is known, and says so instead of zeros."""
    period = Period("2026-11-01", TODAY)
    assert rank_lines.from_lists([], period).lines == ()
    assert growth.growth([], NOBODY.known, "2026-11").columns == ()
    assert comparison.compare([], [], NOBODY.known, period).now is None
    assert {plays for _, plays in rhythm.rhythm([], NOBODY.known, period).days} == {None}
    assert discovered([], NOBODY.known) == {}
    assert drift.drift([]).turn is None
    assert patterns.patterns([], [], TODAY) == patterns.Patterns((), (), (), ())
    assert eras.eras([], []).decades == ()
    assert artist.list_with("ada", []) == []
    empty = review.review(review.Sources([], [], [], [], NOBODY.known), "2026-10", TODAY)
    assert (empty.sums, empty.artists, empty.discoveries) == (None, (), ())
