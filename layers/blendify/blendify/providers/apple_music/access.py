"""
Access through MusicKit JS: Apple's script asks the listener on a page of ours, and gets a Music User Token.

There is no code, no exchange, no refresh token and no scope; the token has no stated expiry and lives for about half a
year.

Source  https://developer.apple.com/documentation/applemusicapi/user-authentication-for-musickit
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import requests

from blendify.core.errors import GrantRevoked
from blendify.providers.apple_music.developer_tokens import developer_token
from blendify.providers.application import Application
from blendify.providers.consent import NEVER, ClientSideConsent, TokenResponse

_TOKEN = re.compile(r"[!-~]{20,2048}")


class MusicKit:
    """The page gets a developer token that works from its own origin only, and posts the listener's token."""

    callback_parameter = "music_user_token"
    client_side = True
    # Not documented; 180 days have been observed: https://github.com/FoxxMD/multi-scrobbler/issues/9
    grant_lifetime = timedelta(days=180)
    renew = None
    revocation = None

    def token_address(self, accounts_url: str) -> str:
        return accounts_url

    def consent(
        self,
        application: Application,
        scopes: Sequence[str],  # noqa: ARG002 -- there are no scopes: consent covers everything
        state: str,  # noqa: ARG002 -- the page posts it
        verifier: str,  # noqa: ARG002 -- MusicKit has no use for it
        *,
        always_ask: bool,  # noqa: ARG002 -- our adapter always makes it ask
    ) -> ClientSideConsent:
        page, api = _origin(application.redirect_uri), _origin(application.api_url)
        return ClientSideConsent(
            script_url=application.accounts_url,
            parameters={"developer_token": developer_token(application, page)},
            allowed_origins=(
                api,
                _origin(application.accounts_url),
                "https://*.music.apple.com",
                "https://*.itunes.apple.com",
            ),
        )

    def exchange(
        self,
        application: Application,  # noqa: ARG002
        callback_value: str,
        verifier: str,  # noqa: ARG002
        http: requests.Session,  # noqa: ARG002
    ) -> TokenResponse:
        """The callback's value is the token itself; the first call shows whether it is valid."""
        if not _TOKEN.fullmatch(callback_value):
            raise GrantRevoked("Apple Music's login returned something that is not a token: connect again")
        return TokenResponse(callback_value, refresh_token=None, scopes=(), expires_at=NEVER)

    def sign(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        listener = {"Music-User-Token": token} if token else {}
        return parameters, {"Authorization": f"Bearer {developer_token(application)}", **listener}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
