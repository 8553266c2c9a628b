"""What a listener does between two collections, in the app, which can do more than the API: edits of one library."""

from collections.abc import Callable, Mapping
from typing import Any

from local.simulators.apple_music.library import Item, Library
from local.simulators.apple_music.music import ALBUMS, SONGS, album_of, long_player, tracks_of
from local.simulators.apple_music.playlists import Playlist
from local.simulators.apple_music.resources import album_id, artist_id, song_id
from local.simulators.apple_music.shelf import Kept, Shelf
from local.simulators.music.chance import base62, digest, number
from local.simulators.previous.answers import Json
from local.simulators.previous.changes import ImpossibleChangeError, changed
from local.simulators.previous.spotify.listening import seconds


def play(library: Library, song: int | None = None) -> Json:
    """The newest play, and its album the newest thing played; the oldest are forgotten when there are more than 50."""
    chosen = _choice(SONGS, song, lambda candidate: candidate in library.plays, may_repeat=True)
    album = album_of(chosen)
    library.remember_play(chosen, Item("library-albums" if album in library.albums else "albums", album))
    return {"id": song_id(chosen)}


def add_song(library: Library, song: int | None = None) -> Json:
    """Add a song, by its number in the catalogue, or one that is not there yet. Its album and artist come with it."""
    chosen = _choice(SONGS, song, lambda candidate: candidate in library.songs)
    now = library.now()
    library.songs.add(Kept(chosen, now))
    _bring(library, chosen, now, with_album=True)
    return {"id": song_id(chosen)}


def remove_song(library: Library, position: int = 0) -> Json:
    """The album and the artist that came with a song go with the last of theirs."""
    song = _at(library.songs, position)
    _drop_song(library, song)
    return {"id": song_id(song)}


def add_album(library: Library, album: int | None = None) -> Json:
    """Add an album with all its songs."""
    chosen = _choice(ALBUMS, album, lambda candidate: _is_kept(library.albums, long_player(candidate)))
    chosen, now = long_player(chosen), library.now()
    library.albums.add(Kept(chosen, now))
    for song in tracks_of(chosen):
        if song not in library.songs:
            library.songs.add(Kept(song, now, with_other=True))
    _bring(library, tracks_of(chosen).start, now, with_album=False)
    return {"id": album_id(chosen)}


def remove_album(library: Library, position: int = 0) -> Json:
    """Remove an album with all its songs."""
    album = _at(library.albums, position)
    _drop_album(library, album)
    return {"id": album_id(album)}


def add_artist(library: Library, song: int | None = None) -> Json:
    """There is no following: an artist comes into the library with a song."""
    music = library.music
    chosen = _choice(SONGS, song, lambda candidate: music.artist_of(candidate) in library.artists)
    add_song(library, chosen)
    return {"id": artist_id(music.artist_of(chosen))}


def remove_artist(library: Library, position: int = 0) -> Json:
    """Remove an artist with all albums and songs of theirs."""
    artist = _at(library.artists, position)
    for kept in [each for each in library.albums if library.music.album(each.number).artist == artist]:
        _drop_album(library, kept.number)
    for kept in [each for each in library.songs if library.music.artist_of(each.number) == artist]:
        _drop_song(library, kept.number)
    library.artists.discard(artist)
    return {"id": artist_id(artist)}


def rotate(library: Library, position: int | None = None, to: int = 0) -> Json:
    """Another place in the heavy rotation for one entry, or a fresh album there for which the last one goes."""
    rotation = library.rotation
    if not 0 <= to < len(rotation):
        raise ImpossibleChangeError(f"There is no place {to}.")
    if position is not None:
        _check(position, len(rotation))
        rotation.insert(to, rotation.pop(position))
        return {}
    known = {item.key for item in rotation if item.kind.endswith("albums")}
    fresh = long_player(_choice(ALBUMS, None, lambda candidate: long_player(candidate) in known))
    rotation.pop()
    rotation.insert(to, Item("albums", fresh))
    return {"id": album_id(fresh)}


def playlist_create(library: Library, name: str = "New playlist", entries: int = 0) -> Json:
    library.created += 1
    identity = f"p.{base62(digest(library.start, 'created', library.created))[:14]}"
    now = library.now()
    library.playlists[identity] = Playlist(identity, name, entries, odd=False, added=now, modified=now)
    return {"id": identity}


def playlist_rename(library: Library, playlist: str, name: str) -> Json:
    found = _playlist(library, playlist)
    found.name = name
    return _touched(library, found)


def playlist_add(library: Library, playlist: str, song: int | None = None, position: int | None = None) -> Json:
    """Add one song, last unless told otherwise; it may be there already."""
    found = _playlist(library, playlist)
    place = len(found) if position is None else position
    if not 0 <= place <= len(found):
        raise ImpossibleChangeError(f"There is no place {place}.")
    known = set(found.entries)
    found.entries.insert(place, _choice(SONGS, song, lambda candidate: candidate in known, may_repeat=True))
    return _touched(library, found)


def playlist_remove(library: Library, playlist: str, position: int = 0) -> Json:
    found = _playlist(library, playlist)
    _check(position, len(found))
    found.entries.pop(position)
    return _touched(library, found)


def playlist_reorder(library: Library, playlist: str, position: int, to: int) -> Json:
    """Move one entry so that it stands at `to` afterwards."""
    found = _playlist(library, playlist)
    _check(position, len(found))
    _check(to, len(found))
    found.entries.insert(to, found.entries.pop(position))
    return _touched(library, found)


def playlist_delete(library: Library, playlist: str) -> Json:
    """Gone for good: nobody can read it any more."""
    return {"id": library.playlists.pop(_playlist(library, playlist).id).id}


MUTATIONS: Mapping[str, Callable[..., Json]] = {
    change.__name__: change
    for change in (
        play,
        add_song,
        remove_song,
        add_album,
        remove_album,
        add_artist,
        remove_artist,
        rotate,
        playlist_create,
        playlist_rename,
        playlist_add,
        playlist_remove,
        playlist_reorder,
        playlist_delete,
    )
}


def mutate(library: Library, action: str, /, **details: Any) -> Json:
    """Do one change by its name; ImpossibleChangeError says what is wrong with it."""
    return changed(library, MUTATIONS, action, details)


def _bring(library: Library, song: int, now: int, *, with_album: bool) -> None:
    """What appears in the library because a song does."""
    album, artist = album_of(song), library.music.artist_of(song)
    if with_album and album not in library.albums:
        library.albums.add(Kept(album, now, with_other=True))
    if artist not in library.artists:
        library.artists.add(Kept(artist, now, with_other=True))


def _drop_song(library: Library, song: int) -> None:
    library.songs.discard(song)
    album, artist = album_of(song), library.music.artist_of(song)
    _drop_if_empty(library.albums, album, any(other in library.songs for other in tracks_of(album)))
    _drop_if_empty(library.artists, artist, _is_heard(library, artist))


def _drop_album(library: Library, album: int) -> None:
    library.albums.discard(album)
    for song in tracks_of(album):
        library.songs.discard(song)
    artist = library.music.album(album).artist
    _drop_if_empty(library.artists, artist, _is_heard(library, artist))


def _drop_if_empty(shelf: Shelf, thing: int, needed: bool) -> None:
    kept = shelf.get(thing)
    if kept is not None and kept.with_other and not needed:
        shelf.discard(thing)


def _is_heard(library: Library, artist: int) -> bool:
    music = library.music
    return any(music.artist_of(kept.number) == artist for kept in library.songs)


def _is_kept(shelf: Shelf, thing: int) -> bool:
    """Whether it is there in its own right."""
    kept = shelf.get(thing)
    return kept is not None and not kept.with_other


def _choice(size: int, asked: int | None, taken: Callable[[int], bool], *, may_repeat: bool = False) -> int:
    """The number asked for, or one that is not taken."""
    if asked is not None:
        if not 0 <= asked < size:
            raise ImpossibleChangeError(f"The catalogue has the numbers from 0 to {size - 1}.")
        if not may_repeat and taken(asked):
            raise ImpossibleChangeError("It is in the list already.")
        return asked
    draw = 0
    while taken(candidate := number("fresh", size, draw) % size):
        draw += 1
    return candidate


def _at(shelf: Shelf, position: int) -> int:
    _check(position, len(shelf))
    return shelf.cut(position, position + 1)[0]


def _check(position: int, count: int) -> None:
    if not 0 <= position < count:
        raise ImpossibleChangeError(f"There is no place {position}.")


def _playlist(library: Library, identity: str) -> Playlist:
    found = library.playlists.get(identity)
    if found is None:
        raise ImpossibleChangeError("There is no such playlist.")
    return found


def _touched(library: Library, playlist: Playlist) -> Json:
    playlist.touch(library.now())
    return {"id": playlist.id, "modified": None if playlist.modified is None else seconds(playlist.modified)}
