"""Comparison: which entries of a list that is being read are new or changed, and which are as in its version."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.collecting.plan import Change, Listed, ListPage, Source
from blendify.collecting.recognition import KnownList
from blendify.history.list_entries import Entry
from blendify.providers.endpoint import Endpoint, ListKind, Record
from blendify.providers.record_identity import changed, digest, identity


@dataclass
class Comparison:
    """One list against its version, page after page, in the order of the list."""

    source: Source
    endpoint: Endpoint
    version: Mapping[str, Entry]
    """What the list holds by the history, by identity."""
    _names: set[str] = field(default_factory=set)
    """Identities that an entry behind them must not have as well."""
    _known: KnownList = field(init=False)
    _last: Counter[str] = field(default_factory=Counter)
    """By identity of the first of several the number of the last."""

    def __post_init__(self) -> None:
        self._known = KnownList(self.version.keys())
        # Equal entries of one page are several where moments are coarse. On the next page they may be met again.
        self._repeats = self.endpoint.log_window is not None and self.endpoint.log_window.repeats

    def pass_over(self, listed: Iterable[Listed]) -> None:
        """Count entries that were compared before, by this worker or another."""
        self._names |= {entry.entry.identity for entry in listed}

    def page(self, records: Sequence[Record], start: int) -> ListPage:
        """
        Compare one page.

        start   the position of its first entry in the list
        """
        if self._repeats:
            self._last.clear()
        if self.endpoint.list_kind is not ListKind.LOG:
            records = self._known.recognized(records)
        listed: list[Listed] = []
        for index, record in enumerate(records):
            occurrence = self._occurrence(record.fields)
            name = identity(record.fields, occurrence)
            state = digest(record.compared)
            entry, change = self.version.get(name), None
            if entry is None or changed(entry.digest, state):
                part = f"{record.key}#{occurrence}" if self._repeats and occurrence > 1 else record.key
                entry = Entry(name, state, self.source.key(part))
                fields = {**record.fields, "occurrence": occurrence} if occurrence > 1 else record.fields
                change = Change(fields, record.answer)
            listed.append(Listed(entry, start + index, change))
        return listed

    def _occurrence(self, fields: Mapping[str, Any]) -> int:
        """1, 2, 3 … where the list holds the same record several times; entries without an id are the same record."""
        first = identity(fields)
        if self._repeats and fields.get("record_id"):
            self._last[first] += 1
            return self._last[first]
        if not self.endpoint.ordered and fields.get("record_id"):
            return 1
        occurrence = self._last[first] + 1
        while identity(fields, occurrence) in self._names:
            occurrence += 1
        self._last[first] = occurrence
        self._names.add(identity(fields, occurrence))
        return occurrence
