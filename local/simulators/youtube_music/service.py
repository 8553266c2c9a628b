"""Google's accounts host and the YouTube Data API: its endpoints as rows, and how it knows and refuses its callers."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from local.simulators.frame.entries import Entries
from local.simulators.frame.faults import OwnTroubles
from local.simulators.frame.library import Rows
from local.simulators.frame.oauth2 import OAuth2Service, oauth2_pages, revoke
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import AccountPage, Call, Endpoint, Listener
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.youtube_music.catalogue import OBJECTS, Catalogue, etag
from local.simulators.youtube_music.library import LIKED, WHOLE, Options, YouTubeLibrary


class ByToken(Pages):
    """A token names the place at which its page begins, and has no meaning for the caller."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if not call.parameters.get("part"):
            raise Refusal("no_part")
        size = self.number(call, "maxResults", endpoint.default, 1, endpoint.most)
        return Window(_place(call.parameters.get("pageToken")), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        body: dict[str, Any] = OBJECTS.filled("response", kind=self.kind, etag=etag(page.entries), items=page.entries)
        if page.more:
            body["nextPageToken"] = _token(page.window.start + max(page.window.limit, len(page.true)))
        if page.window.start:
            body["prevPageToken"] = _token(max(0, page.window.start - page.window.limit))
        counted = {"totalResults": total for total in page.count().values()}  # noqa: B035 -- one, or none
        return body | {"pageInfo": {**counted, "resultsPerPage": page.window.limit}}


def _token(place: int) -> str:
    return "C" + urlsafe_b64encode(f"place {place:06}".encode()).decode().rstrip("=")


def _place(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = urlsafe_b64decode(token[1:] + "=" * (-len(token[1:]) % 4)).decode()
        return int(text.removeprefix("place "))
    except (Error, ValueError):
        raise Refusal("wrong_cursor") from None


SCOPES: Mapping[str, str] = OBJECTS.filled("scopes")
_ROOT = "/youtube/v3"
_READONLY = next(iter(SCOPES))
_LIKES = f"{_ROOT}/playlistItems?playlistId={LIKED}"
_ENTRIES = f"{_ROOT}/playlistItems"


def _ids(call: Call) -> list[str]:
    ids = [identity for identity in call.parameters.get("id", "").split(",") if identity]
    if not ids:
        raise Refusal("no_filter")
    if len(ids) > 50:
        raise Refusal("too_many_ids")
    return ids


def _response(kind: str, items: list[Json]) -> Json:
    body = OBJECTS.filled("response", kind=kind, etag=etag(items), items=items)
    return {**body, "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)}}


def _videos(call: Call) -> Json:
    """Those that are not there are left out without a word."""
    catalogue = call.service.catalogue
    numbers = [catalogue.track_of[identity] for identity in _ids(call) if identity in catalogue.track_of]
    return _response("video", [catalogue.video(number) for number in numbers])


def _channels(call: Call) -> Json:
    if call.parameters.get("mine") == "true":
        return _response("channel", [call.service.profile(call.listener)])
    catalogue = call.service.catalogue
    numbers = [catalogue.artist_of[identity] for identity in _ids(call) if identity in catalogue.artist_of]
    return _response("channel", [catalogue.channel(number) for number in numbers])


def _playlist(call: Call) -> str:
    """A playlist of the listener's own, also one that is not listed any more."""
    identity = call.parameters.get("playlistId", "")
    if identity not in call.listener.library.playlists_by_id:
        raise Refusal("not_found")
    return identity


def _latest(call: Call, entries: Entries) -> Entries:
    return Entries(entries[: call.service.options.shown_likes])


def _list(path: str, data_type: str, kind: str, **more: Any) -> Endpoint:
    return Endpoint(path=path, list=data_type, pages=ByToken(kind), scope=_READONLY, default=5, **more)


class YouTubeMusic(OAuth2Service):
    """Every call takes a unit; a page token leads to the next page."""

    title = "YouTube Music"
    picture_hosts = ("https://i.ytimg.com", "https://yt3.ggpht.com")
    options_type = Options
    library_type = YouTubeLibrary
    catalogue_type = Catalogue
    listener_type = Listener
    scopes = SCOPES
    api_roots = (f"{_ROOT}/",)
    unknown = f"{_ROOT}/unknown"
    account_pages = (
        *oauth2_pages("/o/oauth2/v2/auth", "/token"),
        AccountPage("/revoke", ("POST",), revoke, secret=lambda fields: fields.get("token", "")),
    )
    troubles = OwnTroubles.beside(__file__)
    refusals = Refusals(__file__)
    tells_deadlines = False
    endpoints = (
        Endpoint(path=f"{_ROOT}/channels", read=_channels, scope=_READONLY),
        Endpoint(path=f"{_ROOT}/videos", read=_videos, scope=_READONLY),
        _list(f"{_ROOT}/playlists", "playlists", "playlist"),
        _list(_LIKES, "saved_tracks", "playlistItem", shown=_latest),
        _list(_ENTRIES, "playlist_tracks", "playlistItem", name=_playlist),
        _list(f"{_ROOT}/subscriptions", "followed_artists", "subscription"),
    )
    options: Options

    def endpoint_of(self, request: Request, parameters: Mapping[str, str]) -> tuple[Endpoint | None, dict[str, str]]:
        """Likes are a playlist of a name of their own."""
        liked = request.url.path == _ENTRIES and parameters.get("playlistId") == LIKED
        known = {endpoint.path: endpoint for endpoint in self.endpoints}
        return known.get(_LIKES if liked else request.url.path), {}

    def accept(
        self, request: Request, parameters: Mapping[str, str], endpoint: Endpoint | None
    ) -> tuple[str, frozenset[str]]:
        accepted = super().accept(request, parameters, endpoint)
        if self.options.units and self.traffic.web_api_calls > self.options.units:
            raise Refusal("quota")
        return accepted

    def error(self, **row: Json) -> Json:
        message, status = row["message"], row["status"]
        errors = [{"message": message, "domain": "youtube", "reason": row["reason"]}]
        return {"error": {"code": status, "message": message, "errors": errors}}

    def view(self, call: Call) -> str:
        """The list itself, without what the other calls tell."""
        return ""

    def truth_view(self, listener: Any, data_type: str, name: str) -> str:
        return WHOLE

    def profile(self, listener: Any) -> Json:
        return listener.library.profile()
