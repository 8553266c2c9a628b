"""
What has changed in a long list, seen in a few calls: by its length as the provider counts it, its first page, and what
is known.

None means that only reading all of the list tells. What cancels out beyond the pages that were seen (one gone, one
added, in a list without an order; one that came back in the second in which it was added before) shows with the next
full sweep.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2

MOST_NEW_PAGES = 4
"""With more news than that, pages are better read side by side."""


@dataclass(frozen=True)
class Seen:
    """One page: the identities and digests of its entries, and the list's length by the provider's count."""

    entries: Sequence[tuple[str, str]]
    total: int | None


@dataclass(frozen=True)
class Changes:
    """What a glance found: what must be recorded, and all that the list now holds, in its order."""

    recorded: Sequence[str]
    now: Sequence[str]


Look = Callable[[int], Seen]
"""Gets the page from an offset on."""
Glance = Callable[[Mapping[str, str], Look, int], Changes | None]
"""Of what is known (identities with digests, in order), a way to look, and the entries of a full page."""


def newest_first(known: Mapping[str, str], look: Look, limit: int) -> Changes | None:
    """
    A list in which what is new comes first and all else keeps its order: news stand on the first pages, and what is
    gone is found where the rest has moved up, by halving.
    """
    pages = [look(0)]
    total = pages[0].total
    while len(pages) <= MOST_NEW_PAGES and pages[-1].entries and all(one not in known for one, _ in pages[-1].entries):
        pages.append(look(limit * len(pages)))
    seen = [entry for page in pages for entry in page.entries]
    new = [one for one, _ in seen if one not in known]
    if total is None or any(page.total != total for page in pages) or len(seen) < min(total, limit * len(pages)):
        return None
    if len(pages) > MOST_NEW_PAGES:
        return None
    order = list(known)
    search = _Search(order, len(new), total, look, limit)
    if [one for one, _ in seen[: len(new)]] != new or not search.possible:
        return None
    gone = search.gone([one for one, _ in seen[len(new) :]])
    if gone is None:
        return None
    changed = [one for one, digest in seen + search.seen if one in known and known[one] != digest]
    return Changes([*new, *dict.fromkeys(changed)], [*new, *(one for one in order if one not in gone)])


class _Search:
    """For what is gone from a list that is otherwise in its old order, behind what is new."""

    def __init__(self, order: Sequence[str], new: int, total: int, look: Look, limit: int) -> None:
        self._order, self._new, self._total, self._look, self._limit = order, new, total, look, limit
        self._index = {one: index for index, one in enumerate(order)}
        self._missing = len(order) + new - total
        self._gone: set[str] = set()
        self.seen: list[tuple[str, str]] = []

    @property
    def possible(self) -> bool:
        """Whether the count can be right, and halving is worth it: else all pages are read instead."""
        unseen = ceil((self._total - self._new) / self._limit) - 1
        return self._missing == 0 or (self._missing > 0 and self._missing * ceil(log2(max(unseen, 0) + 1)) <= unseen)

    def gone(self, behind: Sequence[str]) -> set[str] | None:
        """What has left the list, given the known entries right `behind` the new; None when it is not as it was."""
        end = self._take(-1, behind)
        if end is None or not self._between(end, self._new + len(behind), len(self._order), self._total):
            return None
        return self._gone if len(self._gone) == self._missing else None

    def _between(self, before: int, start: int, after: int, end: int) -> bool:
        """Search the offsets from `start` to `end`, between the known entries with the indexes `before` and `after`."""
        if after - before - 1 == end - start:
            return True
        if end == start:
            self._gone |= set(self._order[before + 1 : after])
            return True
        offset = max(start, min((start + end - self._limit) // 2, end - self._limit))
        page = self._look(offset)
        if page.total != self._total or len(page.entries) < min(self._limit, self._total - offset):
            return False
        self.seen += page.entries
        found = [one for one, _ in page.entries][: end - offset]
        first = self._index.get(found[0]) if found else None
        if first is None or not before < first < after:
            return False
        last = self._take(first - 1, found)
        return (
            last is not None
            and last < after
            and self._between(before, start, first, offset)
            and self._between(last, offset + len(found), after, end)
        )

    def _take(self, before: int, found: Sequence[str]) -> int | None:
        """Note what is missing between neighbours; answers the index of the last, None when one is not in its order."""
        for one in found:
            index = self._index.get(one)
            if index is None or index <= before:
                return None
            self._gone |= set(self._order[before + 1 : index])
            before = index
        return before


def counted(known: Mapping[str, str], look: Look, limit: int) -> Changes | None:
    """
    A list whose order says nothing, or whose pages begin at their own multiples alone: its length and its first page;
    one that fits into a page is seen whole. Behind a page that is all new there may be more.
    """
    page = look(0)
    seen = dict(page.entries)
    if page.total is None or len(seen) < min(limit, page.total):
        return None
    recorded = [one for one, digest in seen.items() if known.get(one) != digest]
    new = [one for one in recorded if one not in known]
    if page.total == len(seen):
        return Changes(recorded, list(seen))
    if page.total != len(known) + len(new) or len(new) == len(seen):
        return None
    return Changes(recorded, [*new, *known])
