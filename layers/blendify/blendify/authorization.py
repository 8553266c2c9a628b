"""
Connecting an account: authorization code with PKCE S256 (RFC 6749, 7636, 9700).

The browser's cookie is the only place where the login's secret is: the table holds hashes, and the PKCE verifier is
derived from it when the code comes back.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode

from blendify.applications import Application
from blendify.calls import fetch
from blendify.errors import MustWait, RateLimited
from blendify.gate import Gate
from blendify.http import http_session
from blendify.providers.table import Profile, Provider
from blendify.storage import connections, oauth_states
from blendify.storage.connections import Grant, UserGone
from blendify.storage.oauth_states import StateRefused
from blendify.token_endpoint import exchange
from blendify.vault import TokenSet, seal

TIMEOUT = (3, 8)
"""Seconds to connect and to answer for the profile; with the token endpoint's it stays below API Gateway's 29."""
LONGEST_WAIT_MS = 2_000
"""What a listener in front of the browser is made to wait for the gate."""


@dataclass(frozen=True)
class Departure:
    """Where the browser goes to consent, and the secret it keeps meanwhile."""

    address: str = field(repr=False)
    browser: str = field(repr=False)


def depart(provider: Provider, application: Application) -> Departure:
    """Begin a login: the consent page's address, and a new secret for the browser's cookie."""
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    oauth_states.keep(state, provider=provider.name, browser=browser)
    challenge = _base64url(sha256(_verifier(browser, state).encode()).digest())
    query = {
        "client_id": application.client_id,
        "response_type": "code",
        "redirect_uri": application.redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": challenge,
    }
    return Departure(f"{application.accounts_url}{provider.oauth.authorize_path}?{urlencode(query)}", browser)


def consume_state(provider: Provider, state: str, browser: str) -> StateRefused | None:
    """Use the state up before anything else is done with what came back; answers why it cannot be used."""
    return oauth_states.consume(state, provider=provider.name, browser=browser)


def arrive(provider: Provider, application: Application, code: str, state: str, browser: str) -> str:
    """
    The code becomes a connection; answers the user's id. Nothing is stored unless everything came.

    Raises  GrantRevoked (a wrong or used code), ProviderUnavailable, ApplicationBlocked, what a profile call can meet
    """
    gate = Gate(application, None, longest_ms=LONGEST_WAIT_MS)
    gate.pass_first()
    with http_session() as http:
        answer = exchange(provider, application, code, _verifier(browser, state), http)
        try:
            body = fetch(provider, application, provider.profile_path, {}, answer.access_token, http, timeout=TIMEOUT)
        except RateLimited as error:
            raise MustWait(str(error), gate.close(error)) from error
    tokens = TokenSet(answer.access_token, answer.refresh_token or "", answer.expires_at)
    return _keep(provider, application, provider.profile(body), answer.scopes or tuple(provider.scopes), tokens)


def _keep(
    provider: Provider, application: Application, profile: Profile, scopes: tuple[str, ...], tokens: TokenSet
) -> str:
    """The account's user, who has the connection now; a new one when the old one is just leaving."""
    left: str | None = None
    while True:
        user_id = connections.user_of(provider.name, profile.account_id, instead_of=left)
        sealed = seal(tokens, provider=provider.name, user_id=user_id)
        try:
            grant = Grant(application.name, scopes, sealed, tokens.expires_at)
            connections.connect(user_id, provider.name, profile, grant)
        except UserGone:
            left = user_id
        else:
            return user_id


def _verifier(browser: str, state: str) -> str:
    """43 characters that only this browser and this login share (RFC 7636, 4.1)."""
    return _base64url(hmac.digest(browser.encode(), f"pkce:{state}".encode(), "sha256"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
