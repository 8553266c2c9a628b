"""
SoundCloud's endpoints. There are no top lists, and no moments of plays, likes and follows.

Source  https://github.com/soundcloud/api, openapi/api.yaml of 2026-07-19
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from blendify.core.data_types import DataType
from blendify.providers import change_checks
from blendify.providers.endpoint import Endpoint, ListKind, LogOrder, LogWindow, OtherCount
from blendify.providers.soundcloud import pages, records
from blendify.providers.soundcloud.paging import InOneAnswer, Joined, NextHref

LONGEST_PAGE = 200
REMEMBERED = 25
"""So many plays are shown, each track once."""
DAILY = timedelta(hours=20)
"""For playlists without a time of change; slightly less than a day, so that a daily sync reads them."""
LINKED = {"linked_partitioning": "true"}
"""Without it an answer is a list without a page around it, which is deprecated."""
EVERY_ACCESS = {"access": "playable,preview,blocked"}
"""Where it is left out, blocked tracks are missing from playlists."""


def _counted(count: Callable[[Any], int | None]) -> OtherCount:
    """The profile counts what no page does. Its counts may include what is not shown: only their changes tell."""
    return OtherCount("/me", {}, lambda _: {}, count)


def table() -> Mapping[DataType, Endpoint]:
    """The endpoints by data type. No scopes exist."""
    liked_playlists = Endpoint(
        path="/me/likes/playlists",
        parameters=LINKED,
        paging=NextHref(limit=LONGEST_PAGE),
        to_page=pages.playlists,
        to_record=records.playlist,
        scopes=(),
    )
    return {
        DataType.RECENTLY_PLAYED: Endpoint(
            path="/me/recently-played/tracks",
            parameters=EVERY_ACCESS,
            paging=InOneAnswer(limit=REMEMBERED),
            to_page=pages.plays,
            to_record=records.play,
            scopes=(),
            list_kind=ListKind.LOG,
            log_window=LogWindow(entries=REMEMBERED, order=LogOrder.UNDATED),
        ),
        # Own ones, with own albums, then the liked ones of others. Without show_tracks=false each has all its tracks.
        DataType.PLAYLISTS: Joined(
            path="/me/playlists",
            parameters={**LINKED, "show_tracks": "false"},
            paging=NextHref(limit=LONGEST_PAGE, continued=True),
            to_page=pages.page,
            to_record=records.playlist,
            scopes=(),
            child_list=records.tracks_of_playlist,
            second=liked_playlists,
            in_first=lambda entry, user_id: records.owner_of(entry) == user_id,
        ),
        # The manual names no limit here. Whoever ignores ours gives pages of another size, which lead on as well.
        DataType.PLAYLIST_TRACKS: Endpoint(
            path="/playlists/{list_id}/tracks",
            parameters={**LINKED, **EVERY_ACCESS},
            paging=NextHref(limit=LONGEST_PAGE),
            to_page=pages.page,
            to_record=records.playlist_track,
            scopes=(),
            parent=DataType.PLAYLISTS,
            list_kind=ListKind.ARRANGED,
            at_most_every=DAILY,
        ),
        DataType.SAVED_TRACKS: Endpoint(
            path="/me/likes/tracks",
            parameters={**LINKED, **EVERY_ACCESS},
            paging=NextHref(limit=LONGEST_PAGE),
            to_page=pages.page,
            to_record=records.liked_track,
            scopes=(),
            other_count=_counted(pages.likes),
            change_check=change_checks.by_other_count,
        ),
        DataType.SAVED_ALBUMS: Endpoint(
            path="/me/likes/playlists",
            parameters=LINKED,
            paging=NextHref(limit=LONGEST_PAGE),
            to_page=pages.albums,
            to_record=records.saved_album,
            scopes=(),
        ),
        # It pages by `next_href` without being asked to; `linked_partitioning` is not among its parameters.
        DataType.FOLLOWED_ARTISTS: Endpoint(
            path="/me/followings",
            paging=NextHref(limit=LONGEST_PAGE),
            to_page=pages.page,
            to_record=records.followed_artist,
            scopes=(),
            other_count=_counted(pages.followings),
            change_check=change_checks.by_other_count,
        ),
    }
