"""
Intake: the pages of one data type's lists as they come, staged, committed and counted; and the lists that fail.

A list that fails is set aside with what was read of it, and read on behind all others, after a wait. So it holds no
other list up.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from blendify.collecting import discovered_lists, freshness
from blendify.collecting.checkpoints import Checkpoints
from blendify.collecting.commit import TimeIsUp
from blendify.collecting.conclusion import ListEnd
from blendify.collecting.incremental import CheckedList
from blendify.collecting.list_commits import ListCommits, ReadAgain
from blendify.collecting.list_reader import ListReader
from blendify.collecting.log_reader import LogReader
from blendify.collecting.position import Position
from blendify.collecting.troubles import Troubles
from blendify.core import telemetry, times
from blendify.core.data_types import DataType
from blendify.core.errors import CollectError, MustWait, NotFound, Unreadable
from blendify.fetching.page_reader import Failed, Lost, Step
from blendify.jobs.job import Job
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.providers.endpoint import Endpoint, ListKind, ListRef
from blendify.providers.paging import Page, PageRequest

PAGES, ENTRIES = 8, 1_600
"""Most pages, and most entries, that are only in memory: the cost of a death, and the bound of the memory."""
SECOND_LOOK_SECONDS = 20
"""Wait before a list with an implausible result is read again."""
MOST_TRIES = 1 + len(PATIENCE_SECONDS)
"""How often in a row a list may fail without a new page; the last time it is read leniently."""
REFUSALS_BELIEVED = 2
"""A list that has been refused so often, at two times of a sync, cannot be read."""


@dataclass
class Intake:
    """What one worker takes in of the lists of a data type, and where it is."""

    job: Job
    data_type: DataType
    endpoint: Endpoint
    commits: ListCommits
    progress: Checkpoints
    lists: Sequence[ListRef] = ()
    before: Troubles = field(default_factory=Troubles)
    since: dict[str, datetime | None] = field(default_factory=dict)
    """From which moment on each log is asked for, by its id; None for all of it."""
    reader: ListReader | LogReader | None = None
    advanced: bool = False
    """Whether a page was read since the last checkpoint."""
    failures: int = 0
    """Lists in a row that failed."""
    error: CollectError | None = None
    """Of the list that failed last."""
    counts: Counter[str] = field(default_factory=Counter)
    """What the next checkpoint adds."""
    next: Position = field(init=False)
    """The position after everything that was read, staged or not."""
    _counted: Position = field(init=False)
    """As far as the records of the present list are in the counts."""
    _pages: int = 0
    """Since the last checkpoint."""

    def __post_init__(self) -> None:
        self.next = self._counted = self.progress.position

    # The lists

    @property
    def ends(self) -> int:
        """How many times a list is read, as far as that is known: each once, and those that were set aside again."""
        return len(self.lists) + len(self.next.aside)

    def listed(self, number: int) -> ListRef:
        """The list that is read at this place."""
        return self.lists[self.index(number)]

    def index(self, number: int) -> int:
        """The number of that list among all lists."""
        at = number - len(self.lists)
        return number if at < 0 else self.next.aside[at].number

    def endpoint_of(self, number: int) -> Endpoint:
        """The endpoint at which the list at this place is read."""
        return self.endpoint.for_list(self.listed(number).list_id)

    def lenient(self, number: int) -> bool:
        """Whether this is the last time that the list is read: then pages that fail are passed over."""
        at = number - len(self.lists)
        if at < 0:
            return self.lists[number].list_id in self.before.failing
        return self.next.aside[at].tries == MOST_TRIES - 1

    # Going on

    def begin(self, lists: Sequence[ListRef], before: Troubles) -> None:
        """
        Note which lists are read, in this order.

        before  those that failed or were refused in the sync before: for them the first failure counts
        """
        self.lists, self.before = lists, before
        for listed in lists:
            endpoint = self.endpoint.for_list(listed.list_id)
            if endpoint.list_kind is ListKind.LOG:
                self.since[listed.list_id] = freshness.since(self.commits.version(listed.list_id), endpoint, self.job)

    def adopt_commits(self) -> None:
        """Count the lists that a worker of this sync committed before it could save its position; go on behind them."""
        commits = [
            (Position.of(commit.then), version.list_id, commit.counts)
            for version in self.commits.known.values()
            if (commit := version.commit) and commit.sync_id == self.job.sync_id
        ]
        for then, list_id, counts in sorted(commits, key=lambda commit: (commit[0].number, commit[0].offset)):
            if then.is_behind(self.next):
                unfinished = then.number < len(self.lists) + len(then.aside) and then.offset > 0
                ended = then.number if unfinished else then.number - 1
                self._count(ended, list_id, counts)
                self.next = replace(then, records=counts.get("records", 0) if unfinished else 0)
                self.checkpoint()

    def resume(self, number: int) -> Position:
        """
        The position at which this list is read on. A list that another worker has moved on is read from its start.
        """
        aside = number - len(self.lists)
        if aside >= 0 and not self.next.begun and not self.next.tries:
            self._counted = self.next = self.next.at(number, self.next.aside[aside])
        at = self.next
        if not at.begun:
            return at
        list_id = self.listed(number).list_id
        if self.endpoint_of(number).list_kind is ListKind.LOG:
            self.since[list_id] = times.parse(at.since) if at.since else None
            return at
        if at.staged and self.commits.version(list_id).revision != at.revision:
            self.next = at.at(number, at.read_again())
            return self.next
        self.reader = self.commits.reader(list_id)
        self.reader.attempt, self.reader.lost = at.attempt, at.lost
        self.reader.resume(at.staged, at.offset)
        return at

    def go_to(self, number: int) -> None:
        """Go on at this list, unless the position is there or behind it."""
        if self.next.number < number:
            self.reader, self.next = None, self.next.at(number)

    # Pages

    def take(self, step: Step) -> None:
        """Add what came; stage it now and then, and commit the list at its end."""
        if isinstance(step.result, Failed):
            self._fail(step.ask, step.result.error)
            return
        reader = self._open(step)
        self._pages += 1
        if isinstance(step.result, Page):
            self._add(step, step.result)
        else:
            self._lose(step.ask, step.result)
        self.next = self._at(step, step.following or step.ask)
        if step.following is None:
            self.end_list()
        pages, entries = reader.buffered if self.reader else (0, 0)
        if self._pages >= PAGES or pages >= PAGES or entries >= ENTRIES:
            self.save()

    def take_checked(self, listed: ListRef, result: CheckedList) -> None:
        """The whole list, given its changes."""
        reader = self.commits.reader(listed.list_id)
        reader.add_checked(result)
        self.reader, self.advanced = reader, True
        self.next = replace(self.next, total=result.total, expected=result.total or len(result.names))
        self.end_list(entry_by_entry=False)

    def _open(self, step: Step) -> ListReader | LogReader:
        """The list that is being read. If it has changed meanwhile, that is saved at once."""
        ask = step.ask
        if self.reader is None or self.next.number != ask.list_index:
            log = self.endpoint.for_list(ask.list_id).list_kind is ListKind.LOG
            self.reader = self.commits.log_reader(ask.list_id) if log else self.commits.reader(ask.list_id)
            if self.next.number != ask.list_index:
                self.next = self.next.at(ask.list_index)
            self.reader.attempt = self.next.attempt
        if ask.attempt != self.reader.attempt:
            if isinstance(self.reader, ListReader):
                self.reader.read_again(ask.offset)
            self.reader.attempt, self.reader.lost = ask.attempt, self.reader.lost if ask.offset else 0
            # No page of this attempt is stored yet, so there is none to compare the next one with.
            self.next = replace(self._at(step, ask), fingerprint=None)
            self.save()
        return self.reader

    def _add(self, step: Step, page: Page) -> None:
        """Add the page's entries to the list that is being read."""
        ask, endpoint = step.ask, self.endpoint.for_list(step.ask.list_id)
        if isinstance(self.reader, LogReader):
            records = endpoint.records(page.entries, ask.list_id, ask.offset)
            self.reader.add(records, page.entries, ask.offset, times.now())
            self.reader.cut |= ask.size is not None and endpoint.paging.depth is None and len(records) >= ask.size
        elif self.reader:
            entries, start = page.entries, self.reader.place(ask.offset)
            records = endpoint.records(entries, ask.list_id, start)
            size, rest = ask.size or endpoint.paging.limit, (page.total or 0) - ask.offset
            expected = min(size, rest) if rest > 0 else size
            if endpoint.ordered and (again := self.reader.repetitions(records, ask.offset, expected)):
                entries = [entry for index, entry in enumerate(entries) if index not in again]
                records = endpoint.records(entries, ask.list_id, start)
            self.reader.add(records, entries, start)
        if self.endpoint.child_list:
            lists = [child for entry in page.entries if (child := self.endpoint.child_list(entry))]
            discovered_lists.save(self.job.user_id, self.job.sync_id, ask.offset, lists)
        if self.next.expected is None and self.endpoint.parent is None:
            total = page.total or len(page.entries)
            self.next = replace(self.next, expected=min(total, endpoint.paging.depth or total))
        self.advanced |= bool(page.entries)
        self.failures, self.next = 0, replace(self.next, tries=0, limited=0)

    def _lose(self, ask: PageRequest, lost: Lost) -> None:
        assert self.reader is not None  # noqa: S101 -- for the type checker
        self.error = CollectError(lost.why)
        self.reader.lost += not lost.more
        telemetry.logger.warning("Lost the page of %s at %d: %s", ask.list_id or "the list", ask.offset, lost.why)

    def _at(self, step: Step, ask: PageRequest) -> Position:
        """The position before this request, with what is known of its list."""
        sweep, reader = step.sweep, self.reader
        return replace(
            self.next,
            offset=ask.offset,
            cursor=ask.cursor,
            window=(ask.window.until, ask.window.start) if ask.window else None,
            attempt=ask.attempt,
            total=sweep.counted,
            other_total=sweep.other_total,
            changed=sweep.changed,
            grown=sweep.grown,
            unsteady=sweep.unsteady,
            full=sweep.full,
            fingerprint=sweep.fingerprint,
            lost=reader.lost if reader else 0,
        )

    # Lists that fail

    def _fail(self, ask: PageRequest, error: CollectError) -> None:
        """Set the list aside, or give it up. What was read of it stays."""
        number = ask.list_index
        if self.next.number != number:
            self.reader, self.next = None, self.next.at(number)
        refused = isinstance(error, Unreadable) and self.endpoint.parent is not None
        self.error, self.failures = error, self.failures + (not refused)
        tries = self.next.tries + 1
        before = self.before.closed if refused else self.before.failing
        final = ask.list_id in before
        if self._means_empty(ask, error) and (tries >= MOST_TRIES or self.commits.version(ask.list_id).commit):
            self._take_empty(ask)
            return
        if final or tries >= (REFUSALS_BELIEVED if refused else MOST_TRIES):
            self._give_up(error, refused=refused)
            return
        self.store()
        telemetry.logger.info("Set %s aside: %s", ask.list_id or "the list", error)
        self._set_aside(replace(self.next, tries=tries))

    def _means_empty(self, ask: PageRequest, error: CollectError) -> bool:
        """Whether the refusal means an empty list, once it has repeated."""
        known = self.commits.version(ask.list_id).count
        endpoint = self.endpoint.for_list(ask.list_id)
        return isinstance(error, NotFound) and endpoint.missing_when_empty and not known and ask.offset == 0

    def _take_empty(self, ask: PageRequest) -> None:
        log = self.endpoint.for_list(ask.list_id).list_kind is ListKind.LOG
        self.failures, self.error = 0, None
        self.reader = reader = self.commits.log_reader(ask.list_id) if log else self.commits.reader(ask.list_id)
        if isinstance(reader, LogReader):
            reader.add([], [], 0, times.now())
        else:
            reader.add([], [], 0)
        self.end_list()

    def _set_aside(self, at: Position) -> None:
        """Read the present list on from this position when all others have been read."""
        number = self.next.number
        listed = replace(at, number=self.index(number), aside=(), broken=(), closed=(), limited=0)
        self.reader, self.next = None, replace(self.next.at(number + 1), aside=(*self.next.aside, listed))

    def leave(self, number: int) -> None:
        """Leave a list that failed in the sync before to the next one: the provider fails wherever it is asked."""
        self.next = self.next.at(number)
        self._give_up(self.error or CollectError("the provider fails"), refused=False)

    def _give_up(self, error: CollectError, *, refused: bool) -> None:
        number, begun = self.next.number, self.reader is not None and self.reader.begun
        index, list_id = self.index(number), self.listed(number).list_id
        if begun:
            self.end_list(broken_off=True)
            self.counts["doubtful"] += refused
        if refused:
            self.counts["unavailable"] += 1
            self.next = replace(self.next, closed=(*self.next.closed, index))
        else:
            self.next = replace(self.next, broken=(*self.next.broken, index))
        self.reader, self.next = None, self.next.at(number + 1)
        telemetry.logger.warning("Gave up %s: %s", list_id or "the list", error)

    def wait_for_lists_set_aside(self) -> None:
        """Raises MustWait until the lists that were set aside may be read once more."""
        tries = [at.tries for at in self.next.aside[self.next.number - len(self.lists) :]]
        seconds = min(PATIENCE_SECONDS[count - 1] if count else SECOND_LOOK_SECONDS for count in tries)
        raise MustWait(str(self.error), times.now() + timedelta(seconds=seconds))

    # Commits

    def end_list(self, *, broken_off: bool = False, entry_by_entry: bool = True) -> None:
        """Judge and commit the list, which is read to its end or as far as possible."""
        at, reader = self.next, self.reader
        if reader is None or (broken_off and not reader.begun):
            return
        listed = self.listed(at.number)
        end = ListEnd(
            total=at.total,
            other_total=at.other_total,
            provider_version=listed.version,
            listed_total=listed.total,
            attempt=at.attempt,
            changed=at.changed,
            grown=at.grown,
            unsteady=at.unsteady,
            full=at.full,
            broken_off=broken_off or reader.lost > 0,
            asked_twice=at.asked_twice,
            entry_by_entry=entry_by_entry,
        )
        counts = {"expected": at.expected or 0, "lost": 0 if broken_off else reader.lost}
        try:
            committed = self._commit(reader, end, at.at(at.number + 1), counts)
        except ReadAgain as again:
            # Its records that are in the counts already are not counted again.
            counted = self._counted_of(at.number)
            looked = replace(
                at.read_again(),
                attempt=at.attempt + 1,
                asked_twice=at.asked_twice or again.asked_twice,
                records=counted.records,
                expected=counted.expected,
            )
            self.error = CollectError(str(again))
            self._set_aside(looked)
            return
        self.reader, self.next = None, at.at(at.number + 1)
        telemetry.list_read(self.data_type, listed.list_id, committed.get("records", 0))

    def drop_lists(self, named: frozenset[str]) -> None:
        """Remove every entry of lists that are no longer named, such as a deleted playlist."""
        for list_id, version in list(self.commits.known.items()):
            if list_id not in named and version.count and not freshness.is_done(version, self.job):
                end = ListEnd(known_to_be_gone=True)
                committed = self.commits.commit(self.commits.reader(list_id), end, self.next, {})
                self._count(-1, list_id, committed)

    def _commit(
        self, reader: ListReader | LogReader, end: ListEnd | None, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        """Commit what was read, a log also before its end; answers the commit's counts, which are added."""
        number = self.next.number
        try:
            if isinstance(reader, LogReader):
                counts = {**counts, "records": self._counted_of(number).records}
                committed = self.commits.commit_log(reader, end, self.since[reader.source.list_id], then, counts)
            else:
                committed = self.commits.commit(reader, end or ListEnd(), then, counts)
        except TimeIsUp:
            # The next worker finishes the commit, which says where to go on.
            self.reader, self.next = None, self._counted_of(number)
            raise
        self._count(number, reader.source.list_id, committed)
        return committed

    def _count(self, number: int, list_id: str, committed: Mapping[str, int]) -> None:
        """Add a commit's counts, without what is counted of its list already."""
        if not committed:
            return
        counted, counts = self._counted_of(number), Counter(committed)
        counts.subtract({"records": counted.records, "expected": counted.expected or 0})
        memory = self.endpoint.for_list(list_id).log_window
        if memory and not memory.moves_to_front:
            counts["plays"] = counts["appended"]
        self.counts.update(counts)

    def _counted_of(self, number: int) -> Position:
        """The position of the list at this place when it was counted last."""
        return self._counted if self._counted.number == number else self.next.at(number)

    # Checkpoints

    def store(self) -> None:
        """Stage what was read, or commit it if it is a log."""
        reader = self.reader
        if reader is None:
            return
        counted, expected = self._counted_of(self.next.number), self.next.expected or 0
        if isinstance(reader, LogReader):
            if not reader.begun:
                return
            since = self.since[reader.source.list_id]
            then = replace(self.next, since=times.iso(since) if since else None, records=0)
            committed = self._commit(reader, None, then, {"expected": expected})
            self.next = replace(then, records=committed.get("records", counted.records))
        else:
            staged, records = reader.stage(), reader.count
            self.counts.update(records=records - counted.records, expected=expected - (counted.expected or 0))
            self.next = replace(self.next, staged=staged, revision=reader.version.revision, records=records)
        self._counted = self.next

    def save(self) -> None:
        """Store what was read, and the position behind it."""
        self.store()
        self.checkpoint()

    def checkpoint(self) -> None:
        """Save the position; everything before it is stored."""
        self.progress.checkpoint(self.next, self.counts, setbacks=0 if self.advanced else None)
        self.counts.clear()
        self._counted = self.next
        self._pages, self.advanced = 0, False
