"""Access tokens for provider calls: opened when needed, refreshed by one worker at a time, never logged."""

import time
from datetime import timedelta

import requests

from blendify import times, token_endpoint
from blendify.applications import Application
from blendify.errors import GrantRevoked, ProviderUnavailable
from blendify.providers.table import Provider
from blendify.storage import connections
from blendify.storage.connections import Connection
from blendify.vault import TokenSet, seal, unseal

EARLY = timedelta(seconds=30)
"""An access token this near its end is refreshed before it is used."""
CLAIM_SECONDS = 20


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

    `refused` is a token that the provider has just answered 401 to: it is replaced however long it claims to live.

    Raises  GrantRevoked when only the listener can repair it; ProviderUnavailable when the token host does not answer,
            which says nothing about the grant
    """
    give_up = time.monotonic() + CLAIM_SECONDS + 10
    while time.monotonic() < give_up:
        seen = connections.connection(user_id, provider.name)
        if seen.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        tokens = unseal(seen.tokens, provider=provider.name, user_id=user_id)
        if tokens.access_token != refused and tokens.expires_at - times.now() > EARLY:
            return tokens.access_token
        if connections.claim_refresh(seen, CLAIM_SECONDS):
            return _refresh(provider, application, seen, tokens, http)
        time.sleep(0.2)
    raise ProviderUnavailable(f"another worker is still refreshing the access to {provider.title}")


def _refresh(
    provider: Provider, application: Application, seen: Connection, tokens: TokenSet, http: requests.Session
) -> str:
    """A new token set, stored before it is used; the old refresh token stays when none comes back."""
    try:
        answer = token_endpoint.refresh(provider, application, tokens.refresh_token, http)
        fresh = TokenSet(answer.access_token, answer.refresh_token or tokens.refresh_token, answer.expires_at)
        sealed = seal(fresh, provider=provider.name, user_id=seen.user_id)
    except GrantRevoked:
        connections.mark_reconnect(seen)
        raise
    except Exception:
        connections.release_refresh(seen)
        raise
    connections.keep_tokens(seen, sealed, fresh.expires_at)
    return fresh.access_token
