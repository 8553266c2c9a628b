"""One artist: since when, how much, where."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from blendify.insights.buckets import First, MonthOfLibrary, MonthOfPlays, TopList
from blendify.taste import listening, rankings
from blendify.taste.days import months

SONGS = 10


@dataclass(frozen=True)
class Portrait:
    """What is known of a listener and an artist."""

    key: str
    name: str
    image: str | None
    first: First | None
    last_day: str | None
    """Of a play."""
    weight: float
    """1 for each play of a song on which they come first, 0.25 where they are a guest."""
    place: int | None
    """Among all artists, by that weight."""
    by_month: tuple[tuple[str, float], ...]
    """From the first month with a play of theirs to the last month with plays."""
    songs: tuple[listening.Played, ...]
    likes: int
    albums: int
    playlists: tuple[str, ...]
    """Names of the playlists in which a song of theirs is now."""
    followed: bool
    best_rank: tuple[int, str] | None
    """In any top list of artists, and the first day of it."""


@dataclass(frozen=True)
class Everything:
    """All that is known of a listener and an artist, as far as it may be shown."""

    plays: Sequence[MonthOfPlays]
    lists: Sequence[TopList]
    library: Sequence[MonthOfLibrary]
    first: First | None
    """Of the artist."""


def portrait(key: str, everything: Everything) -> Portrait | None:
    """The artist with this key; None when nothing is known of them."""
    artists = listening.artists(everything.plays)
    played = artists.get(key)
    first = everything.first
    ranked = [
        (entry, snapshot.day)
        for snapshot in everything.lists
        if snapshot.what == "artists"
        for entry in snapshot.entries
        if entry.key == key
    ]
    has = _library(key, everything.library)
    name = played.name if played else first.name if first else ranked[-1][0].name if ranked else None
    if name is None:
        return None
    by_month, songs, last_day = _plays(key, everything.plays)
    images = (played.image if played else None, first.image if first else None, *(entry.image for entry, _ in ranked))
    return Portrait(
        key=key,
        name=name,
        image=next(filter(None, images), None),
        first=first,
        last_day=last_day,
        weight=played.plays if played else 0.0,
        place=list(artists).index(key) + 1 if played else None,
        by_month=by_month,
        songs=songs,
        likes=len(has["saved_tracks"]),
        albums=len(has["saved_albums"]),
        playlists=tuple(sorted(filter(None, has["playlist_tracks"].values()))),
        followed=bool(has["followed_artists"]),
        best_rank=min(((entry.rank, day) for entry, day in ranked), default=None),
    )


def list_with(key: str, lists: Sequence[TopList]) -> list[TopList]:
    """The snapshots, by day, of the list of artists in which this one stood most often; none without any."""
    histories = [history for name, history in rankings.histories(lists).items() if name[1] == "artists"]
    counts = [sum(any(entry.key == key for entry in snapshot.entries) for snapshot in history) for history in histories]
    most = max(counts, default=0)
    return histories[counts.index(most)] if most else []


def _plays(
    key: str, plays: Sequence[MonthOfPlays]
) -> tuple[tuple[tuple[str, float], ...], tuple[listening.Played, ...], str | None]:
    weights: defaultdict[str, float] = defaultdict(float)
    songs: Counter[str] = Counter()
    known: dict[str, listening.Played] = {}
    last = None
    for month in plays:
        of_artist = {
            song.key: weight
            for song in month.songs.values()
            for artist, weight in listening.weights(song)
            if artist.key == key
        }
        for number, counts in month.by_day.items() if of_artist else ():
            for played in of_artist.keys() & counts.keys():
                song, count = month.songs[played], counts[played]
                weights[month.month] += count * of_artist[played]
                songs[played] += count
                known[played] = listening.Played(played, song.title, song.artist_line, song.cover, 0)
                last = max(last or "", f"{month.month}-{number:02}")
    if not weights:
        return (), (), None
    span = months(min(weights), max(month.month for month in plays))
    best = [
        listening.Played(song, known[song].name, known[song].artist_line, known[song].image, count)
        for song, count in sorted(songs.items(), key=lambda pair: (-pair[1], pair[0]))[:SONGS]
    ]
    return tuple((month, weights[month]) for month in span), tuple(best), last


def _library(key: str, library: Sequence[MonthOfLibrary]) -> dict[str, dict[tuple[str, str], str | None]]:
    """Data type → what is there now; of playlists one entry each, with their names."""
    latest: dict[tuple[str, str, str, str | None], tuple[str, bool, str | None]] = {}
    for month in library:
        for change, is_there in [
            *((change, True) for change in month.added),
            *((change, False) for change in month.removed),
        ]:
            if key in change.artist_keys or (change.data_type == "followed_artists" and change.key == key):
                where = change.data_type, change.provider, change.record_id, change.playlist_id
                if change.day >= latest.get(where, ("", False, None))[0]:
                    latest[where] = change.day, is_there, change.playlist_name
    present: defaultdict[str, dict[tuple[str, str], str | None]] = defaultdict(dict)
    for (data_type, provider, record_id, playlist_id), (_, is_there, name) in latest.items():
        if is_there:
            present[data_type][provider, playlist_id or record_id] = name
    return present
