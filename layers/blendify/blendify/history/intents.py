"""What a sync has committed of a list, and what it is about to commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Signals:
    """What later syncs go by when they decide how a list is read."""

    read_at: str | None = None
    """Start of the sync that last looked at the list (ISO 8601); of a log, of the last that read all it asked for."""
    full_read_at: str | None = None
    """Start of the sync that last read every entry of it."""
    total: int | None = None
    """Length by the provider's own count."""
    provider_version: str | None = None
    """What the provider called the list's state when it was last read whole."""
    shortfall: int = 0
    """Entries that the provider counted and did not give."""
    shortfall_syncs: int = 0
    """How many syncs in a row ended with this very shortfall."""


@dataclass(frozen=True)
class Commit:
    """What one sync made of the list."""

    sync_id: str
    started_at: str
    """The start of the sync, ISO 8601: it is in the keys of all its facts."""
    signals: Signals = Signals()
    then: Mapping[str, Any] = field(default_factory=dict)
    """Where the sync goes on: a worker that dies right after the commit is followed by one that knows."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it adds to the sync's counts."""


@dataclass(frozen=True)
class Intent:
    """A commit that is under way: together with the version it is of, all that the plan follows from."""

    commit: Commit
    pages: tuple[str, ...] = ()
    """Names of the staged pages, in the order of the list."""
    complete: bool = True
    """Whether an entry that is missing has left the list."""
    full: bool = False
    """Of a log: whether the provider told as many plays as it remembers."""
    remembered_from: str | None = None
    """Of a log: from this moment on (ISO 8601) all plays stay known; None for the newest alone."""
    appended: int = 0
    """So many facts of the plan are known to be in the history."""
    written: Mapping[str, int] = field(default_factory=dict)
    """Bytes and write units of these."""
