"""
Collecting one data type: its lists are read, planned and committed, one after the other.

A collector can end early: its time is up, its Lambda is killed, or it must wait long. The next round then continues at
the stored position. Pages are staged before the position moves on, so a death costs at most the pages read since.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from blendify.access import connections
from blendify.access.applications import application
from blendify.collecting import discovered_lists, freshness
from blendify.collecting.commit import TimeIsUp
from blendify.collecting.conclusion import ListEnd
from blendify.collecting.incremental import checked
from blendify.collecting.job import Collected, Job, Summary
from blendify.collecting.list_commits import ListCommits, ReadAgain
from blendify.collecting.list_reader import ListReader
from blendify.collecting.lists_to_read import targets
from blendify.collecting.log_reader import LogReader
from blendify.collecting.page_consistency import Sweep
from blendify.collecting.page_fetcher import Fetcher
from blendify.collecting.page_reader import Closed, Lost, Step, read
from blendify.collecting.progress import (
    COUNTS,
    PATIENCE_SECONDS,
    Position,
    Progress,
    move_on,
    move_on_in_memory,
    progress,
)
from blendify.collecting.provider_client import ProviderClient
from blendify.collecting.worker import MoveOn, WorkerProgress
from blendify.core import telemetry, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, GrantRevoked, MustWait, NotGranted, Superseded, Unreadable
from blendify.history import list_versions, snapshots
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListKind, ListPosition, ListRef
from blendify.providers.paging import Page, PageRequest

RESERVE_SECONDS = 60.0
"""A page is begun only with this much of the Lambda's time left: a slow call with its retries, and a commit."""
PAGES, ENTRIES = 8, 1_600
"""Most pages, and most entries, that are only in memory: the cost of a death, and the bound of the memory."""
SECOND_LOOK = timedelta(seconds=20)
"""Wait before a list with an implausible result is read again."""


def collect(data_type: DataType, job: Job, seconds_left: Callable[[], float]) -> Summary:
    """
    Append what is new, changed, moved or gone in this data type, from the sync's position on; answers how far it came.

    Expected refusals (wait, reconnect, scope, provider down) are outcomes; only defects and infrastructure raise.
    """
    stored = progress(job.user_id, job.sync_id, data_type)
    if stored is None:
        return Summary(data_type, Outcome.NOT_REQUESTED)
    if stored.outcome.final:
        return Summary(data_type, stored.outcome)
    try:
        return _collected(_Collector(job, stored, seconds_left))
    except (Superseded, LookupError):
        # The sync was ended by a disconnect, or deleted with its listener, while we worked: stop.
        stored = progress(job.user_id, job.sync_id, data_type)
        if stored and not stored.outcome.final:
            raise
        return Summary(data_type, stored.outcome if stored else Outcome.NOT_REQUESTED)


def collect_once(data_type: DataType, job: Job, seconds_left: Callable[[], float]) -> Collected:
    """
    The same in one go, without a sync's record: what cannot be read now, no later round reads.

    Raises  what `collect` raises, and Superseded when the listener has left
    """
    begun = Progress(job.user_id, job.sync_id, data_type, Outcome.PENDING, None, None, Position(), step=0)
    collector = _Collector(job, replace(begun, counts=dict.fromkeys(COUNTS, 0)), seconds_left, move_on_in_memory)
    _collected(collector)
    ended = collector.progress
    return Collected(ended.outcome, None if ended.setbacks else ended.until, ended.counts)


def _collected(collector: "_Collector") -> Summary:
    try:
        collector.run()
        return collector.finish()
    except CollectError as error:
        return collector.stop(error)
    except TimeIsUp:
        return collector.stop(_time_is_up())
    finally:
        collector.close()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _time_is_up() -> MustWait:
    return MustWait("the Lambda's time was up, the next round goes on", times.now())


class _Collector:
    """One data type of one sync: its position, and what the next checkpoint adds to the counts."""

    def __init__(
        self, job: Job, stored: Progress, seconds_left: Callable[[], float], move_on: MoveOn = move_on
    ) -> None:
        self._job, self._data_type, self._seconds_left = job, stored.data_type, seconds_left
        self._progress = WorkerProgress(stored, move_on)
        self._endpoint: Endpoint = PROVIDERS[job.provider].endpoints[stored.data_type]
        self._lenient = stored.setbacks >= len(PATIENCE_SECONDS)
        self._failing = ""
        self._lists: list[ListRef] = []
        self._reader: ListReader | LogReader | None = None
        self._next = stored.position
        """The position after everything that was read, staged or not."""
        self._since: dict[str, datetime | None] = {}
        self._counts: Counter[str] = Counter()
        """What the next checkpoint adds."""
        self._unsaved = 0
        """Pages since the last checkpoint."""
        self._advanced = False
        """Whether a page was read since the last checkpoint."""

    def run(self) -> None:
        """Read the rest of the lists; raises CollectError when the provider or the time stops it."""
        connection = connections.connection(self._job.user_id, self._job.provider)
        provider = PROVIDERS[connection.provider]
        if connection.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        missing = [scope for scope in self._endpoint.scopes if scope not in connection.scopes]
        if missing:
            raise NotGranted(f"the listener did not grant {', '.join(missing)}")
        app, doubted = application(connection.provider, connection.application), connection.doubted_since is not None
        caller = ProviderClient(provider, app, connection.user_id, doubted=doubted)
        self._progress.caller = caller
        self._commits = ListCommits(self._job, self._data_type, self._endpoint, self._seconds_left)
        self._commits.finish_open()
        account = connection.provider_user_id
        fetcher = Fetcher(self._job, caller, account, self._commits.version, self._since.get, self._lenient)
        self._lists = self._begin(fetcher)
        self._adopt_commits()
        self._since.update({name: self._since_of(number, name) for number, name in enumerate(self._endpoint.lists)})
        if self._check_for_changes(fetcher):
            return
        start = self._resume()
        begun = Sweep(start.number, start.attempt, start.total, start.changed, start.short, start.fingerprint)
        for endpoint, lists in groupby(enumerate(self._lists), lambda item: self._endpoint.for_list(item[1].list_id)):
            steps = read(
                (ask for number, listed in lists for ask in self._requests(number, listed, start)),
                partial(fetcher.page, endpoint=endpoint),
                endpoint.paging,
                ordered=endpoint.ordered,
                begun=begun,
                side_by_side=caller.at_once,
                lenient=self._lenient,
            )
            # A Lambda that has answered must not go on fetching pages, so the steps are closed in every case.
            with closing(steps):
                for step in steps:
                    self._take(step)
                    if self._seconds_left() < RESERVE_SECONDS:
                        raise _time_is_up()
        self._drop_lists()

    @property
    def progress(self) -> Progress:
        """The progress after the last checkpoint."""
        return self._progress.latest

    def close(self) -> None:
        """Close what is open: the Lambda goes on to other syncs."""
        if self._progress.caller:
            self._progress.caller.close()

    def stop(self, error: CollectError) -> Summary:
        """Store the outcome of an error with its reason, and everything that was read before it."""
        advanced = self._advanced
        try:
            if self._reader and self._progress.gives_up(error, advanced=advanced):
                self._end_list(broken_off=True)
            self._store()
        except TimeIsUp:
            error = _time_is_up()
        return self._progress.stop(error, self._next, self._counts, advanced=advanced)

    def finish(self) -> Summary:
        """Every list is read to its end: the outcome is complete, unless pages were passed over."""
        counts, notes = Counter(self._progress.counts) + self._counts, []
        if lost := counts["lost"]:
            raise CollectError(f"{_counted(lost, 'page')} could not be read, all others are stored{self._failing}")
        if closed := counts["unavailable"]:
            notes.append(f"{closed} cannot be read by this application: not the listener's own, or gone")
        if doubtful := counts["doubtful"]:
            notes.append(f"{doubtful} changed while they were read, or hold less than the provider counts")
        if holes := counts["holes"]:
            places = _counted(holes, "place")
            notes.append(f"more was played than the provider remembers: plays may be missing in {places}")
        if not doubtful and self._endpoint.list_kind is not ListKind.LOG:
            self._note_changes(counts["appended"] + counts["removed"])
        return self._progress.complete(self._next, self._counts, "; ".join(notes) or None)

    def _note_changes(self, changes: int) -> None:
        """Count the changes for snapshots, which save readers of a past moment from folding all facts."""
        job = self._job
        written = snapshots.note(job.user_id, job.provider, self._data_type, job.fetched_at, changes)
        for name in ("stored_bytes", "write_units"):
            self._counts[name] += getattr(written, name)

    def _begin(self, fetcher: Fetcher) -> list[ListRef]:
        """The lists that can be read. What is known of them is counted once, even if the sync has to wait often."""
        lists = list(targets(self._job, self._endpoint, fetcher.page))
        readable = [listed for listed in lists if listed.readable]
        self._named = {listed.list_id for listed in lists}
        if not any(self._progress.counts[name] for name in ("expected", "records", "unavailable")):
            expected = sum(listed.total or 0 for listed in readable)
            unchanged = sum(
                self._commits.version(listed.list_id).count for listed in readable if self._unchanged(listed)
            )
            if self._endpoint.parent is None:
                expected = unchanged
            self._counts.update(expected=expected, records=unchanged, unavailable=len(lists) - len(readable))
            if self._counts.total():
                self._checkpoint()
        return readable

    def _adopt_commits(self) -> None:
        """Count the lists that a worker of this sync committed before it could save its position; go on behind them."""
        for number, listed in enumerate(self._lists):
            commit = self._commits.version(listed.list_id).commit
            if commit is None or commit.sync_id != self._job.sync_id or number < self._next.number:
                continue
            then = Position.of(commit.then)
            if then.is_behind(self._next):
                self._count(number, commit.counts)
                self._next = replace(then, records=commit.counts.get("records", 0) if then.number == number else 0)
                self._checkpoint()

    def _resume(self) -> Position:
        """The position at which this worker begins. A list that another worker has moved on is read from its start."""
        at = self._next
        if at.number >= len(self._lists) or not at.begun:
            return at
        list_id = self._lists[at.number].list_id
        if self._endpoint.for_list(list_id).list_kind is ListKind.LOG:
            return at
        if at.staged and self._commits.version(list_id).revision != at.revision:
            again = Position(
                at.number,
                attempt=at.attempt,
                asked_twice=at.asked_twice,
                records=at.records,
                expected=at.expected,
            )
            self._next = again
            return again
        self._reader = self._commits.reader(list_id)
        self._reader.attempt, self._reader.lost = at.attempt, at.lost
        self._reader.resume(at.staged, at.offset)
        return at

    def _unchanged(self, listed: ListRef) -> bool:
        """Whether the list can be skipped: its version was read already, or it was read a short while ago."""
        version = self._commits.version(listed.list_id)
        return freshness.unchanged(listed, version, self._endpoint.for_list(listed.list_id), self._job)

    def _since_of(self, number: int, list_id: str) -> datetime | None:
        """The moment from which all workers of the sync ask for a log; None for all of it."""
        at = self._next
        if at.begun and at.number == number:
            return times.parse(at.since) if at.since else None
        return freshness.since(self._commits.version(list_id), self._endpoint.for_list(list_id), self._job)

    def _requests(self, number: int, listed: ListRef, start: Position) -> Iterator[PageRequest]:
        resumed = number == start.number and start.begun
        endpoint = self._endpoint.for_list(listed.list_id)
        done = endpoint.list_kind is not ListKind.LOG and freshness.is_done(
            self._commits.version(listed.list_id), self._job
        )
        if number < start.number or done or (self._unchanged(listed) and not resumed):
            return
        first, total = PageRequest(listed.list_id, number), listed.total
        if resumed:
            first = replace(first, offset=start.offset, cursor=start.cursor, attempt=start.attempt)
            total = start.total or total
        yield from endpoint.paging.first(first, total)

    def _check_for_changes(self, fetcher: Fetcher) -> bool:
        """Whether a few calls were enough to learn every change of the only list; the list is then committed."""
        at = self._next
        if self._endpoint.change_check is None or at.number >= len(self._lists) or at.begun:
            return False
        listed = self._lists[at.number]
        version = self._commits.version(listed.list_id)
        if freshness.is_done(version, self._job) or not freshness.may_check(version, self._job):
            return False
        reader = self._commits.reader(listed.list_id)
        known = {entry.identity: entry.digest for entry in reader.entries}
        result = checked(listed.list_id, at.number, known, self._endpoint, fetcher)
        if result is None:
            return False
        reader.add_checked(result)
        self._reader, self._advanced = reader, True
        self._next = replace(at, total=result.total, expected=result.total or len(result.names))
        self._end_list(entry_by_entry=False)
        return True

    def _drop_lists(self) -> None:
        """Remove every entry of lists that are no longer named, such as a deleted playlist."""
        job, within = self._job, self._endpoint.parent
        if within is None:
            return
        naming = list_versions.version(job.user_id, job.provider, within, "")
        if not naming.revision:
            return
        # A sync that does not collect the names may know lists that are not yet among the stored names.
        named = self._named | {entry.identity for entry in naming.entries()}
        for list_id, version in list(self._commits.known.items()):
            if list_id not in named and version.count and not freshness.is_done(version, job):
                end, then = ListEnd(known_to_be_gone=True), replace(self._next, number=len(self._lists))
                self._count(len(self._lists), self._commits.commit(self._commits.reader(list_id), end, then, {}))

    def _take(self, step: Step) -> None:
        ask = step.ask
        reader = self._open(step)
        self._unsaved += 1
        match step.result:
            case Page() as page:
                self._add(step, page)
            case Lost(why):
                self._failing = f": {why}"
                reader.lost += 1
                telemetry.logger.warning("Lost the page of %s at %d: %s", ask.list_id or "the list", ask.offset, why)
            case Closed(why):
                self._pass_over(ask, why)
                return
        self._next = self._at(step, step.following or ask)
        if step.following is None:
            self._end_list()
        pages, entries = self._reader.buffered if self._reader else (0, 0)
        if self._unsaved >= PAGES or pages >= PAGES or entries >= ENTRIES:
            self._save()

    def _open(self, step: Step) -> ListReader | LogReader:
        """The list that is being read. If it has changed meanwhile, that is saved at once."""
        ask = step.ask
        if self._reader is None or self._next.number != ask.list_index:
            log = self._endpoint.for_list(ask.list_id).list_kind is ListKind.LOG
            self._reader = self._commits.log_reader(ask.list_id) if log else self._commits.reader(ask.list_id)
            if self._next.number != ask.list_index:
                self._next = Position(ask.list_index)
            self._reader.attempt = self._next.attempt
        if ask.attempt != self._reader.attempt:
            if isinstance(self._reader, ListReader):
                self._reader.read_again(ask.offset)
            self._reader.attempt, self._reader.lost = ask.attempt, self._reader.lost if ask.offset else 0
            # No page of this attempt is stored yet, so there is none to compare the next one with.
            self._next = replace(self._at(step, ask), fingerprint=None)
            self._save()
        return self._reader

    def _add(self, step: Step, page: Page) -> None:
        """Add the page's entries to the list that is being read."""
        ask, endpoint = step.ask, self._endpoint.for_list(step.ask.list_id)
        places = (ListPosition(ask.list_id, ask.offset + index) for index in range(len(page.entries)))
        records = [endpoint.to_record(entry, place) for entry, place in zip(page.entries, places, strict=False)]
        if isinstance(self._reader, LogReader):
            self._reader.add(records, page.entries, ask.offset, times.now())
        elif self._reader:
            self._reader.add(records, page.entries, ask.offset)
        if self._endpoint.child_list:
            lists = [child for entry in page.entries if (child := self._endpoint.child_list(entry))]
            discovered_lists.save(self._job.user_id, self._job.sync_id, ask.offset, lists)
        if self._next.expected is None and self._endpoint.parent is None:
            total = page.total or len(page.entries)
            self._next = replace(self._next, expected=min(total, endpoint.paging.depth or total))
        self._advanced |= bool(page.entries)

    def _at(self, step: Step, ask: PageRequest) -> Position:
        """The position before this request, with what is known of its list."""
        sweep, reader = step.sweep, self._reader
        return replace(
            self._next,
            offset=ask.offset,
            cursor=ask.cursor,
            attempt=ask.attempt,
            total=sweep.total,
            changed=sweep.changed,
            short=sweep.short,
            fingerprint=sweep.fingerprint,
            lost=reader.lost if reader else 0,
        )

    def _pass_over(self, ask: PageRequest, why: str) -> None:
        """Skip a list that cannot be read. What was read of it before stays."""
        if self._endpoint.parent is None:
            raise Unreadable(why)
        reader = self._reader
        if isinstance(reader, ListReader) and reader.begun:
            self._end_list(broken_off=True)
            self._counts["doubtful"] += 1
        self._reader, self._next = None, Position(ask.list_index + 1)
        self._counts["unavailable"] += 1
        telemetry.logger.info("Passed over %s: %s", ask.list_id, why)

    def _end_list(self, *, broken_off: bool = False, entry_by_entry: bool = True) -> None:
        """Judge and commit the list, which is read to its end or as far as possible."""
        at, reader = self._next, self._reader
        if reader is None or (broken_off and not reader.begun):
            return
        end = ListEnd(
            total=at.total,
            provider_version=self._lists[at.number].version,
            attempt=at.attempt,
            changed=at.changed,
            short=at.short,
            broken_off=broken_off or reader.lost > 0,
            asked_twice=at.asked_twice,
            entry_by_entry=entry_by_entry,
        )
        counts = {"expected": at.expected or 0, "lost": 0 if broken_off else reader.lost}
        try:
            committed = self._commit(reader, end, Position(at.number + 1), counts)
        except ReadAgain as again:
            # Its records that are in the counts already are not counted again.
            self._next = Position(
                at.number,
                attempt=at.attempt + 1,
                asked_twice=at.asked_twice or again.asked_twice,
                records=self._saved(at.number).records,
                expected=self._saved(at.number).expected,
            )
            self._reader = None
            raise MustWait(str(again), times.now() + SECOND_LOOK) from None
        self._reader, self._next = None, Position(at.number + 1)
        telemetry.list_read(self._data_type, self._lists[at.number].list_id, committed.get("records", 0))

    def _commit(
        self, reader: ListReader | LogReader, end: ListEnd | None, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        """Commit what was read, a log also before its end; answers the commit's counts, which are added."""
        number = self._next.number
        try:
            if isinstance(reader, LogReader):
                counts = {**counts, "records": self._saved(number).records}
                committed = self._commits.commit_log(reader, end, self._since[reader.source.list_id], then, counts)
            else:
                committed = self._commits.commit(reader, end or ListEnd(), then, counts)
        except TimeIsUp:
            # The next worker finishes the commit, which says where to go on.
            self._reader, self._next = None, self._saved(number)
            raise
        self._count(number, committed)
        return committed

    def _count(self, number: int, committed: Mapping[str, int]) -> None:
        """Add a commit's counts, without what is counted of its list already."""
        if not committed:
            return
        saved, counts = self._saved(number), Counter(committed)
        counts.subtract({"records": saved.records, "expected": saved.expected or 0})
        memory = self._endpoint.for_list(self._lists[number].list_id).log_window if number < len(self._lists) else None
        if memory and not memory.moves_to_front:
            counts["plays"] = counts["appended"]
        self._counts.update(counts)

    def _saved(self, number: int) -> Position:
        """A list's position at the last checkpoint."""
        at = self._progress.position
        return at if at.number == number else Position(number)

    def _store(self) -> None:
        """Stage what was read, or commit it if it is a log."""
        reader = self._reader
        if reader is None:
            return
        saved, expected = self._saved(self._next.number), self._next.expected or 0
        if isinstance(reader, LogReader):
            if not reader.begun:
                return
            since = self._since[reader.source.list_id]
            then = replace(self._next, since=times.iso(since) if since else None, records=0)
            committed = self._commit(reader, None, then, {"expected": expected})
            self._next = replace(then, records=committed.get("records", saved.records))
            return
        staged, records = reader.stage(), reader.count
        self._counts.update(records=records - saved.records, expected=expected - (saved.expected or 0))
        self._next = replace(self._next, staged=staged, revision=reader.version.revision, records=records)

    def _save(self) -> None:
        self._store()
        self._checkpoint()

    def _checkpoint(self) -> None:
        self._progress.checkpoint(self._next, self._counts, setbacks=0 if self._advanced else None)
        self._counts.clear()
        self._unsaved, self._advanced = 0, False
