"""
Whether the pages of one list fit together: lists change while they are read, and providers err in what they count.

Entries that are added move the others down, so that some are met twice: harmless, they meet their own key. Entries
that leave move the others up, so that some are never met: the list is read again from before that place. Where the
position is what counts (playlists, ranks), a list that changed is read again as a whole.
"""

import marshal
from dataclasses import dataclass, field, replace
from hashlib import sha256

from blendify.collecting.judgement import MOST_ATTEMPTS
from blendify.core.errors import ProviderUnavailable
from blendify.providers.paging import Page, PageRequest, Paging


@dataclass
class Sweep:
    """What is known of one list from its pages so far, in their order."""

    number: int
    attempt: int = 1
    total: int | None = None
    """Length by the provider's latest count; where entries that leave move no others, by its highest."""
    changed: bool = False
    """The list changed while it was read, up to the last attempt."""
    short: bool = False
    """A page repeatedly holds fewer entries than the provider counts."""
    fingerprint: str | None = None
    """Identifies the last good page; stored with the checkpoint, so it outlives the worker."""
    _seen: set[str] = field(default_factory=set, repr=False)

    def repeats(self, page: Page) -> bool:
        """Whether a page before this one held exactly the same; pages of nulls alone are all alike."""
        known = {*self._seen, self.fingerprint}
        return any(entry is not None for entry in page.entries) and _fingerprint(page) in known

    def judge(
        self, ask: PageRequest, page: Page, paging: Paging, *, ordered: bool, lenient: bool = False
    ) -> list[PageRequest] | None:
        """
        None when the page is good; else what to ask instead of it and of all that follows it in its list.

        `lenient` believes that two pages of an ordered list may be the same: a playlist can hold anything twice.

        Raises  ProviderUnavailable for a page that was there before, or that contradicts the provider's own count by a
                page or more
        """
        if again := self._moved(ask, page, paging, ordered=ordered) or self._broke_off(ask, page, paging):
            self.attempt += 1
            self._seen, self.fingerprint = set(), None
            return list(paging.first(replace(again, attempt=self.attempt), page.total))
        if self.repeats(page) and not (ordered and lenient):
            raise ProviderUnavailable(f"the provider serves one page twice, the second time from {ask.offset} on")
        missing = paging.shortfall(ask, page)
        if missing >= paging.limit or (missing and not page.entries and ask.offset == 0):
            raise ProviderUnavailable(
                f"the provider counts {page.total} entries and gives {len(page.entries)} from {ask.offset} on"
            )
        self.short |= missing > 0
        self.fingerprint = _fingerprint(page)
        self._seen.add(self.fingerprint)
        return None

    def _moved(self, ask: PageRequest, page: Page, paging: Paging, *, ordered: bool) -> PageRequest | None:
        """Where to read again because the list's length is another than on the pages before."""
        before, self.total = self.total, page.total if page.total is not None else self.total
        if before is None or self.total is None or before == self.total:
            return None
        if not paging.offset_based:
            self.total = max(before, self.total)
            return None
        if self.attempt >= MOST_ATTEMPTS:
            self.changed = True
        elif ordered:
            self.total = None
            return PageRequest(ask.list_id, ask.list_index)
        elif self.total < before:
            return paging.rewind(ask, before - self.total)
        return None

    def _broke_off(self, ask: PageRequest, page: Page, paging: Paging) -> PageRequest | None:
        """
        Where to read again because pages that name the next one end before all that they ever counted is there: an
        entry that a cursor named has left the list, or a page on the way was short.
        """
        counted = replace(page, total=self.total)
        if ask.cursor and paging.shortfall(ask, counted) and self.attempt < MOST_ATTEMPTS:
            self.total = None
            return paging.rewind(ask, 0)
        return None


def _fingerprint(page: Page) -> str:
    # Version 2 writes equal objects equally; later ones write how often each is referred to.
    return sha256(marshal.dumps(page.entries, 2)).hexdigest()[:16]
