"""The connections of users to providers: grants with their sealed tokens."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.access.users import AccountTaken, UserGone, own_accounts
from blendify.core import times
from blendify.core.errors import CollectError
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, put, update
from blendify.providers.provider import Profile
from blendify.schedule import due_connections
from blendify.schedule.polling_plan import Plan

ACTIVE, RECONNECT = "active", "reconnect"


class NotConnected(CollectError):
    """The user has no connection to this provider, or has ended it."""


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
            plan=due_connections.plan_of(item),
        )


def connection(user_id: str, provider: str) -> Connection:
    """
    The user's connection, read strongly consistent.

    Raises  NotConnected
    """
    item = state_table().get(keys.user(user_id), keys.connection(provider))
    if item is None:
        raise NotConnected("the listener has not connected this account, or has disconnected it")
    return Connection.of(user_id, item)


def connections(user_id: str) -> Iterator[Connection]:
    """All connections of one user."""
    for item in state_table().query(keys.user(user_id), keys.connection("")):
        yield Connection.of(user_id, item)


def only_account(user_id: str, provider: str, profile: Profile) -> None:
    """
    One user has one account at a provider, also after it was disconnected: two in one history could not be told apart.

    Raises  AccountTaken
    """
    names = {profile.account_id, profile.provider_user_id}
    own = {account.account_id for account in own_accounts(user_id, provider)}
    try:
        seen = connection(user_id, provider)
        own |= {seen.account_id, seen.provider_user_id}
    except NotConnected:
        pass
    if own and not own & names:
        raise AccountTaken("this user has connected another account of the same provider")


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
    Raises  UserGone
    """
    now, where = times.iso(times.now()), keys.user(user_id)
    granted = Change(
        set={
            "provider": provider,
            "application": grant.application,
            "account_id": profile.account_id,
            "provider_user_id": profile.provider_user_id,
            "display_name": profile.display_name.encode(errors="backslashreplace").decode(),
            "scopes": list(grant.scopes),
            "status": ACTIVE,
            "authorized_at": now,
            # Not counted from 1: whoever still holds the tokens of a connection that was ended must not meet this one.
            "tokens_version": secrets.randbits(50),
            **_tokens(grant.tokens, grant.access_expires_at),
            **due_connections.begun(user_id),
        },
        remove=("refreshing_until", "announced"),
    )
    account = _own_account(provider, profile.account_id, grant.application)
    # In one step, so that a login in the middle of an erasure does not bring anything back.
    try:
        commit(
            update(where, keys.connection(provider), granted),
            put(where, keys.own_account(provider, profile.account_id), account),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
            check(where, keys.leaving(provider), only_if=Attr("begun").not_exists()),
        )
    except ConditionFailed as refused:
        raise UserGone(f"user {user_id} has left") from refused


def disconnect(user_id: str, provider: str) -> Item | None:
    """
    Destroy the connection with its tokens and its place on the schedule; answers its item, None when there was none.

    The account still leads to the user
    """
    item = state_table().get(keys.user(user_id), keys.connection(provider))
    if item is None:
        return None
    account = _own_account(provider, item["account_id"], item["application"])
    # Connections from before it was kept do not have it.
    state_table().put(keys.user(user_id), keys.own_account(provider, item["account_id"]), account)
    return state_table().delete(keys.user(user_id), keys.connection(provider))


def _own_account(provider: str, account_id: str, application: str) -> dict[str, str]:
    return {"provider": provider, "account_id": account_id, "application": application}


def _tokens(sealed: bytes, expires_at: datetime) -> dict[str, Any]:
    return {"tokens": sealed, "access_expires_at": times.iso(expires_at)}


def keep_tokens(seen: Connection, sealed: bytes, expires_at: datetime) -> bool:
    """Replace the tokens that `seen` held; False when somebody (a new login, say) was there first."""
    return _if_unchanged(
        seen, Change(set=_tokens(sealed, expires_at), add={"tokens_version": 1}, remove=("refreshing_until",))
    )


def mark_reconnect(seen: Connection) -> bool:
    """The grant is dead, and nothing of it is due any more; False when a new login has repaired it meanwhile."""
    return _if_unchanged(seen, Change(set={"status": RECONNECT}, remove=("refreshing_until", *due_connections.ENTRY)))


def restore(user_id: str, provider: str) -> bool:
    """The grant was not dead after all; False when the connection is not marked (any more)."""
    marked = Attr("status").eq(RECONNECT)
    return _if(user_id, provider, Change(set={"status": ACTIVE, **due_connections.begun(user_id)}), marked)


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
        state_table().update(keys.user(user_id), keys.connection(provider), change, only_if=condition)
    except ConditionFailed:
        return False
    return True
