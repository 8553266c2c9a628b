"""Users, and the providers' accounts that lead to them."""

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
    """The user has left, or is just leaving with this provider: nothing is stored for them any more."""


class AccountTaken(CollectError):
    """Who is logged in cannot have this account: it is another user's, or they have another one there."""


def exists(user_id: str) -> bool:
    """Whether there is such a user: what belongs to one who has left is good for nothing."""
    return state_table().get(keys.user(user_id), keys.profile()) is not None


def user_of(provider: str, account_id: str, *, instead_of: str | None = None, listener: str | None = None) -> str:
    """
    The user to whom a provider's account belongs: found, or made on first sight. Two logins at once make one.

    `instead_of` is a user who has left: the account is then a new one's. `listener` is who is logged in: an account
    that is nobody's becomes theirs.

    Raises  AccountTaken when it is not the listener's, but somebody else's
    """
    pk = keys.account(provider, account_id)
    while True:
        found = state_table().get(pk, "user")
        if found and listener and found["user_id"] != listener:
            if exists(found["user_id"]):
                raise AccountTaken("this account belongs to another user")
            instead_of = found["user_id"]
        if found and found["user_id"] != instead_of:
            return str(found["user_id"])
        fresh = "u" + b32encode(secrets.token_bytes(10)).decode().lower()
        now = times.iso(times.now())
        free = Attr("user_id").eq(instead_of) if found else Attr("pk").not_exists()
        if listener:
            with suppress(ConditionFailed):
                state_table().put(pk, "user", {"user_id": listener, "created_at": now}, only_if=free)
                return listener
            continue
        with suppress(ConditionFailed):
            commit(
                put(pk, "user", {"user_id": fresh, "created_at": now}, only_if=free),
                put(keys.user(fresh), keys.profile(), {"created_at": now}),
            )
            return fresh


@dataclass(frozen=True)
class Account:
    """A provider's account that leads to a user, connected or not; and the application that it came through."""

    provider: str
    account_id: str
    application: str


def own_accounts(user_id: str, provider: str = "") -> Iterator[Account]:
    """The accounts that lead to this user: at one provider, or at all."""
    for item in state_table().query(keys.user(user_id), keys.own_account(provider)):
        yield Account(item["provider"], item["account_id"], item["application"])


def profile(user_id: str) -> dict[str, str]:
    """What is known of the user beside their connections: when they first came."""
    item = state_table().get(keys.user(user_id), "profile") or {}
    return {name: str(item[name]) for name in ("created_at",) if name in item}
