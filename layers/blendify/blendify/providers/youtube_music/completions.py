"""
What a second call tells of the entries of a page: whether a video is music, how long it is, whether a channel is one
of music. It takes one unit for up to 50 entries.

Source  https://developers.google.com/youtube/v3/docs/videos/list and …/channels/list
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blendify.core.errors import UnexpectedShape
from blendify.providers.endpoint import Completion
from blendify.providers.json_fields import get, identifier
from blendify.providers.youtube_music.records import channel_id, video_id


def _asked(ids_of: Callable[[Any], str | None], part: str) -> Callable[[Sequence[Any]], Mapping[str, str] | None]:
    def parameters(entries: Sequence[Any]) -> Mapping[str, str] | None:
        ids = dict.fromkeys(named for entry in entries if (named := ids_of(entry)))
        return {"part": part, "id": ",".join(ids), "maxResults": "50"} if ids else None

    return parameters


def _joined(ids_of: Callable[[Any], str | None], name: str) -> Callable[[Sequence[Any], Any], list[Any]]:
    """The entries with what was answered for them under `name`; those that are gone or private are not answered."""

    def joined(entries: Sequence[Any], body: Any) -> list[Any]:
        items = get(body, "items")
        if not isinstance(items, list):
            raise UnexpectedShape(f"YouTube Music's response has no `items` of a {name}")
        by_id = {named: item for item in items if (named := identifier(item, "id"))}
        return [
            {**entry, name: by_id[named]} if (named := ids_of(entry)) in by_id and isinstance(entry, dict) else entry
            for entry in entries
        ]

    return joined


VIDEOS = Completion("/videos", _asked(video_id, "snippet,contentDetails"), _joined(video_id, "video"))
CHANNELS = Completion(
    "/channels", _asked(channel_id, "snippet,statistics,topicDetails"), _joined(channel_id, "channel")
)
