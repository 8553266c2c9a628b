"""What random stories know of each provider: how much listeners have, what they do, and which troubles there are."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from blendify.core.data_types import DataType
from local.simulators.apple_music import AppleMusic
from local.simulators.frame.entries import Act
from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.frame.service import Service
from local.simulators.lastfm import Lastfm
from local.simulators.soundcloud import Soundcloud
from local.simulators.spotify import Spotify
from local.simulators.youtube_music import YouTubeMusic
from tests.unit.robustness.schedules import Move, Trouble
from tests.unit.simulated import SIMULATED

Doing = Callable[[Any, str, str, int, int], object]
"""An act of a listener. Takes world, listener, list, place, and the place to move to."""

RECENTLY_PLAYED, SAVED_TRACKS, SAVED_ALBUMS = DataType.RECENTLY_PLAYED, DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS
FOLLOWED_ARTISTS, PLAYLIST_TRACKS = DataType.FOLLOWED_ARTISTS, DataType.PLAYLIST_TRACKS

PAIRS = [(name, data_type) for name, provider in SIMULATED.items() for data_type in provider.offered]
"""Every data type of every provider."""

TIMES_OF_RATE_LIMITS = frozenset(
    {
        Trouble.LIMITED,
        Trouble.LIMITED_LONG,
        Trouble.LIMITED_DAY,
        Trouble.LIMITED_ZERO,
        Trouble.LIMITED_DATE,
        Trouble.LIMITED_YEARS,
        Trouble.QUOTA,
    }
)
SHORT_ANSWERS = frozenset({Trouble.NO_ENTRIES, Trouble.SHORT, Trouble.NO_CONTENT})
UNCOUNTED = SHORT_ANSWERS | {Trouble.NO_NEXT, Trouble.REPEATED}


@dataclass(frozen=True)
class Traits:
    """One provider in random stories."""

    sizes: Mapping[str, int]
    """Options of the simulator for lists of a few small pages."""
    moves: Mapping[DataType, Mapping[Move, Doing]]
    """How a list may change while it is read."""
    changes: Mapping[DataType, Mapping[str, Doing]]
    """What the listener may do between two syncs."""
    never: frozenset[Trouble] = frozenset()
    """Troubles that this provider does not make."""
    untold: Mapping[DataType, frozenset[Trouble]] = field(default_factory=dict)
    """Troubles that cannot be noticed, because the provider does not give the list's length."""
    swept: frozenset[DataType] = frozenset()
    """
    Lists in which only a full sync sees that one entry replaced another. In stories all their syncs are full, and so is
    the one after a sync in which the list changed.
    """


def act(which: Act, data_type: DataType) -> Doing:
    """One act on a list of this data type. Playlists are named by id, and new entries have new names."""

    def do(world: Any, listener: str, name: str, place: int, to: int) -> None:
        where: dict[str, Any] = {} if which is Act.ADD else {"position": place}
        if data_type is DataType.PLAYLISTS:
            where = {"title": f"Name {to}", "entries": to % 6} if which is Act.ADD else {"id": name}
            where |= {"title": f"Name {to}"} if which is Act.RENAME else {}
        elif data_type is DataType.PLAYLIST_TRACKS:
            where = {"position": place}
        if which is Act.MOVE:
            where["to"] = to
        world.change(which, data_type, "" if data_type is DataType.PLAYLISTS else name, listener=listener, **where)

    return do


def add_to_it(world: Any, listener: str, name: str, _: int, __: int) -> None:
    """A playlist gets another entry. The list of playlists shows that."""
    world.change(Act.ADD, DataType.PLAYLIST_TRACKS, name, listener=listener)


def take_away_and_add(data_type: DataType) -> Doing:
    """Remove an entry and add it again, which is another span of the same record."""

    def do(world: Any, listener: str, name: str, place: int, _: int) -> None:
        chosen = world.simulator.listeners[listener].library.entries(data_type, name)[place].number
        world.change(Act.REMOVE, data_type, name, listener=listener, position=place)
        world.change(Act.ADD, data_type, name, listener=listener, item=chosen)

    return do


def play_again(data_type: DataType) -> Doing:
    """Play a song once more, which is another play."""

    def do(world: Any, listener: str, _: str, place: int, __: int) -> None:
        chosen = world.simulator.listeners[listener].library.entries(data_type)[place].number
        world.change(Act.ADD, data_type, listener=listener, item=chosen)

    return do


def changes_of(service: type[Service], again: Collection[DataType] = ()) -> Mapping[DataType, Mapping[str, Doing]]:
    """All acts on the lists of a service. Some lists also have `again`."""
    changes: dict[DataType, dict[str, Doing]] = {}
    for name, kind in service.library_type.LISTS.items():
        data_type = DataType(name)
        changes[data_type] = {str(which): act(which, data_type) for which in sorted(kind.acts)}
    for data_type in again:
        removable = Act.REMOVE in service.library_type.LISTS[data_type].acts
        changes[data_type]["again"] = (take_away_and_add if removable else play_again)(data_type)
    if DataType.PLAYLISTS in changes:
        changes[DataType.PLAYLISTS]["add to it"] = add_to_it
        changes[DataType.PLAYLIST_TRACKS]["new playlist"] = act(Act.ADD, DataType.PLAYLISTS)
        changes[DataType.PLAYLIST_TRACKS]["remove playlist"] = act(Act.REMOVE, DataType.PLAYLISTS)
    return changes


def moves_of(service: type[Service], *data_types: DataType) -> Mapping[DataType, Mapping[Move, Doing]]:
    """How lists change while they are read."""
    acts = {Move.ADD: Act.ADD, Move.REMOVE: Act.REMOVE}
    return {
        data_type: {
            move: act(which, data_type)
            for move, which in acts.items()
            if which in service.library_type.LISTS[data_type].acts
        }
        for data_type in data_types
    }


def _same_track(world: Any, listener: str, _: str, place: int, __: int) -> None:
    """
    Scrobble a song again, but not twice in one second: only a page with both shows that, and it has a test of its own.
    """
    library = world.simulator.listeners[listener].library
    scrobbles = library.entries(RECENTLY_PLAYED)
    chosen, now = scrobbles[place].number, int(library.clock())
    if any(entry.number == chosen and entry.when >= now for entry in scrobbles):
        raise ImpossibleChangeError("It was scrobbled in this second.")
    world.change(Act.ADD, RECENTLY_PLAYED, listener=listener, item=chosen)


TRAITS: Mapping[str, Traits] = {
    "spotify": Traits(
        sizes={
            "top_tracks": 5,
            "top_artists": 5,
            "plays": 4,
            "playlists": 3,
            "playlist_entries": 13,
            "long_playlist": 10,
            "saved_tracks": 14,
            "saved_albums": 13,
            "followed_artists": 10,
            "long_description": 40,
        },
        moves=moves_of(Spotify, SAVED_TRACKS, SAVED_ALBUMS, FOLLOWED_ARTISTS, PLAYLIST_TRACKS),
        changes=changes_of(Spotify, again=(SAVED_TRACKS,)),
        # The plays that it still remembers are one page, and no plays are a 204.
        untold={DataType.RECENTLY_PLAYED: SHORT_ANSWERS},
    ),
    "apple_music": Traits(
        sizes={
            "top_tracks": 6,
            "plays": 7,
            "playlists": 3,
            "playlist_entries": 13,
            "long_playlist": 10,
            "saved_tracks": 14,
            "saved_albums": 13,
            "followed_artists": 10,
            "long_description": 40,
        },
        moves=moves_of(AppleMusic, RECENTLY_PLAYED, SAVED_TRACKS, SAVED_ALBUMS, FOLLOWED_ARTISTS, PLAYLIST_TRACKS),
        changes=changes_of(AppleMusic, again=(RECENTLY_PLAYED,)),
        never=TIMES_OF_RATE_LIMITS | {Trouble.TOKEN_OVER},
        untold={
            DataType.TOP_TRACKS: UNCOUNTED - {Trouble.NO_CONTENT},
            DataType.RECENTLY_PLAYED: UNCOUNTED - {Trouble.NO_CONTENT},
            # The list itself gives its length, and not its playlist.
            DataType.PLAYLIST_TRACKS: frozenset(),
        },
        swept=frozenset({DataType.FOLLOWED_ARTISTS}),
    ),
    "lastfm": Traits(
        sizes={"top_tracks": 5, "top_artists": 5, "scrobbles": 14, "loved_tracks": 13},
        moves={
            RECENTLY_PLAYED: {Move.ADD: act(Act.ADD, RECENTLY_PLAYED)},
            **moves_of(Lastfm, SAVED_TRACKS),
        },
        changes={
            **changes_of(Lastfm, again=(SAVED_TRACKS,)),
            RECENTLY_PLAYED: {
                "add": act(Act.ADD, RECENTLY_PLAYED),
                "remove": act(Act.REMOVE, RECENTLY_PLAYED),
                "again": _same_track,
            },
        },
        never=TIMES_OF_RATE_LIMITS | {Trouble.TOKEN_OVER},
    ),
    "soundcloud": Traits(
        sizes={
            "plays": 7,
            "playlists": 3,
            "playlist_entries": 13,
            "long_playlist": 10,
            "liked_playlists": 2,
            "saved_tracks": 14,
            "saved_albums": 13,
            "followed_artists": 10,
            "long_description": 40,
        },
        moves=moves_of(Soundcloud, SAVED_TRACKS, SAVED_ALBUMS, FOLLOWED_ARTISTS, PLAYLIST_TRACKS),
        changes=changes_of(Soundcloud, again=(SAVED_TRACKS,)),
        never=frozenset({Trouble.QUOTA}),
        # No page tells how long its list is, and a page may be short.
        untold=dict.fromkeys(SIMULATED["soundcloud"].offered, UNCOUNTED - {Trouble.REPEATED})
        | {RECENTLY_PLAYED: SHORT_ANSWERS},
    ),
    "youtube_music": Traits(
        sizes={
            "playlists": 3,
            "playlist_entries": 13,
            "long_playlist": 10,
            "saved_tracks": 14,
            "followed_artists": 10,
            "long_description": 40,
        },
        moves=moves_of(YouTubeMusic, SAVED_TRACKS, FOLLOWED_ARTISTS, PLAYLIST_TRACKS),
        changes=changes_of(YouTubeMusic, again=(SAVED_TRACKS,)),
        never=TIMES_OF_RATE_LIMITS,
    ),
}
