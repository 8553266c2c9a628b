"""
Bearer tokens: a listener gives one to an application of their own, which can then read what they can read.

Items    `bearer#<hash>` names the user and the token's end; `token#<id>` in the user's partition has name, end and
         hash, for lists and revocation. The token itself is shown once and not stored
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from boto3.dynamodb.conditions import Attr

from blendify.access import users
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import commit, delete, put, update

MAX_TOKENS = 20
"""Tokens of one user."""
PREFIX = "blendify_"
"""Lets scanners for leaked secrets recognise a token."""


@dataclass(frozen=True)
class BearerToken:
    """A token as its user can list it: without its secret."""

    token_id: str
    name: str
    created_at: str
    expires_at: str | None
    """From then on it opens nothing (ISO 8601); None for a token without an end."""

    @classmethod
    def of(cls, item: Item) -> "BearerToken":
        """The token that an item of the user's partition describes."""
        return cls(item["sk"].removeprefix(keys.token()), item["name"], item["created_at"], item.get("ends_at"))

    @property
    def ended(self) -> bool:
        """Whether its end has come."""
        return self.expires_at is not None and times.parse(self.expires_at) <= times.now()


@dataclass(frozen=True)
class NewBearerToken:
    """A new token, with its secret."""

    bearer_token: BearerToken
    secret: str = field(repr=False)


def create(user_id: str, name: str, expires_at: str | None = None) -> NewBearerToken | None:
    """A new token, which opens nothing from `expires_at` (ISO 8601) on; None when the user has `MAX_TOKENS` already."""
    secret, token_id = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(8)
    token = BearerToken(token_id, name, times.iso(times.now()), expires_at)
    # Not `expires_at`: DynamoDB deletes items by that one, and a token stays in the list until its listener removes it.
    end = {"ends_at": expires_at} if expires_at else {}
    item = {"name": name, "created_at": token.created_at, "hash": _hash(secret), **end}
    room = Attr("pk").exists() & (Attr("bearer_tokens").not_exists() | Attr("bearer_tokens").lt(MAX_TOKENS))
    try:
        commit(
            update(keys.user(user_id), keys.profile(), Change(add={"bearer_tokens": 1}), only_if=room),
            put(keys.user(user_id), keys.token(token_id), item),
            put(keys.bearer(_hash(secret)), "bearer", {"user_id": user_id, **end}),
        )
    except ConditionFailed:
        return None
    return NewBearerToken(token, secret)


def list_tokens(user_id: str) -> Iterator[BearerToken]:
    """The user's tokens, oldest first."""
    tokens = map(BearerToken.of, state_table().query(keys.user(user_id), keys.token()))
    yield from sorted(tokens, key=lambda token: (token.created_at, token.token_id))


def revoke(user_id: str, token_id: str) -> bool:
    """Make the token invalid; False when the user has none with this id."""
    item = state_table().get(keys.user(user_id), keys.token(token_id))
    if item is None:
        return False
    try:
        commit(
            delete(keys.user(user_id), keys.token(token_id), only_if=Attr("pk").exists()),
            delete(keys.bearer(item["hash"]), "bearer"),
            update(keys.user(user_id), keys.profile(), Change(add={"bearer_tokens": -1}), only_if=Attr("pk").exists()),
        )
    except ConditionFailed:
        return False
    return True


def user_id_of(secret: str) -> str | None:
    """The token's user; None when it is not a token of ours, was revoked or has ended, or its user has been erased."""
    if not secret.startswith(PREFIX):
        return None
    item = state_table().get(keys.bearer(_hash(secret)), "bearer")
    if item is None or ("ends_at" in item and times.parse(item["ends_at"]) <= times.now()):
        return None
    return str(item["user_id"]) if users.exists(str(item["user_id"])) else None


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="backslashreplace")).hexdigest()
