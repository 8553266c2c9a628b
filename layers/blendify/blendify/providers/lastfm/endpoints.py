"""
Last.fm's endpoints: one address, methods by name. There are no playlists, saved albums or followed artists.

Source  https://www.last.fm/api/show/user.getRecentTracks and its neighbours
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, ListKind, LogWindow, OtherCount, RequestContext
from blendify.providers.lastfm import pages, records
from blendify.providers.paging import Numbered

PERIODS = {"short_term": "1month", "medium_term": "6month", "long_term": "12month"}
"""Last.fm's periods that other providers have too, by the common name of the time range."""
TIME_RANGES = (*PERIODS, "7day", "3month", "overall")
"""All six. Periods that only Last.fm has keep its own names."""
LONGEST_PAGE = 1_000
DAILY = timedelta(hours=20)
"""Top lists change about once a day; slightly less, so that a daily sync reads them."""


def _user(context: RequestContext) -> Mapping[str, str]:
    return {"user": context.provider_user_id}


def _window(context: RequestContext) -> Mapping[str, str]:
    """
    The scrobbles until the start of the sync, so that later ones do not shift the pages.

    Units   seconds since 1970; `from` is inclusive, `to` was exclusive in live tests of other clients, so it is
            the second after the start
    """
    begin = {"from": str(int(context.since.timestamp()))} if context.since else {}
    until = context.until or int(context.started_at.timestamp()) + 1
    return {**_user(context), **begin, "to": str(until)}


def table() -> Mapping[DataType, Endpoint]:
    """The endpoints by data type; top lists are read as deep as the settings say."""
    depth = settings().top_list_depth
    return {
        DataType.TOP_TRACKS: Endpoint(
            path="/",
            parameters={"method": "user.getTopTracks"},
            dynamic_parameters=_user,
            belongs_to=pages.user("toptracks"),
            paging=Numbered(limit=min(depth, LONGEST_PAGE), depth=depth),
            to_page=pages.page_of("toptracks", "track"),
            to_record=records.top_track,
            scopes=(),
            lists=TIME_RANGES,
            list_parameter="period",
            provider_list_names=PERIODS,
            list_kind=ListKind.RANKED,
            at_most_every=DAILY,
        ),
        DataType.TOP_ARTISTS: Endpoint(
            path="/",
            parameters={"method": "user.getTopArtists"},
            dynamic_parameters=_user,
            belongs_to=pages.user("topartists"),
            paging=Numbered(limit=min(depth, LONGEST_PAGE), depth=depth),
            to_page=pages.page_of("topartists", "artist"),
            to_record=records.top_artist,
            scopes=(),
            lists=TIME_RANGES,
            list_parameter="period",
            provider_list_names=PERIODS,
            list_kind=ListKind.RANKED,
            at_most_every=DAILY,
        ),
        # Back to the first scrobble. The manual allows 200 a page; 1,000 works too, but with reported errors.
        DataType.RECENTLY_PLAYED: Endpoint(
            path="/",
            parameters={"method": "user.getRecentTracks"},
            dynamic_parameters=_window,
            belongs_to=pages.user("recenttracks"),
            paging=Numbered(limit=200),
            to_page=pages.page_of("recenttracks", "track"),
            to_record=records.play,
            entry_time=records.played_seconds,
            scopes=(),
            list_kind=ListKind.LOG,
            log_window=LogWindow(entries=None, overlap=timedelta(days=1), late_window=timedelta(days=14), repeats=True),
            other_count=OtherCount("/", {"method": "user.getInfo"}, _user, pages.play_count),
        ),
        # Newest first, but pages start at multiples of their size only: the change check reads the first page.
        DataType.SAVED_TRACKS: Endpoint(
            path="/",
            parameters={"method": "user.getLovedTracks"},
            dynamic_parameters=_user,
            belongs_to=pages.user("lovedtracks"),
            paging=Numbered(limit=LONGEST_PAGE),
            to_page=pages.page_of("lovedtracks", "track"),
            to_record=records.loved_track,
            scopes=(),
            change_check=change_checks.by_count,
        ),
    }
