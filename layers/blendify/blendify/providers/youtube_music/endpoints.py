"""
YouTube's endpoints, as far as they tell of music. Each call takes one unit of the day's quota.

Source  https://developers.google.com/youtube/v3/docs
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, ListKind
from blendify.providers.paging import Cursor
from blendify.providers.youtube_music import completions, pages, records

SCOPES = ("https://www.googleapis.com/auth/youtube.readonly",)
LIKED = "LL"
"""The playlist of liked videos, by a name that means the listener's own."""
LIKED_SHOWN = 4_900
"""The playlist of likes shows about 5,000: from here on, older ones may have fallen out of it and still be liked."""
DAILY = timedelta(hours=20)
"""For playlists whose etag cannot be read; slightly less than a day, so that a daily sync reads them."""
PAGES = Cursor(limit=50, parameter="pageToken", size_parameter="maxResults", offset_based=True)
"""A page token stands for the place at which its page begins."""

NOT_OFFERED: Mapping[DataType, str] = {
    DataType.TOP_TRACKS: "YouTube tells no application what somebody plays most",
    DataType.TOP_ARTISTS: "YouTube tells no application whom somebody plays most",
    DataType.RECENTLY_PLAYED: "YouTube has told no application what was played since 2016: bring your plays by an "
    "import of your Google Takeout",
    DataType.SAVED_ALBUMS: "YouTube tells no application which albums are in a library",
}


def table() -> Mapping[DataType, Endpoint]:
    """The endpoints by data type. Playlists of others that a listener saved cannot be listed."""
    return {
        DataType.PLAYLISTS: Endpoint(
            path="/playlists",
            parameters={"part": "snippet,contentDetails,status", "mine": "true"},
            paging=PAGES,
            to_page=pages.page,
            to_record=records.playlist,
            scopes=SCOPES,
            child_list=records.tracks_of_playlist,
        ),
        DataType.PLAYLIST_TRACKS: Endpoint(
            path="/playlistItems",
            parameters={"part": "snippet,contentDetails,status"},
            list_parameter="playlistId",
            paging=PAGES,
            to_page=pages.page,
            to_record=records.playlist_track,
            completion=completions.VIDEOS,
            scopes=SCOPES,
            parent=DataType.PLAYLISTS,
            list_kind=ListKind.ARRANGED,
            at_most_every=DAILY,
        ),
        # `videos?myRating=like` would bring the videos themselves, but not the moments at which they were liked.
        DataType.SAVED_TRACKS: Endpoint(
            path="/playlistItems",
            parameters={"part": "snippet,contentDetails,status", "playlistId": LIKED},
            paging=PAGES,
            to_page=pages.page,
            to_record=records.liked,
            completion=completions.VIDEOS,
            scopes=SCOPES,
            shown_at_most=LIKED_SHOWN,
            change_check=change_checks.by_count,
        ),
        DataType.FOLLOWED_ARTISTS: Endpoint(
            path="/subscriptions",
            parameters={"part": "snippet,contentDetails", "mine": "true", "order": "alphabetical"},
            paging=PAGES,
            to_page=pages.page,
            to_record=records.subscription,
            completion=completions.CHANNELS,
            scopes=SCOPES,
        ),
    }
