"""Tokens of Spotify listeners as they are stored, and what a worker gets."""

from dataclasses import replace
from typing import Any

import pytest

from blendify.access import connections
from blendify.access.access_tokens import Wanted, fresh_access_token
from blendify.access.applications import application
from blendify.access.token_vault import TokenSet, seal, unseal
from blendify.core import times
from blendify.core.errors import CollectError
from blendify.core.http import http_session
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.providers import PROVIDERS
from tests.unit.visible import items

SPOTIFY = PROVIDERS["spotify"]
REFUSAL: dict[str, Any] = {
    "status": 400,
    "body": {"error": "invalid_grant", "error_description": "Refresh token revoked"},
}


def fresh(user_id: str, refused: str | None = None, *, for_others: bool = True) -> str:
    wanted = Wanted(refused, for_others=for_others)
    return fresh_access_token(SPOTIFY, application("spotify"), user_id, http_session(), wanted)


def stored_tokens(user_id: str) -> TokenSet:
    return unseal(connections.connection(user_id, "spotify").tokens, provider="spotify", user_id=user_id)


def status(user_id: str) -> str:
    return connections.connection(user_id, "spotify").status


def claimed() -> bool:
    return any("refreshing_until" in item for item in items())


def counted_users() -> list[str]:
    """The users whose refused grants were counted."""
    return [item["user_id"] for item in state_table().query(keys.revoked("spotify", "default"))]


def error_name(user_id: str) -> str:
    """The class of the error that a worker of this user gets."""
    with pytest.raises(CollectError) as raised:
        fresh(user_id)
    return type(raised.value).__name__


def expire(user_id: str) -> None:
    """Let the stored access token expire."""
    connection, tokens = connections.connection(user_id, "spotify"), stored_tokens(user_id)
    expired = replace(tokens, expires_at=times.now())
    sealed = seal(expired, provider="spotify", user_id=user_id)
    assert connections.replace_tokens(connection, sealed, expired.expires_at)
