"""What is known of made-up listeners, written in a few words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from blendify.affinity.evidence import Evidence
from blendify.core.same_names import artist_key, song_key
from blendify.insights.buckets import Artist, LibraryChange, MonthOfLibrary, MonthOfPlays, Ranked, Song, TopList

TODAY = "2026-11-28"


def song(name: str) -> Song:
    """A song by `<artist>/<title>`, or `<artist>+<guest>/<title>`."""
    line, _, title = name.partition("/")
    names = line.split("+")
    artists = tuple(Artist(artist_key(each), each) for each in names)
    return Song(song_key(title, names[0]), title, artists, ", ".join(names))


def played(*plays: tuple[str, str, int], provider: str = "lastfm") -> list[MonthOfPlays]:
    """Months of (day, song, plays)."""
    months: dict[str, dict[int, dict[str, int]]] = {}
    songs: dict[str, dict[str, Song]] = {}
    for day, name, count in plays:
        heard = song(name)
        of_day = months.setdefault(day[:7], {}).setdefault(int(day[8:]), {})
        of_day[heard.key] = of_day.get(heard.key, 0) + count
        songs.setdefault(day[:7], {})[heard.key] = heard
    return [MonthOfPlays(month, songs[month], days, {}, (provider,)) for month, days in months.items()]


def ranked(names: Iterable[str], time_range: str = "short_term", provider: str = "spotify") -> TopList:
    """A top list: of songs where its names are, else of artists."""
    names = list(names)
    of_songs = "/" in names[0]
    entries = []
    for place, name in enumerate(names, 1):
        if of_songs:
            heard = song(name)
            entries.append(Ranked(place, heard.key, f"id {name}", heard.title, heard.artist_line, None, None))
        else:
            entries.append(Ranked(place, artist_key(name), f"id {name}", name, None, None, None))
    return TopList(provider, "tracks" if of_songs else "artists", time_range, TODAY, tuple(entries))


def change(name: str, data_type: str = "saved_tracks", day: str = "2026-01-01", **more: Any) -> LibraryChange:
    """Something that was added or removed: a song, or an artist or a playlist, by the data type."""
    provider = more.pop("provider", "spotify")
    artists: tuple[str, ...] = ()
    if data_type == "followed_artists":
        key, title, line, artists = artist_key(name), name, None, (artist_key(name),)
    elif data_type == "playlists":
        key, title, line = f"{provider}#{name}", name, None
    else:
        heard = song(name)
        key, title, line = heard.key, heard.title, heard.artist_line
        artists = tuple(each.key for each in heard.artists)
    record_id = more.pop("record_id", name if data_type == "playlists" else f"id {name}")
    return LibraryChange(data_type, provider, record_id, key, title, line, artists, None, day, dated=True, **more)


def library(added: Sequence[LibraryChange] = (), removed: Sequence[LibraryChange] = ()) -> list[MonthOfLibrary]:
    """Months of changes."""
    months: dict[str, tuple[list[LibraryChange], list[LibraryChange]]] = {}
    for number, changes in enumerate((added, removed)):
        for each in changes:
            months.setdefault(each.day[:7], ([], []))[number].append(each)
    return [MonthOfLibrary(month, tuple(came), tuple(went)) for month, (came, went) in months.items()]


def evidence(**known: Any) -> Evidence:
    """What is known, today."""
    return Evidence(TODAY, **known)


def weights(profile_part: Iterable[Any]) -> Mapping[str, float]:
    """Name or title → weight."""
    return {each.name if hasattr(each, "name") else each.title: each.weight for each in profile_part}
