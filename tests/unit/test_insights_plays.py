"""Plays count once however many services tell of them, and firsts are the earliest in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from blendify.core import times
from blendify.insights import firsts, packing
from blendify.insights.buckets import Artist, First, Song
from blendify.insights.calendar import Calendar
from blendify.insights.plays import OLD, Play, by_day, once, together
from blendify.insights.songs import song_of
from blendify.insights.touched import play_labels, touched

START = datetime(2026, 11, 20, 23, tzinfo=UTC)


def song(name: str, milliseconds: int | None = 200_000) -> Song:
    return Song(name, name, (Artist("a", "Ada"),), "Ada", milliseconds=milliseconds)


def play(minute: float, provider: str = "spotify", name: str = "Blue", milliseconds: int | None = 200_000) -> Play:
    return Play(times.iso(START + timedelta(minutes=minute)), provider, song(name, milliseconds))


plays = st.lists(
    st.builds(play, st.integers(0, 150), st.sampled_from(["spotify", "lastfm"]), st.sampled_from(["Blue", "Red"])),
    max_size=12,
    unique_by=lambda each: (each.moment, each.provider),
)


def test_a_song_on_repeat_counts_each_time_though_two_services_tell_of_it() -> None:
    both = [play(minute, provider) for minute in (0, 3.5, 7) for provider in ("lastfm", "spotify")]
    assert [sorted(heard.songs) for heard in once(both)] == [["lastfm", "spotify"]] * 3


def test_ten_minutes_or_the_length_apart_is_one_play() -> None:
    assert len(once([play(0), play(9.9, "lastfm")])) == 1
    assert len(once([play(0), play(10, "lastfm")])) == 2
    assert len(once([play(0, milliseconds=2_400_000), play(39, "lastfm", milliseconds=None)])) == 1
    assert len(once([play(0), play(1, "lastfm", "Red")])) == 2


@given(plays, st.randoms())
def test_the_order_in_which_plays_are_read_does_not_matter(reported: list[Play], chance: Random) -> None:
    shuffled = list(reported)
    chance.shuffle(shuffled)
    assert once(shuffled) == once(reported)


@given(plays)
def test_no_play_is_lost_and_none_counts_for_a_service_twice(reported: list[Play]) -> None:
    counted = once(reported)
    assert sum(len(heard.songs) for heard in counted) == len(reported)
    for name in ("Blue", "Red"):
        of_song = [play.provider for play in reported if play.song.key == name]
        events = [heard for heard in counted if heard.key == name]
        assert max((of_song.count(provider) for provider in set(of_song)), default=0) <= len(events) <= len(of_song)


@given(plays, st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]))
def test_a_month_is_the_sum_of_its_days(reported: list[Play], zone: str) -> None:
    days = by_day(reported, Calendar(zone))
    pieces = together(piece for of_day in reversed(list(days.values())) for piece in of_day)
    counts = [count for piece in pieces for songs in piece.by_day.values() for count in songs.values()]
    assert sum(counts) == sum(sum(piece.by_hour.values()) for piece in pieces) == len(once(reported))
    for piece in pieces:
        heard = {key for songs in piece.by_day.values() for key in songs}
        assert all(set(songs) == heard for songs in piece.songs.values())


@given(plays, st.sets(st.sampled_from(["spotify", "lastfm"])))
def test_what_some_services_told_is_shown_and_nothing_of_the_others(reported: list[Play], providers: set[str]) -> None:
    """A play that one of them told of counts, also if another one told of it too; what songs are called is theirs."""
    named = [replace(play, song=play.song._replace(title=f"{play.song.key} at {play.provider}")) for play in reported]
    pieces = [piece for of_day in by_day(named, Calendar()).values() for piece in of_day]
    if not pieces:
        return
    shown = packing.to_plays(packing.unpack(packing.pack(packing.of_plays(together(pieces)))), providers)
    expected = [heard for heard in once(named) if providers & heard.songs.keys()]
    counts = [count for month in shown for songs in month.by_day.values() for count in songs.values()]
    assert sum(counts) == sum(sum(month.by_hour.values()) for month in shown) == len(expected)
    for month in shown:
        assert providers >= set(month.providers)
        assert all(song.title.partition(" at ")[2] in providers for song in month.songs.values())


@given(st.integers(0, 2_000 * 24 * 60), st.sampled_from(["Pacific/Kiritimati", "Etc/GMT+12"]))
def test_what_a_play_touches_has_its_day_in_every_zone(minutes_ago: int, zone: str) -> None:
    """And the days of plays that may be the same one: so far that two services' moments can differ."""
    calendar, moment = Calendar(zone), START - timedelta(minutes=minutes_ago)
    labels = play_labels(times.iso(moment), START)
    for minutes in (-59, 0, 59):
        day = calendar.day(times.iso(moment + timedelta(minutes=minutes)))
        if moment < START - OLD:
            assert day[:7] in labels
        else:
            assert any(day in calendar.days_of(label) for label in labels)
    assert len(labels) <= 2


def test_keys_tell_what_is_touched() -> None:
    run = "2026-11-20T01:00:00.000Z#spotify"
    (tops,) = touched("u#top_tracks", f"{run}#short_term#0001#id", START)
    assert (tops.data_type, tops.label) == ("top_tracks", "2026-11-20")
    (gone,) = touched("u#saved_tracks", f"{run}#removed##2019-01-01T00:00:00.000Z#id", START)
    assert (gone.user_id, gone.data_type, gone.label) == ("u", "saved_tracks", "2026-11-20")
    assert [ask.label for ask in touched("u#recently_played", f"{run}#2026-11-19T12:00:00.000Z#id", START)] == [
        "2026-11-19"
    ]
    assert [ask.label for ask in touched("u#recently_played", f"{run}#2019-05-05T12:00:00.000Z#id", START)] == [
        "2019-05"
    ]
    for partition, key in (
        ("u#recently_played", f"{run}#hole#1"),
        ("u#recently_played", f"{run}#null#000001"),
        ("u#saved_tracks", f"{run}#2019-01-01T00:00:00.000Z#id#part#02"),
        ("u#saved_tracks#checkpoints", run),
    ):
        assert not list(touched(partition, key, START))


known = st.builds(
    lambda key, day, source, image: First(key, key.upper(), image, day, source, is_artist=False),
    st.sampled_from("ab"),
    st.sampled_from(["2026-01-01", "2026-01-02"]),
    st.sampled_from(["saved_tracks", "top_tracks"]),
    st.sampled_from([None, "https://x/1", "https://x/2"]),
)


@given(st.lists(known, max_size=8), st.integers(0, 8))
def test_the_earliest_is_the_same_in_parts_and_in_any_order(all_of_them: list[First], cut: int) -> None:
    parts = firsts.earliest(
        [*firsts.earliest(all_of_them[cut:]).values(), *firsts.earliest(all_of_them[:cut]).values()]
    )
    assert parts == firsts.earliest(all_of_them)
    for key, first in parts.items():
        assert first.day == min(other.day for other in all_of_them if other.key == key)


def test_a_song_is_as_long_as_a_play_to_its_end() -> None:
    """Where the file does not say how long it is; a play that was broken off tells nothing of it."""
    fields = {"track_name": "Harbour", "artist_name": "The Four", "ms_played": 201_543, "flags": {"finished": True}}
    lengths = [
        song.milliseconds
        for more in ({}, {"duration_ms": 203_000}, {"flags": {"reason_end": "fwdbtn"}}, {"flags": None})
        if (song := song_of({**fields, **more}))
    ]
    assert lengths == [201_543, 203_000, None, None]
