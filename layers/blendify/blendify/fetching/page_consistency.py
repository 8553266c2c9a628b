"""
How the pages of one list fit together: lists change while they are read, and pages hold what they hold.

Added entries move the others down, so that some are met twice: harmless, they meet their own key. Entries that leave
move the others up, so that some are never met: the list is read again from before that place. Where the position is
what counts (playlists, ranks), a list that changed is read again as a whole.

A page may be short, empty, or one that came before. It is asked for once more, or what it lacks is; then the list goes
on with what came. Whether the list as a whole is what the provider counts is judged at its end (`judgement`).
"""

import marshal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from blendify.providers.paging import Page, PageRequest, Paging

MOST_ATTEMPTS = 3
"""Most readings of a list that changes while it is read; then it is taken as it is, and the next sync reads it anew."""
BARREN_ENDS = 2
"""A list ends where so many requests in a row bring nothing new, whatever the provider counts."""
MOST_EMPTY = 50
"""The same where each page leads to another one by a cursor that is new: what a listener may not see is left out."""
LATEST_PAGES = 16
"""So many good pages of a list are known to the next worker; its position is stored often, and has to be small."""


@dataclass(frozen=True)
class Habits:
    """How a provider miscounted a list in the syncs before: what repeats is normal, and costs no more calls."""

    shortfall: int = 0
    """Entries that it counts and does not give."""
    unsteady: bool = False
    """Whether the count differs from page to page of a list that does not change."""

    def corrected(self, page: Page, paging: Paging) -> Page:
        """The page with the length that the list probably has."""
        if page.total is None or self.shortfall <= 0:
            return page
        counted = min(page.total, paging.depth or page.total)
        return replace(page, total=max(0, counted - self.shortfall))


@dataclass(kw_only=True)
class Observed:
    """What the pages of a list have shown so far. It is kept with the position, and outlives the worker."""

    attempt: int = 1
    """1 for the first reading of the list; one more each time it is begun anew."""
    total: int | None = None
    """Length by the provider's latest count; where entries that leave move no others, by its highest."""
    other_total: int | None = None
    """Length by another call."""
    changed: bool = False
    """The list changed while it was read, up to the last attempt."""
    grown: bool = False
    """Entries came in while it was read."""
    unsteady: bool = False
    """Its count differs from page to page, and it has not changed."""
    full: bool = False
    """Its last page was full: more may follow."""
    barren: int = 0
    """Requests in a row, up to the last one, that brought nothing new."""
    latest_pages: str | None = None
    """Fingerprints of its latest good pages, with spaces between, to notice one that is served twice."""
    came_twice: int | None = None
    """How many entries came twice in the reading before, if that was to its end; and this one began anew."""
    missed: int | None = None
    """How many entries were counted and did not come in the latest reading to the end before; None without one."""
    asked_twice: bool = False
    """Most of what the history holds of it was missing in a reading before."""


@dataclass
class Sweep(Observed):
    """One list from page to page, in their order: what to ask for next."""

    number: int
    habits: Habits = Habits()
    _lacking: int = 0
    """Entries that short pages lack, as far as they are taken for the usual shortfall."""
    _latest: set[bytes] = field(default_factory=set, repr=False)
    """The entries of the last page, with those that were asked for because it lacked some."""
    _totals: dict[int, int] = field(default_factory=dict, repr=False)
    """By offset, the count that was told there last."""
    _fingerprints: set[str] = field(default_factory=set, repr=False)
    _parts: list[object] = field(default_factory=list, repr=False)
    """The entries of a page that came in parts, so far."""

    @property
    def counted(self) -> int | None:
        """The list's length by the provider's count: by that of its first page where each page tells another one."""
        return self._totals.get(0, self.total) if self.unsteady else self.total

    def observed(self) -> Observed:
        """What to keep of it."""
        return Observed(**{name: getattr(self, name) for name in vars(Observed())} | {"total": self.counted})

    def repeats(self, page: Page) -> bool:
        """Whether a page before this one held exactly the same; pages of nulls alone are all alike."""
        known = {*self._fingerprints, *(self.latest_pages or "").split()}
        return any(entry is not None for entry in page.entries) and _fingerprint(page.entries) in known

    def new_in(self, ask: PageRequest, page: Page) -> Page:
        """The page without what a page before it, or the same page a moment ago, has brought."""
        if self.repeats(page):
            return replace(page, entries=[])
        entries, came = page.entries, {marshal.dumps(entry, 2) for entry in page.entries}
        if ask.again:
            # Where a place is counted and shows nothing, what a page lacks begins with what it had.
            entries = [entry for entry in entries if marshal.dumps(entry, 2) not in self._latest]
            came |= self._latest
        self._latest = came
        return replace(page, entries=entries)

    def changed_before(self, ask: PageRequest, page: Page, paging: Paging, *, ordered: bool) -> PageRequest | None:
        """Where to read again, as the list has changed since its earlier pages were read; None while it has not."""
        again = self._moved(ask, page, paging, ordered=ordered)
        if again is None:
            return None
        self.attempt += 1
        self._fingerprints, self.latest_pages, self.barren, self._lacking, self.grown = set(), None, 0, 0, False
        self.came_twice, self._parts = None, []
        return replace(again, attempt=self.attempt)

    def take(
        self, ask: PageRequest, page: Page, paging: Paging, planned: PageRequest | None, *, ordered: bool = False
    ) -> "Following":
        """
        What to ask for after a page.

        planned     the request behind it in the same list that is planned already
        ordered     whether positions matter in the list
        """
        if not page.entries or self.repeats(page):
            return self._nothing_new(ask, page, paging, planned)
        self.barren = 0
        latest = [*(self.latest_pages or "").split(), _fingerprint(page.entries)][-LATEST_PAGES:]
        self.latest_pages = " ".join(latest)
        self._fingerprints.add(latest[-1])
        self._parts = [*self._parts, *page.entries][-paging.limit :] if ask.size else []
        if self._parts:
            # What came in parts may come once more as a whole.
            self._fingerprints.add(_fingerprint(self._parts))
        self.full = len(page.entries) >= (ask.size or page.size or paging.limit)
        self.other_total = page.other_total or self.other_total
        page = self.habits.corrected(replace(page, other_total=self.other_total), paging)
        requests = paging.next_requests(ask, page)
        if not requests and self.full and ask.attempt > 1 and not ordered:
            # What is read once more is read beyond its count; but an ordered list would grow by its last page.
            requests = paging.next_requests(ask, replace(page, more=True))
        if page.cursor and not requests:
            # The provider's pages go in circles.
            self.changed = True
        rest = paging.missing(ask, page)
        if rest is None or self._is_usual(rest, page):
            return Following(requests)
        return Following([replace(rest, last=rest.last and not requests), *requests], doubtful=True)

    def _nothing_new(self, ask: PageRequest, page: Page, paging: Paging, planned: PageRequest | None) -> "Following":
        counted = self.total or 0
        expected = page.entries or (counted > ask.offset and not (paging.depth and counted > paging.depth))
        requests = [] if planned else paging.next_requests(ask, page)
        circle = bool(page.cursor) and not requests and not planned
        if not ask.again and (circle or (expected and not self.barren)):
            return Following([replace(ask, again=True)], doubtful=True)
        self.barren += 1
        self.full = False
        # Pages that still go in circles are the provider's doing.
        self.changed |= circle
        leads_on = any(request.cursor for request in requests)
        if self.barren >= (MOST_EMPTY if leads_on else BARREN_ENDS):
            self.changed |= leads_on
            return Following([], ends=True, doubtful=True)
        return Following(requests, doubtful=True)

    def _is_usual(self, rest: PageRequest, page: Page) -> bool:
        """Whether a page lacks no more than the provider usually counts too many."""
        lacks = min(rest.size or 1, max(1, (page.total or 0) - rest.offset))
        if self._lacking + lacks > self.habits.shortfall:
            return False
        self._lacking += lacks
        return True

    def _moved(self, ask: PageRequest, page: Page, paging: Paging, *, ordered: bool) -> PageRequest | None:
        """Where to read again because the list's length is another than on the pages before."""
        # Behind the end of a list some providers count nothing.
        beyond = not page.entries and not page.total and ask.offset > 0
        total = self.total if page.total is None or beyond else page.total
        before, self.total = self.total, total
        same_page = self._totals.get(ask.offset)
        if page.total is not None:
            self._totals[ask.offset] = page.total
        if before is None or self.total is None or before == self.total:
            return None
        if not paging.offset_based:
            self.grown, self.total = self.grown or self.total > before, max(before, self.total)
            return None
        if self.unsteady or self.habits.unsteady or same_page == page.total:
            # This page has told the same before, so the list has not changed.
            self.unsteady = True
        elif self.attempt >= MOST_ATTEMPTS:
            self.changed = True
        elif ordered:
            self.total = None
            return PageRequest(ask.list_id, ask.list_index)
        elif self.total < before:
            return paging.rewind(ask, before - self.total)
        else:
            self.grown = True
        return None


@dataclass(frozen=True)
class Following:
    """What to ask for after a page."""

    requests: list[PageRequest]
    """To be asked before all that is planned of the list."""
    ends: bool = False
    """Whether the list ends here: what is planned of it is dropped."""
    doubtful: bool = False
    """Whether to go on with one request at a time."""


def _fingerprint(entries: Sequence[object]) -> str:
    # Version 2 writes equal objects equally; later ones write how often each is referred to.
    return sha256(marshal.dumps(list(entries), 2)).hexdigest()[:16]
