"""
Which records of a provider are replaced and may not stay: all of before a reading that it did not confirm.

A *baseline* is such a reading. What the lists held as of it stays, as a reading has confirmed it since the span began;
what its sync or an earlier one had replaced, or found gone, was confirmed before the span alone. A snapshot as of the
baseline is appended before anything is deleted: from there on the history can be folded without what is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.settings import settings
from blendify.db import batch_delete
from blendify.db.batch_delete import Key
from blendify.history import list_versions, snapshots
from blendify.history.append import append
from blendify.history.facts import CHECKPOINTS, PART, moment_of, provider_of
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading.lists import folded
from blendify.syncing import syncs


@dataclass
class Outdated:
    """What is outdated of one listener at one provider."""

    user_id: str
    provider: str
    readings: Sequence[str]
    """The readings of everything (ISO 8601), oldest first. The first one is the baseline."""
    first_since: str | None = field(default=None, init=False)
    """The moment of the earliest record behind the baseline, of those that were looked at."""

    @classmethod
    def at(cls, user_id: str, provider: str, moment: str, held_for: timedelta) -> "Outdated":
        """What was confirmed last so long before a moment (ISO 8601); nothing without a reading of everything."""
        since = times.iso(times.parse(moment) - held_for)
        return cls(user_id, provider, syncs.whole_since(user_id, provider, since))

    @property
    def confirmed(self) -> str | None:
        """The last reading that confirmed everything of which replaced records remain; None without a baseline."""
        behind = self.first_since or max(self.readings, default="") + "~"
        return max((reading for reading in self.readings if reading < behind), default=None) if self.readings else None

    def to_delete(self) -> Iterator[list[Key]]:
        """Keys of the history to delete, in the order in which they may be deleted, some at a time."""
        if not self.readings:
            return
        for data_type, endpoint in PROVIDERS[self.provider].endpoints.items():
            # A play is replaced by nothing.
            if endpoint.list_kind is not ListKind.LOG:
                yield from self._of(data_type)

    def _of(self, data_type: DataType) -> Iterator[list[Key]]:
        where, baseline = (self.user_id, self.provider, data_type), self.readings[0]
        if not list_versions.any_read(*where):
            return
        lists = folded(*where, baseline)
        entries = list_versions.all_entries(list_versions.versions(*where).values())
        stays = {key for held in lists.values() for key in held.values()}
        stays |= {entry.key for held in entries.values() for entry in held}
        outdated = [key for key in self._facts(data_type) if _head(key) not in stays]
        if not outdated:
            return
        held = {name: list(entries.items()) for name, entries in sorted(lists.items())}
        append([snapshots.snapshot(self.user_id, self.provider, data_type, baseline, held)])
        # A snapshot may name records that go.
        yield list(self._snapshots(data_type, baseline))
        yield outdated

    def _facts(self, data_type: DataType) -> Iterator[Key]:
        """The keys of the provider's records up to the baseline."""
        for key in _keys(f"{self.user_id}#{data_type}"):
            fetched_at = key["fetched_at"]["S"]
            if provider_of(fetched_at) != self.provider:
                continue
            if moment_of(fetched_at) > self.readings[0]:
                self.first_since = min(filter(None, (self.first_since, moment_of(fetched_at))))
            else:
                yield key

    def _snapshots(self, data_type: DataType, baseline: str) -> Iterator[Key]:
        for key in _keys(f"{self.user_id}#{data_type}{CHECKPOINTS}"):
            provider, _, moment = key["fetched_at"]["S"].partition("#")
            if provider == self.provider and moment < baseline:
                yield key


def _keys(partition: str) -> Iterator[Key]:
    for page in batch_delete.pages(settings().history_table, ("user#type", partition), "fetched_at"):
        yield from page


def _head(key: Key) -> str:
    """The key of the record that an item belongs to: a large answer has several items."""
    return str(key["fetched_at"]["S"].partition(PART)[0])
