"""
One pass of an erasure: what is in its scope, and the order in which that goes.

A pass deletes all that it finds, and may be killed anywhere. It never deletes an item before the items to which that
item leads.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from boto3.dynamodb.conditions import Attr

from blendify.access import brought_applications, connections, replaced_records, users, whole_readings
from blendify.blends import parting
from blendify.core.settings import exports_bucket, settings, uploads_bucket
from blendify.db import batch_delete, keys
from blendify.db.batch_delete import BATCH, Key
from blendify.db.state_table import state_table
from blendify.fleet import forgetting
from blendify.history.facts import PART, is_imported, partitions
from blendify.importing import imports, uploads
from blendify.importing.import_item import State
from blendify.insights import shelves
from blendify.leaving import living_workers, receipts
from blendify.leaving.disconnect import disconnect
from blendify.leaving.receipts import EVERYTHING, Erasure
from blendify.sharing import consent
from blendify.webhooks import runs

RESERVE_SECONDS = 30.0
"""A page is begun only with this much of the Lambda's time left."""

_OF_PROVIDERS: Iterable[str] = (
    "version",
    "entries",
    "account",
    "application",
    "checkpoint",
    "troubles",
    "whole",
    "replaced",
)
"""Kinds of items whose sort key names the provider next."""
_OF_SYNCS: Iterable[str] = ("sync", "staged", "listed", "listing")
"""Kinds of items whose sort key names the sync next."""


class TimeUp(Exception):
    """The Lambda's time is up: the next pass continues."""


class DeletionPass:
    """One pass over everything in an erasure's scope; `deleted` counts the items that it deleted."""

    def __init__(self, erasure: Erasure, seconds_left: Callable[[], float]) -> None:
        self._erasure, self._seconds_left = erasure, seconds_left
        self._user_id = erasure.user_id
        self._import_id = receipts.import_in(erasure.scope)
        self._provider = None if erasure.scope == EVERYTHING else erasure.scope
        self.deleted = 0
        self.replaced: tuple[str, str, str] | None = None
        """User, provider and moment: what was replaced and was confirmed before that is deleted."""
        self.busy = erasure.busy

    def run(self) -> None:
        """Delete everything in scope. Raises TimeUp, AlreadyFinished."""
        self.lock_up()
        if self._import_id is not None:
            self._import(self._import_id)
            return
        if provider := receipts.replaced_in(self._erasure.scope):
            self._replaced(provider)
            return
        if self._provider is None:
            self._logins()
        self._own_accounts()
        self._blends()
        self._history()
        self._insights()
        self._own_items()
        # Exports hold data of every provider, so they go in each scope.
        self._delete_item(keys.user(self._user_id), keys.export())
        self._counted("exports", batch_delete.delete_objects(exports_bucket(), f"exports/{self._user_id}/"))
        if self._provider is None:
            self._counted("uploads", batch_delete.delete_objects(uploads_bucket(), uploads.key(self._user_id, "")))

    def lock_up(self) -> None:
        """
        Block reconnecting, destroy tokens and client secrets; in a full erasure also the profile: all logins end, and
        nobody is shown anything of the listener any more, nor are they counted.

        Of an import nothing but that its worker stops at its next write; of what was replaced nothing.
        """
        receipts.block_reconnect(self._user_id, self._erasure.scope)
        if receipts.replaced_in(self._erasure.scope):
            return
        if self._import_id is not None:
            self._withdraw(self._import_id)
            return
        self._tokens()
        self._own_applications()
        if self._provider is None:
            self._delete_item(keys.user(self._user_id), keys.profile())
            # After the profile: without it nobody agrees to be counted any more.
            self._delete_item(keys.counted(consent.shard(self._user_id)), self._user_id)

    def _withdraw(self, import_id: str) -> None:
        import_ = imports.find(self._user_id, import_id)
        while import_ and import_.state not in (State.TAKING_BACK, State.TAKEN_BACK):
            if import_.state is State.READING and not self.busy:
                self._remember_busy()
            with suppress(imports.Superseded):
                imports.withdraw(import_)
            import_ = imports.find(self._user_id, import_id)

    def _import(self, import_id: str) -> None:
        """Delete the facts of one import, and what was uploaded for it."""
        history = settings().history_table
        for partition in filter(is_imported, partitions(self._user_id)):
            for page in batch_delete.pages(history, ("user#type", partition), "fetched_at", ["import_id"]):
                self._check_time()
                # The parts of a large answer name no import: their fact's key is the beginning of theirs.
                heads = {item["fetched_at"]["S"] for item in page if item.get("import_id", {}).get("S") == import_id}
                in_scope = [
                    {name: item[name] for name in ("user#type", "fetched_at")}
                    for item in page
                    if item["fetched_at"]["S"].partition(PART)[0] in heads
                ]
                self._delete(history, in_scope, "facts")
        self._counted("uploads", batch_delete.delete_objects(uploads_bucket(), uploads.key(self._user_id, import_id)))
        taken_back = imports.taken_back(self._user_id, import_id)
        if taken_back and taken_back.told_at:
            # Every pass asks for it: one that dies before is followed by another.
            runs.forward_import(self._user_id, import_id, taken_back.told_at)

    def _replaced(self, provider: str) -> None:
        """Delete the records of a provider that were replaced before its span; without a span nothing."""
        confirmed, limit = self._erasure.requested_at, whole_readings.limit(provider)
        if limit is not None:
            # It folds the history, which no other erasure does: loaded here, it slows no other one's start.
            from blendify.leaving.outdated import Outdated

            held_for = replaced_records.held_for(limit)
            outdated = Outdated.at(self._user_id, provider, self._erasure.requested_at, held_for)
            for keys_of_some in outdated.to_delete():
                self._delete(settings().history_table, keys_of_some, "facts")
            confirmed = outdated.confirmed or confirmed
        self.replaced = self._user_id, provider, confirmed

    def _tokens(self) -> None:
        """Delete the connections with all their secrets, after noting whether somebody is still using them."""
        if not self.busy and living_workers.may_write(self._user_id, self._provider):
            self._remember_busy()
        providers = [connection.provider for connection in connections.connections(self._user_id)]
        for provider in providers:
            if self._provider in (None, provider):
                was_busy = disconnect(self._user_id, provider)
                self._counted("account_items", was_busy is not None)
                if was_busy and not self.busy:
                    self._remember_busy()

    def _own_applications(self) -> None:
        """Delete what the user brought, with its secrets and pace."""
        for brought in list(brought_applications.all_brought(self._user_id, self._provider or "")):
            for user_id in (None, self._user_id):
                self._delete_item(keys.rate_limiter(brought.provider, brought.name, user_id), "gate")
            self._delete_item(keys.user(self._user_id), keys.application(brought.provider, brought.name))

    def _remember_busy(self) -> None:
        receipts.remember(self._erasure, busy=True)
        self.busy = True

    def _logins(self) -> None:
        """Delete sessions and bearer tokens, each before the entry that leads to it."""
        for item in list(state_table().query(keys.user(self._user_id), keys.session())):
            self._delete_item(item["sk"], "session")
            self._delete_item(keys.user(self._user_id), item["sk"])
        for item in list(state_table().query(keys.user(self._user_id), keys.token())):
            self._delete_item(keys.bearer(item["hash"]), "bearer")
            self._delete_item(keys.user(self._user_id), item["sk"])

    def _own_accounts(self) -> None:
        """Delete the accounts' pointers to this user, and the user's part in the items of applications."""
        listed = users.own_accounts(self._user_id, self._provider or "")
        accounts = tuple(dict.fromkeys((*self._erasure.own_accounts, *listed)))
        if accounts != self._erasure.own_accounts:
            receipts.remember(self._erasure, own_accounts=accounts)
            self._erasure = replace(self._erasure, own_accounts=accounts)
        for account in accounts:
            self._delete_item(keys.account(account.provider, account.account_id), "user", only_own=True)
        for provider, application in {(account.provider, account.application) for account in accounts}:
            self._delete_item(keys.rate_limiter(provider, application, self._user_id), "gate")
            refused = keys.revoked(provider, application)
            for item in list(state_table().query(refused)):
                if item["user_id"] == self._user_id:
                    self._delete_item(refused, item["sk"])

    def _history(self) -> None:
        """
        Delete the facts. Items that name no provider were made from all providers' facts, and go in each scope.

        What the listener imported is not of a connected account: it goes with everything, or by itself.
        """
        history = settings().history_table
        for partition in partitions(self._user_id):
            if is_imported(partition) and self._provider is not None:
                continue
            pages = batch_delete.pages(history, ("user#type", partition), "fetched_at", ["provider"])
            for page in filter(None, pages):
                self._check_time()
                in_scope = [
                    {name: item[name] for name in ("user#type", "fetched_at")}
                    for item in page
                    if self._provider in (None, item.get("provider", {}).get("S", self._provider))
                ]
                self._delete(history, in_scope, "facts")

    def _blends(self) -> None:
        """
        Leave all blends, with what is stored of their playlists; of one provider only the playlists.

        Without a profile nobody is shown anything of the listener any more, and they can join none.
        """
        self._check_time()
        if self._provider is None:
            self._counted("account_items", parting.leave_all(self._user_id))
        else:
            parting.forget_all(self._user_id)

    def _insights(self) -> None:
        """
        Delete all that was derived from the facts, of every provider: buckets are of all of them.

        What remains of one account is made again at the end, and messages on their way may make some of it before:
        that is no reason for another pass.
        """
        self._check_time()
        derived = forgetting.forget(self._user_id) + shelves.remove_everything(self._user_id)
        self.deleted += derived if self._provider is None else 0

    def _own_items(self) -> None:
        """Delete the rest of the user's partition: all of it, or all that does not belong to another provider."""
        accounts = settings().accounts_table
        if self._provider is None:
            receipts.supersede(self._user_id, by=self._erasure.scope)
        others = self._syncs_of_other_providers() if self._provider else set()
        for page in batch_delete.pages(accounts, ("pk", keys.user(self._user_id)), "sk"):
            self._check_time()
            in_scope = [item for item in page if self._in_scope(item["sk"]["S"], others)]
            self._delete(accounts, in_scope, "account_items")

    def _in_scope(self, sk: str, syncs_of_others: set[str]) -> bool:
        kind, _, rest = sk.partition("#")
        if self._provider is None:
            return sk != keys.leaving(self._erasure.scope)
        if kind in _OF_PROVIDERS:
            return rest.partition("#")[0] == self._provider
        return kind in _OF_SYNCS and rest.partition("#")[0] not in syncs_of_others

    def _syncs_of_other_providers(self) -> set[str]:
        items = state_table().query(keys.user(self._user_id), keys.sync())
        return {item["sync_id"] for item in items if "sync_id" in item and item["provider"] != self._provider}

    def _delete(self, name_of_table: str, items: Sequence[Key], name: str) -> None:
        for start in range(0, len(items), BATCH):
            self._check_time()
            batch = items[start : start + BATCH]
            batch_delete.delete(name_of_table, batch)
            self._counted(name, len(batch))

    def _delete_item(self, pk: str, sk: str, *, only_own: bool = False) -> None:
        """Delete one item; with `only_own` only if it still points to this user."""
        self._check_time()
        condition = Attr("user_id").eq(self._user_id) if only_own else None
        self._counted("account_items", state_table().delete(pk, sk, only_if=condition) is not None)

    def _counted(self, name: str, deleted: int) -> None:
        if deleted:
            self.deleted += deleted
            receipts.count(self._erasure, name, int(deleted))

    def _check_time(self) -> None:
        if self._seconds_left() < RESERVE_SECONDS:
            raise TimeUp
