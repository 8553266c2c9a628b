"""An invented listener of YouTube Music: a table of lists, and how their entries are made and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from local.simulators.frame.entries import ARRANGED, NEVER, SHELF, Entry, Moment
from local.simulators.frame.library import NEWEST, ListKind, Spot
from local.simulators.frame.oauth2 import OAuth2Options
from local.simulators.frame.options import size
from local.simulators.frame.responses import Json, moment
from local.simulators.music import playlists
from local.simulators.music.chance import base62, digest
from local.simulators.music.playlists import PLOT, PlaylistLibrary, playlist_tracks
from local.simulators.music.recordings import ARTISTS, TRACKS
from local.simulators.youtube_music.catalogue import OBJECTS, etag, letters, pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(OAuth2Options):
    """The sizes hold for every listener."""

    units: int = 0
    """Calls a day over all listeners, 10,000 at the real one; 0 lifts the limit."""
    shown_likes: int = 5_000
    """So many of the latest likes are shown."""
    playlists: int = size(25)
    playlist_entries: int = size(1_500)
    long_playlist: int = size(700)
    saved_tracks: int = size(900)
    """Liked videos."""
    followed_artists: int = size(80)
    """Subscriptions."""
    long_description: int = size(1_000)


LIKED = "LL"
WHOLE = "whole"
"""The view with what another call tells of each entry, which our calls always ask for."""
DELETED, PRIVATE = 1, 2
"""The kinds of entries whose video is not there any more, or not for everybody, among plain ones."""
_VIDEO = ("contentDetails", "videoId")
_TITLES = {DELETED: "Deleted video", PRIVATE: "Private video"}
_DESCRIPTIONS = {DELETED: "This video is unavailable.", PRIVATE: "This video is private."}


@dataclass(slots=True, kw_only=True)
class Playlist(playlists.Playlist):
    """Its etag is another when anything in it is."""

    privacy: str = "private"


class YouTubeLibrary(PlaylistLibrary):
    """One listener, who has one channel. With oddities some videos are deleted or private, among likes as well."""

    LISTS: ClassVar[Mapping[str, ListKind]] = {
        "playlists": ListKind(acts=SHELF),
        "playlist_tracks": playlist_tracks(
            acts=ARRANGED, dated=Moment.SECONDS, identity=_VIDEO, odd={13: DELETED, 41: PRIVATE}
        ),
        "saved_tracks": ListKind(choices=TRACKS, dated=Moment.SECONDS, identity=_VIDEO, odd={17: DELETED, 31: PRIVATE}),
        "followed_artists": ListKind(choices=ARTISTS, identity=("snippet", "resourceId", "channelId")),
    }
    whole_view = WHOLE
    playlist_type = Playlist
    descriptions = ("", PLOT, "")

    def playlist_id(self, raw: bytes) -> str:
        return f"PL{base62(raw)}{base62(raw[16:])[:10]}"

    def traits(self, place: int, raw: bytes, size: int) -> Mapping[str, Any]:
        return {"privacy": ("private", "public", "unlisted")[place % 3]}

    @cached_property
    def channel_id(self) -> str:
        return "UC" + letters(digest(self.start, "own channel")[:17])[:22]

    def place_followed_artists(self, entry: Entry) -> str:
        name: str = self.catalogue.recordings.artist_name(entry.number)
        return name.casefold()

    def profile(self) -> Json:
        """The listener's channel."""
        return OBJECTS.filled(
            "channel",
            etag=etag("own channel", self.start),
            id=self.channel_id,
            title=self.name,
            description="",
            published="2014-03-11T08:00:00Z",
            pictures=pictures("https://yt3.ggpht.com", self.channel_id),
            views="0",
            subscribers="3",
            videos="0",
            topic_ids=[],
            topics=[],
        )

    def show_saved_tracks(self, entry: Entry, spot: Spot) -> Json:
        return self._item(entry, spot, LIKED)

    def show_playlist_tracks(self, entry: Entry, spot: Spot) -> Json:
        return self._item(entry, spot, spot.name)

    def show_playlists(self, entry: Entry, spot: Spot) -> Json:
        playlist = self.playlists[entry.number]
        state = (playlist.name, playlist.description, list(playlist.entries))
        return OBJECTS.filled(
            "playlist",
            etag=etag(playlist.id, state),
            playlist=playlist,
            added=moment(NEWEST - 86_400 * (30 + entry.number)),
            channel=self.channel_id,
            listener=self.name,
            pictures=pictures("https://i.ytimg.com/vi", playlist.id[:11]),
            size=len(playlist),
        )

    def show_followed_artists(self, entry: Entry, spot: Spot) -> Json:
        shown = self.catalogue.subscription(entry.number, self.channel_id, moment(NEWEST - 3_600 * entry.number))
        return shown | ({"channel": self.catalogue.channel(entry.number)} if spot.view == WHOLE else {})

    def _item(self, entry: Entry, spot: Spot, playlist: str) -> Json:
        """An entry of a playlist: of a video that is not there the owner, the picture and all else is missing."""
        gone, video = entry.kind in _TITLES, self.catalogue.video(entry.number)
        identity = self.catalogue.gone_id(entry.number) if gone else video["id"]
        shown = OBJECTS.filled(
            "entry",
            etag=etag(playlist, identity, entry.when),
            id=letters(digest(playlist, identity, entry.when)[:24]),
            added=moment(max(0, entry.when) if entry.when != NEVER else NEWEST),
            channel=self.channel_id,
            title=_TITLES.get(entry.kind, video["snippet"]["title"]),
            description=_DESCRIPTIONS.get(entry.kind, video["snippet"]["description"]),
            pictures={} if gone else video["snippet"]["thumbnails"],
            listener=self.name,
            playlist=playlist,
            position=spot.position,
            video=identity,
            privacy="privacyStatusUnspecified" if gone else "public",
        )
        if gone:
            return shown
        channel, title = self.catalogue.owner(entry.number)
        shown["snippet"] |= {"videoOwnerChannelTitle": title, "videoOwnerChannelId": channel}
        shown["contentDetails"]["videoPublishedAt"] = video["snippet"]["publishedAt"]
        return shown | ({"video": video} if spot.view == WHOLE else {})
