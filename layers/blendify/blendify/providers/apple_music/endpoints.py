"""
Apple Music's endpoints. There are no top artists; the library takes the place of saved and followed items.

Source  https://developer.apple.com/documentation/applemusicapi/library and …/history
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.apple_music import pages, records
from blendify.providers.endpoint import Endpoint, ListKind, LogOrder, LogWindow, RecentlyAdded
from blendify.providers.paging import Offset

HEAVY_ROTATION = "heavy_rotation"
"""The only time range of the ranking; Apple does not say which time it covers."""
DAILY = timedelta(hours=20)
"""For heavy rotation, and for playlists without a time of change; slightly less than a day,
so that a daily sync reads them."""
CATALOGUE = {"include": "catalog"}
"""Adds the catalogue's resource to each library entry: it has the recording's ISRC, which else takes another call."""
DATED = {"extend": "dateAdded"}
"""Adds the moment at which a song was added to the library."""
PAGE = 100
RECENT = 25
"""So many of the latest additions to the library are given at once."""
REMEMBERED = 50
"""Apple keeps this many plays, and as many of the albums, playlists and stations they were played from."""
RESOURCES = "resources"
"""Id of the list of what songs were played from: albums, playlists, stations, each where it was played last."""


def _recently_added(kind: str) -> RecentlyAdded:
    """Songs added with their album are not in this list; the library's length shows those."""
    parameters = {"limit": str(RECENT), **DATED}
    return RecentlyAdded("/v1/me/library/recently-added", parameters, pages.latest(kind, RECENT))


def table() -> Mapping[DataType, Endpoint]:
    """
    The endpoints by data type; top lists are read as deep as the settings say.

    To listeners who have never used a part of their library Apple answers 404 for it, with code 40400 or in plain text.
    """
    depth = settings().top_list_depth
    return {
        DataType.TOP_TRACKS: Endpoint(
            path="/v1/me/history/heavy-rotation",
            paging=Offset(limit=10, depth=depth),
            to_page=pages.page,
            to_record=records.rotation,
            scopes=(),
            missing_when_empty=True,
            lists=(HEAVY_ROTATION,),
            list_kind=ListKind.RANKED,
            at_most_every=DAILY,
        ),
        # 50 in two pages of 30: the entries in both distinguish a song played twice in a row from a play in between.
        DataType.RECENTLY_PLAYED: Endpoint(
            path="/v1/me/recent/played/tracks",
            parameters=CATALOGUE,
            dispensable=frozenset(CATALOGUE),
            paging=Offset(limit=30, depth=REMEMBERED, overlap=10),
            to_page=pages.page,
            to_record=records.play,
            scopes=(),
            missing_when_empty=True,
            list_kind=ListKind.LOG,
            log_window=LogWindow(entries=REMEMBERED, order=LogOrder.UNDATED),
            lists=("", RESOURCES),
            separate_lists={
                RESOURCES: Endpoint(
                    path="/v1/me/recent/played",
                    paging=Offset(limit=10, depth=REMEMBERED),
                    to_page=pages.page,
                    to_record=records.played_from,
                    scopes=(),
                    missing_when_empty=True,
                    list_kind=ListKind.LOG,
                    log_window=LogWindow(entries=REMEMBERED, order=LogOrder.MOVE_TO_FRONT),
                )
            },
        ),
        DataType.PLAYLISTS: Endpoint(
            path="/v1/me/library/playlists",
            paging=Offset(limit=PAGE),
            to_page=pages.page,
            to_record=records.playlist,
            scopes=(),
            missing_when_empty=True,
            child_list=records.tracks_of_playlist,
        ),
        DataType.PLAYLIST_TRACKS: Endpoint(
            path="/v1/me/library/playlists/{list_id}/tracks",
            parameters=CATALOGUE,
            dispensable=frozenset(CATALOGUE),
            paging=Offset(limit=PAGE),
            to_page=pages.page,
            to_record=records.playlist_track,
            scopes=(),
            parent=DataType.PLAYLISTS,
            list_kind=ListKind.ARRANGED,
            at_most_every=DAILY,
        ),
        DataType.SAVED_TRACKS: Endpoint(
            path="/v1/me/library/songs",
            parameters={**CATALOGUE, **DATED},
            dispensable=frozenset(CATALOGUE),
            paging=Offset(limit=PAGE),
            to_page=pages.page,
            to_record=records.saved_track,
            scopes=(),
            missing_when_empty=True,
            change_check=change_checks.by_count,
            recently_added=_recently_added("library-songs"),
        ),
        DataType.SAVED_ALBUMS: Endpoint(
            path="/v1/me/library/albums",
            parameters=CATALOGUE,
            dispensable=frozenset(CATALOGUE),
            paging=Offset(limit=PAGE),
            to_page=pages.page,
            to_record=records.saved_album,
            scopes=(),
            missing_when_empty=True,
            change_check=change_checks.by_count,
            recently_added=_recently_added("library-albums"),
        ),
        DataType.FOLLOWED_ARTISTS: Endpoint(
            path="/v1/me/library/artists",
            parameters=CATALOGUE,
            dispensable=frozenset(CATALOGUE),
            paging=Offset(limit=PAGE),
            to_page=pages.page,
            to_record=records.followed_artist,
            scopes=(),
            missing_when_empty=True,
            change_check=change_checks.by_count,
        ),
    }
