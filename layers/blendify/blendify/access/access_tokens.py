"""Access tokens for provider calls: opened when needed, refreshed by one worker at a time, never logged."""

import time
from datetime import timedelta

import requests

from blendify.access import connections, grant_expiry, refused_grants
from blendify.access.connections import Connection
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.core import telemetry, times
from blendify.core.errors import CollectError, GrantRevoked, Outage, ProviderUnavailable
from blendify.providers.application import Application
from blendify.providers.consent import Renewal, TokenResponse
from blendify.providers.provider import Provider

EARLY = timedelta(seconds=30)
"""An access token this near its end is refreshed before it is used."""
CONFIRM_AFTER = 1.0
"""Seconds between a refused refresh and the second one that confirms it."""
CLAIM_SECONDS = 40
"""Longer than two refreshes of which each takes all the time that it has."""
PATIENCE_SECONDS = CLAIM_SECONDS + 10
"""How long a worker waits for another's refresh."""
OUTAGE_USERS = 5
"""So many users refused within the window of `revocations` are an outage of the provider."""
EXPECTED = timedelta(days=1)
"""A grant this near its known end, or past it, is no surprise when it is refused."""


def fresh_access_token(
    provider: Provider,
    application: Application,
    user_id: str,
    http: requests.Session,
    *,
    refused: str | None = None,
) -> str:
    """
    The user's access token, good for at least half a minute.

    `refused` is a token that the provider has just answered 401 to: it is replaced however long it claims to live,
    where tokens are renewed at all.

    Raises  GrantRevoked when only the listener can repair it; ProviderUnavailable when the token host does not answer,
            or refuses everybody, which says nothing about the grant
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        seen = connections.connection(user_id, provider.name)
        if seen.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        tokens = unseal(seen.tokens, provider=provider.name, user_id=user_id)
        if tokens.access_token != refused and tokens.expires_at - times.now() > EARLY:
            return tokens.access_token
        if provider.access.renew is None:
            # Nothing can replace it, and one refusal proves nothing: it is tried again.
            time.sleep(CONFIRM_AFTER)
            return tokens.access_token
        claim = connections.claim_refresh(seen, CLAIM_SECONDS)
        if claim is None:
            time.sleep(0.2)
            continue
        try:
            token = _refresh(provider, application, seen, tokens, provider.access.renew, http)
        except Exception:
            connections.release_refresh(seen, claim)
            raise
        if token:
            return token
    raise ProviderUnavailable(f"another worker is still refreshing the access to {provider.title}")


def refused_again(provider: Provider, application: Application, user_id: str, refused: str) -> CollectError:
    """
    The error to raise when the provider answers 401 even to `refused`, a token that was just refreshed.

    GrantRevoked, and the listener must connect again; or ProviderUnavailable, when that happens to many users at once,
    or when `refused` is no longer the user's token
    """
    seen = connections.connection(user_id, provider.name)
    ended = GrantRevoked(f"{provider.title} refuses even a new access token: the listener must connect again")
    if seen.status == connections.RECONNECT:
        return ended
    if unseal(seen.tokens, provider=provider.name, user_id=user_id).access_token != refused:
        return _renewed_meanwhile(provider)
    return _verdict(provider, application, seen, ended)


def _refresh(
    provider: Provider,
    application: Application,
    seen: Connection,
    tokens: TokenSet,
    renew: Renewal,
    http: requests.Session,
) -> str | None:
    """A new token set, stored before it is used; None when a login has stored a newer one by now."""
    try:
        answer = _confirmed(renew, application, tokens, http)
    except GrantRevoked as error:
        raise _verdict(provider, application, seen, error) from None
    fresh = _following(tokens, answer)
    sealed = seal(fresh, provider=provider.name, user_id=seen.user_id)
    return fresh.access_token if connections.keep_tokens(seen, sealed, fresh.expires_at) else None


def _confirmed(renew: Renewal, application: Application, tokens: TokenSet, http: requests.Session) -> TokenResponse:
    """New tokens; only a second refusal is believed, of the previous refresh token where there is one."""
    try:
        return renew(application, tokens.refresh_token, http)
    except GrantRevoked:
        time.sleep(CONFIRM_AFTER)
    second = tokens.previous_refresh_token or tokens.refresh_token
    return renew(application, second, http)


def _following(tokens: TokenSet, answer: TokenResponse) -> TokenSet:
    """The token set after `tokens`; the refresh token stays when none comes back."""
    if answer.refresh_token in (None, tokens.refresh_token):
        return TokenSet(answer.access_token, tokens.refresh_token, answer.expires_at, tokens.previous_refresh_token)
    return TokenSet(answer.access_token, str(answer.refresh_token), answer.expires_at, tokens.refresh_token)


def _verdict(provider: Provider, application: Application, seen: Connection, ended: GrantRevoked) -> CollectError:
    """What a confirmed refusal means: `ended`, and the connection is marked; or an outage, and nobody's is."""
    end = grant_expiry.ends_at(seen)
    if end is not None and end <= times.now() + EXPECTED:
        return ended if connections.mark_reconnect(seen) else _renewed_meanwhile(provider)
    where = provider.name, application.name
    users = refused_grants.note(*where, seen.user_id)
    if len(users) < OUTAGE_USERS:
        if not connections.mark_reconnect(seen):
            return _renewed_meanwhile(provider)
        # Counted again: who saw an outage between the count and the mark could not restore this one yet.
        users = refused_grants.note(*where, seen.user_id, marked=True)
        if len(users) < OUTAGE_USERS:
            return ended
    for user_id in refused_grants.marked(*where):
        connections.restore(user_id, provider.name)
    telemetry.token_outage(provider.title, len(users))
    return Outage(
        f"{provider.title} refuses the grants of many listeners at once: taken for an outage, nothing is given up"
    )


def _renewed_meanwhile(provider: Provider) -> ProviderUnavailable:
    return ProviderUnavailable(f"the access to {provider.title} was renewed meanwhile: the next try uses it")
