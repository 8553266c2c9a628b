"""Access tokens for provider calls: decrypted when needed, refreshed by one worker at a time, never logged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from blendify.access import connections, doubted_grants, grant_expiry, refused_grants
from blendify.access.connections import Connection
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.core import telemetry, times
from blendify.core.errors import (
    AccessTokenRefused,
    CollectError,
    GrantRevoked,
    MustWait,
    Outage,
    ProviderUnavailable,
)
from blendify.providers.application import Application
from blendify.providers.consent import TokenResponse
from blendify.providers.provider import Provider

if TYPE_CHECKING:
    import requests

EARLY = timedelta(seconds=30)
"""An access token that expires this soon is refreshed before it is used."""
CONFIRM_AFTER = 1.0
"""Seconds between a refused refresh and the second one that confirms it."""
CLAIM_SECONDS = 40
"""How long one worker may refresh: longer than two refreshes that each take all their time."""
REFRESH_WAIT_SECONDS = CLAIM_SECONDS + 10
"""How long a worker waits for another's refresh."""
OUTAGE_USERS = 5
"""This many users refused within the window of `refused_grants` are an outage of the provider."""
NEAR_END = timedelta(days=1)
"""A refusal this near to the grant's known end, or after it, is expected."""
_Renew = Callable[[str], TokenResponse]
"""New tokens for a refresh token; GrantRevoked when it is refused."""


@dataclass(frozen=True)
class Wanted:
    """What kind of access token a worker wants."""

    refused: str | None = None
    """A token that the provider has just answered with 401: it is replaced even if it has not expired. Only for
    providers whose tokens can be renewed."""
    connection: Connection | None = None
    """The user's connection as it was read a moment ago, if it was."""
    for_others: bool = True
    """Whether others need it as well. A poll is alone, and its token has expired before the next poll: sealing and
    storing it would be for nothing. A new refresh token is stored in any case, and what replaces a refused token."""


def fresh_access_token(
    provider: Provider, application: Application, user_id: str, http: "requests.Session", wanted: Wanted | None = None
) -> str:
    """
    The user's access token, valid for at least half a minute.

    Raises  GrantRevoked when only the listener can repair it; ProviderUnavailable when the login server does not
            answer, or refuses all users, which says nothing about the grant
    """
    renew, wanted = provider.access.renew, wanted or Wanted()
    deadline, just_read = time.monotonic() + REFRESH_WAIT_SECONDS, wanted.connection
    while time.monotonic() < deadline:
        connection, just_read = just_read or connections.connection(user_id, provider.name), None
        if connection.status == connections.RECONNECT:
            raise GrantRevoked(f"your access to {provider.title} has ended: connect again")
        tokens = unseal(connection.tokens, provider=provider.name, user_id=user_id)
        if tokens.access_token != wanted.refused and tokens.expires_at - times.now() > EARLY:
            return tokens.access_token
        if renew is None:
            return tokens.access_token
        claim = connections.claim_refresh(connection, CLAIM_SECONDS)
        if claim is None:
            time.sleep(0.2)
            continue
        try:
            fresh = _renewed(
                provider, connection, tokens, lambda refresh_token: renew(application, refresh_token, http)
            )
            if wanted.for_others or wanted.refused or fresh.refresh_token != tokens.refresh_token:
                sealed = seal(fresh, provider=provider.name, user_id=user_id)
                valid = connections.replace_tokens(connection, sealed, fresh.expires_at)
            else:
                valid = connections.release_refresh(connection, claim)
        except Exception:
            connections.release_refresh(connection, claim)
            raise
        # A login may have replaced the tokens meanwhile.
        if valid:
            return fresh.access_token
    raise ProviderUnavailable(f"your access to {provider.title} is still being renewed: the next sync tries again")


def classify_repeated_refusal(
    provider: Provider, user_id: str, refused: str, accepted: Callable[[], bool]
) -> CollectError:
    """
    The error to raise when the provider has refused `refused`, a token that cannot be renewed, in all tries of a call.

    One call is no proof: the grant is in doubt first, and has ended when a call some minutes later is refused as well.

    accepted    whether the provider accepts the token for another call; raises CollectError when nobody knows

    GrantRevoked: the listener must connect again. MustWait: until the later call. AccessTokenRefused: the token works
    elsewhere. ProviderUnavailable: many users are refused at once, or `refused` is no longer the user's token.
    """
    connection = connections.connection(user_id, provider.name)
    ended = GrantRevoked(f"{provider.title} no longer accepts your login: connect again")
    if connection.status == connections.RECONNECT:
        return ended
    if unseal(connection.tokens, provider=provider.name, user_id=user_id).access_token != refused:
        return _renewed_meanwhile(provider)
    try:
        if accepted():
            return AccessTokenRefused(f"{provider.title} refuses this, although it accepts your login elsewhere")
    except CollectError as error:
        return ProviderUnavailable(f"{provider.title} refused your login: {error}")
    due = doubted_grants.record(connection) + doubted_grants.CONFIRM_AFTER
    if times.now() < due and not _known_to_end(connection):
        return MustWait(f"{provider.title} refused your login: it is asked again before that is believed", due)
    return end_grant(provider, connection, ended)


def _renewed(provider: Provider, connection: Connection, tokens: TokenSet, renew: _Renew) -> TokenSet:
    """The token set after `tokens`, which is not stored yet. Raises CollectError."""
    try:
        response = _renew_confirmed(renew, tokens)
    except GrantRevoked as error:
        raise end_grant(provider, connection, error) from None
    except CollectError as error:
        telemetry.refresh_failed(type(error).__name__)
        raise
    return _next_tokens(tokens, response)


def _renew_confirmed(renew: _Renew, tokens: TokenSet) -> TokenResponse:
    """New tokens; a refusal counts only after a second attempt, with the previous refresh token if there is one."""
    try:
        return renew(tokens.refresh_token)
    except GrantRevoked:
        time.sleep(CONFIRM_AFTER)
    return renew(tokens.previous_refresh_token or tokens.refresh_token)


def _next_tokens(tokens: TokenSet, response: TokenResponse) -> TokenSet:
    """The token set after `tokens`; without a new refresh token the present one stays."""
    if response.refresh_token in (None, tokens.refresh_token):
        return TokenSet(response.access_token, tokens.refresh_token, response.expires_at, tokens.previous_refresh_token)
    return TokenSet(response.access_token, str(response.refresh_token), response.expires_at, tokens.refresh_token)


def end_grant(provider: Provider, connection: Connection, ended: GrantRevoked) -> CollectError:
    """The error for a confirmed refusal: `ended`, and the connection set to `reconnect`; or an outage, and it stays."""
    if _known_to_end(connection):
        return ended if connections.require_reconnect(connection) else _renewed_meanwhile(provider)
    key = provider.name, connection.application
    user_ids = refused_grants.record(*key, connection.user_id)
    if len(user_ids) < OUTAGE_USERS:
        if not connections.require_reconnect(connection):
            return _renewed_meanwhile(provider)
        # Counted again: a worker that found an outage in between could not restore this connection yet.
        user_ids = refused_grants.record(*key, connection.user_id, given_up=True)
        if len(user_ids) < OUTAGE_USERS:
            return ended
    for user_id in refused_grants.given_up(*key):
        connections.restore(user_id, provider.name)
    telemetry.token_outage(provider.title, len(user_ids))
    return Outage(f"{provider.title} refuses many listeners at once, which looks like an outage: your access is kept")


def _known_to_end(connection: Connection) -> bool:
    end = grant_expiry.ends_at(connection)
    return end is not None and end <= times.now() + NEAR_END


def _renewed_meanwhile(provider: Provider) -> ProviderUnavailable:
    return ProviderUnavailable(f"your access to {provider.title} was renewed meanwhile: the next try uses it")
