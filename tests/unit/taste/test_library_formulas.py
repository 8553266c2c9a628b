"""The library and discoveries: what the formulas say of an invented listener and of small cases."""

from dataclasses import replace

from blendify.insights.buckets import MonthOfLibrary
from blendify.taste import eras, growth
from blendify.taste.firsts import firsts
from tests.unit.taste.listener import TODAY, two_years
from tests.unit.taste.small_cases import ADA, BEN, KNOWN, discovered, first, liked, month, song, top


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
    shares = eras.eras(plays, library)
    assert (shares.decades, shares.likes.by_decade, shares.plays.by_decade) == ((1990,), {1990: 1}, {1990: 1})
    assert (shares.plays.coverage, shares.plays.enough, shares.likes.enough) == (0.25, False, True)


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
    earliest = firsts(
        [month("2026-03", {5: {song("x", ADA, BEN): 1}})],
        [top("2026-03-01", "ben")],
        [MonthOfLibrary("2025-01", (liked("x", "2025-01-02"),), ())],
    )
    assert {(item.key, item.is_artist): (item.day, item.source) for item in earliest} == {
        ("x", False): ("2025-01-02", "saved_tracks"),
        ("ada", True): ("2025-01-02", "saved_tracks"),
        ("ben", True): ("2026-03-01", "top_artists"),
    }
