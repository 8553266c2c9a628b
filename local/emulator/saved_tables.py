"""
Every item that the emulator's DynamoDB writes or deletes goes to the state file before the request is answered.

The emulator itself keeps its tables in memory and saves them at a clean end alone. All its writes go through three
functions; these are wrapped here. A write that cannot be saved is taken back, and refused as AWS refuses one when it is
in trouble itself: clients try again.
"""

import functools
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from local.emulator.state_file import ItemChange, NotSaved, StateFile

Response = tuple[int, dict[str, str], bytes]
_OPERATIONS = ("_put_item", "_update_item", "_delete_item")
"""Operations that Step Functions calls without a request."""
logger = logging.getLogger("saved_tables")


class SavedTables:
    """The tables of `ministack.services.dynamodb`, saved in `file`."""

    def __init__(self, dynamodb: Any, file: StateFile) -> None:
        self._dynamodb, self._file = dynamodb, file
        self._set, self._remove, self._recount = dynamodb._set_item, dynamodb._remove_item, dynamodb._items_replaced
        self._thread = threading.local()

    def install(self) -> None:
        """Save all writes from now on."""
        self._dynamodb._set_item = self._set_item
        self._dynamodb._remove_item = self._remove_item
        self._dynamodb._items_replaced = self._items_replaced
        self._dynamodb.handle_request = self._saved_request(self._dynamodb.handle_request)
        for name in _OPERATIONS:
            setattr(self._dynamodb, name, self._saved_operation(getattr(self._dynamodb, name)))

    def load(self) -> None:
        """Fill the tables, whose descriptions have been restored, with their items."""
        for table in self._dynamodb._tables.all_values():
            for partition_key, sort_key, item in self._file.items(table["TableId"]):
                table["items"].setdefault(partition_key, {})[sort_key] = json.loads(item)
            self._recount(table)

    def save_all(self) -> None:
        """Save every item there is. Raises NotSaved"""
        for table in self._dynamodb._tables.all_values():
            items = table["items"].items()
            self._file.write(
                [_change(table, pk, sk, item) for pk, partition in items for sk, item in partition.items()]
            )

    def table_ids(self) -> list[str]:
        """The ids of all tables; a table that is deleted and created again has another one."""
        return [table["TableId"] for table in self._dynamodb._tables.all_values()]

    def descriptions(self) -> dict[str, Any]:
        """The module's own state without the items, because copying them would take seconds."""
        empty = type(self._dynamodb._tables)()
        for (account, region, name), table in list(self._dynamodb._tables.all_items()):
            empty.set_scoped(account, region, name, {**table, "items": {}})
        # The module's own function, which finds these tables where it looks for its own.
        get_state = FunctionType(self._dynamodb.get_state.__code__, {**vars(self._dynamodb), "_tables": empty})
        state: dict[str, Any] = get_state()
        return state

    def _set_item(self, table: dict[str, Any], partition_key: str, sort_key: str, item: dict[str, Any]) -> Any:
        with self._writing() as writes:
            before = self._set(table, partition_key, sort_key, item)
            writes.append((table, partition_key, sort_key, before))
            return before

    def _remove_item(self, table: dict[str, Any], partition_key: str, sort_key: str) -> Any:
        with self._writing() as writes:
            before = self._remove(table, partition_key, sort_key)
            if before is not None:
                writes.append((table, partition_key, sort_key, before))
            return before

    def _items_replaced(self, table: dict[str, Any]) -> None:
        with self._writing() as writes:
            self._recount(table)
            writes += [(table, pk, sk, None) for pk, partition in table["items"].items() for sk in partition]

    @contextmanager
    def _writing(self) -> Iterator[list[Any]]:
        """The writes of the operation that this thread is in; they are saved at its end, all of them or none."""
        if (outer := getattr(self._thread, "writes", None)) is not None:
            yield outer
            return
        writes: list[Any] = []
        self._thread.writes = writes
        try:
            yield writes
        finally:
            self._thread.writes = None
            self._save(writes)

    def _save(self, writes: list[Any]) -> None:
        if not writes:
            return
        now = {(table["TableId"], pk, sk): _change(table, pk, sk, _item(table, pk, sk)) for table, pk, sk, _ in writes}
        try:
            self._file.write(list(now.values()))
        except NotSaved:
            for table, pk, sk, before in reversed(writes):
                if before is None:
                    self._remove(table, pk, sk)
                else:
                    self._set(table, pk, sk, before)
            raise

    def _saved_operation(self, operation: Callable[[Any], Response]) -> Callable[[Any], Response]:
        @functools.wraps(operation)
        def saved(data: Any) -> Response:
            try:
                with self._writing():
                    return operation(data)
            except NotSaved as error:
                return _refusal(error)

        return saved

    def _saved_request(self, handle: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        @functools.wraps(handle)
        async def saved(*request: Any) -> Response:
            try:
                # Nothing is awaited within: no other request's writes come between.
                with self._writing():
                    return await handle(*request)
            except NotSaved as error:
                return _refusal(error)

        return saved


def _item(table: dict[str, Any], partition_key: str, sort_key: str) -> Any:
    return table["items"].get(partition_key, {}).get(sort_key)


def _change(table: dict[str, Any], partition_key: str, sort_key: str, item: Any) -> ItemChange:
    text = None if item is None else json.dumps(item, separators=(",", ":"))
    return ItemChange(table["TableId"], partition_key, sort_key, text)


def _refusal(error: NotSaved) -> Response:
    logger.error("A write was refused, as it could not be saved: %s", error)
    body = {"__type": "InternalServerError", "message": f"The write could not be saved: {error}"}
    return 500, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body).encode()
