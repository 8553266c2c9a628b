"""What a sync has committed of a list, and what it is about to commit; both are kept in the list's version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Signals:
    """What later syncs go by when they decide how a list is read."""

    read_at: str | None = None
    """Start of the sync that last looked at the list (ISO 8601); of a log, of the last that read all it asked for."""
    full_read_at: str | None = None
    """Start of the sync that last read every entry of it."""
    total: int | None = None
    """Length by the provider's own count: as the data type that names the lists tells it, or else the list itself."""
    provider_version: str | None = None
    """What the provider called the list's state when it was last read whole."""
    shortfall: int = 0
    """Entries that the provider counted and did not give; less than 0 if it gave more than it counted."""
    shortfall_syncs: int = 0
    """How many consecutive syncs ended with this shortfall, or with less and less."""
    unsteady_syncs: int = 0
    """How many consecutive syncs met a count that differs from page to page."""
    remembered_from: str | None = None
    """Of a log: from this moment on (ISO 8601) its version tells all plays; None for the newest alone."""
    repeats_listed: bool = False
    """Of a log without moments: whether an answer has listed a record twice, so that it lists each play."""
    absent: tuple[str, ...] = ()
    """Identities of entries that the list holds by the history, and that the provider did not give last time."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """As an item holds them."""
        return cls(
            read_at=item.get("read_at"),
            full_read_at=item.get("full_read_at"),
            total=int(item["total"]) if "total" in item else None,
            provider_version=item.get("provider_version"),
            shortfall=int(item.get("shortfall", 0)),
            shortfall_syncs=int(item.get("shortfall_syncs", 0)),
            unsteady_syncs=int(item.get("unsteady_syncs", 0)),
            remembered_from=item.get("remembered_from"),
            repeats_listed=item.get("repeats_listed", False),
            absent=tuple(item.get("absent", ())),
        )


@dataclass(frozen=True)
class Commit:
    """What one sync made of the list."""

    sync_id: str
    started_at: str
    """The start of the sync, ISO 8601: it is in the keys of all its facts."""
    signals: Signals = Signals()
    then: str = ""
    """Where the sync goes on: a worker that dies right after the commit is followed by one that knows."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What it adds to the sync's counts."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """As an item holds it."""
        counts = {name: int(count) for name, count in item.get("counts", {}).items()}
        return cls(item["sync_id"], item["started_at"], Signals.of(item["signals"]), item.get("then", ""), counts)

    def item(self) -> dict[str, Any]:
        """The stored form, without empty fields."""
        signals: dict[str, Any] = {name: value for name, value in vars(self.signals).items() if value}
        if self.signals.total == 0:
            signals["total"] = 0
        if self.signals.absent:
            signals["absent"] = list(self.signals.absent)
        counts = {name: count for name, count in self.counts.items() if count}
        item = {"sync_id": self.sync_id, "started_at": self.started_at, "signals": signals}
        return item | {name: value for name, value in (("then", self.then), ("counts", counts)) if value}


@dataclass(frozen=True)
class Intent:
    """A commit that is under way: together with the version it is of, all that the plan follows from."""

    commit: Commit
    staged: tuple[str, ...] = ()
    """Names of the items in which pages are staged, in the order of the list."""
    inline: bytes = b""
    """Few and small pages themselves, the last ones of the list."""
    complete: bool = True
    """Whether an entry that is missing has left the list."""
    full: bool = False
    """Of a log: whether plays may be missing if none of those that came is known."""
    appended: int = 0
    """Number of the plan's facts that are known to be in the history."""
    written: Mapping[str, int] = field(default_factory=dict)
    """Bytes and write units of these."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """As an item holds it."""
        return cls(
            commit=Commit.of(item["commit"]),
            staged=tuple(item.get("staged", ())),
            inline=bytes(item.get("inline", b"")),
            complete=item.get("complete", False),
            full=item.get("full", False),
            appended=int(item.get("appended", 0)),
            written={name: int(count) for name, count in item.get("written", {}).items()},
        )

    def item(self) -> dict[str, Any]:
        """The stored form, without empty fields."""
        item = {name: value for name, value in vars(self).items() if value}
        return item | {"commit": self.commit.item()} | ({"staged": list(self.staged)} if self.staged else {})
