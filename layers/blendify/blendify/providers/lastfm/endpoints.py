"""
Last.fm's endpoints, a row each: one address, methods by name. It has no playlists, saved albums or followed artists.

Source  https://www.last.fm/api/show/user.getRecentTracks and its neighbours
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, Inquiry, ListKind, Memory
from blendify.providers.lastfm import pages, records
from blendify.providers.paging import Numbered

PERIODS = {"short_term": "1month", "medium_term": "6month", "long_term": "12month"}
"""The periods that other providers have as well go by the names that they have there."""
TIME_RANGES = (*PERIODS, "7day", "3month", "overall")
"""All six; those of Last.fm alone keep their own names."""
LONGEST_PAGE = 1_000
DEPTH = settings().top_list_depth
DAILY = timedelta(hours=20)
"""Top lists change about once a day; a little less, so that a daily sync reads them."""


def _user(inquiry: Inquiry) -> Mapping[str, str]:
    return {"user": inquiry.account}


def _window(inquiry: Inquiry) -> Mapping[str, str]:
    """
    The scrobbles until the run's start, so that those that come meanwhile shift no page.

    Units   seconds since 1970; `from` is inclusive, `to` was seen to be exclusive (live tests of other clients), so it
            is the next second
    """
    begin = {"from": str(int(inquiry.since.timestamp()))} if inquiry.since else {}
    return {**_user(inquiry), **begin, "to": str(int(inquiry.began_at.timestamp()) + 1)}


ENDPOINTS: Mapping[DataType, Endpoint] = {
    DataType.TOP_TRACKS: Endpoint(
        path="/",
        parameters={"method": "user.getTopTracks"},
        told=_user,
        about=pages.user("toptracks"),
        paging=Numbered(limit=min(DEPTH, LONGEST_PAGE), depth=DEPTH),
        page=pages.listed("toptracks", "track"),
        row=records.top_track,
        scopes=(),
        lists=TIME_RANGES,
        list_parameter="period",
        list_words=PERIODS,
        shape=ListKind.RANKED,
        at_most_every=DAILY,
    ),
    DataType.TOP_ARTISTS: Endpoint(
        path="/",
        parameters={"method": "user.getTopArtists"},
        told=_user,
        about=pages.user("topartists"),
        paging=Numbered(limit=min(DEPTH, LONGEST_PAGE), depth=DEPTH),
        page=pages.listed("topartists", "artist"),
        row=records.top_artist,
        scopes=(),
        lists=TIME_RANGES,
        list_parameter="period",
        list_words=PERIODS,
        shape=ListKind.RANKED,
        at_most_every=DAILY,
    ),
    # Back to the first scrobble. 200 is what the manual allows; with the 1,000 that works, errors have been reported.
    DataType.RECENTLY_PLAYED: Endpoint(
        path="/",
        parameters={"method": "user.getRecentTracks"},
        told=_window,
        about=pages.user("recenttracks"),
        paging=Numbered(limit=200),
        page=pages.listed("recenttracks", "track"),
        row=records.play,
        scopes=(),
        shape=ListKind.LOG,
        memory=Memory(entries=None, overlap=timedelta(days=1), late=timedelta(days=14), repeats=True),
    ),
    # Newest first, but pages begin at their own multiples alone: a glance sees the first one.
    DataType.SAVED_TRACKS: Endpoint(
        path="/",
        parameters={"method": "user.getLovedTracks"},
        told=_user,
        about=pages.user("lovedtracks"),
        paging=Numbered(limit=LONGEST_PAGE),
        page=pages.listed("lovedtracks", "track"),
        row=records.loved_track,
        scopes=(),
        glance=change_checks.counted,
    ),
}
