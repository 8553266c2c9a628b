"""SoundCloud's login and API: its endpoints as rows, and how it knows its callers and refuses them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import responses
from typing import Any, ClassVar
from urllib.parse import urlencode

from starlette.responses import Response

from local.simulators.frame.bans import deadline
from local.simulators.frame.entries import PLAIN, Entries, Entry
from local.simulators.frame.faults import OwnTroubles
from local.simulators.frame.library import Rows
from local.simulators.frame.oauth2 import OAuth2Service, OAuthError, oauth2_pages, sign_out
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json, json_response, moment
from local.simulators.frame.service import AccountPage, Call, Endpoint, Listener
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.music.playlists import playlist_of
from local.simulators.soundcloud.catalogue import ACCESS, OBJECTS, Catalogue
from local.simulators.soundcloud.library import MOST_RECENT, Options, SoundcloudLibrary

_CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),[a-z-]+,(soundcloud:[a-z]+:\d+)")
_REPEATED = ("access", "linked_partitioning", "show_tracks")


class _Linked(Pages):
    """`next_href` repeats what was asked for, and is missing on the last page."""

    def body(self, call: Call, page: Page, following: dict[str, Json]) -> Json:
        """A page; a list alone for callers who do not ask for `linked_partitioning`, and only its beginning."""
        repeated = {name: call.parameters[name] for name in _REPEATED if name in call.parameters}
        query = urlencode({**repeated, "limit": page.window.limit, **following})
        body = {"collection": page.entries, **page.count()}
        return body | ({"next_href": f"{call.address}?{query}"} if page.more else {})


class ByOffset(_Linked):
    """The next page is that behind so many entries."""

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        return self.body(call, page, {"offset": page.window.start + page.window.limit})


class ByMoment(_Linked):
    """
    Newest first. A cursor has the moment of the last entry, the name of the list, and the entry, which may be gone.

    Source  a `next_href` that a developer published: cursor=2024-06-01T16:23:38.001Z,user-track-likes,…
    """

    cursors = True

    def __init__(self, name: str) -> None:
        self.name = name

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        size, cursor = self.limit(call, endpoint), call.parameters.get("cursor")
        if cursor is None:
            return Window(0, size)
        if (match := _CURSOR.fullmatch(cursor)) is None:
            raise Refusal("wrong_cursor")
        place = _place(rows, endpoint, match[2])
        if place is not None:
            return Window(place + 1, size)
        when = int(datetime.fromisoformat(match[1]).timestamp())
        return Window(next((at for at, entry in enumerate(rows.entries) if entry.when <= when), len(rows)), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        if not page.more:
            return self.body(call, page, {})
        rows = endpoint.reading(call).rows
        place = _place(rows, endpoint, page.true[-1]["urn"]) if page.true else None
        if place is None:
            # Of a page of which nothing is shown.
            place = min(page.window.start + page.window.limit, len(rows)) - 1
        last = rows.entries[place]
        return self.body(
            call, page, {"cursor": f"{moment(last.when)},{self.name},{rows.library.urn(endpoint.list, last)}"}
        )


class Whole(Pages):
    """All of a short list, without a page around it."""

    sized = False

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        return Window(0, endpoint.most)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        return {"collection": page.entries}


def _place(rows: Rows, endpoint: Endpoint, identity: str) -> int | None:
    """Where the entry of this URN stands; None if it is gone."""
    return next((at for at, each in enumerate(rows.entries) if rows.library.urn(endpoint.list, each) == identity), None)


_LINK = "https://developers.soundcloud.com/docs/api/explorer/open-api"
_PLAYABLE = ("playable", "preview")
"""What is shown of playlists to callers who do not ask for more."""


def _own(_: Call, entries: Entries) -> list[Entry]:
    return [entry for entry in entries if entry.kind == PLAIN]


def _playable(call: Call, entries: Entries) -> list[Entry]:
    wanted = frozenset(filter(None, call.parameters.get("access", ",".join(_PLAYABLE)).split(",")))
    if not wanted <= set(ACCESS):
        raise Refusal("wrong_access")
    library: SoundcloudLibrary = call.listener.library
    return library.playable(entries, wanted)


def _liked(call: Call) -> Rows:
    """A list that two others add up to: liked playlists, and liked albums among them."""
    library = call.listener.library
    return Rows(library, "saved_albums", "", library.liked(), None)


def _list(path: str, data_type: str, pages: Any, **more: Any) -> Endpoint:
    return Endpoint(path=path, list=data_type, pages=pages, default=50, most=200, counted=False, **more)


class Soundcloud(OAuth2Service):
    """As strict as the real one, with invented listeners."""

    title = "SoundCloud"
    picture_hosts = ("https://i1.sndcdn.com",)
    options_type = Options
    library_type = SoundcloudLibrary
    catalogue_type = Catalogue
    scopes: ClassVar[Mapping[str, str]] = {}
    secret_in_form = True
    scheme = "oauth"
    api_roots = ("/me", "/playlists/")
    unknown = "/me/unknown"
    account_pages = (
        *oauth2_pages("/authorize", "/oauth/token"),
        AccountPage("/sign-out", ("POST",), sign_out),
    )
    troubles = OwnTroubles.beside(__file__)
    refusals = Refusals(__file__)
    endpoints = (
        Endpoint(path="/me", read=lambda call: call.service.profile(call.listener)),
        Endpoint(
            path="/me/recently-played/tracks",
            list="recently_played",
            pages=Whole(),
            default=MOST_RECENT,
            most=MOST_RECENT,
            counted=False,
        ),
        _list("/me/playlists", "playlists", ByOffset(), shown=_own),
        _list("/playlists/{id}/tracks", "playlist_tracks", ByOffset(), name=playlist_of, shown=_playable),
        _list("/me/likes/tracks", "saved_tracks", ByMoment("user-track-likes")),
        _list("/me/likes/playlists", "saved_albums", ByMoment("user-playlist-likes"), rows=_liked),
        _list("/me/followings", "followed_artists", ByMoment("user-followings")),
    )
    options: Options

    def error(self, **row: Json) -> Json:
        status, message = row["status"], row["message"]
        return {
            "code": status,
            "message": message,
            "link": _LINK,
            "status": f"{status} - {responses.get(status, 'Error')}",
            "errors": [{"error_message": message}],
            "error": None,
        }

    def oauth_error(self, error: OAuthError) -> Json:
        return {"code": 400, "message": error.error, "link": "https://developers.soundcloud.com/docs/api/guide"}

    def too_many(self, headers: Mapping[str, str]) -> Response:
        """A limit tells when it ends in the body alone; the gateway in front does not tell it."""
        until = deadline(headers.get("retry-after"), self.clock())
        if until is None:
            return json_response({"error": "Rate Limit Exceeded"}, 429)
        reset = f"{datetime.fromtimestamp(until + 1, UTC):%Y/%m/%d %H:%M:%S +0000}"
        limit = {"group": "plays", "max_nr_of_requests": 15_000, "time_window": "PT24H"}
        meta = {"rate_limit": limit, "remaining_requests": 0, "reset_time": reset}
        return json_response({"errors": [{"meta": meta}]}, 429)

    def profile(self, listener: Listener) -> Json:
        library = listener.library
        own = [library.playlists[entry.number] for entry in library.entries("playlists") if entry.kind == PLAIN]
        private = sum(playlist.sharing == "private" for playlist in own)
        counted = {"followings_count": len(library.entries("followed_artists")), "playlist_count": len(own) - private}
        more = OBJECTS.filled("me", likes=len(library.entries("saved_tracks")), private=private)
        return {**library.user, **counted, **more}
