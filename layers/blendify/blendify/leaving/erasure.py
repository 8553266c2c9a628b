"""
Erasing what is kept of a listener, or of their account at one provider, in passes that can be killed at any point.

A pass deletes whatever it finds, in an order in which nothing that leads to other things goes before these. When one
has come to its end, the machine waits for as long as a worker may still live that had begun before, and a last pass
looks whether anything came back. Then the receipt is written.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from blendify.access import connections, users
from blendify.core import telemetry, times
from blendify.core.settings import exports_bucket, settings
from blendify.db import batch_delete, keys
from blendify.db.batch_delete import BATCH, Key
from blendify.db.state_table import state_table
from blendify.export import status
from blendify.export.status import State
from blendify.history.facts import partitions
from blendify.leaving import disconnect, receipts
from blendify.leaving.receipts import EVERYTHING, Erasure, Over

QUIET = timedelta(seconds=120)
"""Nobody was collecting: longer than any other function lives that writes to a user's items."""
LATEST_WORKER = timedelta(seconds=960)
"""Longer than a collector or who prepares an export lives, 900 s, from the moment on at which its run was ended."""
LONGEST_RUN = timedelta(days=7)
"""A run that never ended and began longer ago is dead: its execution cannot live longer."""
RESERVE_SECONDS = 30.0
"""A page is begun only with this much of the Lambda's time left."""


class _TimeUp(Exception):
    """The Lambda's time is up: the next pass goes on."""


def erase(erasure_id: str, seconds_left: Callable[[], float], *, waited: bool) -> dict[str, Any]:
    """
    One pass; `waited` says that the machine has waited since the last one.

    Answers {"status": "more", "waited"}, {"status": "wait", "seconds"} or {"status": "erased"}
    """
    one = receipts.erasure(erasure_id)
    if one is None:
        raise LookupError("there is no such erasure: give the erasure_id of one that was asked for")
    if one.status == receipts.ERASED:
        return {"status": "erased"}
    sweep = _Sweep(one, seconds_left)
    try:
        sweep.run()
    except _TimeUp:
        # What came back after the wait is waited for once more.
        return {"status": "more", "waited": waited and not sweep.found}
    except Over:
        return {"status": "erased"}
    if waited and not sweep.found:
        receipts.finish(one)
        telemetry.logger.info("Erased", extra={"scope": one.scope})
        return {"status": "erased"}
    busy = waited or sweep.busy
    return {"status": "wait", "seconds": int((LATEST_WORKER if busy else QUIET).total_seconds())}


def begin(erasure_id: str) -> None:
    """What a listener need not wait for: the tokens are destroyed; of everything, all logins are over as well."""
    one = receipts.erasure(erasure_id)
    if one and one.status == receipts.ERASING:
        with suppress(Over):
            _Sweep(one, lambda: 2 * RESERVE_SECONDS).lock_up()


class _Sweep:
    """One pass over all that is in an erasure's scope; `found` counts what was there to be deleted."""

    def __init__(self, one: Erasure, seconds_left: Callable[[], float]) -> None:
        self._one, self._seconds_left = one, seconds_left
        self._user = one.user_id
        self._provider = None if one.scope == EVERYTHING else one.scope
        self.found = 0
        self.busy = one.busy

    def run(self) -> None:
        """Delete everything in scope; raises _TimeUp, Over."""
        self.lock_up()
        if self._provider is None:
            self._logins()
        self._own_accounts()
        self._history()
        self._own_items()
        # They hold something of every provider.
        self._delete_one(keys.user(self._user), keys.export())
        self._counted("exports", batch_delete.delete_objects(exports_bucket(), f"exports/{self._user}/"))

    def lock_up(self) -> None:
        """What must not wait: the tokens; of everything, that nobody is logged in as this user, or can become so."""
        receipts.set_out(self._user, self._one.scope)
        self._tokens()
        if self._provider is None:
            self._delete_one(keys.user(self._user), keys.profile())

    def _tokens(self) -> None:
        """The connections, with everything that opens them; before that, what they tell is remembered."""
        if not self.busy and self._was_busy():
            self._remember_busy()
        held = [one.provider for one in connections.connections(self._user)]
        for provider in held:
            if self._provider in (None, provider):
                was_busy = disconnect.disconnect(self._user, provider)
                self._counted("account_items", was_busy is not None)
                if was_busy and not self.busy:
                    self._remember_busy()

    def _remember_busy(self) -> None:
        receipts.remember(self._one, busy=True)
        self.busy = True

    def _was_busy(self) -> bool:
        """Whether a run has not ended, or so short a while ago that its workers may live; or an export is prepared."""
        now = times.now()
        exported = status.export(self._user)
        if exported and exported.state is State.PREPARING and not exported.over:
            return True
        for item in state_table().query(keys.user(self._user), keys.sync()):
            if "sync_id" not in item or self._provider not in (None, item["provider"]):
                continue
            ended, began = item.get("finished_at"), times.parse(item["started_at"])
            if now - times.parse(ended) < LATEST_WORKER if ended else now - began < LONGEST_RUN:
                return True
        return False

    def _logins(self) -> None:
        """Sessions and bearer tokens, each before the entry that leads to it."""
        for item in list(state_table().query(keys.user(self._user), keys.session())):
            self._delete_one(item["sk"], "session")
            self._delete_one(keys.user(self._user), item["sk"])
        for item in list(state_table().query(keys.user(self._user), keys.token())):
            self._delete_one(keys.bearer(item["hash"]), "bearer")
            self._delete_one(keys.user(self._user), item["sk"])

    def _own_accounts(self) -> None:
        """The accounts no longer lead to this user; what the applications' items say of the user goes too."""
        listed = users.own_accounts(self._user, self._provider or "")
        known = tuple(dict.fromkeys((*self._one.own_accounts, *listed)))
        if known != self._one.own_accounts:
            receipts.remember(self._one, own_accounts=known)
            self._one = replace(self._one, own_accounts=known)
        for account in known:
            self._delete_one(keys.account(account.provider, account.account_id), "user", theirs=True)
        for provider, application in {(account.provider, account.application) for account in known}:
            self._delete_one(keys.gate(provider, application, self._user), "gate")
            refused = keys.revoked(provider, application)
            for item in list(state_table().query(refused)):
                if item["user_id"] == self._user:
                    self._delete_one(refused, item["sk"])

    def _history(self) -> None:
        """The facts; what does not say whose provider's it is was made from all, and goes with each."""
        table = settings().history_table
        for partition in partitions(self._user):
            found = batch_delete.pages(table, ("user#type", partition), "fetched_at", ["provider"])
            for page in filter(None, found):
                self._go_on()
                wanted = [
                    {name: item[name] for name in ("user#type", "fetched_at")}
                    for item in page
                    if self._provider in (None, item.get("provider", {}).get("S", self._provider))
                ]
                self._delete(table, wanted, "facts")

    def _own_items(self) -> None:
        """What else is in the user's partition: all of it, or what is not known to be another provider's."""
        table = settings().accounts_table
        if self._provider is None:
            receipts.overtake(self._user, but=self._one.scope)
        others = self._runs_of_others() if self._provider else set()
        for page in batch_delete.pages(table, ("pk", keys.user(self._user)), "sk"):
            self._go_on()
            wanted = [item for item in page if self._in_scope(item["sk"]["S"], others)]
            self._delete(table, wanted, "account_items")

    def _in_scope(self, sk: str, runs_of_others: set[str]) -> bool:
        kind, _, rest = sk.partition("#")
        if self._provider is None:
            return sk != keys.leaving(self._one.scope)
        if kind in _OF_PROVIDERS:
            return rest.partition("#")[0] == self._provider
        return kind in _OF_RUNS and rest.partition("#")[0] not in runs_of_others

    def _runs_of_others(self) -> set[str]:
        runs = (item for item in state_table().query(keys.user(self._user), keys.sync()) if "sync_id" in item)
        return {item["sync_id"] for item in runs if item["provider"] != self._provider}

    def _delete(self, table: str, wanted: Sequence[Key], name: str) -> None:
        for start in range(0, len(wanted), BATCH):
            self._go_on()
            batch = wanted[start : start + BATCH]
            batch_delete.delete(table, batch)
            self._counted(name, len(batch))

    def _delete_one(self, pk: str, sk: str, *, theirs: bool = False) -> None:
        self._go_on()
        condition = Attr("user_id").eq(self._user) if theirs else None
        self._counted("account_items", state_table().delete(pk, sk, only_if=condition) is not None)

    def _counted(self, name: str, deleted: int) -> None:
        if deleted:
            self.found += deleted
            receipts.count(self._one, name, int(deleted))

    def _go_on(self) -> None:
        if self._seconds_left() < RESERVE_SECONDS:
            raise _TimeUp


_OF_PROVIDERS: Iterable[str] = ("inventory", "entries", "opened", "account", "checkpoint")
"""Kinds of items whose sort key names the provider next."""
_OF_RUNS: Iterable[str] = ("sync", "draft", "listed", "listing")
"""Kinds of items whose sort key names the run next."""
