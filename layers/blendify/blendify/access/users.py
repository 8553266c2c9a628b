"""Users, and the provider accounts that belong to them."""

import secrets
from base64 import b32encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase

from blendify.core import times
from blendify.core.errors import CollectError
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import commit, put

if TYPE_CHECKING:
    from blendify.providers.provider import Profile


UNTOLD_ZONE = "UTC"
"""The time zone of a user whose browser has not told one."""


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
    """What is stored about the user apart from connections: when they first connected, and what they have chosen."""
    item = state_table().get(keys.user(user_id), keys.profile()) or {}
    return {name: str(item[name]) for name in ("created_at", "time_zone", "play_seconds") if name in item}


def set_play_seconds(user_id: str, seconds: int) -> bool:
    """
    Keep for how long something must have been heard to count as a play; returns whether that is another choice.

    Raises  UserGone
    """
    before = profile(user_id).get("play_seconds")
    change = Change(set={"play_seconds": seconds})
    try:
        state_table().update(keys.user(user_id), keys.profile(), change, only_if=Attr("pk").exists())
    except ConditionFailed as refused:
        raise UserGone("the user has left") from refused
    return before != str(seconds)


def set_time_zone(user_id: str, time_zone: str) -> bool:
    """
    Keep the user's time zone, an IANA name; returns whether it is another one than before, which is UTC at first.

    Raises  UserGone
    """
    there, before = Attr("pk").exists(), profile(user_id).get("time_zone", UNTOLD_ZONE)
    change = Change(set={"time_zone": time_zone})
    try:
        state_table().update(
            keys.user(user_id), keys.profile(), change, only_if=there & Attr("time_zone").ne(time_zone)
        )
    except ConditionFailed as refused:
        if refused.stored is None:
            raise UserGone("the user has left") from refused
        return False
    return before != time_zone


def some_users(place: Item | None) -> tuple[list[str], Item | None]:
    """The ids of users from a place on, and the next place; None behind the last one. Reads the whole table."""
    items, place = state_table().scan(Attr("sk").eq(keys.profile()), place)
    return [str(item["pk"]).removeprefix(keys.user("")) for item in items], place


def own_accounts(user_id: str, provider: str = "") -> Iterator[Account]:
    """The accounts that belong to this user, at one provider or at all."""
    for item in state_table().query(keys.user(user_id), keys.own_account(provider)):
        yield Account(item["provider"], item["account_id"], item["application"])


def known_profile(provider: str, profile: "Profile") -> "Profile":
    """
    The profile with the account id by which the account is known, even where today's profile does not give it.

    An alias that belongs to another account by now is left out.
    """
    known = {name: _account_of(provider, name) for name in (profile.account_id, *profile.aliases) if name}
    account_id = known.get(profile.account_id)
    if account_id not in (None, profile.account_id):
        return replace(profile, account_id=str(account_id), aliases=(profile.account_id,))
    own = tuple(name for name in profile.aliases if known[name] in (None, name, profile.account_id))
    return replace(profile, aliases=own)


def _account_of(provider: str, name: str) -> str | None:
    """The id of the account that is known by this name; None when none is."""
    item = state_table().get(keys.account(provider, name), "user")
    return str(item.get("account_id", name)) if item else None


def of_account(provider: str, account_id: str) -> str | None:
    """The id of the user to whom a provider account belongs; None when it is nobody's yet."""
    item = state_table().get(keys.account(provider, account_id), "user")
    return str(item["user_id"]) if item else None


def find_or_create_user(
    provider: str,
    account_id: str,
    *,
    aliases: tuple[str, ...] = (),
    erased_user_id: str | None = None,
    session_user_id: str | None = None,
) -> str:
    """
    The user to whom a provider account belongs, created at the first login. Two concurrent logins create one user.

    aliases          further ids of the account: a user who is known by one of them alone is this one
    erased_user_id   a user who has left: their account goes to a new user
    session_user_id  the logged-in user: an account without a user becomes theirs

    Raises  AccountTaken when the account belongs to a user other than the logged-in one
    """
    names, gone = (account_id, *aliases), {erased_user_id}
    while True:
        pointers = {name: state_table().get(keys.account(provider, name), "user") for name in names}
        owners = [str(item["user_id"]) for item in pointers.values() if item and item["user_id"] not in gone]
        owner = owners[0] if owners else None
        if owner and session_user_id not in (None, owner):
            if exists(owner):
                raise AccountTaken("this account belongs to another user")
            gone.add(owner)
            continue
        user_id = owner or session_user_id or "u" + b32encode(secrets.token_bytes(10)).decode().lower()
        now = times.iso(times.now())
        pointer = {"user_id": user_id, "account_id": account_id, "created_at": now}
        writes = [
            put(keys.account(provider, name), "user", pointer, only_if=_unchanged(item))
            for name, item in pointers.items()
            if not item
            or item["user_id"] in gone
            or (item["user_id"] == user_id and item.get("account_id") != account_id)
        ]
        if not owner and not session_user_id:
            writes.append(put(keys.user(user_id), keys.profile(), {"created_at": now}))
        if not writes:
            return user_id
        with suppress(ConditionFailed):
            commit(*writes)
            return user_id


def _unchanged(item: Item | None) -> ConditionBase:
    return Attr("user_id").eq(item["user_id"]) if item else Attr("pk").not_exists()
