"""
What comes into an Apple Music library with something else, and what goes with it.

A song brings its album and its artist, an album all its songs; what came like this goes with the last of its songs.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from local.simulators.frame.acts import ChangedList
from local.simulators.frame.entries import PLAIN, Act, Entry
from local.simulators.music.recordings import album_of, tracks_of

if TYPE_CHECKING:
    from local.simulators.apple_music.library import AppleMusicLibrary as Library

OWN, ALONG = PLAIN, 1
"""Kinds of songs, albums and artists: there in their own right, or because something else is."""


def bring(library: "Library", data_type: str, thing: int, when: int) -> None:
    """It takes its place in the alphabet, unless it is there."""
    if library.find(data_type, thing) is None:
        entries = ChangedList(library, data_type, "", library.LISTS[data_type], library.entries(data_type))
        entries.insert(Entry(ALONG, thing, when), None)


def drop(library: "Library", data_type: str, thing: int, *kinds: int, name: str = "") -> None:
    """Take something out that stands there as one of these kinds."""
    entries = library.entries(data_type, name)
    if (place := entries.find(thing, *kinds)) is not None:
        entries.pop(place)


def song_added(library: "Library", song: Entry) -> None:
    bring(library, "saved_albums", album_of(song.number), song.when)
    bring(library, "followed_artists", library.artist_of(song.number), song.when)


def song_removed(library: "Library", song: Entry) -> None:
    album = album_of(song.number)
    if not any(library.find("saved_tracks", other) for other in tracks_of(album)):
        drop(library, "saved_albums", album, ALONG)
    _artist_unheard(library, library.artist_of(song.number))


def album_added(library: "Library", album: Entry) -> None:
    """If it had come with a song, it is there in its own right from now on."""
    drop(library, "saved_albums", album.number, ALONG)
    for song in tracks_of(album.number):
        bring(library, "saved_tracks", song, album.when)
    bring(library, "followed_artists", library.artist_of(tracks_of(album.number).start), album.when)


def album_removed(library: "Library", album: Entry) -> None:
    for song in tracks_of(album.number):
        drop(library, "saved_tracks", song, OWN, ALONG)
    _artist_unheard(library, library.artist_of(tracks_of(album.number).start))


def artist_removed(library: "Library", artist: Entry) -> None:
    """All albums and songs of theirs go, too."""
    for album in list(library.entries("saved_albums")):
        if library.artist_of(tracks_of(album.number).start) == artist.number:
            drop(library, "saved_albums", album.number, album.kind)
            album_removed(library, album)
    for song in list(library.entries("saved_tracks")):
        if library.artist_of(song.number) == artist.number:
            drop(library, "saved_tracks", song.number, song.kind)
            song_removed(library, song)


def _artist_unheard(library: "Library", artist: int) -> None:
    if not any(library.artist_of(song.number) == artist for song in library.entries("saved_tracks")):
        drop(library, "followed_artists", artist, ALONG)


CONSEQUENCES: Mapping[tuple[str, Act], Callable[["Library", Entry], None]] = {
    ("saved_tracks", Act.ADD): song_added,
    ("saved_tracks", Act.REMOVE): song_removed,
    ("saved_albums", Act.ADD): album_added,
    ("saved_albums", Act.REMOVE): album_removed,
    ("followed_artists", Act.REMOVE): artist_removed,
}
