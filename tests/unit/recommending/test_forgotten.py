"""Own songs that were loved and are silent."""

from blendify.insights.buckets import Artist, MonthOfPlays, Song
from blendify.recommending.forgotten import forgotten

TODAY = "2026-11-28"


def month(name: str, **plays: int) -> MonthOfPlays:
    """Plays on the tenth of a month, by song; the artist of a song is its first letter."""
    songs = {key: Song(key, key.title(), (Artist(key[0], key[0].upper()),), key[0].upper()) for key in plays}
    return MonthOfPlays(name, songs, {10: plays}, {}, ("lastfm",))


def test_ten_plays_and_half_a_year_of_silence() -> None:
    """Plays of all months count; one play in the meantime is enough for a song not to be forgotten."""
    plays = [month("2025-01", a1=6, b1=30, c1=9), month("2025-03", a1=4), month("2026-10", b1=1)]
    [row] = forgotten(plays, TODAY)
    assert (row.song.key, row.plays, row.last_day, row.silent_days) == ("a1", 10, "2025-03-10", 628)


def test_two_songs_of_an_artist_and_none_that_was_removed() -> None:
    """The most played first."""
    plays = [month("2025-01", a1=40, a2=30, a3=20, b1=15, b2=50)]
    assert [row.song.key for row in forgotten(plays, TODAY, {"b2"})] == ["a1", "a2", "b1"]


def test_the_latest_name_of_a_song_is_shown() -> None:
    """A provider may write it otherwise later."""
    late = MonthOfPlays("2025-02", {"a1": Song("a1", "A One", (), "A")}, {1: {"a1": 1}}, {}, ("spotify",))
    [row] = forgotten([month("2025-01", a1=12), late], TODAY)
    assert (row.song.title, row.plays) == ("A One", 13)


def test_nobody_has_forgotten_anything_without_plays() -> None:
    """No plays, no rows."""
    assert forgotten([], TODAY) == []
