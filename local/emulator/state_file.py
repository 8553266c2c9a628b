"""
What the emulator must not lose, in one SQLite file: the state of its services, and every item of its tables.

    services   one row a service, all written in one transaction: they fit each other
    items      one row an item, written before the request that changes it is answered

A killed process loses nothing that was committed. A power cut takes at most what was committed after the last `flush`,
and from the end alone: what came before it is whole.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS services (name TEXT PRIMARY KEY, format INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    table_id TEXT, partition_key TEXT, sort_key TEXT, item TEXT NOT NULL,
    PRIMARY KEY (table_id, partition_key, sort_key)
);
"""


class NotSaved(Exception):
    """The file could not be written, e.g. because the disk is full. Its earlier content is intact."""


@dataclass(frozen=True)
class SavedService:
    """One service's state as JSON, in the format of that number."""

    format: int
    state: str


@dataclass(frozen=True)
class ItemChange:
    """What a request does to one item."""

    table_id: str
    partition_key: str
    sort_key: str
    item: str | None
    """As JSON; None when it is deleted."""


class StateFile:
    """The file. One process at a time opens it; any thread may use it."""

    def __init__(self, path: Path, most_pages: int | None = None) -> None:
        """
        `most_pages` of 4 KB each are all that it may take; None leaves that to the disk.

        Raises  sqlite3.DatabaseError when the file cannot be opened, or another process has it
        """
        self._lock = threading.RLock()
        self._changed = False
        self._database = sqlite3.connect(path, timeout=0, check_same_thread=False)
        self._database.executescript(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_size_limit = 8000000;" + _SCHEMA
        )
        if most_pages is not None:
            self._database.execute(f"PRAGMA max_page_count = {most_pages}")
        path.chmod(0o600)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def services(self) -> dict[str, SavedService]:
        """The state of every service, as it was last saved."""
        with self._lock:
            rows = self._database.execute("SELECT name, format, state FROM services").fetchall()
        return {name: SavedService(*row) for name, *row in rows}

    def items(self, table_id: str) -> Iterator[tuple[str, str, str]]:
        """Partition key, sort key and JSON of every item of a table, in the order of the keys."""
        query = "SELECT partition_key, sort_key, item FROM items WHERE table_id = ? ORDER BY 1, 2"
        with self._lock:
            yield from self._database.execute(query, (table_id,))

    def save(self, services: Mapping[str, SavedService], table_ids: Iterable[str]) -> None:
        """
        Replace the state of these services, all of them or none, and forget the items of all tables but these.

        Raises  NotSaved
        """
        rows = [(name, service.format, service.state) for name, service in services.items()]
        with self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO services VALUES (?, ?, ?)", rows)
            stored = {table_id for (table_id,) in self._database.execute("SELECT DISTINCT table_id FROM items")}
            gone = [(table_id,) for table_id in stored - set(table_ids)]
            self._database.executemany("DELETE FROM items WHERE table_id = ?", gone)
        self.flush()

    def write(self, changes: Sequence[ItemChange]) -> None:
        """Make these changes, all of them or none. Raises NotSaved"""
        with self._transaction():
            for change in changes:
                key = (change.table_id, change.partition_key, change.sort_key)
                if change.item is None:
                    self._database.execute(
                        "DELETE FROM items WHERE table_id = ? AND partition_key = ? AND sort_key = ?", key
                    )
                else:
                    self._database.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (*key, change.item))

    def flush(self) -> None:
        """Have the disk hold all that was committed. Raises NotSaved"""
        with self._lock:
            if not self._changed:
                return
            try:
                self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except sqlite3.Error as error:
                raise NotSaved(str(error)) from error
            self._changed = False

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                with self._database:
                    yield
            except sqlite3.Error as error:
                raise NotSaved(str(error)) from error
            self._changed = True
