"""
Collecting one data type: its lists are read, planned and committed, one after the other.

A collector can end early: its time is up, its Lambda is killed, or it must wait long. The next round then continues at
the stored position. Pages are staged before the position moves on, so a death costs at most the pages read since.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from blendify.access import connections
from blendify.access.applications import application
from blendify.collecting import freshness
from blendify.collecting.checkpoints import PASSING, Checkpoints, MoveOn
from blendify.collecting.commit import TimeIsUp
from blendify.collecting.conclusion import habits, trusted_count
from blendify.collecting.incremental import checked
from blendify.collecting.intake import Intake
from blendify.collecting.list_commits import ListCommits
from blendify.collecting.list_store import ListStore
from blendify.collecting.lists_to_read import targets
from blendify.collecting.outcomes import closed_for_all, failure, notes
from blendify.collecting.position import Position
from blendify.collecting.troubles import Troubles
from blendify.collecting.undated_plays.move_to_front import is_known_from_here, latest
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, GrantRevoked, MustWait, NotGranted, Superseded
from blendify.fetching.other_ways import otherwise
from blendify.fetching.page_consistency import Habits, Sweep
from blendify.fetching.page_fetcher import Fetcher, ListMemory
from blendify.fetching.page_reader import Failed, Step, read
from blendify.fetching.provider_client import ProviderClient
from blendify.history import list_versions, snapshots
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Collected, Job, Summary
from blendify.jobs.progress import COUNTS, Progress, move_on, progress
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListKind, ListRef
from blendify.providers.paging import Page, PageRequest, Window
from blendify.providers.record_identity import record_id

RESERVE_SECONDS = 60.0
"""A page is begun only with this much of the Lambda's time left: a slow call with its retries, and a commit."""
MOST_FAILING = 8
"""Lists in a row that fail, after which the provider is failing: the round ends."""


def collect(data_type: DataType, job: Job, seconds_left: Callable[[], float], move_on: MoveOn = move_on) -> Summary:
    """
    Append what is new, changed, moved or gone in this data type, from the sync's position on; answers how far it came.

    move_on     writes each checkpoint

    Expected refusals (wait, reconnect, scope, provider down) are outcomes; only defects and infrastructure raise.
    """
    stored = progress(job.user_id, job.sync_id, data_type)
    if stored is None:
        return Summary(data_type, Outcome.NOT_REQUESTED)
    if stored.outcome.final:
        return Summary(data_type, stored.outcome)
    try:
        return _collected(_Collector(job, stored, seconds_left, move_on))
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
    begun = Progress(job.user_id, job.sync_id, data_type, Outcome.PENDING, None, None, {}, step=0)
    collector = _Collector(job, replace(begun, counts=dict.fromkeys(COUNTS, 0)), seconds_left, Progress.after)
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


def _time_is_up() -> MustWait:
    return MustWait("the Lambda's time was up, the next round goes on", times.now())


class _Collector:
    """One data type of one sync, in one worker."""

    def __init__(self, job: Job, stored: Progress, seconds_left: Callable[[], float], move_on: MoveOn) -> None:
        self._job, self._data_type, self._seconds_left = job, stored.data_type, seconds_left
        self._progress = Checkpoints(stored, move_on)
        self._endpoint: Endpoint = PROVIDERS[job.provider].endpoints[stored.data_type]
        self._intake: Intake | None = None

    def run(self) -> None:
        """Read the rest of the lists; raises CollectError when the provider or the time stops it."""
        job, endpoint = self._job, self._endpoint
        connection = connections.connection(job.user_id, job.provider)
        provider = PROVIDERS[connection.provider]
        if connection.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        missing = [scope for scope in endpoint.scopes if scope not in connection.scopes]
        if missing:
            raise NotGranted(f"the listener did not grant {', '.join(missing)}")
        app, doubted = application(connection.provider, connection.application), connection.doubted_since is not None
        caller = ProviderClient(provider, app, connection.user_id, doubted=doubted)
        self._progress.caller = caller
        store = ListStore(job.user_id, job.provider, self._data_type)
        self._commits = ListCommits(job, endpoint, store, self._seconds_left)
        self._commits.finish_open()
        self._intake = intake = Intake(job, self._data_type, endpoint, self._commits, self._progress)
        fetcher = Fetcher(caller, connection.provider_user_id, times.parse(job.fetched_at), self._memory)
        self._begin(intake, fetcher)
        intake.adopt_commits()
        ready = intake.ends
        self._check_for_changes(intake, fetcher)
        while (number := intake.next.number) < ready:
            group = self._group(intake, number, ready)
            self._read(intake, group, fetcher)
            intake.go_to(group.stop)
        self._drop_lists(intake)
        if number < intake.ends:
            intake.wait_for_lists_set_aside()

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
        intake = self._intake
        if intake is None:
            return self._progress.stop(error, self._progress.position, {}, advanced=False)
        advanced = intake.advanced
        gives_up = self._progress.gives_up(error, advanced=advanced)
        try:
            if gives_up:
                intake.end_list(broken_off=True)
                self._remember(intake)
            intake.store()
        except TimeIsUp:
            error = _time_is_up()
        return self._progress.stop(error, intake.next, intake.counts, advanced=advanced)

    def finish(self) -> Summary:
        """Every list is read to its end: the outcome is complete, unless some of it could not be read."""
        intake = self._intake
        assert intake is not None  # noqa: S101 -- for the type checker
        counts = Counter(self._progress.counts) + intake.counts
        self._remember(intake)
        if counts["lost"] or intake.next.broken:
            error = failure(self._data_type, intake, counts["lost"])
            return self._progress.fail(error, intake.next, intake.counts)
        if closed_for_all(intake, self._commits.known):
            error = CollectError("the provider refuses all lists that it gave before: what was read of them stays")
            return self._progress.fail(error, intake.next, intake.counts)
        if not counts["doubtful"] and self._endpoint.list_kind is not ListKind.LOG:
            self._note_changes(intake, counts["appended"] + counts["removed"])
        return self._progress.complete(intake.next, intake.counts, notes(counts))

    def _remember(self, intake: Intake) -> None:
        """Keep which lists failed or were refused, for the next sync."""
        if self._endpoint.parent is None:
            return
        at, names = intake.next, [listed.list_id for listed in intake.lists]
        done = {name for name in names if freshness.is_done(self._commits.version(name), self._job)}
        closed = {names[index] for index in at.closed}
        failing = {names[index] for index in (*at.broken, *(listed.number for listed in at.aside))} - done - closed
        now = intake.before.after(done | failing | closed, failing, closed)
        if now != intake.before:
            now.save(self._job.user_id, self._job.provider, self._data_type)

    def _note_changes(self, intake: Intake, changes: int) -> None:
        """Count the changes for snapshots, which save readers of a past moment from folding all facts."""
        job = self._job
        written = snapshots.note(job.user_id, job.provider, self._data_type, job.fetched_at, changes)
        for name in ("stored_bytes", "write_units"):
            intake.counts[name] += getattr(written, name)

    def _begin(self, intake: Intake, fetcher: Fetcher) -> None:
        """The lists that can be read. What is known of them is counted once, even if the sync has to wait often."""
        job, endpoint = self._job, self._endpoint
        lists = list(targets(job, endpoint, fetcher.page))
        self._named = {listed.list_id for listed in lists}
        readable = [listed for listed in lists if listed.readable]
        before = Troubles.load(job.user_id, job.provider, self._data_type) if endpoint.parent else Troubles()
        intake.begin(before.last(readable, job.fetched_at), before)
        if not any(self._progress.counts[name] for name in ("expected", "records", "unavailable")):
            expected = sum(listed.total or 0 for listed in readable if listed.list_id not in before.closed)
            unchanged = sum(
                self._commits.version(listed.list_id).count for listed in readable if self._unchanged(listed)
            )
            if endpoint.parent is None:
                expected = unchanged
            intake.counts.update(expected=expected, records=unchanged, unavailable=len(lists) - len(readable))
            if intake.counts.total():
                intake.checkpoint()

    def _drop_lists(self, intake: Intake) -> None:
        """Lists that are no longer named are gone, whatever becomes of the others."""
        within = self._endpoint.parent
        if within is None:
            return
        naming = list_versions.version(self._job.user_id, self._job.provider, within, "")
        if naming.revision:
            # A sync that does not collect the names may know lists that are not yet among the stored names.
            named = self._named | {entry.identity for entry in naming.entries()}
            intake.drop_lists(frozenset(named))

    def _unchanged(self, listed: ListRef) -> bool:
        """Whether the list can be skipped: its version was read already, or it was read a short while ago."""
        version = self._commits.version(listed.list_id)
        return freshness.unchanged(listed, version, self._endpoint.for_list(listed.list_id), self._job)

    def _check_for_changes(self, intake: Intake, fetcher: Fetcher) -> None:
        """Take in the only list, if a few calls are enough to learn every change of it."""
        at = intake.next
        if self._endpoint.change_check is None or at.number >= len(intake.lists) or at.begun or at.aside:
            return
        listed = intake.lists[at.number]
        version = self._commits.version(listed.list_id)
        if freshness.is_done(version, self._job) or not freshness.may_check(version, self._job):
            return
        entries, absent = self._commits.reader(listed.list_id).entries, set(version.signals.absent)
        known = {entry.identity: entry.digest for entry in entries if entry.identity not in absent}
        count = trusted_count(version, self._endpoint.paging)
        try:
            result = checked(PageRequest(listed.list_id, at.number), known, self._endpoint, fetcher, count)
        except PASSING:
            # Reading the whole list needs fewer of the provider's answers than the check.
            return
        if result is None:
            return
        intake.take_checked(listed, result)

    def _group(self, intake: Intake, number: int, ready: int) -> range:
        """The lists from this one on that are read together: at one endpoint, none of them for the last time."""
        stop = number + 1
        if number < len(intake.lists) and not intake.lenient(number):
            endpoint = intake.endpoint_of(number)
            while (
                stop < min(ready, len(intake.lists))
                and intake.endpoint_of(stop) is endpoint
                and not intake.lenient(stop)
            ):
                stop += 1
        return range(number, stop)

    def _read(self, intake: Intake, group: range, fetcher: Fetcher) -> None:
        """Read these lists, as far as they have to be read."""
        start, endpoint = intake.resume(group.start), intake.endpoint_of(group.start)
        lenient = intake.lenient(group.start)
        if lenient and intake.failures >= MOST_FAILING:
            intake.leave(group.start)
            return
        steps = read(
            (ask for number in group for ask in self._requests(intake, number, start)),
            partial(replace(fetcher, last_time=lenient).page, endpoint=endpoint),
            endpoint.paging,
            ordered=endpoint.ordered,
            begun=self._begun(intake, start),
            habits=self._habits,
            side_by_side=self._progress.caller.at_once if self._progress.caller else 1,
            lenient=lenient,
            otherwise=partial(self._otherwise, intake, endpoint, last_time=lenient),
        )
        # A Lambda that has answered must not go on fetching pages, so the steps are closed in every case.
        with closing(steps):
            for step in steps:
                self._take(intake, step, last_time=lenient)
                if self._seconds_left() < RESERVE_SECONDS:
                    raise _time_is_up()

    def _otherwise(
        self, intake: Intake, endpoint: Endpoint, ask: PageRequest, before: Page | None, *, last_time: bool
    ) -> list[PageRequest]:
        """Another way to ask for a page; none while the provider fails wherever it is asked."""
        return otherwise(ask, before, endpoint, last_time=last_time) if intake.failures == 0 else []

    def _take(self, intake: Intake, step: Step, *, last_time: bool) -> None:
        intake.take(step)
        if isinstance(step.result, Failed) and intake.failures >= MOST_FAILING and not last_time:
            raise step.result.error

    def _requests(self, intake: Intake, number: int, start: Position) -> Iterator[PageRequest]:
        listed, resumed = intake.listed(number), number == start.number and start.begun
        endpoint = self._endpoint.for_list(listed.list_id)
        done = endpoint.list_kind is not ListKind.LOG and freshness.is_done(
            self._commits.version(listed.list_id), self._job
        )
        if done or (self._unchanged(listed) and not resumed):
            return
        first = PageRequest(listed.list_id, number)
        if resumed:
            window = Window(*start.window) if start.window else None
            first = replace(first, offset=start.offset, cursor=start.cursor, window=window, attempt=start.attempt)
        yield from endpoint.paging.ahead(first, start.total) if resumed else [first]

    def _memory(self, list_id: str) -> ListMemory:
        """What earlier syncs know of a list, for its requests."""
        version, since = self._commits.version(list_id), self._intake.since.get(list_id) if self._intake else None
        empty = version.commit is not None and not version.count
        return ListMemory(since, empty, partial(self._rest_is_known, version))

    def _rest_is_known(self, version: ListVersion, record_ids: Sequence[str]) -> bool:
        memory = self._endpoint.for_list(version.list_id).log_window
        if memory is None or not memory.moves_to_front or not freshness.may_check(version, self._job):
            return False
        plays = latest([entry.identity for entry in self._commits.store.entries(version)])
        return is_known_from_here(record_ids, list(map(record_id, plays)))

    def _habits(self, list_id: str) -> Habits:
        return habits(self._commits.version(list_id))

    def _begun(self, intake: Intake, start: Position) -> Sweep:
        """What is known of the list at which an earlier worker stopped."""
        usual = self._habits(intake.listed(start.number).list_id)
        sweep = Sweep(start.number, start.attempt, start.total, start.changed, start.unsteady, start.fingerprint, usual)
        sweep.other_total, sweep.grown = start.other_total, start.grown
        return sweep
