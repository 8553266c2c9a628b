"""
Last.fm's web authentication: a token that comes back with the browser is exchanged for a session key, which has no end.

Calls are signed with the application's secret; with the session key, listeners who hide what they play can be read.

Source  https://www.last.fm/api/webauth, https://www.last.fm/api/authspec
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import requests

from blendify.core.errors import AccessTokenRefused, GrantRevoked, ProviderUnavailable
from blendify.core.http import USER_AGENT, read_body
from blendify.providers.application import Application
from blendify.providers.consent import NEVER, TokenResponse
from blendify.providers.json_fields import of, text
from blendify.providers.lastfm.errors import error_number, refusal

TIMEOUT = (3, 8)
"""Seconds to connect and to answer; a listener is waiting."""
TOKEN_REFUSED = {4, 14, 15}
"""Errors that say a token is wrong, was not agreed to, or is older than an hour."""


class WebAuthentication:
    """Nothing but `token` comes back by itself: our state stands in the callback address's own query."""

    brings = "token"
    own_page = False
    grant_lifetime = None
    renew = None

    def consent(
        self,
        application: Application,
        scopes: Sequence[str],  # noqa: ARG002 -- there are none: a session may do everything
        state: str,
        verifier: str,  # noqa: ARG002 -- nothing is asked for it
    ) -> str:
        back = f"{application.redirect_uri}?{urlencode({'state': state})}"
        return f"{application.accounts_url}/?{urlencode({'api_key': application.client_id, 'cb': back})}"

    def exchange(
        self,
        application: Application,
        brought: str,
        verifier: str,  # noqa: ARG002
        http: requests.Session,
    ) -> TokenResponse:
        asked = {"method": "auth.getSession", "token": brought}
        try:
            with http.get(
                f"{application.api_url}/",
                params=_signed(application, asked),
                headers={"User-Agent": USER_AGENT},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = read_body(answer).decode(errors="replace")
        except requests.RequestException as error:
            raise ProviderUnavailable(f"Last.fm did not answer ({type(error).__name__})") from None
        refused = refusal(answer.status_code, {}, body)
        if error_number(body) in TOKEN_REFUSED or isinstance(refused, AccessTokenRefused):
            raise GrantRevoked("Last.fm does not accept this token")
        if refused:
            raise refused
        key = text(of(_json(body), "session"), "key")
        if not key:
            raise ProviderUnavailable("Last.fm gave no session key")
        return TokenResponse(key, refresh_token=None, scopes=(), expires_at=NEVER)

    def authorised(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return _signed(application, {**parameters, "sk": token}), {}


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """
    What makes a call ours: MD5 over all names and values in the order of the names, then the secret, as UTF-8; hex.

    `format` and `callback` do not count.
    """
    counted = sorted((name, value) for name, value in parameters.items() if name not in ("format", "callback"))
    plain = "".join(name + value for name, value in counted) + secret
    return md5(plain.encode(), usedforsecurity=False).hexdigest()


def _signed(application: Application, parameters: Mapping[str, str]) -> dict[str, str]:
    asked = {**parameters, "api_key": application.client_id}
    return {**asked, "api_sig": signature(asked, application.client_secret), "format": "json"}


def _json(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
