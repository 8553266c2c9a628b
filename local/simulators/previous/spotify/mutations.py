"""What a listener does between two collections: each change edits one library in place."""

from collections.abc import Callable, Mapping
from time import time_ns
from typing import Any

from local.simulators.music.chance import base62, digest, number
from local.simulators.previous.changes import ImpossibleChangeError, changed
from local.simulators.previous.columns import NEVER, Column, Entry, Kind
from local.simulators.previous.spotify.catalogue import ALBUMS, ARTISTS, TRACKS, long_player
from local.simulators.previous.spotify.library import GeneratedLibrary
from local.simulators.previous.spotify.listening import Library
from local.simulators.previous.spotify.playlists import Person, Playlist
from local.simulators.previous.spotify.regimes import Json

__all__ = ["MUTATIONS", "ImpossibleChangeError", "mutate"]

_PLAYS_KEPT = 50


def like(library: GeneratedLibrary, track: int | None = None) -> Json:
    """Save a track, by its number in the catalogue, or one that is not saved yet: it becomes the first."""
    column = library.saved_track_column
    index = _choice(column, TRACKS, track)
    column.insert(0, Entry(Kind.PLAIN, index, _now(column)))
    return {"id": library.catalogue.track_id(index)}


def unlike(library: GeneratedLibrary, position: int = 0) -> Json:
    return _removed(library.saved_track_column, position, library.catalogue.track_id)


def play(library: GeneratedLibrary, track: int | None = None) -> Json:
    """The newest play; the oldest one is forgotten when there are more than 50."""
    column = library.play_column
    index = _choice(column, TRACKS, track)
    newest = column[0].when + 1 if len(column) else 0
    column.insert(0, Entry(Kind.PLAIN, index, max(newest, time_ns() // 1_000_000)))
    if len(column) > _PLAYS_KEPT:
        column.pop(_PLAYS_KEPT)
    return {"id": library.catalogue.track_id(index)}


def follow(library: GeneratedLibrary, artist: int | None = None) -> Json:
    column = library.followed_column
    index = _choice(column, ARTISTS, artist)
    column.insert(0, Entry(Kind.PLAIN, index, NEVER))
    return {"id": library.catalogue.artist_id(index)}


def unfollow(library: GeneratedLibrary, position: int = 0) -> Json:
    return _removed(library.followed_column, position, library.catalogue.artist_id)


def save_album(library: GeneratedLibrary, album: int | None = None) -> Json:
    """The album comes first in the list; the rest of it may be in any order."""
    column = library.saved_album_column
    index = _choice(column, ALBUMS, album, long_player)
    column.insert(0, Entry(Kind.PLAIN, index, _now(column)))
    return {"id": library.catalogue.album_id(index)}


def remove_album(library: GeneratedLibrary, position: int = 0) -> Json:
    return _removed(library.saved_album_column, position, library.catalogue.album_id)


def top_move(library: GeneratedLibrary, kind: str, time_range: str, position: int, to: int) -> Json:
    """Another rank for one entry of a top list; those in between close up."""
    column = library.top_columns.get((kind, time_range))
    if column is None or not 0 <= to < len(column):
        raise ImpossibleChangeError("There is no such rank.")
    column.insert(to, _taken(column, position))
    return {}


def top_change(library: GeneratedLibrary, kind: str, time_range: str, position: int) -> Json:
    """Another entry at one rank of a top list."""
    column = library.top_columns.get((kind, time_range))
    if column is None:
        raise ImpossibleChangeError("There is no such top list.")
    index = _choice(column, TRACKS if kind == "tracks" else ARTISTS, None)
    _taken(column, position)
    column.insert(position, Entry(Kind.PLAIN, index, NEVER))
    return {}


def playlist_create(library: GeneratedLibrary, name: str = "New playlist", entries: int = 0) -> Json:
    identity = base62(digest(library.user_id, "created", len(library.shelf), len(library.unlisted)))
    library.add_playlist(Playlist(identity, name, Person(library.user_id, library.name), entries, odd=False))
    return {"id": identity}


def playlist_rename(library: GeneratedLibrary, playlist: str, name: str) -> Json:
    found = _playlist(library, playlist)
    found.name = name
    return _touched(found)


def playlist_add(
    library: GeneratedLibrary, playlist: str, track: int | None = None, position: int | None = None
) -> Json:
    """Add one track, last unless told otherwise; it may be there already."""
    found = _playlist(library, playlist)
    place = len(found) if position is None else position
    if not 0 <= place <= len(found):
        raise ImpossibleChangeError(f"There is no place {place}.")
    index = _choice(found.entries, TRACKS, track, may_repeat=True)
    found.entries.insert(place, Entry(Kind.PLAIN, index, _now(found.entries)))
    return _touched(found)


def playlist_remove(library: GeneratedLibrary, playlist: str, position: int = 0) -> Json:
    found = _playlist(library, playlist)
    _taken(found.entries, position)
    return _touched(found)


def playlist_reorder(library: GeneratedLibrary, playlist: str, position: int, to: int) -> Json:
    """Move one entry so that it stands at `to` afterwards."""
    found = _playlist(library, playlist)
    if not 0 <= to < len(found):
        raise ImpossibleChangeError(f"There is no place {to}.")
    found.entries.insert(to, _taken(found.entries, position))
    return _touched(found)


def playlist_unfollow(library: GeneratedLibrary, playlist: str) -> Json:
    """What the service calls deleting: off the list, but still there for whoever knows the id."""
    found = _playlist(library, playlist)
    if found not in library.shelf:
        raise ImpossibleChangeError("The playlist is not on the list.")
    library.shelf.remove(found)
    library.unlisted[found.id] = found
    return {"id": found.id}


MUTATIONS: Mapping[str, Callable[..., Json]] = {
    change.__name__: change
    for change in (
        like,
        unlike,
        play,
        follow,
        unfollow,
        save_album,
        remove_album,
        top_move,
        top_change,
        playlist_create,
        playlist_rename,
        playlist_add,
        playlist_remove,
        playlist_reorder,
        playlist_unfollow,
    )
}


def mutate(library: Library, action: str, /, **details: Any) -> Json:
    """Do one change by its name; ImpossibleChangeError says what is wrong with it."""
    if not isinstance(library, GeneratedLibrary):
        raise ImpossibleChangeError("Recorded answers do not change.")
    return changed(library, MUTATIONS, action, details)


def _now(column: Column) -> int:
    """The present, and not before the first entry of a list that begins with the newest."""
    newest = max((entry.when for entry in column.cut(0, 1)), default=0)
    return max(newest, time_ns() // 1_000_000_000)


def _choice(
    column: Column,
    size: int,
    asked: int | None,
    shape: Callable[[int], int] = lambda choice: choice,
    *,
    may_repeat: bool = False,
) -> int:
    if asked is not None:
        if not 0 <= asked < size:
            raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {size - 1}.")
        if not may_repeat and column.holds(shape(asked)):
            raise ImpossibleChangeError("It is in the list already.")
        return shape(asked)
    draw = 0
    while column.holds(index := shape(number("fresh", len(column), draw) % size)):
        draw += 1
    return index


def _playlist(library: GeneratedLibrary, identity: str) -> Playlist:
    found = library.find(identity)
    if found is None:
        raise ImpossibleChangeError("There is no such playlist.")
    return found


def _touched(playlist: Playlist) -> Json:
    playlist.touch()
    return {"id": playlist.id, "snapshot_id": playlist.snapshot}


def _taken(column: Column, position: int) -> Entry:
    if not 0 <= position < len(column):
        raise ImpossibleChangeError(f"There is no place {position}.")
    return column.pop(position)


def _removed(column: Column, position: int, name: Callable[[int], str]) -> Json:
    taken = _taken(column, position)
    return {"id": None if taken.kind is Kind.NULL else name(taken.number)}
