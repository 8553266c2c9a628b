"""
Access through MusicKit JS: a script of Apple's on a page of ours asks the listener, and is given a Music User Token.

There is no code, no exchange, no refresh token and no scope; the token names no end and lives for about half a year.

Source  https://developer.apple.com/documentation/applemusicapi/user-authentication-for-musickit
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import requests

from blendify.core.errors import GrantRevoked
from blendify.providers.apple_music.developer_tokens import developer_token
from blendify.providers.application import Application
from blendify.providers.consent import NEVER, ClientSideConsent, TokenResponse

_SCRIPT = Path(__file__).with_name("consent.js").read_text()
_TOKEN = re.compile(r"[!-~]{20,2048}")


class MusicKit:
    """The page is told a developer token that only its own origin can use; it posts what the listener gave."""

    brings = "music_user_token"
    own_page = True
    # Not documented; 180 days have been seen: https://github.com/FoxxMD/multi-scrobbler/issues/9
    grant_lifetime = timedelta(days=180)
    renew = None

    def consent(
        self,
        application: Application,
        scopes: Sequence[str],  # noqa: ARG002 -- there are none: it is everything or nothing
        state: str,  # noqa: ARG002 -- the page posts it itself
        verifier: str,  # noqa: ARG002 -- nothing is asked for it
    ) -> ClientSideConsent:
        page, api = _origin(application.redirect_uri), _origin(application.api_url)
        return ClientSideConsent(
            library=application.accounts_url,
            script=_SCRIPT,
            told={"developer_token": developer_token(application, page)},
            talks_to=(
                api,
                _origin(application.accounts_url),
                "https://*.music.apple.com",
                "https://*.itunes.apple.com",
            ),
        )

    def exchange(
        self,
        application: Application,  # noqa: ARG002
        brought: str,
        verifier: str,  # noqa: ARG002
        http: requests.Session,  # noqa: ARG002
    ) -> TokenResponse:
        """What was brought is the token; that it is good shows with the first call."""
        if not _TOKEN.fullmatch(brought):
            raise GrantRevoked("what was brought cannot be a token of Apple Music's")
        return TokenResponse(brought, refresh_token=None, scopes=(), expires_at=NEVER)

    def authorised(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return parameters, {"Authorization": f"Bearer {developer_token(application)}", "Music-User-Token": token}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
