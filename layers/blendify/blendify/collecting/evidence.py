"""
Evidence: what the reading of a list brought, against what the provider counts and what earlier syncs know.

`judgement` decides what follows from it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from blendify.collecting.read import ListReader
from blendify.collecting.read_log import LogReader
from blendify.fetching.page_consistency import MOST_ATTEMPTS, Observed
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import ListKind, ListRef
from blendify.providers.paging import Offset

SHORTFALLS_BELIEVED = 2
"""Consecutive syncs with the same shortfall after which it counts as a miscount: the provider hides nothing."""


@dataclass(frozen=True)
class ListEnd:
    """How the reading of a list ended."""

    observed: Observed = field(default_factory=Observed)
    listed: ListRef | None = None
    """The list as the data type describes it that names the lists."""
    broken_off: bool = False
    """Reading ended before the list did, or pages of it could not be read."""
    known_to_be_gone: bool = False
    """The list itself is gone: the data type that names the lists no longer has it."""
    entry_by_entry: bool = True
    """Whether every entry was asked for, and not its changes alone."""

    @property
    def total(self) -> int | None:
        """The list's length by whoever counts it: the data type that names the lists, its pages, or another call."""
        named = self.listed.total if self.listed else None
        totals = (named, self.observed.total, self.observed.other_total)
        return next((total for total in totals if total is not None), None)


@dataclass(frozen=True)
class Evidence:
    """What one reading of a list brought, against what the provider counts and what earlier syncs know."""

    given: int
    """Different entries; of a set that was read again no more than the places at which it gave any."""
    counted: int | None = None
    """By the provider, as far as the list is read; None where it does not say."""
    known: int = 0
    """Entries of the version."""
    gone: int = 0
    """Entries of the version that were not given."""
    new: int = 0
    """Entries that the version does not have."""
    repeated: int = 0
    """How many entries came a second time, which each list holds once."""
    more: int = 0
    """How many entries came beyond what others than its pages count."""
    fewer: int = 0
    """How many of those that others than its pages count did not come, of a list that was never read."""
    met_again: int = 0
    """How many entries came again where two pages meet, in a list of which something may be hidden by that."""
    hidden: int = 0
    """Entries of the version that were not given, and in whose place another one may have come a second time."""
    log: bool = False
    """Whether nothing ever leaves the list, but at its old end."""
    by_cursor: bool = False
    """Whether nobody can ask for what a page lacks: pages lead from one to the next."""
    page: int = 0
    """Most entries of a page."""
    open_end: bool = False
    """Whether the last page was full, and nobody has asked for what may follow it."""
    latest_alone: bool = False
    """Whether the list is so long that the provider may show the latest entries alone."""
    end: ListEnd = field(default_factory=ListEnd)
    before: Signals = field(default_factory=Signals)
    """What the latest sync that committed the list has left."""

    @property
    def shortfall_now(self) -> int:
        """How many entries were counted and not given; less than 0 if more were given than counted."""
        return -self.more if self.counted is None else self.counted - self.given

    @property
    def first_look(self) -> bool:
        """Whether the list was read to its end once in this sync."""
        return self.end.observed.came_twice is None

    @property
    def may_go_on(self) -> bool:
        """
        Whether more may follow: the last page was full; nobody counts what is read by cursor or was counted; or fewer
        are counted than came, unlike before.
        """
        not_counted_today = self.end.total is None and self.before.total is not None
        disproved = self.counted is not None and self.shortfall_now < 0 <= self.before.shortfall
        return self.open_end or disproved or (self.counted is None and (self.by_cursor or not_counted_today))

    @property
    def missing(self) -> int:
        """How many entries were counted and not given."""
        return max(0, self.shortfall_now)

    @property
    def nobody_asked(self) -> bool:
        """Whether what is missing could not be asked for or was not: a cursor leads past it, a page was empty twice."""
        return self.missing > 0 and (self.by_cursor or self.end.observed.barren > 0 or self.missing >= self.page)

    @property
    def missed_as_before(self) -> bool:
        """Whether as many were missing in the look before, or some in the sync before; or there is no other look."""
        observed = self.end.observed
        as_many = observed.missed == self.missing or self.before.shortfall_syncs > 0
        return as_many or observed.attempt >= MOST_ATTEMPTS

    @property
    def fewer_than_before(self) -> bool:
        """Whether fewer came than others than its pages count, and not as few as in the look before."""
        return self.fewer > 0 and self.end.observed.missed != self.fewer

    @property
    def as_many_twice(self) -> bool:
        """
        Whether as many entries came twice as are missing, in a list that did not grow by its count. The provider may
        count what it lists twice. Or the list has moved, as one entry came and another left; or a page came again.
        """
        return 0 < self.missing <= self.repeated and not self.end.observed.grown

    @property
    def twice_as_before(self) -> bool:
        """Whether the same was so in another look of this sync, or in an earlier sync."""
        return self.end.observed.came_twice == self.repeated or self.before.shortfall_syncs > 0

    @property
    def next_look(self) -> Observed:
        """What is known of this look, if the list is read once more."""
        observed, twice = self.end.observed, self.repeated or self.met_again
        asked_twice, missed = observed.asked_twice or self.mostly_gone, self.missing or self.fewer
        return Observed(attempt=observed.attempt + 1, came_twice=twice, missed=missed, asked_twice=asked_twice)

    @property
    def mostly_gone(self) -> bool:
        """Whether more than half of the list would be removed, and not replaced."""
        return (self.gone - self.new) * 2 > self.known


def is_usual(shortfall_syncs: int) -> bool:
    """Whether a shortfall has repeated in so many syncs that the provider's count is taken to be off by it."""
    return shortfall_syncs >= SHORTFALLS_BELIEVED


def evidence(reader: ListReader, end: ListEnd) -> Evidence:
    """What the list shows as it was read, against its version."""
    came = [listed.entry.identity for listed in reader.listed()]
    given, known = set(came), {entry.identity for entry in reader.entries}
    observed, endpoint, paging = end.observed, reader.endpoint, reader.endpoint.paging
    counted, off_by, beyond = observed.total, surplus(reader.version), 0
    if counted is None and end.total is not None:
        # Others may count what no page shows. So they are taken to be off by as much as when the list was last read.
        beyond = len(given) - end.total + (off_by or 0)
        counted = None if off_by is None else max(0, end.total - off_by)
    if paging.depth and counted and counted > paging.depth:
        # Lists that are read to a chosen depth have been seen counted in thousands, and empty after a full page.
        counted = paging.depth if len(given) % paging.limit else None
    count, places = len(given), _places(reader)
    if endpoint.list_kind is ListKind.SET and counted is not None and places < counted:
        # What left the set while it was read is among what was given, and must not make up for what a page lacked.
        count = min(count, places)
    doubled = endpoint.list_kind in (ListKind.SET, ListKind.RANKED)
    repeated = len(came) - len(given) + reader.noted.repeated if doubled else 0
    gone = known - given
    may_hide = counted != count and (gone or endpoint.list_kind is ListKind.ARRANGED)
    uncounted = counted is None or counted > count
    return Evidence(
        given=count,
        counted=counted,
        known=len(known),
        gone=len(gone),
        new=len(given - known),
        # A reading that went back meets entries again that came once.
        # What is read again from a place in the middle comes twice by that.
        repeated=repeated if observed.attempt == 1 or observed.came_twice is not None else 0,
        more=max(0, beyond),
        fewer=max(0, -beyond) if off_by is None else 0,
        met_again=reader.noted.met_again if may_hide else 0,
        hidden=_hidden(reader, came) if repeated and uncounted else 0,
        by_cursor=not isinstance(paging, Offset),
        page=paging.limit,
        open_end=observed.full and paging.depth is None,
        latest_alone=endpoint.shown_at_most is not None and max(count, counted or 0) >= endpoint.shown_at_most,
        end=end,
        before=reader.version.signals,
    )


def _places(reader: ListReader) -> int:
    """At how many places a list brought an entry; where it was read again, what came there before tells nothing."""
    came = enumerate(reader.listed())
    return len(
        {
            each.position
            for index, each in came
            if index >= reader.noted.given_before or each.position < reader.noted.again_from
        }
    )


def surplus(version: ListVersion) -> int | None:
    """By how much a count was higher than what came when the list was last read; None if nothing counted it then."""
    before = version.signals
    return None if before.total is None else before.total - (version.count - len(before.absent))


def _hidden(reader: ListReader, came: Sequence[str]) -> int:
    """How many known entries may be hidden behind others that came twice."""
    known = [entry.identity for entry in reader.entries]
    if reader.endpoint.list_kind is ListKind.RANKED and not is_usual(reader.version.signals.shortfall_syncs):
        # Ranks change, so an entry's old neighbours tell nothing. A list that stays like this is the list.
        return len(set(known).difference(came))
    return possibly_hidden(known, came)


def possibly_hidden(known: Sequence[str], came: Sequence[str]) -> int:
    """
    How many entries that are missing may be hidden behind others that came a second time in their place.

    An entry stood between two others that came as well. If no entry comes a second time between these, it is gone.

    known   identities that the list held, in its order
    came    identities as they came, some of them more than once
    """
    first: dict[str | None, int] = {}
    last: dict[str | None, int] = {}
    for place, name in enumerate(came):
        first.setdefault(name, place)
        last[name] = place
    # Any of several may stand in another's place, also the first.
    doubles = [place for place, name in enumerate(came) if first[name] < last[name]]
    hidden, missing, before = 0, 0, -1
    for neighbour in (*known, None):
        if neighbour is not None and neighbour not in first:
            missing += 1
            continue
        after = last.get(neighbour, len(came))
        if missing and (after < before or bisect_right(doubles, before) < bisect_left(doubles, after)):
            hidden += missing
        missing, before = 0, first.get(neighbour, -1)
    return hidden


def log_evidence(reader: LogReader, version: ListVersion, end: ListEnd, given: int) -> Evidence:
    """
    What a log shows that was read as far as it was asked for; all of it is held against what another call counts.

    given   different plays, of all workers of the sync
    """
    totals = [total for total in (end.observed.total, end.observed.other_total) if total is not None]
    # Of a log that forgets nobody knows how much it should hold.
    counted = max(totals, default=None) if reader.memory.entries is None else None
    return Evidence(given, counted, log=True, end=end, before=version.signals)
