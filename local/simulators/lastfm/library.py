"""An invented listener: all follows from the seed and the listener's name, until somebody changes it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property

from local.simulators.lastfm.catalogue import (
    ARTISTS,
    ODD_TRACKS,
    STAR,
    TRACKS,
    Catalogue,
    images,
    track_url,
)
from local.simulators.lastfm.diary import Diary, Scrobble
from local.simulators.lastfm.options import Options
from local.simulators.music.chance import Shuffle, mixed, number
from local.simulators.previous.answers import Json
from local.simulators.previous.application import Clock
from local.simulators.previous.rows import Rows, rows_of

PERIODS = ("7day", "1month", "3month", "6month", "12month", "overall")
TOPS = {"tracks": TRACKS, "artists": ARTISTS}
"""What there are top lists of, and of how many each could be."""

_NEWEST = 1_769_893_633
_NINE_YEARS = 9 * 365 * 86_400
_STREAMABLE = {"fulltrack": "0", "#text": "0"}
_FOREVER = 1 << 62


class Library:
    """
    Lists are made when first asked for and then kept as numbers, which changes edit in place.

    With oddities, now and then one track is scrobbled twice in the same second, or two in one second; the
    31st to 39th newest scrobbles and the 4th to 12th loved tracks have odd names.
    """

    def __init__(self, name: str, options: Options, catalogue: Catalogue, clock: Clock) -> None:
        self.name = name
        self.options = options
        self.catalogue = catalogue
        self.clock = clock
        self.playing: int | None = None
        """The track that is playing now."""
        self._start = number(options.seed, "listener", name.lower())
        self._drawn = 0

    @cached_property
    def diary(self) -> Diary:
        plays = list(self._plays())
        if self.options.oddities:
            for place in range(0, len(plays) - 20, 400):
                plays[place + 7] = plays[place + 8]
                plays[place + 11] = plays[place + 11]._replace(when=plays[place + 12].when)
            for place, odd in zip(range(30, len(plays)), ODD_TRACKS, strict=False):
                plays[place] = plays[place]._replace(track=odd)
        return Diary(reversed(plays))

    def _plays(self) -> Iterator[Scrobble]:
        """Newest first, no two at the same moment; everything is played about four times."""
        count = self.options.scrobbles
        gap = max(_NINE_YEARS // max(count, 1), 1)
        deck, pool = Shuffle(TRACKS, self._start, "scrobbles"), min(TRACKS, count // 4 + 1)
        for place in range(count):
            chance = mixed(self._start, place)
            yield Scrobble(deck[chance % pool], _NEWEST - gap * place - (chance >> 32) % gap)

    @cached_property
    def loved(self) -> list[Scrobble]:
        """Newest first; the moment is that of the heart."""
        count = self.options.loved_tracks
        deck, gap = Shuffle(TRACKS, self._start, "loved"), _NINE_YEARS // max(count, 1)
        loved = [Scrobble(deck[place], _NEWEST - gap * place) for place in range(count)]
        if self.options.oddities:
            for place, odd in zip(range(3, count), ODD_TRACKS, strict=False):
                loved[place] = loved[place]._replace(track=odd)
        return loved

    @cached_property
    def tops(self) -> dict[tuple[str, str], list[int]]:
        """The numbers of the tracks and artists of each period, the most played first."""
        sizes = {"tracks": self.options.top_tracks, "artists": self.options.top_artists}
        decks = {(kind, period): Shuffle(TOPS[kind], self._start, kind, period) for kind in TOPS for period in PERIODS}
        return {top: [deck[place] for place in range(sizes[top[0]])] for top, deck in decks.items()}

    def fresh(self) -> int:
        """A track that was not drawn like this before."""
        self._drawn += 1
        return Shuffle(TRACKS, self._start, "fresh")[self._drawn]

    def profile(self) -> Json:
        """The registration date is a string and a number, as the real one's is."""
        registered = _NEWEST - _NINE_YEARS - 86_400
        artists = {track % ARTISTS for track in self.diary.tracks()}
        return {
            "name": self.name,
            "age": "0",
            "subscriber": "0",
            "realname": "",
            "bootstrap": "0",
            "playcount": str(len(self.diary)),
            "artist_count": str(len(artists)),
            "playlists": "0",
            "track_count": str(len(set(self.diary.tracks()))),
            "album_count": str(len(artists)),
            "image": images(None),
            "registered": {"unixtime": str(registered), "#text": registered},
            "country": "None",
            "gender": "n",
            "url": f"https://www.last.fm/user/{self.name}",
            "type": "user",
        }

    def scrobbles(self, begin: int = 0, end: int = _FOREVER, *, extended: bool = False) -> Rows:
        """What is dated from `begin` to before `end`, newest first, without what is playing now."""
        first, past = self.diary.window(begin, end)
        hearts = {scrobble.track for scrobble in self.loved} if extended else None

        def cut(start: int, stop: int) -> list[Json]:
            found = self.diary.cut(first + start, min(first + stop, past))
            return [{**self._play(each.track, hearts), "date": _date(each.when)} for each in found]

        return Rows(past - first, cut)

    def now_playing(self, *, extended: bool = False) -> list[Json]:
        """The row of what is playing, which has no date; empty if nothing is."""
        if self.playing is None:
            return []
        hearts = {scrobble.track for scrobble in self.loved} if extended else None
        return [{**self._play(self.playing, hearts), "@attr": {"nowplaying": "true"}}]

    def top_tracks(self, period: str) -> Rows:
        numbers = self.tops["tracks", period]
        return Rows(
            len(numbers),
            lambda start, stop: [
                {**self._track(number), **_standing(start + place, len(numbers), period)}
                for place, number in enumerate(numbers[start:stop])
            ],
        )

    def top_artists(self, period: str) -> Rows:
        numbers = self.tops["artists", period]
        return Rows(
            len(numbers),
            lambda start, stop: [
                {**self._artist(number), **_standing(start + place, len(numbers), period)}
                for place, number in enumerate(numbers[start:stop])
            ],
        )

    def loved_tracks(self) -> Rows:
        return Rows(
            len(self.loved),
            lambda start, stop: [
                {**self._track(each.track, duration=False), "date": _date(each.when)} for each in self.loved[start:stop]
            ],
        )

    def artists(self) -> Rows:
        """Everybody who was ever scrobbled, the most played first."""
        counted = Counter(track % ARTISTS for track in self.diary.tracks()).most_common()
        return rows_of(
            [{**self._artist(artist), "tagcount": "0", "playcount": str(count)} for artist, count in counted]
        )

    def _play(self, number: int, hearts: set[int] | None) -> dict[str, Json]:
        """A track as the list of scrobbles writes it; with `hearts` extended by what is known of it besides."""
        track = self.catalogue.track(number)
        artist = self.catalogue.artist(track.artist)
        row: dict[str, Json] = {
            "artist": {"mbid": artist["mbid"], "#text": artist["name"]},
            "streamable": "0",
            "image": images(track.picture),
            "mbid": track.mbid,
            "album": {"mbid": track.album_mbid, "#text": track.album},
            "name": track.name,
            "url": track_url(artist["name"], track.name),
        }
        if hearts is not None:
            row["artist"] = {**artist, "image": images(STAR)}
            row["loved"] = "1" if number in hearts else "0"
        return row

    def _track(self, number: int, *, duration: bool = True) -> dict[str, Json]:
        """A track as all other lists write it."""
        track = self.catalogue.track(number)
        artist = self.catalogue.artist(track.artist)
        row: dict[str, Json] = {
            "streamable": _STREAMABLE,
            "mbid": track.mbid,
            "name": track.name,
            "image": images(STAR),
            "artist": artist,
            "url": track_url(artist["name"], track.name),
        }
        return {**row, "duration": str(track.seconds)} if duration else row

    def _artist(self, number: int) -> dict[str, Json]:
        return {"streamable": "0", "image": images(STAR, mega=True), **self.catalogue.artist(number)}


def _standing(place: int, count: int, period: str) -> dict[str, Json]:
    """The rank, and the plays that go with it; two neighbours may have as many."""
    plays = ((count - place) // 2 + 1) * (1 + PERIODS.index(period))
    return {"@attr": {"rank": str(place + 1)}, "playcount": str(plays)}


def _date(when: int) -> Json:
    """A moment as Last.fm writes it: seconds in a string, and minutes in English whatever the locale is."""
    moment = datetime.fromtimestamp(when, UTC)
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][moment.month - 1]
    return {"uts": str(when), "#text": f"{moment:%d} {month} {moment:%Y, %H:%M}"}
