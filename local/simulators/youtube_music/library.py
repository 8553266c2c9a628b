"""An invented listener of YouTube Music: a table of lists, and how their entries are made and shown."""

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

from local.simulators.frame.entries import NEVER, PLAIN, Entry
from local.simulators.frame.library import NEWEST, Act, ListKind, Moment, Spot
from local.simulators.frame.responses import Json, moment
from local.simulators.music.chance import digest
from local.simulators.music.recordings import ARTISTS, TRACKS
from local.simulators.youtube_music.catalogue import OBJECTS, etag, letters, pictures
from local.simulators.youtube_music.playlists import DELETED, PRIVATE, YouTubePlaylists

LIKED = "LL"
WHOLE = "whole"
"""The view with what another call tells of each entry, which our calls always ask for."""
_TITLES = {DELETED: "Deleted video", PRIVATE: "Private video"}
_DESCRIPTIONS = {DELETED: "This video is unavailable.", PRIVATE: "This video is private."}


class YouTubeLibrary(YouTubePlaylists):
    """One listener, who has one channel. With oddities some videos are deleted or private, among likes as well."""

    LISTS: ClassVar[Mapping[str, ListKind]]
    whole_view = WHOLE

    @cached_property
    def channel_id(self) -> str:
        return "UC" + letters(digest(self.start, "own channel")[:17])[:22]

    def kind_at(self, data_type: str, place: int) -> int:
        odd = self.options.oddities and data_type == "saved_tracks"
        return {17: DELETED, 31: PRIVATE}.get(place % 200, PLAIN) if odd else PLAIN

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


_VIDEO = ("contentDetails", "videoId")

YouTubeLibrary.LISTS = {
    "playlists": ListKind(acts=frozenset({Act.ADD, Act.REMOVE, Act.RENAME})),
    "playlist_tracks": ListKind(
        acts=frozenset({Act.ADD, Act.REMOVE, Act.MOVE, Act.REPLACE}),
        choices=TRACKS,
        same=(),
        dated=Moment.SECONDS,
        new_last=True,
        identity=_VIDEO,
    ),
    "saved_tracks": ListKind(choices=TRACKS, dated=Moment.SECONDS, identity=_VIDEO),
    "followed_artists": ListKind(choices=ARTISTS, identity=("snippet", "resourceId", "channelId")),
}
