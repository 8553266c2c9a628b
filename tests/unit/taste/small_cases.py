"""Plays, lists, likes and firsts of a few artists, for cases that are worked out by hand."""

from collections.abc import Mapping

from blendify.insights.buckets import Artist, First, Known, LibraryChange, MonthOfPlays, Ranked, Song, TopList
from blendify.taste import discoveries

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


def discovered(firsts: list[First], known: Known = KNOWN, **signs: list[object]) -> dict[str, str]:
    """The fate of each discovery by its key, as of 2026-11-28; `signs` are `plays`, `lists` and `library`."""
    everything = discoveries.Signs(signs.get("plays", []), signs.get("lists", []), signs.get("library", []))  # type: ignore[arg-type]
    months = discoveries.discoveries(firsts, known, everything, "2026-11-28")
    return {item.key: item.fate.value for month in months for item in month.discoveries}
