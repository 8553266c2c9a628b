"""
Connecting an account, whatever the provider's way of giving access is.

The browser's cookie is the only place where the login's secret is: the table holds hashes, and the verifier (PKCE's,
where there is one) is derived from it when the browser comes back.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass, field, replace

from blendify.access import connections, oauth_states, users
from blendify.access.connections import Grant
from blendify.access.oauth_states import StateRefused
from blendify.access.token_vault import TokenSet, seal
from blendify.access.users import UserGone
from blendify.calling.fetch import fetch
from blendify.calling.rate_limiter import RateLimiter
from blendify.core.errors import MustWait, RateLimited
from blendify.core.http import http_session
from blendify.providers.application import Application
from blendify.providers.consent import ClientSideConsent
from blendify.providers.provider import Profile, Provider

TIMEOUT = (3, 8)
"""Seconds to connect and to answer for the profile; with the token endpoint's it stays below API Gateway's 29."""
LONGEST_WAIT_MS = 2_000
"""What a listener in front of the browser is made to wait for the gate."""


@dataclass(frozen=True)
class LoginAttempt:
    """How the listener consents, the login's state, and the secret that the browser keeps meanwhile."""

    consent: str | ClientSideConsent = field(repr=False)
    """The provider's address, which brings the state back; or what a page of ours needs, which posts it."""
    state: str = field(repr=False)
    browser: str = field(repr=False)


def depart(provider: Provider, application: Application) -> LoginAttempt:
    """
    Begin a login.

    Raises  ApplicationMissing when what the operator gave cannot be used
    """
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    consent = provider.access.consent(application, provider.scopes, state, _verifier(browser, state))
    oauth_states.keep(state, provider=provider.name, browser=browser)
    return LoginAttempt(consent, state, browser)


def consume_state(provider: Provider, state: str, browser: str) -> StateRefused | None:
    """Use the state up before anything else is done with what came back; answers why it cannot be used."""
    return oauth_states.consume(state, provider=provider.name, browser=browser)


def arrive(
    provider: Provider, application: Application, brought: str, state: str, browser: str, listener: str | None = None
) -> str:
    """
    What the browser brought becomes a connection; answers the user's id. Nothing is stored unless everything came.

    listener    who is logged in already: a new account becomes theirs

    Raises  GrantRevoked (when it is wrong or used), AccountTaken, ProviderUnavailable, ApplicationBlocked, what a call
            can meet
    """
    gate = RateLimiter(application, None, longest_ms=LONGEST_WAIT_MS)
    gate.pass_first()
    with http_session() as http:
        try:
            answer = provider.access.exchange(application, brought, _verifier(browser, state), http)
            path, parameters = provider.profile_request
            body = fetch(provider, application, path, parameters, answer.access_token, http, timeout=TIMEOUT)
        except RateLimited as error:
            raise MustWait(str(error), gate.close(error, provider.backoff)) from error
    profile = _named(provider, provider.profile(body), listener)
    if listener:
        connections.only_account(listener, provider.name, profile)
    tokens = TokenSet(answer.access_token, answer.refresh_token or "", answer.expires_at)
    scopes = answer.scopes or tuple(provider.scopes)
    return _keep(provider, application, profile, scopes, tokens, listener)


def _named(provider: Provider, profile: Profile, listener: str | None) -> Profile:
    """
    The profile with an account id, also where the provider has none to tell: then who is logged in has one account
    there, which every consent of theirs renews, and everybody else begins anew.
    """
    if profile.account_id:
        return profile
    own = next(users.own_accounts(listener, provider.name), None) if listener else None
    account_id = own.account_id if own else f"of-{listener or secrets.token_hex(16)}"
    return replace(profile, account_id=account_id, provider_user_id=profile.provider_user_id or account_id)


def _keep(
    provider: Provider,
    application: Application,
    profile: Profile,
    scopes: tuple[str, ...],
    tokens: TokenSet,
    listener: str | None,
) -> str:
    """The account's user, who has the connection now; a new one when the old one is just leaving."""
    left: str | None = None
    while True:
        user_id = users.user_of(provider.name, profile.account_id, instead_of=left, listener=listener)
        sealed = seal(tokens, provider=provider.name, user_id=user_id)
        try:
            grant = Grant(application.name, scopes, sealed, tokens.expires_at)
            connections.connect(user_id, provider.name, profile, grant)
        except UserGone:
            left, listener = user_id, None
        else:
            return user_id


def _verifier(browser: str, state: str) -> str:
    """43 characters that only this browser and this login share (RFC 7636, 4.1)."""
    raw = hmac.digest(browser.encode(), f"pkce:{state}".encode(), "sha256")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
