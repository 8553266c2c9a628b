"""Videos and channels as YouTube's answers show them; `objects.json` has their shapes."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from local.simulators.frame.responses import Json
from local.simulators.frame.tables import Templates
from local.simulators.music import words
from local.simulators.music.chance import digest
from local.simulators.music.recordings import ARTISTS, Recordings

OBJECTS = Templates(__file__)
MUSIC, OTHER = "10", "22"
"""Categories: music, and people and blogs."""
_TOPICS = ("Music", "Pop_music", "Rock_music", "Electronic_music", "Hip_hop_music", "Jazz")


def etag(*parts: object) -> str:
    """The same for the same parts."""
    return letters(digest("etag", *parts)[:20])


def pictures(host: str, identity: str) -> dict[str, Json]:
    """One picture in several sizes; the largest are often missing."""
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return {
        name: {"url": f"{host}/{identity}/{name}.jpg", "width": width, "height": height}
        for name, (width, height) in sizes.items()
    }


class Catalogue:
    """Every recording is a video on the topic channel of its artist, on an artist's own channel, or elsewhere."""

    def __init__(self, seed: int) -> None:
        self.recordings = Recordings(seed)
        self.video = lru_cache(4_096)(self._video)
        self.channel = lru_cache(2_048)(self._channel)
        self.track_of: dict[str, int] = {}
        """The recordings by the ids of the videos that were shown."""
        self.artist_of: dict[str, int] = {}

    def video_id(self, number: int) -> str:
        """Eleven letters, which may begin with a hyphen."""
        identity = letters(digest(self.recordings.seed, "video", number)[:9])[:11]
        self.track_of[identity] = number
        return identity

    def gone_id(self, number: int) -> str:
        """Of a video of which nothing is told any more."""
        return letters(digest(self.recordings.seed, "gone", number)[:9])[:11]

    def channel_id(self, artist: int) -> str:
        identity = "UC" + letters(digest(self.recordings.seed, "channel", artist)[:17])[:22]
        self.artist_of[identity] = artist
        return identity

    def owner(self, number: int) -> tuple[str, str]:
        """Id and title of the channel of a recording: of three, two are topic channels."""
        artist = self.recordings.track(number).artists[0]
        return self.channel_id(artist), self.channel_title(artist, topic=number % 3 != 0)

    def channel_title(self, artist: int, *, topic: bool) -> str:
        return self.recordings.artist_name(artist) + (" - Topic" if topic else "")

    def _video(self, number: int) -> Json:
        track = self.recordings.track(number)
        channel, title = self.owner(number)
        identity = self.video_id(number)
        minutes, seconds = divmod(track.milliseconds // 1000, 60)
        return OBJECTS.filled(
            "video",
            etag=etag("video", number),
            id=identity,
            published=f"20{10 + track.raw[20] % 15}-0{1 + track.raw[21] % 9}-11T08:00:00Z",
            channel=channel,
            title=track.name,
            owner=title,
            description=f"Provided to YouTube by {track.name} Recordings",
            pictures=pictures("https://i.ytimg.com/vi", identity),
            category=OTHER if number % 9 == 6 else MUSIC,
            duration=f"PT{minutes}M{seconds}S" if seconds else f"PT{minutes}M",
        )

    def _channel(self, artist: int) -> Json:
        raw, identity = digest(self.recordings.seed, "artist", artist), self.channel_id(artist)
        music = artist % 4 != 3
        return OBJECTS.filled(
            "channel",
            etag=etag("channel", artist),
            id=identity,
            title=self.channel_title(artist, topic=artist % 5 == 1),
            description="",
            published=f"20{10 + raw[20] % 15}-03-11T08:00:00Z",
            pictures=pictures("https://yt3.ggpht.com", identity),
            views=str(int.from_bytes(raw[21:25])),
            subscribers=str(int.from_bytes(raw[25:28])),
            videos=str(raw[28]),
            topic_ids=["/m/04rlf"] if music else ["/m/019_rr"],
            topics=[
                f"https://en.wikipedia.org/wiki/{topic}"
                for topic in (("Music", words.pick(_TOPICS, raw[29])) if music else ("Lifestyle_(sociology)",))
            ],
        )

    def subscription(self, artist: int, listener: str, added: str) -> dict[str, Any]:
        """A subscription to the channel of an artist."""
        channel = self.channel(artist % ARTISTS)
        shown: dict[str, Any] = OBJECTS.filled(
            "subscription",
            etag=etag("subscription", listener, artist),
            id=letters(digest("subscription", listener, artist)[:24]),
            added=added,
            title=channel["snippet"]["title"],
            description="",
            channel=channel["id"],
            listener=listener,
            pictures=channel["snippet"]["thumbnails"],
            videos=int(channel["statistics"]["videoCount"]),
        )
        return shown


def letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
