"""
Bearer tokens: what a listener gives to an application of their own, so that it can read as they do.

Items    `bearer#<hash>` names the user; `token#<id>` in the user's partition holds name and hash, for lists and
         revocation. The token itself is told once and stored nowhere
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

MOST = 20
"""Tokens of one user."""
PREFIX = "blendify_"
"""So that scanners for leaked secrets know one when they see it."""


@dataclass(frozen=True)
class BearerToken:
    """One token as its owner may see it again."""

    token_id: str
    name: str
    created_at: str

    @classmethod
    def of(cls, item: Item) -> "BearerToken":
        """The token that an item of the user's partition tells of."""
        return cls(item["sk"].removeprefix(keys.token()), item["name"], item["created_at"])


@dataclass(frozen=True)
class Made:
    """A new token, with its secret."""

    told: BearerToken
    token: str = field(repr=False)


def make(user_id: str, name: str) -> Made | None:
    """A new token; None when the user has `MOST` of them."""
    token, token_id = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(8)
    made = BearerToken(token_id, name, times.iso(times.now()))
    kept = {"name": name, "created_at": made.created_at, "hash": _hash(token)}
    room = Attr("pk").exists() & (Attr("bearer_tokens").not_exists() | Attr("bearer_tokens").lt(MOST))
    try:
        commit(
            update(keys.user(user_id), keys.profile(), Change(add={"bearer_tokens": 1}), only_if=room),
            put(keys.user(user_id), keys.token(token_id), kept),
            put(keys.bearer(_hash(token)), "bearer", {"user_id": user_id}),
        )
    except ConditionFailed:
        return None
    return Made(made, token)


def kept(user_id: str) -> Iterator[BearerToken]:
    """The user's tokens, oldest first."""
    items = state_table().query(keys.user(user_id), keys.token())
    yield from sorted((BearerToken.of(item) for item in items), key=lambda one: (one.created_at, one.token_id))


def revoke(user_id: str, token_id: str) -> bool:
    """The token is worth nothing from now on; False when this user has none of that id."""
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


def user(token: str) -> str | None:
    """Who gave this token; None when it is none of ours, revoked, or its user has left."""
    if not token.startswith(PREFIX):
        return None
    item = state_table().get(keys.bearer(_hash(token)), "bearer")
    return str(item["user_id"]) if item and users.exists(str(item["user_id"])) else None


def _hash(token: str) -> str:
    return sha256(token.encode(errors="backslashreplace")).hexdigest()
