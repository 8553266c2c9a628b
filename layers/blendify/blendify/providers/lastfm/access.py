"""
Last.fm's web authentication: the callback's token is exchanged for a session key, which does not expire.

Calls are signed with the application's secret; the session key also gives access to listeners who hide their plays.

Source  https://www.last.fm/api/webauth, https://www.last.fm/api/authspec
"""

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import requests

from blendify.core.errors import AccessTokenRefused, GrantRevoked, ProviderUnavailable
from blendify.core.http import USER_AGENT, read_body
from blendify.core.json_text import NotJson, parsed
from blendify.providers.application import Application
from blendify.providers.consent import NEVER, TokenResponse
from blendify.providers.json_fields import get, identifier
from blendify.providers.lastfm.errors import classify_error, error_number

TIMEOUT = (3, 8)
"""Seconds to connect and to answer; a listener is waiting."""
TOKEN_REFUSED = {4, 14, 15}
"""Errors for a token that is wrong, was not approved, or is older than an hour."""


class WebAuthentication:
    """Last.fm returns only `token`: our state is in the query of the callback address itself."""

    callback_parameter = "token"
    client_side = False
    grant_lifetime = None
    renew = None
    revocation = None

    def token_address(self, accounts_url: str) -> str:
        return accounts_url

    def consent(
        self,
        application: Application,
        scopes: Sequence[str],  # noqa: ARG002 -- there are no scopes: a session may do everything
        state: str,
        verifier: str,  # noqa: ARG002 -- Last.fm has no use for it
        *,
        always_ask: bool,  # noqa: ARG002 -- it always asks, and names the account
    ) -> str:
        callback = f"{application.redirect_uri}?{urlencode({'state': state})}"
        return f"{application.accounts_url}/?{urlencode({'api_key': application.client_id, 'cb': callback})}"

    def exchange(
        self,
        application: Application,
        callback_value: str,
        verifier: str,  # noqa: ARG002
        http: requests.Session,
    ) -> TokenResponse:
        parameters = {"method": "auth.getSession", "token": callback_value}
        try:
            with http.get(
                f"{application.api_url}/",
                params=_signed(application, parameters),
                headers={"User-Agent": USER_AGENT},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = read_body(response).decode(errors="replace")
        except requests.RequestException as failure:
            raise ProviderUnavailable(f"Last.fm did not answer ({type(failure).__name__})") from None
        error = classify_error(response.status_code, {}, body)
        if error_number(body) in TOKEN_REFUSED or isinstance(error, AccessTokenRefused):
            raise GrantRevoked("Last.fm no longer accepts this login: connect again")
        if error:
            raise error
        key = identifier(get(_json(body), "session"), "key")
        if not key:
            raise ProviderUnavailable("Last.fm gave no session key")
        return TokenResponse(key, refresh_token=None, scopes=(), expires_at=NEVER)

    def sign(
        self, application: Application, token: str, parameters: Mapping[str, str]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return _signed(application, {**parameters, "sk": token}), {}


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """
    The signature of a call: MD5 over all names and values in the order of the names, then the secret, as UTF-8; hex.

    `format` and `callback` are left out.
    """
    signed = sorted((name, value) for name, value in parameters.items() if name not in ("format", "callback"))
    plain = "".join(name + value for name, value in signed) + secret
    return md5(plain.encode(), usedforsecurity=False).hexdigest()


def _signed(application: Application, parameters: Mapping[str, str]) -> dict[str, str]:
    query = {**parameters, "api_key": application.client_id}
    return {**query, "api_sig": signature(query, application.client_secret), "format": "json"}


def _json(body: str) -> Any:
    try:
        return parsed(body)
    except NotJson:
        return None
