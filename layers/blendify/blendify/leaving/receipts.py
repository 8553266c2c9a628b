"""
Erasures: what is to be erased while one is under way, and afterwards a receipt that identifies nobody.

Items    `erasure#<random id>`: scope, moments, counts; the user and their accounts only until it is finished.
         `leaving#<scope>` in the user's partition points to it, so that asking twice for the same makes one erasure;
         `erased#<provider>` there says when an erasure of one provider was last asked for
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.access.users import Account
from blendify.core import times
from blendify.db import keys
from blendify.db.state_table import Change, ConditionFailed, Item, state_table
from blendify.db.transactions import Write, check, commit, delete, put, update

EVERYTHING = "everything"
"""
The scope of a full erasure; other scopes are a provider's name, `import:` and an import's id, or `replaced:` and a
provider's name.
"""
_IMPORT, _REPLACED = "import:", "replaced:"
COUNTS = ("facts", "account_items", "exports", "uploads")
ERASING, ERASED = "erasing", "erased"
SK = "erasure"


class AlreadyFinished(Exception):
    """The erasure is finished: by another execution, or because a full erasure superseded it."""


@dataclass(frozen=True)
class Erasure:
    """One erasure; `user_id` and `own_accounts` are empty once it is finished."""

    erasure_id: str
    scope: str
    status: str
    requested_at: str
    finished_at: str | None = None
    user_id: str = ""
    busy: bool = False
    """A sync or an export may have been running: its workers may still write."""
    own_accounts: tuple[Account, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    """Deleted items. A worker that dies may have deleted a few more than it has counted."""

    @classmethod
    def of(cls, item: Item) -> "Erasure":
        """The erasure in an item of the state table."""
        return cls(
            erasure_id=item["pk"].removeprefix(keys.erasure("")),
            scope=item["scope"],
            status=item["status"],
            requested_at=item["requested_at"],
            finished_at=item.get("finished_at"),
            user_id=item.get("user_id", ""),
            busy=bool(item.get("busy", False)),
            own_accounts=tuple(Account(**account) for account in item.get("own_accounts", ())),
            counts={name: int(item.get(name, 0)) for name in COUNTS},
        )


def of_import(import_id: str) -> str:
    """The scope that takes one import back."""
    return f"{_IMPORT}{import_id}"


def import_in(scope: str) -> str | None:
    """The import that a scope takes back; None for every other scope."""
    return scope.removeprefix(_IMPORT) if scope.startswith(_IMPORT) else None


def of_replaced(provider: str) -> str:
    """The scope of what was replaced of a provider whose account stays."""
    return f"{_REPLACED}{provider}"


def replaced_in(scope: str) -> str | None:
    """The provider whose replaced records go with a scope; None for every other scope."""
    return scope.removeprefix(_REPLACED) if scope.startswith(_REPLACED) else None


def begin(user_id: str, scope: str) -> str:
    """
    The id of a new erasure, or of the unfinished one that the user asked for before; 192 random bits.

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
        unfinished = current(user_id, scope)
        if unfinished is None:
            raise LookupError("the user has left") from None
        return unfinished
    return erasure_id


def current(user_id: str, scope: str) -> str | None:
    """The id of the user's unfinished erasure of this scope; None without one."""
    pointer = state_table().get(keys.user(user_id), keys.leaving(scope))
    return str(pointer["erasure_id"]) if pointer else None


def block_reconnect(user_id: str, scope: str) -> None:
    """
    Make every later login with an account that is being erased a new user's.

    Raises  AlreadyFinished
    """
    begun = Change(set={"begun": True})
    try:
        state_table().update(keys.user(user_id), keys.leaving(scope), begun, only_if=Attr("pk").exists())
    except ConditionFailed as refused:
        raise AlreadyFinished("the erasure is finished") from refused


def erasure(erasure_id: str) -> Erasure | None:
    """The erasure, or its receipt."""
    item = state_table().get(keys.erasure(erasure_id), SK)
    return Erasure.of(item) if item else None


def remember(erasure: Erasure, *, busy: bool = False, own_accounts: Sequence[Account] = ()) -> None:
    """
    Store in the erasure what later passes must know although the items that say it are being deleted.

    Raises  AlreadyFinished
    """
    values: dict[str, Any] = {}
    if own_accounts:
        values["own_accounts"] = [asdict(account) for account in own_accounts]
    if busy:
        values["busy"] = True
    if values:
        _change(erasure.erasure_id, Change(set=values))


def count(erasure: Erasure, name: str, deleted: int) -> None:
    """
    Add to the number of deleted items; `name` is one of `COUNTS`.

    Raises  AlreadyFinished
    """
    _change(erasure.erasure_id, Change(add={name: deleted}))


def finish(erasure: Erasure) -> None:
    """
    Remove the pointer to the erasure and turn it into a receipt; does nothing when that has happened already.

    A user who stays is marked: a restored backup must not bring back what one of their providers gave before.
    """
    where = keys.user(erasure.user_id)
    marks = [] if erasure.scope == EVERYTHING or replaced_in(erasure.scope) else [_mark(where, erasure)]
    try:
        commit(
            delete(where, keys.leaving(erasure.scope)),
            *marks,
            update(keys.erasure(erasure.erasure_id), SK, _to_receipt(), only_if=Attr("status").eq(ERASING)),
        )
    except ConditionFailed:
        return


def supersede(user_id: str, *, by: str) -> None:
    """Finish the user's erasures of all scopes except `by`, which covers them."""
    for pointer in list(state_table().query(keys.user(user_id), keys.leaving())):
        if pointer["sk"] != keys.leaving(by):
            commit(
                delete(keys.user(user_id), pointer["sk"]),
                update(keys.erasure(pointer["erasure_id"]), SK, _to_receipt(), only_if=Attr("pk").exists()),
            )


def _mark(where: str, erasure: Erasure) -> Write:
    return put(where, keys.erased(erasure.scope), {"requested_at": erasure.requested_at})


def _to_receipt() -> Change:
    finished = {"status": ERASED, "finished_at": times.iso(times.now())}
    return Change(set=finished, remove=("user_id", "own_accounts", "busy"))


def _change(erasure_id: str, change: Change) -> None:
    try:
        state_table().update(keys.erasure(erasure_id), SK, change, only_if=Attr("status").eq(ERASING))
    except ConditionFailed as refused:
        raise AlreadyFinished("the erasure is finished") from refused
