"""Patterns, the portrait of an artist and the review of a time; and what every formula says of nobody."""

from dataclasses import replace

from blendify.insights.buckets import MonthOfLibrary
from blendify.taste import (
    artist,
    comparison,
    drift,
    eras,
    growth,
    listening,
    obsessions,
    patterns,
    rank_lines,
    review,
    rhythm,
)
from blendify.taste.days import Period, later
from blendify.taste.firsts import firsts
from tests.unit.taste.listener import NOBODY, TODAY, two_years
from tests.unit.taste.small_cases import ADA, BEN, discovered, first, liked, month, song, top


def test_the_patterns_of_the_invented_listener() -> None:
    """Two artists were there in all 25 months, one came back in September, and one song was the week in May."""
    listener = two_years()
    habits = patterns.patterns(listener.plays, listener.lists, TODAY)
    assert {row.artist.name for row in habits.loyal[:2]} == {"Zoë Sato", "Los Novák"}
    assert {row.months for row in habits.loyal[:2]} == {25}
    assert [(row.artist.name, row.day[:7]) for row in habits.back] == [("The Paper Lanterns", "2026-09")]
    assert habits.obsessions[0].first_day == "2026-05-04"
    assert habits.gone
    for row in habits.gone:
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
    ada = artist.portrait("ada", everything)
    assert ada is not None
    assert (ada.name, ada.weight, ada.place, ada.last_day) == ("Ada", 5.0, 1, "2026-03-05")
    assert ada.by_month == (("2026-03", 5.0), ("2026-04", 0.0), ("2026-05", 0.0))
    assert (ada.likes, ada.playlists, ada.best_rank, ada.followed) == (1, ("Kitchen",), (2, "2026-03-07"), False)
    assert [(item.key, item.plays) for item in ada.songs] == [("x", 4), ("y", 4)]
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
