"""The endpoints that read a listener's music, one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from local.simulators.apple_music.answers import ApiError, not_found, nothing_related
from local.simulators.apple_music.library import Item, Library
from local.simulators.apple_music.listeners import Listener
from local.simulators.apple_music.paging import Listing, listing_of, page, window
from local.simulators.apple_music.rendering import RELATIONS
from local.simulators.apple_music.resources import STOREFRONT
from local.simulators.apple_music.shelf import Shelf
from local.simulators.apple_music.wishes import wish_in
from local.simulators.previous.answers import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose tokens were accepted."""

    listener: Listener
    query: Mapping[str, str]
    path: Mapping[str, str]
    """What the placeholders of the endpoint's path stand for."""
    url: str
    """The path that was called, without the query: links name it."""


class Endpoint(NamedTuple):
    """
    A path below /v1, and the list that it shows.

    counted  whether the length of the list is told
    within   the relation that the list is, where it is one of another resource: then it is never an empty page
    """

    path: str
    listing: Callable[[Call], Listing]
    kinds: tuple[str, ...]
    default: int
    most: int
    counted: bool = False
    within: str | None = None

    def relations(self) -> set[str]:
        """What can be included: an object of a mixed list goes without what it cannot have."""
        return {name for kind in self.kinds for name in RELATIONS[kind]}


def read(endpoint: Endpoint, call: Call) -> Json:
    """The page that was asked for; ApiError for a wish that cannot be."""
    asked = window(call.query, endpoint.default, endpoint.most)
    wish = wish_in(call.query, endpoint.relations())
    listing = endpoint.listing(call)
    items = listing.cut(asked.offset, asked.offset + asked.limit)
    if endpoint.within is not None and not items:
        raise nothing_related(endpoint.within)
    heavy = call.listener.library.options.heavy_include
    if wish.include and 0 < heavy < len(items):
        raise ApiError(504, "50400", "Gateway Timeout", "The request took too long")
    if not wish.plain:
        call.listener.wishes[endpoint.path] = wish
    told = [call.listener.rendering.told(item, wish) for item in items]
    return page(told, asked, listing.total, call.url, counted=endpoint.counted)


def storefront(call: Call) -> Json:
    """Where the listener's account is."""
    wish_in(call.query, ())
    attributes = {
        "defaultLanguageTag": "sv",
        "explicitContentPolicy": "allowed",
        "name": "Sweden",
        "supportedLanguageTags": ["sv", "en-GB"],
    }
    href = f"/v1/storefronts/{STOREFRONT}"
    return {"data": [{"id": STOREFRONT, "type": "storefronts", "href": href, "attributes": attributes}]}


def _shelf(kind: str, shelf: Callable[[Library], Shelf]) -> Callable[[Call], Listing]:
    def listing(call: Call) -> Listing:
        found = shelf(call.listener.library)
        return Listing(len(found), lambda start, stop: [Item(kind, number) for number in found.cut(start, stop)])

    return listing


def _history(items: Callable[[Library], list[Item]]) -> Callable[[Call], Listing]:
    def listing(call: Call) -> Listing:
        library = call.listener.library
        return listing_of(library.existing(items(library)))

    return listing


def _playlists(call: Call) -> Listing:
    return listing_of([Item("library-playlists", each.id) for each in call.listener.library.arranged_playlists()])


def _playlist_tracks(call: Call) -> Listing:
    playlist = call.listener.library.playlists.get(call.path["id"])
    if playlist is None:
        raise not_found()
    return listing_of(call.listener.rendering.playlist_tracks(playlist))


_PLAYABLE = ("library-songs", "songs")
_COLLECTIONS = ("library-albums", "albums", "library-playlists", "playlists", "stations")

RECENT_TRACKS = Endpoint(
    "/me/recent/played/tracks", _history(lambda library: library.recent_songs()), _PLAYABLE, 10, 30
)
RECENT_RESOURCES = Endpoint("/me/recent/played", _history(lambda library: library.played), _COLLECTIONS, 10, 10)
HEAVY_ROTATION = Endpoint(
    "/me/history/heavy-rotation", _history(lambda library: library.rotation), _COLLECTIONS, 10, 10
)
SONGS = Endpoint(
    "/me/library/songs", _shelf("library-songs", lambda library: library.songs), ("library-songs",), 25, 100, True
)
ALBUMS = Endpoint(
    "/me/library/albums", _shelf("library-albums", lambda library: library.albums), ("library-albums",), 25, 100, True
)
ARTISTS = Endpoint(
    "/me/library/artists",
    _shelf("library-artists", lambda library: library.artists),
    ("library-artists",),
    25,
    100,
    True,
)
PLAYLISTS = Endpoint("/me/library/playlists", _playlists, ("library-playlists",), 25, 100, True)
PLAYLIST_TRACKS = Endpoint(
    "/me/library/playlists/{id}/tracks",
    _playlist_tracks,
    ("library-songs", "library-music-videos"),
    25,
    100,
    True,
    "tracks",
)
OTHERS = (
    Endpoint("/me/recent/radio-stations", _history(lambda library: library.stations), ("stations",), 10, 10),
    Endpoint(
        "/me/library/recently-added",
        _history(lambda library: library.recently_added()),
        ("library-albums", "library-playlists", "library-songs"),
        10,
        25,
    ),
)

ENDPOINTS = (
    RECENT_TRACKS,
    RECENT_RESOURCES,
    HEAVY_ROTATION,
    SONGS,
    ALBUMS,
    ARTISTS,
    PLAYLISTS,
    PLAYLIST_TRACKS,
    *OTHERS,
)
STOREFRONT_PATH = "/me/storefront"
