"""Apple Music: its endpoints as rows, and how it knows its callers and refuses them."""

import time
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import or_
from secrets import token_bytes

from starlette.requests import Request

from local.simulators.apple_music import keys
from local.simulators.apple_music.accounts import PAGES, AppleMusicAccounts
from local.simulators.apple_music.catalogue import OBJECTS, STOREFRONT, Catalogue
from local.simulators.apple_music.developer_tokens import DeveloperTokens
from local.simulators.apple_music.library import HEAVY_ROTATION, RESOURCES, AppleMusicLibrary, Options
from local.simulators.apple_music.resources import View
from local.simulators.frame.faults import OwnTroubles
from local.simulators.frame.library import Clock, Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint, Listener, Service, bearer
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.music.playlists import playlist_of


class ByOffset(Pages):
    """
    `next` is a path without a limit, is not there on the last page, and repeats nothing else of what was asked for.

    `relation` is the list's name where it is one of another resource: then a page with nothing in it is a 404
    """

    last = 10**6

    def __init__(self, relation: str | None = None) -> None:
        self.relation = relation

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        window = super().window(call, endpoint, rows)
        if self.relation is not None and window.start >= len(rows):
            raise Refusal("nothing_related", relation=self.relation)
        return window

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        following = min(sum(page.window), page.size)
        body: dict[str, Json] = {"next": f"{call.url}?offset={following}"} if page.more else {}
        body["data"] = page.entries
        return body | ({"meta": count} if (count := page.count()) else {})


@dataclass(slots=True)
class AppleMusicListener(Listener):
    """`views` are by the path of an endpoint all that was ever asked of its objects."""

    views: dict[str, View] = field(default_factory=dict)


def view_of(parameters: Mapping[str, str]) -> View:
    """What is asked for; an unknown attribute is no error. Raises `Refusal` for an unknown parameter or relation."""
    for name in parameters:
        if name not in {"limit", "offset", "include", "extend"}:
            raise Refusal("unknown_parameter", name=name)
    included = set(filter(None, parameters.get("include", "").split(",")))
    # The others that the real service knows are not simulated.
    if unknown := included - {"catalog"}:
        raise Refusal("unknown_relation", relation=min(unknown))
    return View("catalog" in included, "dateAdded" in parameters.get("extend", "").split(","))


def _history(path: str, data_type: str, name: str, most: int) -> Endpoint:
    """A list of which the service tells no length."""
    return Endpoint(
        path=path, list=data_type, name=lambda _: name, pages=ByOffset(), default=10, most=most, counted=False
    )


def _library(name: str, data_type: str) -> Endpoint:
    return Endpoint(path=f"/v1/me/library/{name}", list=data_type, pages=ByOffset(), default=25, most=100)


class AppleMusic(Service):
    """
    As strict as the real one, with invented listeners.

    Every call needs a developer token, else it is a 401, and the token of a listener, else it is a 403.
    """

    title = "Apple Music"
    picture_hosts = ("https://is1-ssl.mzstatic.com",)
    options_type = Options
    library_type = AppleMusicLibrary
    catalogue_type = Catalogue
    accounts_type = AppleMusicAccounts
    listener_type = AppleMusicListener
    api_roots = ("/v1/",)
    account_pages = PAGES
    troubles = OwnTroubles.beside(__file__)
    refusals = Refusals(__file__)
    tells_deadlines = False
    endpoints = (
        Endpoint(path="/v1/me/storefront", read=lambda _: {"data": [OBJECTS.filled("storefront")]}),
        _history("/v1/me/history/heavy-rotation", "top_tracks", HEAVY_ROTATION, 10),
        _history("/v1/me/recent/played/tracks", "recently_played", "", 30),
        _history("/v1/me/recent/played", "recently_played", RESOURCES, 10),
        _library("songs", "saved_tracks"),
        _library("albums", "saved_albums"),
        _library("artists", "followed_artists"),
        _library("playlists", "playlists"),
        Endpoint(
            path="/v1/me/library/playlists/{id}/tracks",
            list="playlist_tracks",
            name=playlist_of,
            pages=ByOffset("tracks"),
            default=25,
            most=100,
        ),
        Endpoint(
            path="/v1/me/library/recently-added",
            rows=lambda call: call.listener.library.recently_added(call.grant),
            pages=ByOffset(),
            default=10,
            most=25,
            counted=False,
        ),
    )

    def __init__(self, options: Options, clock: Clock = time.time) -> None:
        super().__init__(options, clock)
        self.developer_tokens = DeveloperTokens(keys.public_key(), keys.TEAM_ID, keys.KEY_ID, clock)

    def whose(self, request: Request, parameters: Mapping[str, str]) -> str | None:
        listener: str | None = self.accounts.listener_behind(_user_token(request))
        return listener

    def accept(self, request: Request, parameters: Mapping[str, str], endpoint: Endpoint | None) -> tuple[str, View]:
        if not self.developer_tokens.accepts(bearer(request), request.headers.get("origin")):
            raise Refusal("unauthorized")
        if endpoint is None:
            raise Refusal("not_found")
        if (grant := self.accounts.living(_user_token(request), "user token")) is None:
            raise Refusal("forbidden")
        if request.method != "GET":
            raise Refusal("wrong_method")
        view = view_of(parameters)
        views = self.listeners[grant.listener].views
        # What is left out at a second attempt is wanted all the same.
        views[endpoint.path] = View(*map(or_, view, views.get(endpoint.path, view)))
        return grant.listener, view

    def error(self, **row: Json) -> Json:
        """A list of errors, whose status and code are strings."""
        return {
            "errors": [{"id": b32encode(token_bytes(16)).decode().rstrip("="), **row, "status": str(row["status"])}]
        }

    def view(self, call: Call) -> View:
        view: View = call.grant
        return view

    def truth_view(self, listener: AppleMusicListener, data_type: str, name: str) -> View:
        """With all that was ever asked of objects of the list, and plain where nobody asked for more."""
        paths = [endpoint.path for endpoint in self.endpoints if endpoint.list == data_type]
        return listener.views.get(paths[name == RESOURCES], View())

    def profile(self, listener: AppleMusicListener) -> Json:
        return {"storefront": STOREFRONT}


def _user_token(request: Request) -> str:
    return request.headers.get("music-user-token", "")
