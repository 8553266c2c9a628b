"""Connections: one user's grant at one provider, with its sealed tokens."""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.access import whole_readings
from blendify.access.users import AccountTaken, UserGone, own_accounts
from blendify.core import times
from blendify.core.data_types import Outcome
from blendify.core.errors import CollectError
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, put, update
from blendify.schedule import due_connections
from blendify.schedule.polling_plan import Plan

if TYPE_CHECKING:
    from blendify.providers.provider import Profile

ACTIVE, RECONNECT = "active", "reconnect"
MAX_NAME_CHARACTERS = 200
"""Of a display name; the rest is cut off, as an item takes no more than 400 KB."""


class NotConnected(CollectError):
    """The user has no connection to this provider, or has disconnected it."""

    outcome = Outcome.RECONNECT


@dataclass(frozen=True)
class Connection:
    """One user's grant at one provider; the tokens in it are sealed."""

    user_id: str
    provider: str
    application: str
    account_id: str
    provider_user_id: str
    display_name: str
    scopes: tuple[str, ...]
    status: str
    authorized_at: str
    connected_at: str
    """When it was made; connecting again leaves it, and disconnecting ends it."""
    tokens: bytes = field(repr=False)
    tokens_version: int
    expires_at: datetime
    """When the access token expires."""
    lease: str | None = None
    """The sync that holds the lease, or the last one that did not release it."""
    doubted_since: str | None = None
    """When the provider first refused the grant (ISO 8601), as long as no later call has confirmed or cleared that."""
    announced: int | None = None
    """How many days before its end the grant was last announced."""
    plan: Plan | None = None
    """When the next sync is due; None before the first sync has ended."""

    @classmethod
    def of(cls, user_id: str, item: Item) -> "Connection":
        """The connection in an item of the state table."""
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
            connected_at=item.get("connected_at") or item["authorized_at"],
            tokens=item["tokens"],
            tokens_version=int(item["tokens_version"]),
            expires_at=times.parse(item["access_expires_at"]),
            lease=item.get("lease_sync_id"),
            doubted_since=item.get("doubted_since"),
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
        raise NotConnected("this account is not connected, or was disconnected")
    return Connection.of(user_id, item)


def connections(user_id: str) -> Iterator[Connection]:
    """All connections of one user."""
    for item in state_table().query(keys.user(user_id), keys.connection("")):
        yield Connection.of(user_id, item)


def require_single_account(user_id: str, provider: str, profile: "Profile") -> None:
    """
    Allow one account per user and provider, even a disconnected one: a history could not tell two of them apart.

    Raises  AccountTaken
    """
    names = {profile.account_id, *profile.aliases}
    own = {account.account_id for account in own_accounts(user_id, provider)}
    with suppress(NotConnected):
        own.add(connection(user_id, provider).account_id)
    if own and not own & names:
        raise AccountTaken("this user has connected another account of the same provider")


@dataclass(frozen=True)
class Grant:
    """The result of a consent: stored at the login, replaced by the next one."""

    application: str
    scopes: tuple[str, ...]
    tokens: bytes = field(repr=False)
    access_expires_at: datetime


def connect(user_id: str, provider: str, profile: "Profile", grant: Grant) -> None:
    """
    Store the grant; connecting again keeps the user and repairs a connection that needs it.

    The connection is scheduled at once, in case the sync that follows a login does not start.
    Raises  UserGone
    """
    now, where = times.iso(times.now()), keys.user(user_id)
    before = state_table().get(where, keys.connection(provider)) or {"authorized_at": now}
    granted = Change(
        set={
            "provider": provider,
            "application": grant.application,
            "account_id": profile.account_id,
            "provider_user_id": profile.provider_user_id,
            "display_name": profile.display_name.encode(errors="backslashreplace").decode()[:MAX_NAME_CHARACTERS],
            "scopes": list(grant.scopes),
            "status": ACTIVE,
            "authorized_at": now,
            "connected_at": before.get("connected_at") or before["authorized_at"],
            # Random: a worker that still has the tokens of a deleted connection must not match this one.
            "tokens_version": secrets.randbits(50),
            **_tokens(grant.tokens, grant.access_expires_at),
            **due_connections.first_entry(user_id),
        },
        remove=("refreshing_until", "announced", "doubted_since"),
    )
    # One transaction, so that a login during an erasure does not restore anything.
    try:
        commit(
            update(where, keys.connection(provider), granted),
            *(
                put(where, keys.own_account(provider, name), _own_account(provider, name, grant.application))
                for name in (profile.account_id, *profile.aliases)
            ),
            check(where, keys.profile(), only_if=Attr("pk").exists()),
            check(where, keys.leaving(provider), only_if=Attr("begun").not_exists()),
        )
    except ConditionFailed as refused:
        raise UserGone(f"user {user_id} has left") from refused
    whole_readings.begin(user_id, provider)


def disconnect(user_id: str, provider: str) -> Item | None:
    """
    Delete the connection, its tokens and its place in the schedule; returns its item, None when there was none.

    The account still belongs to the user.
    """
    item = state_table().get(keys.user(user_id), keys.connection(provider))
    if item is None:
        return None
    account = _own_account(provider, item["account_id"], item["application"])
    # A connection that was stored before there were such items has none.
    state_table().put(keys.user(user_id), keys.own_account(provider, item["account_id"]), account)
    return state_table().delete(keys.user(user_id), keys.connection(provider))


def _own_account(provider: str, account_id: str, application: str) -> dict[str, str]:
    return {"provider": provider, "account_id": account_id, "application": application}


def _tokens(sealed: bytes, expires_at: datetime) -> dict[str, Any]:
    return {"tokens": sealed, "access_expires_at": times.iso(expires_at)}


def replace_tokens(connection: Connection, sealed: bytes, expires_at: datetime) -> bool:
    """Replace the tokens of `connection`; False when they were replaced meanwhile, e.g. by a new login."""
    return _update_if_unchanged(
        connection, Change(set=_tokens(sealed, expires_at), add={"tokens_version": 1}, remove=("refreshing_until",))
    )


def require_reconnect(connection: Connection) -> bool:
    """Set the connection to `reconnect` and unschedule it; False when a new login has repaired it meanwhile."""
    return _update_if_unchanged(
        connection,
        Change(set={"status": RECONNECT}, remove=("refreshing_until", "doubted_since", *due_connections.ENTRY)),
    )


def restore(user_id: str, provider: str) -> bool:
    """Undo `require_reconnect` for a grant that is valid after all; False when the status is not `reconnect`."""
    given_up = Attr("status").eq(RECONNECT)
    repaired = Change(set={"status": ACTIVE, **due_connections.first_entry(user_id)})
    return _update_if(user_id, provider, repaired, given_up)


def record_announcement(connection: Connection, days: int) -> bool:
    """Record that the end was announced this many days ahead; False when it was before, or the grant is a newer one."""
    same_grant = Attr("authorized_at").eq(connection.authorized_at)
    not_yet = Attr("announced").not_exists() | Attr("announced").gt(days)
    return _update_if(connection.user_id, connection.provider, Change(set={"announced": days}), same_grant & not_yet)


def claim_refresh(connection: Connection, seconds: int) -> int | None:
    """Claim the refresh of this connection's tokens for at most `seconds`; None while another worker has the claim."""
    now = times.milliseconds(times.now())
    free = Attr("refreshing_until").not_exists() | Attr("refreshing_until").lt(now)
    # This worker may not know yet that the refresh it waited for ended the grant.
    alive = Attr("status").eq(ACTIVE)
    until = now + seconds * 1000
    return until if _update_if_unchanged(connection, Change(set={"refreshing_until": until}), free & alive) else None


def release_refresh(connection: Connection, claim: int) -> bool:
    """Give the claim back, so that another worker can refresh; False when the tokens were replaced meanwhile."""
    return _update_if_unchanged(connection, Change(remove=("refreshing_until",)), Attr("refreshing_until").eq(claim))


def _update_if_unchanged(connection: Connection, change: Change, also: ConditionBase | None = None) -> bool:
    same = Attr("tokens_version").eq(connection.tokens_version)
    return _update_if(connection.user_id, connection.provider, change, same & also if also else same)


def _update_if(user_id: str, provider: str, change: Change, condition: ConditionBase) -> bool:
    try:
        state_table().update(keys.user(user_id), keys.connection(provider), change, only_if=condition)
    except ConditionFailed:
        return False
    return True
