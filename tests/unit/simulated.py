"""The simulated providers as tests have them: a row each, with all that differs between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from blendify.access.token_vault import TokenSet
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import developer_tokens
from blendify.providers.consent import NEVER
from blendify.providers.lastfm.endpoints import PERIODS
from blendify.providers.provider import Profile
from local.simulators import apple_music, lastfm, soundcloud, spotify, youtube_music
from local.simulators.apple_music import keys
from local.simulators.apple_music.accounts import SCRIPT
from local.simulators.apple_music.service import view_of
from local.simulators.frame.entries import PLAIN
from local.simulators.frame.oauth2 import OAuth2Service
from local.simulators.frame.options import Options
from local.simulators.frame.service import Service

ORIGIN = "http://127.0.0.1:4566"
"""Of our own pages."""


def callback(provider: str) -> str:
    """The address to which a provider sends listeners back."""
    return f"{ORIGIN}/v1/auth/{provider}/callback"


@dataclass(frozen=True)
class Consent:
    """What a listener's consent brings us."""

    tokens: TokenSet
    profile: Profile
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Simulated:
    """One provider."""

    name: str
    service: type[Service]
    options: type[Options]
    sizes: Mapping[str, Any]
    """Options of the simulator: every list that can has a second page, and nothing more than that."""
    listener: str
    """Whom a test means that names no listener."""
    application: Callable[[str], Mapping[str, Any]]
    """Our application at a simulator with this address, as `tests.aws.aws_in_memory.application` takes it."""
    consent: Callable[..., Consent]
    """A listener of the simulator consents, without a browser. Takes the simulator, the listener and options."""
    endpoints: Callable[[DataType], Sequence[str]]
    """As what the simulator counts the calls for a data type, its main list first."""
    dead: Mapping[str, bool]
    """What to arrange for a listener so that the grant is dead at once."""
    names_playlists: str = "id"
    """What a call names the playlist by that it is for: in its path or in its query."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """The provider's names of the lists for which we have names of our own."""
    read: Callable[[Any, DataType], Sequence[int] | None] = lambda *_: None
    """How many entries a listener has in the lists that the calls for a data type read; None if those of the truth."""
    view: Callable[[Any], None] = lambda _: None
    """Prepares a listener so that the truth shows what our calls ask for."""

    @property
    def offered(self) -> tuple[DataType, ...]:
        """The data types that it has."""
        return tuple(data_type for data_type in DataType if data_type in PROVIDERS[self.name].endpoints)


def _by_path(provider: str, root: str = "") -> Callable[[DataType], Sequence[str]]:
    """Calls are counted by path, in which `{id}` stands for a list's id."""

    def endpoints(data_type: DataType) -> Sequence[str]:
        main = PROVIDERS[provider].endpoints[data_type]
        every = (main, *main.separate_lists.values())
        return [f"GET {root}{endpoint.path.format(list_id='{id}')}" for endpoint in every]

    return endpoints


def _spotify_application(base: str) -> Mapping[str, Any]:
    return {"accounts_url": base, "api_url": f"{base}/v1"}


def _oauth2_consent(provider: str) -> Callable[..., Consent]:
    """A listener consents at a simulator with OAuth 2."""

    def consent(
        simulator: OAuth2Service, listener: str, scopes: Sequence[str] | None = None, *, seconds: float = 3600
    ) -> Consent:
        """The access token is valid for so many seconds."""
        scopes = list(PROVIDERS[provider].scopes) if scopes is None else list(scopes)
        redirect_uri = callback(provider)
        response: Any = simulator.accounts.redeem(
            simulator.accounts.allow(listener, scopes, redirect_uri), redirect_uri, None
        )
        until = times.now() + timedelta(seconds=seconds)
        tokens = TokenSet(response["access_token"], response["refresh_token"], until)
        return Consent(tokens, Profile(listener, listener, listener), tuple(response["scope"].split()))

    return consent


def _apple_music_application(base: str) -> Mapping[str, Any]:
    # Tokens that another test has signed are of another time.
    developer_tokens.forget()
    return {
        "accounts_url": f"{base}{SCRIPT}",
        "api_url": base,
        "client_id": f"{keys.TEAM_ID}.{keys.KEY_ID}",
        "client_secret": "".join(keys.private_key().splitlines()[1:-1]),
    }


def _apple_music_consent(simulator: apple_music.AppleMusic, listener: str) -> Consent:
    account = f"account of {listener}"
    tokens = TokenSet(simulator.accounts.allow(listener, "none"), "", NEVER)
    return Consent(tokens, Profile(account, account, "Apple Music, Sweden"))


def _apple_music_view(listener: Any) -> None:
    """It shows what was asked for; before the first call that is what we are going to ask for."""
    for main in PROVIDERS["apple_music"].endpoints.values():
        for endpoint in (main, *main.separate_lists.values()):
            listener.views.setdefault(endpoint.path.format(list_id="{id}"), view_of(endpoint.parameters))


def _lastfm_application(base: str) -> Mapping[str, Any]:
    return {"accounts_url": f"{base}/api/auth/", "api_url": f"{base}/2.0/"}


def _youtube_music_application(base: str) -> Mapping[str, Any]:
    return {"accounts_url": base, "api_url": f"{base}/youtube/v3"}


def _youtube_music_endpoints(data_type: DataType) -> Sequence[str]:
    """Likes are a playlist of a name of their own. A second call tells more of a page's entries."""
    endpoint = PROVIDERS["youtube_music"].endpoints[data_type]
    liked = f"?playlistId={endpoint.parameters['playlistId']}" if "playlistId" in endpoint.parameters else ""
    return [f"GET /youtube/v3{endpoint.path}{liked}"]


def _lastfm_consent(simulator: lastfm.Lastfm, listener: str) -> Consent:
    session_key = simulator.accounts.redeem(simulator.accounts.allow(listener))
    profile = Profile(f"{listener.lower()}@0", simulator.listeners[listener].name, listener)
    return Consent(TokenSet(session_key, "", NEVER), profile)


def _soundcloud_application(base: str) -> Mapping[str, Any]:
    return {"accounts_url": base, "api_url": base}


def _soundcloud_endpoints(data_type: DataType) -> Sequence[str]:
    """Playlists are own ones and liked ones, one list behind the other."""
    more = ["GET /me/likes/playlists"] if data_type is DataType.PLAYLISTS else []
    return [*_by_path("soundcloud")(data_type), *more]


def _soundcloud_read(listener: Any, data_type: DataType) -> Sequence[int] | None:
    """Liked albums and liked playlists come on the same pages."""
    liked = len(listener.library.liked())
    own = sum(entry.kind == PLAIN for entry in listener.library.entries("playlists"))
    return {DataType.PLAYLISTS: (own, liked), DataType.SAVED_ALBUMS: (liked,)}.get(data_type)


SIMULATED: Mapping[str, Simulated] = {
    provider.name: provider
    for provider in (
        Simulated(
            name="spotify",
            service=spotify.Spotify,
            options=spotify.Options,
            sizes={
                "redirect_uris": (callback("spotify"),),
                "top_tracks": 5,
                "top_artists": 4,
                "plays": 10,
                "playlists": 3,
                "playlist_entries": 70,
                "long_playlist": 56,
                "saved_tracks": 54,
                "saved_albums": 52,
                "followed_artists": 52,
                "long_description": 300,
            },
            listener="ana",
            application=_spotify_application,
            consent=_oauth2_consent("spotify"),
            endpoints=_by_path("spotify", "/v1"),
            dead={"revoke": True, "expire": True},
        ),
        Simulated(
            name="apple_music",
            service=apple_music.AppleMusic,
            options=apple_music.Options,
            # Three pages of songs, two of one playlist, and all that is needed of the rest.
            sizes={
                "playlists": 6,
                "playlist_entries": 180,
                "long_playlist": 120,
                "saved_tracks": 230,
                "saved_albums": 25,
                "followed_artists": 12,
            },
            listener="Ana",
            application=_apple_music_application,
            consent=_apple_music_consent,
            endpoints=_by_path("apple_music"),
            dead={"revoke": True},
            view=_apple_music_view,
        ),
        Simulated(
            name="lastfm",
            service=lastfm.Lastfm,
            options=lastfm.Options,
            # Three pages of scrobbles, and all that is needed of the rest.
            sizes={
                "redirect_uris": (callback("lastfm"),),
                "scrobbles": 450,
                "loved_tracks": 30,
                "top_tracks": 8,
                "top_artists": 6,
            },
            listener="Ana",
            application=_lastfm_application,
            consent=_lastfm_consent,
            endpoints=lambda data_type: [
                f"GET /2.0/?method={PROVIDERS['lastfm'].endpoints[data_type].parameters['method']}"
            ],
            dead={"revoke": True},
            lists=PERIODS,
        ),
        Simulated(
            name="soundcloud",
            service=soundcloud.Soundcloud,
            options=soundcloud.Options,
            sizes={
                "redirect_uris": (callback("soundcloud"),),
                "plays": 10,
                "playlists": 3,
                "playlist_entries": 70,
                "long_playlist": 56,
                "liked_playlists": 2,
                "saved_tracks": 54,
                "saved_albums": 52,
                "followed_artists": 52,
                "long_description": 300,
            },
            listener="ana",
            application=_soundcloud_application,
            consent=_oauth2_consent("soundcloud"),
            endpoints=_soundcloud_endpoints,
            dead={"revoke": True, "expire": True},
            read=_soundcloud_read,
        ),
        Simulated(
            name="youtube_music",
            service=youtube_music.YouTubeMusic,
            options=youtube_music.Options,
            sizes={
                "redirect_uris": (callback("youtube_music"),),
                "playlists": 3,
                "playlist_entries": 70,
                "long_playlist": 56,
                "saved_tracks": 54,
                "followed_artists": 52,
                "long_description": 300,
            },
            listener="ana",
            application=_youtube_music_application,
            consent=_oauth2_consent("youtube_music"),
            names_playlists="playlistId",
            endpoints=_youtube_music_endpoints,
            dead={"revoke": True, "expire": True},
        ),
    )
}
