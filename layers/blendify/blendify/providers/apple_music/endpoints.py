"""
Apple Music's endpoints, a row each. There are no top artists; the library stands for what is saved and followed.

Source  https://developer.apple.com/documentation/applemusicapi/library and …/history
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.apple_music import pages, records
from blendify.providers.endpoint import Endpoint, ListKind, Memory, Newest
from blendify.providers.paging import Offset

HEAVY_ROTATION = "heavy_rotation"
"""The one span that ranks are counted over; which one that is Apple does not tell."""
DAILY = timedelta(hours=20)
"""The rotation, and playlists that tell no moment of change; a little less, so that a daily sync reads them."""
CATALOGUE = {"include": "catalog"}
"""With each library entry the catalogue's, which has the recording's code: else that would be another call."""
PAGE = 100
REMEMBERED = 50
"""So many plays exist at Apple, and so many of what they were played from."""
RESOURCES = "resources"
"""Among the plays the list of what songs were played from: albums, playlists, stations, each where it was last."""


def _newest(kind: str) -> Newest:
    """Songs that came with their album do not stand there: then the length is another."""
    return Newest("/v1/me/library/recently-added", {"limit": "25"}, pages.record_ids(kind))


ENDPOINTS: Mapping[DataType, Endpoint] = {
    DataType.TOP_TRACKS: Endpoint(
        path="/v1/me/history/heavy-rotation",
        paging=Offset(limit=10, depth=settings().top_list_depth),
        page=pages.listed,
        row=records.rotation,
        scopes=(),
        lists=(HEAVY_ROTATION,),
        shape=ListKind.RANKED,
        at_most_every=DAILY,
    ),
    # 50 in two pages of 30: what they have in common tells a song played twice in a row from a play that came between.
    DataType.RECENTLY_PLAYED: Endpoint(
        path="/v1/me/recent/played/tracks",
        parameters=CATALOGUE,
        paging=Offset(limit=30, depth=REMEMBERED, overlap=10),
        page=pages.listed,
        row=records.play,
        scopes=(),
        shape=ListKind.LOG,
        memory=Memory(entries=REMEMBERED, dated=False),
        lists=("", RESOURCES),
        apart={
            RESOURCES: Endpoint(
                path="/v1/me/recent/played",
                paging=Offset(limit=10, depth=REMEMBERED),
                page=pages.listed,
                row=records.played_from,
                scopes=(),
                shape=ListKind.LOG,
                memory=Memory(entries=REMEMBERED, dated=False, once=True),
            )
        },
    ),
    DataType.PLAYLISTS: Endpoint(
        path="/v1/me/library/playlists",
        paging=Offset(limit=PAGE),
        page=pages.listed,
        row=records.playlist,
        scopes=(),
        contents=records.playlist_contents,
    ),
    DataType.PLAYLIST_TRACKS: Endpoint(
        path="/v1/me/library/playlists/{list_id}/tracks",
        parameters=CATALOGUE,
        paging=Offset(limit=PAGE),
        page=pages.listed,
        row=records.playlist_track,
        scopes=(),
        within=DataType.PLAYLISTS,
        shape=ListKind.ARRANGED,
        at_most_every=DAILY,
    ),
    # Without being asked Apple does not tell when a song was added.
    DataType.SAVED_TRACKS: Endpoint(
        path="/v1/me/library/songs",
        parameters={**CATALOGUE, "extend": "dateAdded"},
        paging=Offset(limit=PAGE),
        page=pages.listed,
        row=records.saved_track,
        scopes=(),
        glance=change_checks.counted,
        newest=_newest("library-songs"),
    ),
    DataType.SAVED_ALBUMS: Endpoint(
        path="/v1/me/library/albums",
        parameters=CATALOGUE,
        paging=Offset(limit=PAGE),
        page=pages.listed,
        row=records.saved_album,
        scopes=(),
        glance=change_checks.counted,
        newest=_newest("library-albums"),
    ),
    DataType.FOLLOWED_ARTISTS: Endpoint(
        path="/v1/me/library/artists",
        parameters=CATALOGUE,
        paging=Offset(limit=PAGE),
        page=pages.listed,
        row=records.followed_artist,
        scopes=(),
        glance=change_checks.counted,
    ),
}
