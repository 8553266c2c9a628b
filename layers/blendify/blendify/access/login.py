"""
Connecting an account, the same for every kind of access.

Only the browser's cookie has the login's secret: the table holds hashes, and the verifier (for PKCE, where it is used)
is derived from the secret when the browser comes back.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from blendify.access import brought_applications, connections, dropped_applications, oauth_states, users
from blendify.access.connections import Grant
from blendify.access.oauth_states import LoginState, Origin, StateRefused
from blendify.access.token_vault import TokenSet, seal
from blendify.access.users import UserGone
from blendify.calling.fetch import Call, fetch
from blendify.calling.rate_limiter import RateLimiter
from blendify.core import telemetry
from blendify.core.errors import (
    CollectError,
    ListenerNotAdmitted,
    MustWait,
    NotFound,
    ProviderUnavailable,
    RateLimited,
    Refused,
    UnexpectedShape,
    Unreadable,
)
from blendify.core.http import http_session
from blendify.providers.application import Application
from blendify.providers.consent import ClientSideConsent, TokenResponse
from blendify.providers.provider import Profile, Provider

if TYPE_CHECKING:
    import requests

TIMEOUT = (3, 7)
"""Seconds to connect and to answer for the profile; with all else that a login waits for it stays below API Gateway's
29."""
MAX_ID_BYTES = 900
"""Of an account's id, which is a part of a sort key: DynamoDB takes 1,024 bytes."""
ASK_AGAIN_AFTER = 1.0
"""Seconds between a refused call for the profile and the second one."""
ASK_AGAIN_WITHIN = 10.0
"""A second call is made only if the login has taken no longer so far: API Gateway must not give up before it ends."""
LONGEST_WAIT_MS = 2_000
"""How long the rate limiter may let a listener wait in the browser."""


@dataclass(frozen=True)
class LoginAttempt:
    """A login that has started: where the listener consents, its state, and the secret for the browser's cookie."""

    consent: str | ClientSideConsent = field(repr=False)
    """The provider's address, which redirects back with the state; or what our own page needs, which posts it."""
    state: str = field(repr=False)
    browser_secret: str = field(repr=False)


@dataclass(frozen=True)
class Callback:
    """What the browser came back with."""

    value: str = field(repr=False)
    """The value of the provider's `callback_parameter`."""
    state: str = field(repr=False)
    browser_secret: str = field(repr=False)
    issuer: str | None = None
    """The authorization server that says to have answered, where the provider names it (RFC 9207)."""
    owner: str | None = None
    """The hash of the user whose stored application the login uses: only they can log in with it."""


class ApplicationOfAnother(CollectError):
    """The application is another user's own than the one whose account this is."""


class ForeignIssuer(CollectError):
    """The answer of another authorization server was mixed in."""


def start(provider: Provider, application: Application, origin: Origin) -> LoginAttempt:
    """
    Start a login.

    A listener who is logged in, or whom another site has led here, shall see at the provider which account it is, even
    if they have consented before.
    Raises  ApplicationMissing when the operator's credentials cannot be used
    """
    state, browser_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    consent = provider.access.consent(
        application,
        provider.scopes,
        state,
        _verifier(browser_secret, state),
        always_ask=origin.user_id is not None or not origin.own_site,
    )
    oauth_states.store(
        state,
        provider=provider.name,
        browser_secret=browser_secret,
        origin=origin,
        brought=application.brought,
    )
    return LoginAttempt(consent, state, browser_secret)


def find_state(provider: Provider, state: str, browser_secrets: Sequence[str]) -> LoginState | StateRefused:
    """The login that the state belongs to, or the reason why this browser cannot end it; nothing is used up."""
    return oauth_states.find(state, provider=provider.name, browser_secrets=browser_secrets)


def consume_state(provider: Provider, state: str, browser_secret: str) -> StateRefused | None:
    """Use the state up, before anything else in the callback is used; returns the reason when it cannot be."""
    return oauth_states.consume(state, provider=provider.name, browser_secret=browser_secret)


def conclude(state: str, *, connected: bool) -> None:
    """Remember how the login has ended, for a browser that comes back to the same address. Never raises."""
    try:
        oauth_states.conclude(state, connected=connected)
    except Exception:
        telemetry.logger.exception("The end of a login could not be remembered")


def complete(
    provider: Provider, application: Application, callback: Callback, session_user_id: str | None = None
) -> str:
    """
    Turn a callback into a connection; returns the user id. Nothing is stored unless every step succeeds.

    session_user_id    the logged-in user: a new account becomes theirs

    Raises  GrantRevoked (when the value is wrong or used), AccountTaken, ApplicationOfAnother, ProviderUnavailable,
            ApplicationBlocked, ForeignIssuer, MustWait, and what else a call can raise
    """
    if callback.issuer is not None and callback.issuer.rstrip("/") != application.accounts_url:
        raise ForeignIssuer("another authorization server has answered")
    again_until = time.monotonic() + ASK_AGAIN_WITHIN
    limiter = RateLimiter(application, None, longest_ms=LONGEST_WAIT_MS)
    limiter.wait_until_open()
    with http_session() as http:
        try:
            verifier = _verifier(callback.browser_secret, callback.state)
            tokens = provider.access.exchange(application, callback.value, verifier, http)
            body = _profile_response(provider, application, tokens.access_token, http, again_until)
        except RateLimited as error:
            raise MustWait(str(error), limiter.back_off(error, provider.backoff)) from error
    # Only now: anybody can come with a made-up code or token, which must take nothing from the listeners' quota.
    limiter.count_call()
    profile = _with_account_id(provider, _storable(provider, provider.profile(body)), session_user_id)
    profile = users.known_profile(provider.name, profile)
    if callback.owner:
        owners = {session_user_id, users.of_account(provider.name, profile.account_id)}
        if not any(oauth_states.is_user(callback.owner, user_id) for user_id in owners):
            raise ApplicationOfAnother("this application belongs to another listener")
    if session_user_id:
        connections.require_single_account(session_user_id, provider.name, profile)
    return _store(provider, application, profile, tokens, session_user_id)


def _profile_response(
    provider: Provider, application: Application, token: str, http: "requests.Session", again_until: float
) -> Any:
    """
    What the provider answers about the token's account. As the code is used up, a refusal is asked about once more.

    again_until  no second call after this moment of the monotonic clock
    Raises  ListenerNotAdmitted for a refusal (403) of which the provider says no more
    """
    path, parameters = provider.profile_request
    call = Call(path, parameters, token, TIMEOUT)
    try:
        return fetch(provider, application, call, http)
    except (ProviderUnavailable, Refused):
        if time.monotonic() > again_until:
            raise
        time.sleep(ASK_AGAIN_AFTER)
    try:
        return fetch(provider, application, call, http)
    except NotFound:
        raise
    except Unreadable:
        raise ListenerNotAdmitted(
            f"{provider.title} does not let this application read this account. It may not be on the application's "
            f"list of users: its owner can add it at {provider.title}"
        ) from None


def _storable(provider: Provider, profile: Profile) -> Profile:
    """The profile. Raises UnexpectedShape when one of its ids is longer than a key can be."""
    names = (profile.account_id, profile.provider_user_id, *profile.aliases)
    if any(len(name.encode(errors="replace")) > MAX_ID_BYTES for name in names):
        raise UnexpectedShape(f"{provider.title}'s profile response has an id that is too long")
    return profile


def _with_account_id(provider: Provider, profile: Profile, session_user_id: str | None) -> Profile:
    """
    The profile with an account id, even where the provider gives none.

    A logged-in user then has one account there, which each consent renews; every other login gets a new one.
    """
    if profile.account_id:
        return profile
    own = next(users.own_accounts(session_user_id, provider.name), None) if session_user_id else None
    account_id = own.account_id if own else f"of-{session_user_id or secrets.token_hex(16)}"
    return replace(profile, account_id=account_id, provider_user_id=profile.provider_user_id or account_id)


def _store(
    provider: Provider, application: Application, profile: Profile, response: TokenResponse, session_user_id: str | None
) -> str:
    """Connect the account's user; a new user when theirs is being erased just now. Returns the user id."""
    tokens = TokenSet(response.access_token, response.refresh_token or "", response.expires_at)
    scopes = response.scopes or tuple(provider.scopes)
    erased_user_id: str | None = None
    while True:
        user_id = users.find_or_create_user(
            provider.name,
            profile.account_id,
            aliases=profile.aliases,
            erased_user_id=erased_user_id,
            session_user_id=session_user_id,
        )
        sealed = seal(tokens, provider=provider.name, user_id=user_id)
        try:
            if application.brought:
                # Before the connection: what syncs it needs the application.
                brought_applications.store(user_id, application.brought)
            connections.connect(
                user_id, provider.name, profile, Grant(application.name, scopes, sealed, tokens.expires_at)
            )
        except UserGone:
            erased_user_id, session_user_id = user_id, None
        else:
            if application.brought:
                dropped_applications.drop(user_id, provider.name, keep=(application.name,))
            return user_id


def _verifier(browser_secret: str, state: str) -> str:
    """43 characters known only to this browser and this login (RFC 7636, 4.1)."""
    raw = hmac.digest(browser_secret.encode(), f"pkce:{state}".encode(), "sha256")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
