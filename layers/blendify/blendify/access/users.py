"""Users, and the provider accounts that belong to them."""

import secrets
from base64 import b32encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from boto3.dynamodb.conditions import Attr

from blendify.core import times
from blendify.core.errors import CollectError
from blendify.db import keys
from blendify.db.state_table import ConditionFailed, state_table
from blendify.db.transactions import commit, put


class UserGone(Exception):
    """The user has been erased, or is leaving this provider just now: nothing more is stored for them."""


class AccountTaken(CollectError):
    """The logged-in user cannot have this account: it is another user's, or they have another one there."""


@dataclass(frozen=True)
class Account:
    """A provider account that belongs to a user, connected or not, and the application it was connected through."""

    provider: str
    account_id: str
    application: str


def exists(user_id: str) -> bool:
    """Whether there is such a user; sessions and tokens of an erased user are invalid."""
    return state_table().get(keys.user(user_id), keys.profile()) is not None


def profile(user_id: str) -> dict[str, str]:
    """What is stored about the user apart from connections: when they first connected."""
    item = state_table().get(keys.user(user_id), "profile") or {}
    return {name: str(item[name]) for name in ("created_at",) if name in item}


def own_accounts(user_id: str, provider: str = "") -> Iterator[Account]:
    """The accounts that belong to this user, at one provider or at all."""
    for item in state_table().query(keys.user(user_id), keys.own_account(provider)):
        yield Account(item["provider"], item["account_id"], item["application"])


def find_or_create_user(
    provider: str, account_id: str, *, erased_user_id: str | None = None, session_user_id: str | None = None
) -> str:
    """
    The user to whom a provider account belongs, created at the first login. Two concurrent logins create one user.

    erased_user_id   a user who has left: their account goes to a new user
    session_user_id  the logged-in user: an account without a user becomes theirs

    Raises  AccountTaken when the account belongs to a user other than the logged-in one
    """
    pk = keys.account(provider, account_id)
    while True:
        item = state_table().get(pk, "user")
        if item and session_user_id and item["user_id"] != session_user_id:
            if exists(item["user_id"]):
                raise AccountTaken("this account belongs to another user")
            erased_user_id = item["user_id"]
        if item and item["user_id"] != erased_user_id:
            return str(item["user_id"])
        new_user_id = "u" + b32encode(secrets.token_bytes(10)).decode().lower()
        now = times.iso(times.now())
        free = Attr("user_id").eq(erased_user_id) if item else Attr("pk").not_exists()
        if session_user_id:
            with suppress(ConditionFailed):
                state_table().put(pk, "user", {"user_id": session_user_id, "created_at": now}, only_if=free)
                return session_user_id
            continue
        with suppress(ConditionFailed):
            commit(
                put(pk, "user", {"user_id": new_user_id, "created_at": now}, only_if=free),
                put(keys.user(new_user_id), keys.profile(), {"created_at": now}),
            )
            return new_user_id
