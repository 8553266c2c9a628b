"""
JSON to record. Any key may be missing and any value null: such a field is null in the record; `raw` has everything.

YouTube knows videos and channels. Music is what stands on a topic channel, which YouTube makes of what labels deliver,
or in the category Music. Whatever else was liked is stored with a `kind`: it may be music all the same.

Source  https://developers.google.com/youtube/v3/docs/playlistItems and its neighbours
"""

import re
from collections.abc import Mapping
from typing import Any

from blendify.providers.endpoint import ListPosition, ListRef, Record
from blendify.providers.json_fields import count, get, identifier, listed, moment, text
from blendify.providers.record_keys import Fields, keyed_record, null_kind, positioned_record

MUSIC = "10"
"""The category Music."""
VIDEO, CHANNEL, UNAVAILABLE = "video", "channel", "unavailable"
_TOPIC = re.compile(r"(.*\S)\s+-\s+(Topic|トピック|Thema|Tema|Tópico|Sujet|Temat|Onderwerp|Ämne|Emne)")
"""How a topic channel is called in some languages: the artist, and the word."""
_NO_ARTIST = "Release"
"""The topic channel of releases whose artist YouTube does not know."""
_PUBLIC = {"public": True, "unlisted": False, "private": False}
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?")
_GENERAL = frozenset({"Music", "Entertainment"})


def video_id(entry: Any) -> str | None:
    """The video of an entry of a playlist."""
    in_snippet = identifier(get(get(entry, "snippet"), "resourceId"), "videoId")
    return identifier(get(entry, "contentDetails"), "videoId") or in_snippet


def channel_id(entry: Any) -> str | None:
    """The channel that a subscription is to."""
    return identifier(get(get(entry, "snippet"), "resourceId"), "channelId")


def liked(entry: Any, position: ListPosition) -> Record:
    """
    A liked video, keyed by the moment of the like.

    Shape   {"snippet": {"publishedAt": moment of the like, "title", "videoOwnerChannelTitle", …}, "contentDetails",
            "status", "video": what `videos` tells of it}
    """
    return keyed_record(entry, position, {**_track(entry), "added_at": moment(get(entry, "snippet"), "publishedAt")})


def playlist_track(entry: Any, position: ListPosition) -> Record:
    """One entry of a playlist. The order matters and a video may be there many times, so the position is the key."""
    fields = {
        **null_kind(entry),
        **_track(entry),
        "playlist_id": position.list_id,
        "position": position.index,
        "added_at": moment(get(entry, "snippet"), "publishedAt"),
        "added_by": identifier(get(entry, "snippet"), "channelId"),
    }
    return positioned_record(position, f"{position.index:06}", fields)


def playlist(entry: Any, position: ListPosition) -> Record:
    """
    A playlist of the listener's own, without its entries.

    Compared  what the listener does to it; an etag changes without that
    """
    snippet = get(entry, "snippet")
    fields: Fields = {
        "record_id": identifier(entry, "id"),
        "playlist_id": identifier(entry, "id"),
        "playlist_name": text(snippet, "title"),
        "description": identifier(snippet, "description"),
        "playlist_image_url": _picture(snippet),
        "owner_id": identifier(snippet, "channelId"),
        "owner_name": identifier(snippet, "channelTitle"),
        "snapshot_id": identifier(entry, "etag"),
        "public": _PUBLIC.get(identifier(get(entry, "status"), "privacyStatus") or ""),
        "total_tracks": count(get(entry, "contentDetails"), "itemCount"),
        "position": position.index,
    }
    names = ("playlist_name", "description", "public", "total_tracks")
    return keyed_record(entry, position, fields, [fields[name] for name in names])


def tracks_of_playlist(entry: Any) -> ListRef | None:
    """The list of the playlist's entries. Its etag is the same as long as what the list of playlists tells of it is."""
    playlist_id = identifier(entry, "id")
    if not playlist_id:
        return None
    total = count(get(entry, "contentDetails"), "itemCount")
    return ListRef(playlist_id, total, readable=True, version=identifier(entry, "etag"))


def subscription(entry: Any, position: ListPosition) -> Record:
    """
    A channel that the listener has subscribed to: an artist if it is one of music, else of the kind `channel`.

    Shape   {"snippet": {"title", "resourceId": {"channelId"}, "thumbnails", …}, "channel": what `channels` tells}
    """
    snippet, channel = get(entry, "snippet"), get(entry, "channel")
    title = text(snippet, "title") or text(get(channel, "snippet"), "title")
    topic, subjects = _TOPIC.fullmatch(title or ""), _subjects(channel)
    music = topic is not None or any("music" in subject.lower() for subject in subjects)
    statistics = get(channel, "statistics")
    fields: Fields = {
        "kind": None if music else CHANNEL,
        "record_id": channel_id(entry),
        "artist_id": channel_id(entry),
        "artist_name": topic[1] if topic else title,
        "artist_image_url": _picture(snippet) or _picture(get(channel, "snippet")),
        "genres": ", ".join(subject for subject in subjects if subject not in _GENERAL) or None,
        "follower_count": count(statistics, "subscriberCount"),
    }
    return keyed_record(entry, position, fields)


def _track(entry: Any) -> Fields:
    snippet, video = get(entry, "snippet"), get(entry, "video")
    owner = text(snippet, "videoOwnerChannelTitle") or text(get(video, "snippet"), "channelTitle")
    owner_id = identifier(snippet, "videoOwnerChannelId") or identifier(get(video, "snippet"), "channelId")
    topic, there = _TOPIC.fullmatch(owner or ""), owner is not None or isinstance(video, Mapping)
    artist = (topic[1] if topic[1] != _NO_ARTIST else None) if topic else owner
    music = topic is not None or identifier(get(video, "snippet"), "categoryId") == MUSIC
    return {
        "kind": UNAVAILABLE if not there else None if music else VIDEO,
        "record_id": video_id(entry),
        "track_id": video_id(entry),
        # What is deleted or private has a title that says so, in the words of one language.
        "track_name": (text(get(video, "snippet"), "title") or text(snippet, "title")) if there else None,
        "artist_id": owner_id,
        "artist_name": artist,
        "artists": [{"id": owner_id, "name": artist}] if artist else None,
        "album_art_url": _picture(snippet) or _picture(get(video, "snippet")),
        "duration_ms": milliseconds(text(get(video, "contentDetails"), "duration")),
    }


def milliseconds(duration: str | None) -> int | None:
    """A duration by ISO 8601 (`PT3M21S`); None for any other text, and for none: a stream that goes on."""
    match = _DURATION.fullmatch(duration or "")
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 or None


def _subjects(channel: Any) -> list[str]:
    """The subjects of a channel, which YouTube names by articles of an encyclopedia: …/wiki/Pop_music."""
    topics = listed(get(channel, "topicDetails"), "topicCategories")
    return [topic.rpartition("/")[2].replace("_", " ") for topic in topics if isinstance(topic, str)]


def _picture(snippet: Any) -> str | None:
    """The address of the widest picture; the sizes that there are have changed over the years."""
    pictures = get(snippet, "thumbnails")
    sizes = [size for size in pictures.values() if identifier(size, "url")] if isinstance(pictures, Mapping) else []
    return identifier(max(sizes, key=lambda size: count(size, "width") or 0, default=None), "url")
