"""
Erasures: what is to be erased of whom, while it is; afterwards a receipt that tells of nobody.

Items    `erasure#<random id>`: scope, moments, counts; the user and their accounts only until it is finished.
         `leaving#<scope>` in the user's partition leads to it, so that the same wish twice is one erasure
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.access.users import Account
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import check, commit, delete, put, update

EVERYTHING = "everything"
"""The scope that is not a provider's name."""
COUNTS = ("facts", "account_items", "exports")
ERASING, ERASED = "erasing", "erased"
SK = "erasure"


class Over(Exception):
    """The erasure is finished: by another execution, or by one of everything."""


@dataclass(frozen=True)
class Erasure:
    """One erasure; `user_id` and `own_accounts` are empty when it is over."""

    erasure_id: str
    scope: str
    status: str
    requested_at: str
    finished_at: str | None = None
    user_id: str = ""
    busy: bool = False
    """A run may have been under way: what it started may still write."""
    own_accounts: tuple[Account, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """Items that were deleted. A worker that dies may have deleted a few more than it has told."""

    @classmethod
    def of(cls, item: Item) -> "Erasure":
        """The erasure that an item of the accounts table holds."""
        return cls(
            erasure_id=item["pk"].removeprefix(keys.erasure("")),
            scope=item["scope"],
            status=item["status"],
            requested_at=item["requested_at"],
            finished_at=item.get("finished_at"),
            user_id=item.get("user_id", ""),
            busy=bool(item.get("busy", False)),
            own_accounts=tuple(Account(**one) for one in item.get("own_accounts", ())),
            counts={name: int(item.get(name, 0)) for name in COUNTS},
        )


def begin(user_id: str, scope: str) -> str:
    """
    The id of a new erasure, or of the one that this user has asked for already; 192 random bits.

    Raises  LookupError when there is no such user
    """
    erasure_id = secrets.token_urlsafe(24)
    item = {"user_id": user_id, "scope": scope, "status": ERASING, "requested_at": times.iso(times.now())}
    try:
        commit(
            check(keys.user(user_id), keys.profile(), only_if=Attr("pk").exists()),
            put(
                keys.user(user_id),
                keys.leaving(scope),
                {"erasure_id": erasure_id},
                only_if=Attr("pk").not_exists(),
            ),
            put(keys.erasure(erasure_id), SK, item),
        )
    except ConditionFailed:
        under_way = current(user_id, scope)
        if under_way is None:
            raise LookupError("the user has left") from None
        return under_way
    return erasure_id


def current(user_id: str, scope: str) -> str | None:
    """The id of the erasure of this scope that the user has asked for, and that is not finished."""
    mark = state_table().get(keys.user(user_id), keys.leaving(scope))
    return str(mark["erasure_id"]) if mark else None


def set_out(user_id: str, scope: str) -> None:
    """From now on the user cannot connect again what is being erased: a new login is another user's."""
    mark = Change(set={"begun": True})
    try:
        state_table().update(keys.user(user_id), keys.leaving(scope), mark, only_if=Attr("pk").exists())
    except ConditionFailed as refused:
        raise Over("the erasure is finished") from refused


def erasure(erasure_id: str) -> Erasure | None:
    """The erasure, or its receipt."""
    item = state_table().get(keys.erasure(erasure_id), SK)
    return Erasure.of(item) if item else None


def remember(seen: Erasure, *, busy: bool = False, own_accounts: Sequence[Account] = ()) -> None:
    """
    Keep what has to be known when the items that told it are gone.

    Raises  Over
    """
    known: dict[str, Any] = {"own_accounts": [asdict(one) for one in own_accounts]} if own_accounts else {}
    if busy:
        known["busy"] = True
    if known:
        _change(seen.erasure_id, Change(set=known))


def count(seen: Erasure, name: str, deleted: int) -> None:
    """
    So many more items are deleted.

    Raises  Over
    """
    _change(seen.erasure_id, Change(add={name: deleted}))


def finish(seen: Erasure) -> None:
    """Nothing is left: the mark goes, and of the erasure a receipt remains. Nothing happens when that is so already."""
    over = _over()
    try:
        commit(
            delete(keys.user(seen.user_id), keys.leaving(seen.scope)),
            update(keys.erasure(seen.erasure_id), SK, over, only_if=Attr("status").eq(ERASING)),
        )
    except ConditionFailed:
        return


def overtake(user_id: str, *, but: str) -> None:
    """All is being erased under the scope `but`: what was begun under others is over with it."""
    for mark in list(_marks(user_id)):
        if mark["sk"] != keys.leaving(but):
            commit(
                delete(keys.user(user_id), mark["sk"]),
                update(keys.erasure(mark["erasure_id"]), SK, _over(), only_if=Attr("pk").exists()),
            )


def _marks(user_id: str) -> Iterator[Item]:
    yield from state_table().query(keys.user(user_id), keys.leaving())


def _over() -> Change:
    told = {"status": ERASED, "finished_at": times.iso(times.now())}
    return Change(set=told, remove=("user_id", "own_accounts", "busy"))


def _change(erasure_id: str, change: Change) -> None:
    try:
        state_table().update(keys.erasure(erasure_id), SK, change, only_if=Attr("status").eq(ERASING))
    except ConditionFailed as refused:
        raise Over("the erasure is finished") from refused
