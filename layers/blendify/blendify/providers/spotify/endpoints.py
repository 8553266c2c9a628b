"""Spotify's endpoints, a row each. https://developer.spotify.com/documentation/web-api/reference"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, ListKind, Memory
from blendify.providers.paging import Cursor, Offset, Single
from blendify.providers.spotify import pages, records

TIME_RANGES = ("short_term", "medium_term", "long_term")
"""About four weeks, six months, a year."""
DAILY = timedelta(hours=20)
"""Top lists and Spotify's own playlists change about once a day; a little less, so that a daily sync reads them."""

ENDPOINTS: Mapping[DataType, Endpoint] = {
    DataType.TOP_TRACKS: Endpoint(
        path="/me/top/tracks",
        paging=Offset(limit=50, depth=settings().top_list_depth),
        page=pages.paged,
        row=records.top_track,
        scopes=("user-top-read",),
        lists=TIME_RANGES,
        list_parameter="time_range",
        shape=ListKind.RANKED,
        at_most_every=DAILY,
    ),
    DataType.TOP_ARTISTS: Endpoint(
        path="/me/top/artists",
        paging=Offset(limit=50, depth=settings().top_list_depth),
        page=pages.paged,
        row=records.top_artist,
        scopes=("user-top-read",),
        lists=TIME_RANGES,
        list_parameter="time_range",
        shape=ListKind.RANKED,
        at_most_every=DAILY,
    ),
    # Spotify keeps about 50 plays: what follows the first page is always empty.
    DataType.RECENTLY_PLAYED: Endpoint(
        path="/me/player/recently-played",
        paging=Single(limit=50),
        page=pages.paged,
        row=records.play,
        scopes=("user-read-recently-played",),
        silent_when_empty=True,
        shape=ListKind.LOG,
        memory=Memory(entries=50),
    ),
    # Without its scope Spotify leaves private or collaborative playlists out in silence: so both are required.
    DataType.PLAYLISTS: Endpoint(
        path="/me/playlists",
        paging=Offset(limit=50),
        page=pages.paged,
        row=records.playlist,
        scopes=("playlist-read-private", "playlist-read-collaborative"),
        contents=records.playlist_contents,
    ),
    # `/items` serves old and new applications, `/tracks` only old ones. Without additional_types episodes come as null.
    DataType.PLAYLIST_TRACKS: Endpoint(
        path="/playlists/{list_id}/items",
        paging=Offset(limit=50),
        page=pages.paged,
        row=records.playlist_track,
        scopes=("playlist-read-private", "playlist-read-collaborative"),
        within=DataType.PLAYLISTS,
        parameters={"additional_types": "track,episode"},
        shape=ListKind.ARRANGED,
        at_most_every=DAILY,
    ),
    DataType.SAVED_TRACKS: Endpoint(
        path="/me/tracks",
        paging=Offset(limit=50),
        page=pages.paged,
        row=records.saved_track,
        scopes=("user-library-read",),
        glance=change_checks.newest_first,
    ),
    DataType.SAVED_ALBUMS: Endpoint(
        path="/me/albums",
        paging=Offset(limit=50),
        page=pages.paged,
        row=records.saved_album,
        scopes=("user-library-read",),
        glance=change_checks.counted,
    ),
    DataType.FOLLOWED_ARTISTS: Endpoint(
        path="/me/following",
        paging=Cursor(limit=50, parameter="after"),
        page=pages.followed,
        row=records.followed_artist,
        scopes=("user-follow-read",),
        parameters={"type": "artist"},
    ),
}
