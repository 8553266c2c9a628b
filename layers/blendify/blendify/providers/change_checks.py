"""
Change checks: find what changed in a long list in a few calls, from its length, its first page and what is known.

The provider's count of a list is a hint. It may be off by as much as in the syncs before, and then it is as good as a
true one. If it is missing or does not fit, the end of the list shows its length.

A check returns None when only reading the whole list can tell. Changes that cancel out beyond the pages read are found
by the next full refresh: one entry removed and one added in a list without an order; an entry that came back in the
same second in which it was first added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, log2

MOST_NEW_PAGES = 4
"""With more new pages than that, reading all pages concurrently is faster."""


@dataclass(frozen=True)
class PageDigest:
    """One page: identity and digest of each entry, and what the provider says of the list."""

    entries: Sequence[tuple[str, str]]
    total: int | None
    """Its length."""
    more: bool = False
    """Whether another page follows."""

    @property
    def identities(self) -> list[str]:
        """The identities of the entries, in order."""
        return [identity for identity, _ in self.entries]


@dataclass(frozen=True)
class Changes:
    """The result of a check."""

    to_record: Sequence[str]
    """Identities of the entries that are new or have changed."""
    current: Sequence[str]
    """All identities that the list holds now, in its order."""


ReadPage = Callable[[int], PageDigest]
"""Gets the page that starts at an offset."""


@dataclass(frozen=True)
class Count:
    """How far the provider's count of a list can be trusted."""

    limit: int
    """Entries of a full page."""
    shortfall: int = 0
    """By how much it was too high in the sync before; less than 0 if it was too low."""
    usual: bool = True
    """Whether it was off by that in the syncs before as well, or was right."""
    numbered: bool = False
    """Whether pages start at multiples of their size only."""

    def length(self, pages: Sequence[PageDigest], expected: int, read_page: ReadPage) -> int | None:
        """
        The length of a list whose first pages are given; None if only reading the whole list can tell.

        expected    its length if nothing was removed
        """
        total, came = pages[0].total, sum(len(page.entries) for page in pages)
        whole = came in (total, expected) or (total is None and not pages[-1].more)
        if came < self.limit * len(pages) and whole:
            return came
        length = expected if total is None else total - self.shortfall
        if 0 < length < expected and length % self.limit == 0 and read_page(length).entries:
            # The count says that entries are gone. They stand behind the full page at which it ends.
            return None
        steady = total is not None and all(page.total == total for page in pages)
        if (steady and self.usual) or (length >= came and self.ends_at(length, read_page)):
            return length
        return None

    def ends_at(self, length: int, read_page: ReadPage) -> bool:
        """
        Whether a list has this length: the page at its end has room for one entry more. If that page is empty, it would
        be so behind any end, and the page before must be full.
        """
        starts = {max(0, length - self.limit + 1)}
        if self.numbered:
            starts = {max(0, length - 1) // self.limit * self.limit, length // self.limit * self.limit}
        return all(start + len(read_page(start).entries) == min(start + self.limit, length) for start in sorted(starts))


ChangeCheck = Callable[[Mapping[str, str], ReadPage, Count], Changes | None]
"""Takes what is known (digests by identity, in order), a way to read pages, and what its count is worth."""


def newest_first(known: Mapping[str, str], read_page: ReadPage, count: Count) -> Changes | None:
    """
    For a list in which new entries come first and all others keep their order.

    The first pages hold the new entries. Removed ones are found by bisection, as all entries behind them moved up.
    """
    pages, limit = [read_page(0)], count.limit
    while len(pages) <= MOST_NEW_PAGES and pages[-1].entries and known.keys().isdisjoint(pages[-1].identities):
        pages.append(read_page(limit * len(pages)))
    # An entry may have come on two pages.
    entries = list({identity: digest for page in pages for identity, digest in page.entries}.items())
    identities = [identity for identity, _ in entries]
    new = [identity for identity in identities if identity not in known]
    if len(pages) > MOST_NEW_PAGES:
        return None
    total = count.length(pages, len(known) + len(new), read_page)
    if total is None or len(entries) < min(total, limit * len(pages)):
        return None
    search = _RemovalSearch(list(known), len(new), total, read_page, limit)
    if identities[: len(new)] != new or not search.worthwhile:
        return None
    removed = search.removed(identities[len(new) :])
    if removed is None or (removed and [*known][-1] in removed and not count.ends_at(total, read_page)):
        # Where the count lags behind, the last entries are beyond it, and not gone.
        return None
    compared = [*entries, *search.entries]
    changed = [identity for identity, digest in compared if identity in known and known[identity] != digest]
    remaining = [identity for identity in known if identity not in removed]
    return Changes([*new, *dict.fromkeys(changed)], [*new, *remaining])


class _RemovalSearch:
    """Searches for entries removed from a list that otherwise keeps its old order, behind the new entries."""

    def __init__(self, order: Sequence[str], new: int, total: int, read_page: ReadPage, limit: int) -> None:
        self._order, self._new, self._total, self._read_page, self._limit = order, new, total, read_page, limit
        self._index = {identity: index for index, identity in enumerate(order)}
        self._removals = len(order) + new - total
        self._removed: set[str] = set()
        self.entries: list[tuple[str, str]] = []
        """Entries of the pages that the search read."""

    @property
    def worthwhile(self) -> bool:
        """Whether the total is possible, and a search takes fewer calls than reading all pages."""
        if self._removals <= 0:
            return self._removals == 0
        unread = ceil((self._total - self._new) / self._limit) - 1
        return self._removals * ceil(log2(max(unread, 0) + 1)) <= unread

    def removed(self, after_new: Sequence[str]) -> set[str] | None:
        """The removed entries, given the known ones directly after the new; None when the old order has changed."""
        last = self._skip_to(-1, after_new)
        if last is None or not self._between(last, self._new + len(after_new), len(self._order), self._total):
            return None
        return self._removed if len(self._removed) == self._removals else None

    def _between(self, before: int, start: int, after: int, end: int) -> bool:
        """Search the offsets from `start` to `end`, between the known entries with the indexes `before` and `after`."""
        if after - before - 1 == end - start:
            return True
        if end == start:
            self._removed |= set(self._order[before + 1 : after])
            return True
        offset = max(start, min((start + end - self._limit) // 2, end - self._limit))
        page = self._read_page(offset)
        if len(page.entries) < min(self._limit, self._total - offset):
            return False
        self.entries += page.entries
        identities = page.identities[: end - offset]
        first = self._index.get(identities[0]) if identities else None
        if first is None or not before < first < after:
            return False
        last = self._skip_to(first - 1, identities)
        return (
            last is not None
            and last < after
            and self._between(before, start, first, offset)
            and self._between(last, offset + len(identities), after, end)
        )

    def _skip_to(self, before: int, identities: Sequence[str]) -> int | None:
        """Record what is missing between neighbours; returns the last one's index, None when the order has changed."""
        for identity in identities:
            index = self._index.get(identity)
            if index is None or index <= before:
                return None
            self._removed |= set(self._order[before + 1 : index])
            before = index
        return before


def by_other_count(known: Mapping[str, str], read_page: ReadPage, count: Count) -> Changes | None:
    """
    For a list whose pages tell no length and may leave entries out: compares its first page and another call's count.

    `Count.shortfall` says by how much that count is higher than what the pages showed when the list was last read.
    """
    page = read_page(0)
    if page.total is None or not count.usual:
        return None
    digests, length = dict(page.entries), page.total - count.shortfall
    to_record = [identity for identity, digest in digests.items() if known.get(identity) != digest]
    new = [identity for identity in to_record if identity not in known]
    if length <= len(digests) and page.more:
        # It is longer than it is said to be.
        return None
    if length == len(digests) == len(page.entries):
        return Changes(to_record, list(digests))
    if length != len(known) + len(new) or (new and len(new) == len(digests)):
        return None
    behind = [identity for identity in digests if identity in known]
    if behind != list(islice(known, len(behind))):
        # Something has moved, so the page may end before all that is new.
        return None
    return Changes(to_record, [*new, *known])


def by_count(known: Mapping[str, str], read_page: ReadPage, count: Count) -> Changes | None:
    """
    For a list without an order, or whose pages start at multiples of their size only: compares length and first page.

    A list that fits into one page is compared whole. Behind a first page of only new entries there may be more. What
    comes twice may hide another. Where something has left the first page, a count that fits tells that as much came in
    behind it.
    """
    page = read_page(0)
    digests = dict(page.entries)
    to_record = [identity for identity, digest in digests.items() if known.get(identity) != digest]
    new = [identity for identity in to_record if identity not in known]
    total = count.length([page], len(known) + len(new), read_page)
    if total is None or len(digests) < min(count.limit, total):
        return None
    if total == len(digests) == len(page.entries):
        return Changes(to_record, list(digests))
    if total != len(known) + len(new) or len(new) == len(digests):
        return None
    if not digests.keys() >= {*islice(known, len(digests) - len(new))}:
        return None
    return Changes(to_record, [*new, *known])
