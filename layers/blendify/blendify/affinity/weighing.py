"""From what is known of a listener to their profile."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from blendify.affinity.evidence import Evidence
from blendify.affinity.formula import Parts, Sources, damped, play, rank, weighed
from blendify.affinity.profile import ARTISTS, SONGS, ArtistWeight, Profile, SongWeight
from blendify.affinity.song_book import SongBook
from blendify.taste import rankings
from blendify.taste.days import days_between
from blendify.taste.listening import GUEST

LOG_PLAYS, LOG_DAYS = 200, 20
"""From so many plays on so many days on there is a log. Fewer tell less than top lists do."""

Amounts = Mapping[str, float]
"""Song's key → plays, entries, or likes."""


def profile(user_id: str, evidence: Evidence, providers: tuple[str, ...]) -> Profile:
    """The profile that follows; the same for whatever order the evidence comes in."""
    book = SongBook(evidence)
    private = evidence.private
    shown = {key for key, about in book.songs.items() if not about.is_private}
    amounts = {
        source: {key: value for key, value in there.items() if key in shown}
        for source, there in {
            "plays": _plays(evidence, book),
            "likes": dict.fromkeys((book.key(change.key) for change in evidence.now.likes), 1.0),
            "playlists": Counter[str](book.key(change.key) for change in evidence.now.entries),
        }.items()
    }
    ranks = _ranks(evidence, "tracks", book)
    of_songs: Sources = {
        "plays": _damped(amounts["plays"]),
        "ranks": {key: value for key, value in ranks.items() if key in shown},
        "likes": amounts["likes"],
        "playlists": _damped(amounts["playlists"]),
    }
    of_artists: Sources = {
        **{source: _damped(_by_artist(there, book)) for source, there in amounts.items()},
        "ranks": _ranks(evidence, "artists"),
        "follows": dict.fromkeys((change.key for change in evidence.now.follows), 1.0),
    }
    of_artists = {
        source: {key: value for key, value in values.items() if key not in private}
        for source, values in of_artists.items()
    }
    return Profile(
        user_id=user_id,
        artists=tuple(_artist(key, parts, book) for key, parts in weighed(of_artists, ARTISTS)),
        songs=tuple(_song(key, parts, book) for key, parts in weighed(of_songs, SONGS)),
        has_log=_has_log(evidence),
        forbidden=frozenset(map(book.key, evidence.now.forbidden)),
        known=frozenset(_known(evidence)),
        providers=providers,
    )


def _plays(evidence: Evidence, book: SongBook) -> Amounts:
    """By song the plays, each counted by how long ago it was."""
    sums: defaultdict[str, float] = defaultdict(float)
    for month in sorted(evidence.plays, key=lambda month: month.month):
        for number in sorted(month.by_day):
            worth = play(days_between(f"{month.month}-{number:02}", evidence.today))
            for key, plays in month.by_day[number].items():
                sums[book.key(key)] += worth * plays
    return sums


def _by_artist(amounts: Amounts, book: SongBook) -> Amounts:
    """By artist, where a guest counts a quarter of the first one."""
    sums: defaultdict[str, float] = defaultdict(float)
    for key in sorted(amounts):
        for place, artist in enumerate(book.songs[key].artist_keys):
            sums[artist] += amounts[key] * (GUEST if place else 1.0)
    return sums


def _ranks(evidence: Evidence, what: str, book: SongBook | None = None) -> Amounts:
    """By key, over all lists of one kind. A song that stands in one list twice has its better place."""
    sums: defaultdict[str, float] = defaultdict(float)
    for top in sorted(evidence.lists, key=lambda top: (top.provider, top.time_range)):
        if top.what == what:
            for key, entry in rankings.by_key(top).items():
                sums[book.key(key) if book else key] += rank(top.time_range, entry.rank)
    return sums


def _damped(amounts: Amounts) -> Amounts:
    return {key: damped(amount) for key, amount in amounts.items()}


def _has_log(evidence: Evidence) -> bool:
    days = [sum(songs.values()) for month in evidence.plays for songs in month.by_day.values()]
    return len(days) >= LOG_DAYS and sum(days) >= LOG_PLAYS


def _known(evidence: Evidence) -> Iterator[str]:
    """All artists that are no news, those kept private among them."""
    yield from (first.key for first in evidence.artists)
    for month in evidence.plays:
        for song in month.songs.values():
            yield from (artist.key for artist in song.artists)
    for changes in evidence.library:
        for change in (*changes.added, *changes.removed):
            yield from change.artist_keys
    for top in evidence.lists:
        if top.what == "artists":
            yield from (entry.key for entry in top.entries)


def _artist(key: str, parts: Parts, book: SongBook) -> ArtistWeight:
    return ArtistWeight(key, book.artist_names.get(key, ""), book.image(key), sum(parts.values()), parts)


def _song(key: str, parts: Parts, book: SongBook) -> SongWeight:
    about = book.songs[key]
    return SongWeight(
        key=key,
        title=about.title,
        artist_keys=about.artist_keys,
        artist_line=about.artist_line,
        album=about.album,
        cover=about.cover,
        milliseconds=about.milliseconds,
        records=dict(sorted(about.records.items())),
        weight=sum(parts.values()),
        parts=parts,
    )
