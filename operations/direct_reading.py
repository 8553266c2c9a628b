"""
Everything of a listener, read from the provider by plain requests: the live check's own reading.

It shares no code with the product but the signing of requests: no pages, no counts, no records.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import requests

from blendify.providers import PROVIDERS
from blendify.providers.application import Application
from local.errors import CommandError

TOP = 50
"""So much of a top list is stored."""
RANGES = ("short_term", "medium_term", "long_term")
PERIODS = {"short_term": "1month", "medium_term": "6month", "long_term": "12month"}
PERIODS |= {name: name for name in ("7day", "3month", "overall")}


def _tops(address: str, keys: str, periods: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {
        f"top_{kind} {name}": (address.format(kind, kind.title(), period), keys.format(kind, kind[:-1]))
        for kind in ("tracks", "artists")
        for name, period in periods.items()
    }


_LINKED = "linked_partitioning=true&access=playable,preview,blocked"
"""SoundCloud's: each page has the address of the next one."""
RELEASES = frozenset({"album", "ep", "single", "compilation"})
"""SoundCloud's types of playlists that are albums."""
LISTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "spotify": {
        **_tops("/me/top/{0}?time_range={2}", "items", dict(zip(RANGES, RANGES, strict=True))),
        "recently_played": ("/me/player/recently-played", "items"),
        "playlists": ("/me/playlists", "items"),
        "playlist_tracks *": ("/playlists/{}/items?additional_types=track,episode", "items"),
        "saved_tracks": ("/me/tracks", "items"),
        "saved_albums": ("/me/albums", "items"),
        "followed_artists": ("/me/following?type=artist", "artists items"),
    },
    "apple_music": {
        "top_tracks heavy_rotation": ("/v1/me/history/heavy-rotation", "data"),
        "recently_played": ("/v1/me/recent/played/tracks?include=catalog", "data"),
        "recently_played resources": ("/v1/me/recent/played", "data"),
        "playlists": ("/v1/me/library/playlists", "data"),
        "playlist_tracks *": ("/v1/me/library/playlists/{}/tracks?include=catalog", "data"),
        "saved_tracks": ("/v1/me/library/songs?include=catalog&extend=dateAdded", "data"),
        "saved_albums": ("/v1/me/library/albums?include=catalog", "data"),
        "followed_artists": ("/v1/me/library/artists?include=catalog", "data"),
    },
    "lastfm": {
        **_tops("/?method=user.getTop{1}&period={2}", "top{0} {1}", PERIODS),
        "recently_played": ("/?method=user.getRecentTracks", "recenttracks track"),
        "saved_tracks": ("/?method=user.getLovedTracks", "lovedtracks track"),
    },
    "soundcloud": {
        "recently_played": (f"/me/recently-played/tracks?{_LINKED}", "collection"),
        "playlists": (f"/me/playlists?show_tracks=false&{_LINKED}", "collection"),
        "playlists +": (f"/me/likes/playlists?{_LINKED}", "collection playlist"),
        "playlist_tracks *": (f"/playlists/{{}}/tracks?{_LINKED}", "collection"),
        "saved_tracks": (f"/me/likes/tracks?{_LINKED}", "collection"),
        "saved_albums": (f"/me/likes/playlists?{_LINKED}", "collection album"),
        "followed_artists": (f"/me/followings?{_LINKED}", "collection"),
    },
    "youtube_music": {
        "playlists": ("/playlists?part=snippet,contentDetails,status&mine=true", "items"),
        "playlist_tracks *": ("/playlistItems?part=snippet,contentDetails,status&playlistId={}", "items"),
        "saved_tracks": ("/playlistItems?part=snippet,contentDetails,status&playlistId=LL", "items"),
        "followed_artists": ("/subscriptions?part=snippet,contentDetails&mine=true&order=alphabetical", "items"),
    },
}
"""Data type and, where there are several, the history's name of the list: its address, and the keys to its entries.

With `+` the list goes on at another address; a second word says which of the entries of a page are meant.
"""
MORE = {
    "/playlistItems": ("/videos?part=snippet,contentDetails", "contentDetails videoId", "video"),
    "/subscriptions": ("/channels?part=snippet,statistics,topicDetails", "snippet resourceId channelId", "channel"),
}
"""By path the call that tells more of a page's entries, the keys to their ids, and under which key it belongs."""
PAGES = {"/v1/me/library": 100, "/v1/me/recent/played/tracks": 30, "/v1/me": 10}
"""The largest page below a path; 50 elsewhere."""
Served = dict[str, dict[str, list[Any]]]
"""Entries by data type and by the name of the list."""


@dataclass(frozen=True)
class Direct:
    """Plain requests with the listener's token."""

    application: Application
    user: str
    token: str = field(repr=False)
    pause: float = 0.4
    """Seconds after each request."""

    def everything(self) -> Served:
        """All lists; a playlist that may not be read is left out."""
        served: Served = {}
        for title, (address, keys) in LISTS[self.application.provider].items():
            data_type, _, name = title.partition(" ")
            if name == "+":
                served[data_type][""] += self._read(address, keys.split()) or []
                continue
            names = [name]
            if name == "*":
                names = [entry.get("id") or entry["urn"] for entry in served["playlists"][""] if entry]
            lists = {each: self._read(address.format(quote(each, safe="")), keys.split()) for each in names}
            readable = {each: entries for each, entries in lists.items() if entries is not None}
            if data_type.startswith("top_"):
                readable = {each: entries[:TOP] for each, entries in readable.items()}
            served.setdefault(data_type, {}).update(readable)
        return served

    def _read(self, address: str, keys: list[str]) -> list[Any] | None:
        """All entries of one list, as far as there are new ones; None when it may not be read."""
        path, _, query = address.partition("?")
        parameters = _query(query)
        parameters["limit"] = str(next((most for start, most in PAGES.items() if path.startswith(start)), 50))
        if "linked_partitioning" in parameters:
            return self._linked(path, {**parameters, "limit": "200"}, *keys)
        entries: list[Any] = []
        before: list[Any] | None = None
        token: str | None = None
        for number in range(1, 10_000):
            if path.startswith(("/playlist", "/subscriptions")) and "part" in parameters:
                parameters |= {"maxResults": "50", **({"pageToken": token} if token else {})}
            elif "method" in parameters:
                parameters |= {"user": self.user, "page": str(number)}
            elif entries:
                parameters |= {"after": entries[-1]["id"]} if "type" in parameters else {"offset": str(len(entries))}
            body = self._answer(path, parameters)
            if body is None:
                return entries or None
            page, token = _inside(body, keys), body.get("nextPageToken") if isinstance(body, dict) else None
            if not page or page == before:
                break
            entries, before = entries + self._with_more(path, page), page
            if "maxResults" in parameters and not token:
                break
        return entries

    def _linked(self, path: str, parameters: dict[str, str], key: str, kind: str = "") -> list[Any] | None:
        """All entries of a list of SoundCloud's, of these the albums or the other playlists alone where they differ."""
        entries: list[Any] = []
        while (body := self._answer(path, parameters)) is not None:
            entries += body[key]
            if not body.get("next_href"):
                albums = [(entry or {}).get("playlist_type") in RELEASES for entry in entries]
                wanted = (not kind or album == (kind == "album") for album in albums)
                return [entry for entry, is_wanted in zip(entries, wanted, strict=True) if is_wanted]
            parameters = dict(parse_qsl(urlsplit(body["next_href"]).query))
        return entries or None

    def _with_more(self, path: str, page: list[Any]) -> list[Any]:
        if path not in MORE:
            return page
        address, keys, name = MORE[path]
        ids = [reduce(lambda inside, key: inside[key], keys.split(), entry) for entry in page]
        where, _, query = address.partition("?")
        body = self._answer(where, {**_query(query), "id": ",".join(dict.fromkeys(ids)), "maxResults": "50"})
        by_id = {item["id"]: item for item in body["items"]}
        return [entry | ({name: by_id[of]} if of in by_id else {}) for entry, of in zip(page, ids, strict=True)]

    def _answer(self, path: str, parameters: Mapping[str, str]) -> Any:
        for _ in range(8):
            query, headers = PROVIDERS[self.application.provider].access.sign(self.application, self.token, parameters)
            answer = requests.get(self.application.api_url + path, params=query, headers=dict(headers), timeout=60)
            time.sleep(self.pause)
            if answer.status_code != 429 and answer.status_code < 500:
                return answer.json() if answer.status_code == 200 else None
            time.sleep(min(float(answer.headers.get("Retry-After", 5)), 300))
        raise CommandError(f"The provider does not answer: status {answer.status_code}.")


def _query(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split("&") if part)


def _inside(body: Any, keys: list[str]) -> list[Any]:
    for key in keys:
        body = body.get(key, []) if isinstance(body, dict) else []
    entries = body if isinstance(body, list) else [body]
    return [entry for entry in entries if "nowplaying" not in ((entry or {}).get("@attr") or {})]
