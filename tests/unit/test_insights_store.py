"""What views read is what was written: every bucket, also those that need several items."""

import random
from dataclasses import replace

import pytest

from blendify.insights import packing, store, table
from blendify.insights.buckets import (
    Artist,
    First,
    Known,
    LibraryChange,
    MonthOfPlays,
    Ranked,
    Song,
    ToldPlays,
    TopList,
)
from blendify.insights.library import month_of_library
from blendify.providers import NAMES
from tests.unit.erasures import Interrupted

USER = "uinsights"
ADA = Artist("a", "Ada", "https://pictures.example/ada")
SONG = Song("s", "Blue", (ADA, Artist("b", "Ben")), "Ada, Ben", "Album", "https://pictures.example/blue", 200_000, 1999)
NOVEMBER = MonthOfPlays("2026-11", {"s": SONG}, {1: {"s": 2}, 28: {"s": 1}}, {(6, 23): 2, (5, 0): 1}, ("spotify",))


def test_rows_and_buckets_are_inverse() -> None:
    assert packing.to_plays(packing.unpack(packing.pack(packing.of_plays(by_service(NOVEMBER)))), NAMES) == [NOVEMBER]
    top = TopList("spotify", "tracks", "short_term", "2026-11-28", (Ranked(1, "s", "id", "Blue", "Ada", None, 3),))
    assert packing.to_top_lists(packing.unpack(packing.pack(packing.of_top_lists([top])))) == [top]
    change = _liked("2026-11-02")
    assert packing.to_changes(packing.unpack(packing.pack(packing.of_changes([change])))) == [change]


@pytest.mark.usefixtures("aws_in_memory")
def test_a_listener_without_anything_has_nothing() -> None:
    assert not store.plays(USER, None, None)
    assert not store.library(USER, None, None)
    assert not store.firsts(USER)
    assert not store.current_top_lists(USER)
    assert not store.top_lists(USER, "tracks", "short_term", "2026-01-01", "2026-12-31")
    assert store.known(USER) == Known("UTC", None, None, None, None, None)


@pytest.mark.usefixtures("aws_in_memory")
def test_months_are_read_from_days_and_from_whole_months() -> None:
    day = MonthOfPlays("2026-12", {"s": SONG}, {1: {"s": 2}}, {(1, 9): 2}, ("lastfm",))
    other = MonthOfPlays("2026-12", {"s": SONG}, {2: {"s": 5}}, {(2, 9): 5}, ("spotify",))
    for piece, place in ((NOVEMBER, store.WHOLE), (day, "01"), (other, "02")):
        table.write(USER, f"plays#{piece.month}#{place}", packing.of_plays(by_service(piece)))
    december = MonthOfPlays(
        "2026-12", {"s": SONG}, {1: {"s": 2}, 2: {"s": 5}}, {(1, 9): 2, (2, 9): 5}, ("lastfm", "spotify")
    )
    assert store.plays(USER, None, None) == [NOVEMBER, december]
    assert store.plays(USER, "2026-12", "2026-12") == store.plays(USER, "2026-12", None) == [december]
    assert store.plays(USER, None, "2026-11") == [NOVEMBER]
    assert store.plays(USER, "2026-12", None, {"lastfm"}) == [day]


@pytest.mark.usefixtures("aws_in_memory")
def test_a_whole_month_stands_for_the_days_that_it_was_made_of() -> None:
    """Between the writes of a month and the deletions of its days both are there; it does not count twice."""
    day = replace(NOVEMBER, by_day={28: {"s": 1}}, by_hour={(5, 0): 1}, providers=("lastfm",))
    for piece, place in ((NOVEMBER, store.WHOLE), (day, "28")):
        table.write(USER, f"plays#{piece.month}#{place}", packing.of_plays(by_service(piece)))
    assert store.plays(USER, None, None) == [NOVEMBER]
    assert store.plays(USER, None, None, {"lastfm"}) == []


@pytest.mark.usefixtures("aws_in_memory")
def test_a_bucket_of_another_format_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a rebuild makes it anew."""
    with monkeypatch.context() as earlier:
        earlier.setattr(packing, "FORMAT", 1)
        table.write(USER, "plays#2026-10#00", packing.of_plays(by_service(NOVEMBER)))
    table.write(USER, "plays#2026-11#00", packing.of_plays(by_service(NOVEMBER)))
    assert store.plays(USER, None, None) == [NOVEMBER]
    assert table.read_named(USER, ["plays#2026-10#00"]) == {}


@pytest.mark.usefixtures("aws_in_memory")
def test_a_period_of_a_top_list_begins_with_the_one_in_force() -> None:
    days = ["2026-11-01", "2026-11-05", "2026-11-09", "2026-12-01"]
    lists = [
        TopList("spotify", "tracks", "short_term", day, (Ranked(1, day, "", day, "", None, None),)) for day in days
    ]
    for top in lists:
        table.write(USER, f"tops#tracks#short_term#spotify#{top.day}", packing.of_top_lists([top]))
    table.write(USER, "current#tracks#spotify", packing.of_top_lists(lists[-1:]))
    assert store.top_lists(USER, "tracks", "short_term", "2026-11-06", "2026-11-30") == lists[1:3]
    assert store.top_lists(USER, "tracks", "short_term", "2026-11-05", "2026-11-08") == lists[1:2]
    assert store.top_lists(USER, "tracks", "short_term", "2026-10-01", "2026-10-31") == []
    assert store.current_top_lists(USER) == lists[-1:]


@pytest.mark.usefixtures("aws_in_memory")
def test_additions_of_several_syncs_make_one_month_and_have_their_playlists_names() -> None:
    entry = _liked("2026-11-02", data_type="playlist_tracks", playlist_id="p")
    for day, changes in (("2026-11-03", [entry, _liked("2026-11-01")]), ("2026-11-04", [entry])):
        table.write(USER, f"library#2026-11#{day}", ["2026-11", packing.of_changes(changes), []])
    table.write(USER, "names#2026-11-03", [["spotify", "p", "2026-11-03T01", "Old"]])
    table.write(USER, "names#2026-11-04", [["spotify", "p", "2026-11-04T01", "New"]])
    (month,) = store.library(USER, None, None)
    assert [(change.day, change.playlist_name) for change in month.added] == [
        ("2026-11-01", None),
        ("2026-11-02", "New"),
    ]
    assert month_of_library("2026-11", [("2026-11", list(month.added), [])]) == month


@pytest.mark.usefixtures("aws_in_memory")
def test_a_bucket_of_many_items_is_read_whole_and_replaced_whole() -> None:
    many = many_firsts()
    assert len(packing.pack(packing.of_firsts(many))) > 1
    assert all(len(part) < 350_000 for part in packing.pack(packing.of_firsts(many)))
    table.write(USER, "firsts#00", packing.of_firsts(many))
    assert len(store.firsts(USER)) == len(many)
    table.write(USER, "firsts#00", packing.of_firsts(many[:1]))
    assert store.firsts(USER) == many[:1]
    table.remove_everything(USER)
    assert store.firsts(USER) == []


@pytest.mark.usefixtures("aws_in_memory")
def test_a_bucket_that_goes_while_it_is_read_is_as_none() -> None:
    """Nor is it an error that its writer has died between two parts: the bucket is made again."""
    table.write(USER, "firsts#00", packing.of_firsts(many_firsts()))
    table._remove_all(["firsts#00#01"], USER)
    with Interrupted(2, lambda: table.remove(USER, "firsts#00", "firsts#00")):
        assert store.firsts(USER) == []
    table.write(USER, "firsts#00", packing.of_firsts(many_firsts()))
    table._remove_all(["firsts#00#00"], USER)
    assert store.firsts(USER) == []


def many_firsts() -> list[First]:
    """So many that their bucket has several parts."""
    noise = random.Random(1)  # noqa: S311
    return [
        First(f"{noise.getrandbits(200):x}", f"{noise.getrandbits(400):x}", None, "2026-11-01", "x", False)
        for _ in range(9_000)
    ]


def by_service(month: MonthOfPlays) -> list[ToldPlays]:
    """A month of plays of which all of its services told."""
    return [ToldPlays(month.month, dict.fromkeys(month.providers, month.songs), month.by_day, month.by_hour)]


def _liked(day: str, data_type: str = "saved_tracks", playlist_id: str | None = None) -> LibraryChange:
    return LibraryChange(
        data_type, "spotify", f"id of {day}", "s", "Blue", "Ada", ("a",), None, day, True, 1999, playlist_id=playlist_id
    )
