"""Spotify's accounts host and Web API: its endpoints as rows, and how it knows its callers and refuses them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulators.frame.entries import Entries, Entry
from local.simulators.frame.oauth2 import OAuth2Service, oauth2_pages
from local.simulators.frame.refusals import Refusal, Refusals
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint, Listener
from local.simulators.frame.troubles import OwnTroubles
from local.simulators.music.chance import base62, digest
from local.simulators.music.playlists import playlist_of
from local.simulators.spotify import long_standing
from local.simulators.spotify.catalogue import OBJECTS, Catalogue, images, links, shaped
from local.simulators.spotify.library import TIME_RANGES, SpotifyLibrary, View
from local.simulators.spotify.long_standing import LongStanding
from local.simulators.spotify.options import Options
from local.simulators.spotify.pages import AfterArtist, BeforeMoment, ByOffset
from local.simulators.spotify.regimes import Regime

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
    port = 8480
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
