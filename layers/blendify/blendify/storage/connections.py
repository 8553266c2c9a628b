"""Users and their connections to providers."""

import secrets
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify import times
from blendify.errors import CollectError
from blendify.planning import Plan
from blendify.providers.table import Profile
from blendify.storage import keys, schedule
from blendify.storage.accounts import Change, ConditionFailed, Item, accounts

ACTIVE, RECONNECT = "active", "reconnect"


class NotConnected(CollectError):
    """The user has no connection to this provider."""


@dataclass(frozen=True)
class Connection:
    """One user's grant at one provider; the tokens stay sealed in it."""

    user_id: str
    provider: str
    application: str
    account_id: str
    provider_user_id: str
    display_name: str
    scopes: tuple[str, ...]
    status: str
    authorized_at: str
    tokens: bytes = field(repr=False)
    tokens_version: int
    expires_at: datetime
    """When the access token ends."""
    lease: str | None = None
    """The run that has this connection, or had it last without giving it back."""
    announced: int | None = None
    """How many days before its end the grant was last announced to be ending."""
    plan: Plan | None = None
    """When it is due; None as long as no run has ended since there is a schedule."""

    @classmethod
    def of(cls, user_id: str, item: Item) -> "Connection":
        """The connection that an item of the accounts table holds."""
        return cls(
            user_id=user_id,
            provider=item["provider"],
            application=item["application"],
            account_id=item["account_id"],
            provider_user_id=item["provider_user_id"],
            display_name=item["display_name"],
            scopes=tuple(item["scopes"]),
            status=item["status"],
            authorized_at=item["authorized_at"],
            tokens=item["tokens"],
            tokens_version=int(item["tokens_version"]),
            expires_at=times.parse(item["access_expires_at"]),
            lease=item.get("lease_sync_id"),
            announced=int(item["announced"]) if "announced" in item else None,
            plan=schedule.plan_of(item),
        )


def connection(user_id: str, provider: str) -> Connection:
    """
    The user's connection, read strongly consistent.

    Raises  NotConnected
    """
    item = accounts().get(keys.user(user_id), keys.connection(provider))
    if item is None:
        raise NotConnected(f"user {user_id} has no connection to {provider}")
    return Connection.of(user_id, item)


def connections(user_id: str) -> Iterator[Connection]:
    """All connections of one user."""
    for item in accounts().query(keys.user(user_id), keys.connection("")):
        yield Connection.of(user_id, item)


def user_of(provider: str, account_id: str) -> str:
    """The user to whom a provider's account belongs: found, or made on first sight. Two logins at once make one."""
    pk = keys.account(provider, account_id)
    fresh = "u" + b32encode(secrets.token_bytes(10)).decode().lower()
    now = times.iso(times.now())
    first = accounts().put_new(pk, "user", {"user_id": fresh, "created_at": now})
    user_id = first["user_id"] if first else fresh
    accounts().put_new(keys.user(user_id), "profile", {"created_at": now})
    return str(user_id)


def profile(user_id: str) -> dict[str, str]:
    """What is known of the user beside their connections: when they first came."""
    item = accounts().get(keys.user(user_id), "profile") or {}
    return {name: str(item[name]) for name in ("created_at",) if name in item}


@dataclass(frozen=True)
class Grant:
    """What a consent gave: stored whole with the login, replaced by the next one."""

    application: str
    scopes: tuple[str, ...]
    tokens: bytes = field(repr=False)
    access_expires_at: datetime


def connect(user_id: str, provider: str, profile: Profile, grant: Grant) -> None:
    """
    Store the grant; a reconnection keeps the user and repairs a dead connection.

    It is on the schedule from now on, in case that the sync which a login starts is not started.
    """
    now = times.iso(times.now())
    accounts().update(
        keys.user(user_id),
        keys.connection(provider),
        Change(
            set={
                "provider": provider,
                "application": grant.application,
                "account_id": profile.account_id,
                "provider_user_id": profile.provider_user_id,
                "display_name": profile.display_name.encode(errors="backslashreplace").decode(),
                "scopes": list(grant.scopes),
                "status": ACTIVE,
                "authorized_at": now,
                **_tokens(grant.tokens, grant.access_expires_at),
                **schedule.begun(user_id),
            },
            add={"tokens_version": 1},
            remove=("refreshing_until", "announced"),
        ),
    )


def _tokens(sealed: bytes, expires_at: datetime) -> dict[str, Any]:
    return {"tokens": sealed, "access_expires_at": times.iso(expires_at)}


def keep_tokens(seen: Connection, sealed: bytes, expires_at: datetime) -> bool:
    """Replace the tokens that `seen` held; False when somebody (a new login, say) was there first."""
    return _if_unchanged(
        seen, Change(set=_tokens(sealed, expires_at), add={"tokens_version": 1}, remove=("refreshing_until",))
    )


def mark_reconnect(seen: Connection) -> bool:
    """The grant is dead, and nothing of it is due any more; False when a new login has repaired it meanwhile."""
    return _if_unchanged(seen, Change(set={"status": RECONNECT}, remove=("refreshing_until", *schedule.ENTRY)))


def restore(user_id: str, provider: str) -> bool:
    """The grant was not dead after all; False when the connection is not marked (any more)."""
    marked = Attr("status").eq(RECONNECT)
    return _if(user_id, provider, Change(set={"status": ACTIVE, **schedule.begun(user_id)}), marked)


def remember_announced(seen: Connection, days: int) -> bool:
    """The end of this grant is announced, so many days ahead; False when that is known, or there is a newer grant."""
    same = Attr("authorized_at").eq(seen.authorized_at)
    new = Attr("announced").not_exists() | Attr("announced").gt(days)
    return _if(seen.user_id, seen.provider, Change(set={"announced": days}), same & new)


def claim_refresh(seen: Connection, seconds: int) -> int | None:
    """This worker's claim to refresh the tokens that `seen` holds; one at a time, for `seconds` at most, else None."""
    now = times.milliseconds(times.now())
    free = Attr("refreshing_until").not_exists() | Attr("refreshing_until").lt(now)
    # Who waited for a refresh that ended the grant may not have seen that yet.
    alive = Attr("status").eq(ACTIVE)
    until = now + seconds * 1000
    return until if _if_unchanged(seen, Change(set={"refreshing_until": until}), free & alive) else None


def release_refresh(seen: Connection, claim: int) -> None:
    """Let another worker try."""
    _if_unchanged(seen, Change(remove=("refreshing_until",)), Attr("refreshing_until").eq(claim))


def _if_unchanged(seen: Connection, change: Change, also: ConditionBase | None = None) -> bool:
    same = Attr("tokens_version").eq(seen.tokens_version)
    return _if(seen.user_id, seen.provider, change, same & also if also else same)


def _if(user_id: str, provider: str, change: Change, condition: ConditionBase) -> bool:
    try:
        accounts().update(keys.user(user_id), keys.connection(provider), change, only_if=condition)
    except ConditionFailed:
        return False
    return True
