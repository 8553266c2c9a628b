"""An invented listener of Last.fm: a table of lists, and how their entries are made and written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from local.simulators.frame.entries import PLAIN, RANKS, Act, Entry, Moment
from local.simulators.frame.library import NEWEST, NINE_YEARS, ImpossibleChangeError, Library, ListKind, Spot
from local.simulators.frame.options import ClientOptions, size
from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Templates
from local.simulators.lastfm.catalogue import ARTISTS, ODD_TRACKS, STAR, TRACKS, images, track_url
from local.simulators.music.chance import mixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ClientOptions):
    """
    The sizes hold for every listener.

    `client_id` is what Last.fm calls the API key, `client_secret` its shared secret. A callback may lead to a redirect
    URI with any query of its own.
    """

    lone: bool = False
    """Whether a list of one entry is always that entry, without the list around it."""
    token_seconds: float = 3600
    scrobbles: int = size(3_000)
    """Spread over nine years."""
    loved_tracks: int = size(150, most=60_000)
    top_tracks: int = size(50, most=60_000)
    """Per period."""
    top_artists: int = size(50, most=500)
    """Per period."""


PERIODS = ("7day", "1month", "3month", "6month", "12month", "overall")

_OBJECTS = Templates(__file__)
_DAY = 86_400
_URL = ("url",)
"""Artist and name are in it, which is all that Last.fm tells tracks apart by."""
_DIARY = frozenset({Act.ADD, Act.REMOVE, Act.REPLACE})


class LastfmLibrary(Library):
    """
    One listener, whose name has no case.

    With oddities, now and then one track is scrobbled twice in the same second, or two in one second; the
    31st to 39th newest scrobbles and the 4th to 12th loved tracks have odd names.
    """

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "top_tracks": ListKind(names=PERIODS, acts=RANKS, choices=TRACKS, identity=_URL),
        "top_artists": ListKind(names=PERIODS, acts=RANKS, choices=ARTISTS, identity=_URL),
        "recently_played": ListKind(acts=_DIARY, choices=ODD_TRACKS.stop, same=(), identity=_URL),
        "saved_tracks": ListKind(
            size="loved_tracks", choices=ODD_TRACKS.stop, deck=TRACKS, dated=Moment.SECONDS, identity=_URL
        ),
    }

    playing: int | None = None
    """The track that is playing now."""
    _drawn = 0

    @staticmethod
    def key(name: str) -> str:
        return name.lower()

    def first_recently_played(self, _: str) -> list[Entry]:
        """Newest first, no two at the same moment but for oddities; everything is played about four times."""
        count = self.options.scrobbles
        gap, deck = max(NINE_YEARS // max(count, 1), 1), self.deck(TRACKS, "scrobbles")
        plays = []
        for place in range(count):
            chance = mixed(self.start, place)
            track = deck[chance % min(TRACKS, count // 4 + 1)]
            plays.append(Entry(PLAIN, track, NEWEST - gap * place - (chance >> 32) % gap))
        if self.options.oddities:
            for place in range(0, count - 20, 400):
                plays[place + 7] = plays[place + 8]
                plays[place + 11] = plays[place + 11]._replace(when=plays[place + 12].when)
            for place, odd in zip(range(30, count), ODD_TRACKS, strict=False):
                plays[place] = plays[place]._replace(number=odd)
        return plays

    def first_saved_tracks(self, _: str) -> list[Entry]:
        """Newest first; the moment is that of the heart."""
        loved = list(self.drawn("saved_tracks"))
        if self.options.oddities:
            for place, odd in zip(range(3, len(loved)), ODD_TRACKS, strict=False):
                loved[place] = loved[place]._replace(number=odd)
        return loved

    def create_recently_played(self, _: str, item: int | None = None, count: int = 1, days: int = 0) -> Iterable[Entry]:
        """
        So many plays, oldest first, of a track by its number in the catalogue, or each of another one.

        Without `days` they lead up to now, three minutes apart as far as there is room since the newest one. Else they
        are of a device that was offline, dated five minutes apart until so many days ago.
        """
        for name, value, least in (("item", item or 0, 0), ("count", count, 1), ("days", days, 0)):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ImpossibleChangeError(f"{name} is a whole number from {least} on.")
        if (item or 0) >= ODD_TRACKS.stop:
            raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {ODD_TRACKS.stop - 1}.")
        diary, last, pause = self.entries("recently_played"), int(self.clock()) - days * _DAY, 300
        if not days:
            newest = diary[0].when if len(diary) else 0
            last = max(newest, last)
            pause = min(180, (last - newest) // count)
        if last < pause * count:
            raise ImpossibleChangeError("Nobody scrobbled before 1970.")
        return [
            Entry(PLAIN, self.fresh() if item is None else item, last - pause * place)
            for place in reversed(range(count))
        ]

    def fresh(self) -> int:
        """A track that was not drawn like this before."""
        self._drawn += 1
        return self.deck(TRACKS, "fresh")[self._drawn]

    def profile(self) -> Json:
        """The registration date is a string and a number, as the real one's is."""
        tracks = [entry.number for entry in self.entries("recently_played")]
        return _OBJECTS.filled(
            "profile",
            name=self.name,
            artists=len({track % ARTISTS for track in tracks}),
            images=images(None),
            plays=len(tracks),
            registered=NEWEST - NINE_YEARS - _DAY,
            tracks=len(set(tracks)),
        )

    def play(self, number: int) -> dict[str, Json]:
        """A track as the list of scrobbles writes it."""
        return self._shown("play", number, self.catalogue.track(number).picture)

    def track(self, number: int) -> dict[str, Json]:
        """A track as all other lists write it."""
        return self._shown("track", number, STAR)

    def _shown(self, kind: str, number: int, picture: str | None) -> dict[str, Json]:
        track = self.catalogue.track(number)
        artist, pictures = self.catalogue.artist(track.artist), images(picture)
        url = track_url(artist["name"], track.name)
        shown: dict[str, Json] = _OBJECTS.filled(kind, track=track, artist=artist, images=pictures, url=url)
        return shown

    def show_top_tracks(self, entry: Entry, spot: Spot) -> Json:
        duration = str(self.catalogue.track(entry.number).seconds)
        return {**self.track(entry.number), "duration": duration, **_rank(spot)}

    def show_top_artists(self, entry: Entry, spot: Spot) -> Json:
        artist = self.catalogue.artist(entry.number)
        return {"streamable": "0", "image": images(STAR, mega=True), **artist, **_rank(spot)}

    def show_recently_played(self, entry: Entry, _: Spot) -> Json:
        return {**self.play(entry.number), "date": _date(entry)}

    def show_saved_tracks(self, entry: Entry, _: Spot) -> Json:
        return {**self.track(entry.number), "date": _date(entry)}

    def place_recently_played(self, entry: Entry) -> int:
        return -entry.when


def _rank(spot: Spot) -> dict[str, Json]:
    """The rank, and the plays that go with it; two neighbours may have as many."""
    plays = ((spot.total - spot.position) // 2 + 1) * (1 + PERIODS.index(spot.name))
    return {"@attr": {"rank": str(spot.position + 1)}, "playcount": str(plays)}


def _date(entry: Entry) -> Json:
    """A moment as Last.fm writes it: seconds in a string, and minutes in English: no simulator sets a locale."""
    moment = datetime.fromtimestamp(entry.when, UTC)
    return {"uts": str(entry.when), "#text": f"{moment:%d %b %Y, %H:%M}"}
