"""
Read: the pages of one list, compared with what the history holds of it as they come, and staged.

The history is not touched before all of the list is there. If the list changes meanwhile, it is read again from before
that place. A log is another matter: nothing takes a play back, so its pages are committed as they come (`read_log`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from blendify.collecting.comparison import Comparison
from blendify.collecting.plan import ListPage, Source
from blendify.collecting.position import Noted, Position
from blendify.collecting.staged_pages import StagedList
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, ListKind, Record
from blendify.providers.paging import Page, PageRequest
from blendify.providers.record_identity import identity, is_null

LEAST_AGAIN = 10
"""Fewer entries in a row may stand in a playlist twice where two pages happen to meet."""


@dataclass
class ListReader(StagedList):
    """One list in one sync, while its pages come."""

    version: ListVersion
    source: Source
    endpoint: Endpoint
    noted: Noted = field(default_factory=Noted)
    before: Mapping[str, Entry] = field(init=False)
    """What the list held, by identity."""
    _comparison: Comparison = field(init=False)

    def __post_init__(self) -> None:
        self.before = {entry.identity: entry for entry in self.entries}
        self._compare_from(0)

    def resume(self, at: Position) -> None:
        """Go on at a position, behind pages that a worker before has staged."""
        self.noted = replace(at.noted)
        self.load(at.staged)
        self._compare_from(at.offset)

    def add_page(self, ask: PageRequest, page: Page) -> None:
        """Add a page; of an ordered list without what has come already."""
        start, endpoint = self._place(ask), self.endpoint
        records = endpoint.records(page.entries, ask.list_id, start)
        size, rest = ask.size or endpoint.paging.limit, (page.total or 0) - ask.offset
        expected = min(size, rest) if rest > 0 else size
        again = self._repetitions(records, ask, expected) if endpoint.ordered else ()
        # A set that has shrunk is read again from a page before on.
        if not again and any(listed.position < start for listed in self.last(1)):
            again = range(self._met_again(records, size, part=ask.size is not None))
        if again and endpoint.ordered:
            entries = [entry for index, entry in enumerate(page.entries) if index not in again]
            records = endpoint.records(entries, ask.list_id, start)
        nulls = any(is_null(identity(record.fields)) for record in records)
        if nulls and any(listed.position >= start for listed in self.last(1)):
            # What stands where another page has shown it already is not another entry.
            self._compare_from(start)
        self.add(self.compared(records, start))

    def compared(self, records: Sequence[Record], start: int) -> ListPage:
        """The page whose first entry is at position `start` of the list."""
        return self._comparison.page(records, start)

    def add(self, page: ListPage) -> None:
        """Add a page that is compared already."""
        self._buffer.append(page)

    def _place(self, ask: PageRequest) -> int:
        """
        The position of the next page's first entry.

        That for which the page was asked counts in a list without an order, and behind lost pages. A page that has a
        number is asked for again as a whole: what it lacked stands behind what it had.
        """
        end = next((listed.position + 1 for listed in self.last(1)), 0)
        if self.endpoint.list_kind is ListKind.SET:
            return max(end, ask.offset) if ask.again else ask.offset
        return max(end, ask.offset) if self.noted.lost else end

    def _repetitions(self, records: Sequence[Record], ask: PageRequest, expected: int) -> Collection[int]:
        """
        Indexes of entries on a page of an ordered list that have come already.

        In a ranked list each record stands once. A playlist may hold it many times, so only the head of a page that
        is larger than expected, or that begins before the end of the last one, can be what came before.

        expected    how many entries it should have
        """
        if self.endpoint.list_kind is ListKind.RANKED:
            names, known = [identity(record.fields) for record in records], self.names()
            again = [
                index
                for index, (name, record) in enumerate(zip(names, records, strict=True))
                if record.fields.get("record_id") and (name in known or name in names[:index])
            ]
            self.noted.repeated += len(again)
            return again
        too_many = max(0, len(records) - expected)
        too_early = 0 if self.noted.lost else max(0, self._place(ask) - ask.offset)
        return range(self._came_before(records, too_many + too_early))

    def _met_again(self, records: Sequence[Record], size: int, *, part: bool) -> int:
        """
        How many entries at the head of a page that begins where it should came last before it: half a page or more, or
        all of one that is small on purpose.

        A playlist may hold them twice, so it is read again in other pages. What comes again there is the provider's.
        """
        length = self._came_before(records, len(records))
        different = len({identity(record.fields) for record in records[:length]})
        least = 1 if part and length == len(records) else max(size // 2, LEAST_AGAIN)
        if length < least or different * 2 <= length:
            return 0
        self.noted.met_again += length
        return length

    def _came_before(self, records: Sequence[Record], most: int) -> int:
        """How many entries at the head of a page, at most so many, are those that came last."""
        tail = [listed.entry.identity for listed in self.last(min(most, len(records)))]
        head = [identity(record.fields) for record in records]
        for length in range(len(tail), 0, -1):
            # Behind an identity stands which of several equal entries it is.
            pairs = zip(tail[-length:], head, strict=False)
            if all(before == now or before.startswith(f"{now}#") for before, now in pairs):
                return length
        return 0

    def read_again(self, start: int) -> None:
        """
        The list has changed, and is read again from this position on.

        An ordered list begins anew. Of a set nothing is forgotten: what has left it has moved others to pages that are
        not read again, and they were given before. What is given again is the same entry.
        """
        if self.endpoint.ordered:
            self._staged, self._buffer = [], []
            self.noted.repeated = self.noted.met_again = 0
        self.noted.lost = self.noted.lost if start else 0
        self.noted.again_from, self.noted.given_before = start, self.count
        self._compare_from(start)

    @property
    def count(self) -> int:
        """How many entries were given."""
        return sum(1 for _ in self.listed())

    def _compare_from(self, start: int) -> None:
        """Entries without an id are told apart by how many of them stand before."""
        self._comparison = Comparison(self.source, self.endpoint, self.before)
        whole = self.endpoint.list_kind is not ListKind.SET
        self._comparison.pass_over(listed for listed in self.listed() if whole or listed.position < start)
