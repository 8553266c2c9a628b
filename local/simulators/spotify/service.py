"""Spotify's accounts host and Web API: its endpoints as rows, and how it knows its callers and refuses them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from local.simulators.frame.entries import Entries, Entry
from local.simulators.frame.faults import OwnTroubles
from local.simulators.frame.library import Rows
from local.simulators.frame.oauth2 import OAuth2Service, oauth2_pages
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint, Listener
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.music.chance import base62, digest
from local.simulators.music.playlists import playlist_of
from local.simulators.spotify import long_standing
from local.simulators.spotify.catalogue import OBJECTS, Catalogue, Regime, images, links, shaped
from local.simulators.spotify.library import TIME_RANGES, Options, SpotifyLibrary, View
from local.simulators.spotify.long_standing import LongStanding


class ByOffset(Pages):
    """`next` is null on the last page, and `previous` on the first; links repeat what was asked for besides."""

    def __init__(self, *repeated: str) -> None:
        self.repeated = repeated

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        offset, size = page.window
        extra = {name: call.parameters[name] for name in self.repeated if name in call.parameters}

        def link(offset: int) -> str:
            return f"{call.address}?{urlencode({'offset': offset, 'limit': size, **extra})}"

        body = {
            "href": link(offset),
            "items": page.entries,
            "limit": size,
            "next": link(offset + size) if page.more else None,
            "offset": offset,
            "previous": link(max(0, offset - size)) if offset else None,
        }
        return body | page.count()


class AfterArtist(Pages):
    """After an artist who is not followed comes nothing: the page is empty. `offset` is ignored."""

    cursors = True

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if call.parameters.get("type") != "artist":
            raise Refusal("wrong_type" if "type" in call.parameters else "no_type")
        size, after = self.limit(call, endpoint), call.parameters.get("after")
        if after is None:
            return Window(0, size)
        if not re.fullmatch(r"[0-9A-Za-z]{22}", after):
            raise Refusal("wrong_id")
        ids = [rows.library.catalogue.artist_id(entry.number) for entry in rows.entries]
        return Window(ids.index(after) + 1 if after in ids else len(ids), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        size, after = page.window.limit, call.parameters.get("after")
        # The cursor of a page without entries is the one that led to it.
        last = (page.true[-1]["id"] if page.true else after) if page.more else None
        url = f"{call.address}?type=artist&"
        artists = {
            "items": page.entries,
            "next": None if last is None else f"{url}after={last}&limit={size}",
            "cursors": {"after": last},
            "limit": size,
            "href": f"{url}{'' if after is None else f'after={after}&'}limit={size}",
        }
        return {"artists": artists | page.count()}


class BeforeMoment(Pages):
    """
    Plays, newest first. The cursor is a moment, which is itself excluded; `next` leads to older plays, and is there on
    every page that is not empty.
    """

    cursors = True

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if "after" in call.parameters:
            raise Refusal("not_simulated")
        before = self.number(call, "before", 10**14, 0, 10**14)
        return Window(sum(entry.when >= before for entry in rows.entries), self.limit(call, endpoint))

    def more(self, window: Window, size: int) -> bool:
        return window.start < size

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        size, before = page.window.limit, call.parameters.get("before")
        href = f"{call.address}?limit={size}{'' if before is None else f'&before={before}'}"
        body: dict[str, Json] = {"items": page.entries, "next": None, "cursors": None, "limit": size, "href": href}
        if page.more and page.true:
            newest, oldest = (moment(page.true[place]["played_at"]) for place in (0, -1))
            body["cursors"] = {"after": str(newest), "before": str(oldest)}
            body["next"] = f"{call.address}?before={oldest}&limit={size}"
        elif page.more:
            body["next"] = href
        return body | page.count()


def moment(text: str) -> int:
    """The milliseconds since 1970 of a written moment."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


SCOPES: Mapping[str, str] = OBJECTS.filled("scopes")
"""Those that reading a library may need, of the twenty of the real service."""
_ONLY_WITH: Mapping[str, str] = OBJECTS.filled("fields by scope")
"""Fields of the profile that need one."""


@dataclass(slots=True)
class SpotifyListener(Listener):
    """`scopes` are those that the listener consents to at most, None for all that are requested."""

    regime: Regime = field(init=False)
    scopes: frozenset[str] | None = None

    def __post_init__(self) -> None:
        self.regime = self.library.options.regime


def _profile(call: Call) -> Json:
    whole = call.service.profile(call.listener)
    return {key: value for key, value in whole.items() if _ONLY_WITH.get(key) in {None, *call.grant}}


def _time_range(call: Call) -> str:
    time_range = call.parameters.get("time_range", "medium_term")
    if time_range not in TIME_RANGES:
        raise Refusal("wrong_time_range")
    return time_range


def _listed(call: Call, entries: Entries) -> list[Entry]:
    """A missing scope for private or collaborative playlists makes the list shorter, without a word."""
    playlists, scopes = call.listener.library.playlists, call.grant
    return [entry for entry in entries if playlists[entry.number].listed(scopes)]


def _playlist(call: Call) -> str:
    """A playlist that the caller may read, also one that is not listed any more."""
    if not re.fullmatch(r"[0-9A-Za-z]{22}", call.path["id"]):
        raise Refusal("wrong_id")
    identity = playlist_of(call)
    if not call.listener.library.readable_playlist_tracks(identity, View(call.listener.regime)):
        raise Refusal("forbidden")
    return identity


_BY_TIME_RANGE: dict[str, Any] = {"name": _time_range, "pages": ByOffset("time_range")}
_BY_PLAYLIST: dict[str, Any] = {"name": _playlist, "pages": ByOffset("additional_types")}
_PLAYS: dict[str, Any] = {"pages": BeforeMoment(), "counted": False, "scope": "user-read-recently-played"}


class Spotify(OAuth2Service):
    """As strict as the real one, with invented listeners."""

    title = "Spotify"
    picture_hosts = ("https://i.scdn.co", "https://image-cdn-ak.spotifycdn.com")
    options_type = Options
    library_type = SpotifyLibrary
    catalogue_type = Catalogue
    listener_type = SpotifyListener
    scopes = SCOPES
    api_roots = ("/v1/",)
    account_pages = oauth2_pages("/authorize", "/api/token")
    troubles = OwnTroubles.beside(__file__)
    refusals = Refusals(__file__)
    endpoints = (
        Endpoint(path="/v1/me", read=_profile),
        Endpoint(path="/v1/me/top/tracks", list="top_tracks", scope="user-top-read", **_BY_TIME_RANGE),
        Endpoint(path="/v1/me/top/artists", list="top_artists", scope="user-top-read", **_BY_TIME_RANGE),
        Endpoint(path="/v1/me/player/recently-played", list="recently_played", **_PLAYS),
        Endpoint(path="/v1/me/playlists", list="playlists", pages=ByOffset(), shown=_listed),
        Endpoint(path="/v1/playlists/{id}/items", list="playlist_tracks", **_BY_PLAYLIST),
        Endpoint(path="/v1/me/tracks", list="saved_tracks", pages=ByOffset(), scope="user-library-read"),
        Endpoint(path="/v1/me/albums", list="saved_albums", pages=ByOffset(), scope="user-library-read"),
        Endpoint(path="/v1/me/following", list="followed_artists", pages=AfterArtist(), scope="user-follow-read"),
    )
    options: Options

    def library_of(self, name: str) -> SpotifyLibrary:
        if name != long_standing.NAME:
            return SpotifyLibrary(name, self.options, self.catalogue, self.clock)
        library = LongStanding(name, self.options, self.catalogue, self.clock)
        library.live_until_today()
        return library

    def error(self, **row: Json) -> Json:
        """A nested object."""
        return {"error": row}

    def view(self, call: Call) -> View:
        types = call.parameters.get("additional_types", "track").split(",")
        return View(call.listener.regime, "episode" in types)

    def truth_view(self, listener: SpotifyListener, data_type: str, name: str) -> View:
        return View(listener.regime)

    def profile(self, listener: SpotifyListener) -> Json:
        raw = digest(listener.library.start, "profile")
        return shaped(
            "profile",
            listener.regime,
            links("user", listener.library.user_id),
            account=base62(raw),
            country=("SE", "DE", "US", "BR", "JP")[raw[20] % 5],
            email=f"{base62(raw)[:8].lower()}@example.com",
            followers=raw[21],
            images=images(raw, 300, 64),
            name=listener.name,
        )

    def granted(self, listener: str, scopes: list[str]) -> list[str]:
        most = self.listeners[listener].scopes
        return scopes if most is None else [scope for scope in scopes if scope in most]

    def arrange_regime(self, listener: SpotifyListener, value: Json) -> None:
        """Restricted, transitional or legacy, from now on."""
        listener.regime = Regime(value)
