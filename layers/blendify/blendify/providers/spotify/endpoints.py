"""Spotify's endpoints. https://developer.spotify.com/documentation/web-api/reference"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, ListKind, LogWindow
from blendify.providers.paging import Cursor, Offset, Single
from blendify.providers.spotify import pages, records

TIME_RANGES = ("short_term", "medium_term", "long_term")
"""About four weeks, six months, a year."""
DAILY = timedelta(hours=20)
"""Top lists and Spotify's own playlists change about once a day; slightly less, so that a daily sync reads them."""


def table() -> Mapping[DataType, Endpoint]:
    """The endpoints by data type; top lists are read as deep as the settings say."""
    depth = settings().top_list_depth
    return {
        DataType.TOP_TRACKS: Endpoint(
            path="/me/top/tracks",
            paging=Offset(limit=50, depth=depth),
            to_page=pages.paged,
            to_record=records.top_track,
            scopes=("user-top-read",),
            lists=TIME_RANGES,
            list_parameter="time_range",
            list_kind=ListKind.RANKED,
            at_most_every=DAILY,
        ),
        DataType.TOP_ARTISTS: Endpoint(
            path="/me/top/artists",
            paging=Offset(limit=50, depth=depth),
            to_page=pages.paged,
            to_record=records.top_artist,
            scopes=("user-top-read",),
            lists=TIME_RANGES,
            list_parameter="time_range",
            list_kind=ListKind.RANKED,
            at_most_every=DAILY,
        ),
        # Spotify keeps about 50 plays: every page after the first is empty.
        DataType.RECENTLY_PLAYED: Endpoint(
            path="/me/player/recently-played",
            paging=Single(limit=50),
            to_page=pages.paged,
            to_record=records.play,
            scopes=("user-read-recently-played",),
            no_content_when_empty=True,
            list_kind=ListKind.LOG,
            log_window=LogWindow(entries=50),
        ),
        # Without their scopes Spotify omits private or collaborative playlists without an error: so both are required.
        DataType.PLAYLISTS: Endpoint(
            path="/me/playlists",
            paging=Offset(limit=50),
            to_page=pages.paged,
            to_record=records.playlist,
            scopes=("playlist-read-private", "playlist-read-collaborative"),
            child_list=records.tracks_of_playlist,
        ),
        # `/items` works for all applications, `/tracks` only for old ones. Without additional_types, episodes are null.
        DataType.PLAYLIST_TRACKS: Endpoint(
            path="/playlists/{list_id}/items",
            paging=Offset(limit=50),
            to_page=pages.paged,
            to_record=records.playlist_track,
            scopes=("playlist-read-private", "playlist-read-collaborative"),
            parent=DataType.PLAYLISTS,
            parameters={"additional_types": "track,episode"},
            list_kind=ListKind.ARRANGED,
            at_most_every=DAILY,
        ),
        DataType.SAVED_TRACKS: Endpoint(
            path="/me/tracks",
            paging=Offset(limit=50),
            to_page=pages.paged,
            to_record=records.saved_track,
            scopes=("user-library-read",),
            change_check=change_checks.newest_first,
        ),
        DataType.SAVED_ALBUMS: Endpoint(
            path="/me/albums",
            paging=Offset(limit=50),
            to_page=pages.paged,
            to_record=records.saved_album,
            scopes=("user-library-read",),
            change_check=change_checks.by_count,
        ),
        DataType.FOLLOWED_ARTISTS: Endpoint(
            path="/me/following",
            paging=Cursor(limit=50, parameter="after"),
            to_page=pages.followed,
            to_record=records.followed_artist,
            scopes=("user-follow-read",),
            parameters={"type": "artist"},
        ),
    }
