"""
Collecting one data type: its lists are read, planned and committed, one after the other.

A collector can end early: its time is up, its Lambda is killed, or it must wait long. The next round then continues at
the stored position. Pages are staged before the position moves on, so a death costs at most the pages read since.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from blendify.access import connections
from blendify.access.applications import of_connection
from blendify.collecting import freshness
from blendify.collecting.checkpoints import PASSING, Checkpoints, MoveOn
from blendify.collecting.collection import Collection
from blendify.collecting.commit import TimeIsUp
from blendify.collecting.incremental import add_changes
from blendify.collecting.list_queue import ListQueue, Troubles
from blendify.collecting.list_store import ListStore
from blendify.collecting.lists import Lists
from blendify.collecting.lists_to_read import lists_to_read
from blendify.collecting.outcomes import failure, notes
from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, GrantRevoked, NotGranted, Superseded
from blendify.fetching.fallbacks import otherwise
from blendify.fetching.page_consistency import Habits, Sweep
from blendify.fetching.page_fetcher import Fetcher
from blendify.fetching.page_reader import Failed, PageReader
from blendify.fetching.provider_client import ProviderClient
from blendify.history import snapshots
from blendify.jobs.job import POLL, Collected, Job, Summary
from blendify.jobs.progress import COUNTS, Checkpoint, Progress, move_on, progress
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind, ListRef
from blendify.providers.paging import PageRequest, Window

RESERVE_SECONDS = 60.0
"""A page is begun only with this much of the Lambda's time left: a slow call with its retries, and a commit."""


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
        return stored.summary
    try:
        return _collected(_Collector(job, stored, seconds_left, move_on))
    except (Superseded, LookupError):
        # The sync was ended by a disconnect, or deleted with its listener, while we worked: stop.
        stored = progress(job.user_id, job.sync_id, data_type)
        if stored and not stored.outcome.final:
            raise
        return stored.summary if stored else Summary(data_type, Outcome.NOT_REQUESTED)


def collect_once(data_type: DataType, job: Job, seconds_left: Callable[[], float]) -> Collected:
    """
    The same in one go, without a sync's record: what cannot be read now, no later round reads.

    Raises  what `collect` raises, and Superseded when the listener has left
    """
    begun = Progress(job.user_id, job.sync_id, data_type, Outcome.PENDING, None, None, "", step=0)
    collector = _Collector(job, replace(begun, counts=dict.fromkeys(COUNTS, 0)), seconds_left, Progress.after)
    _collected(collector)
    ended = collector.checkpoints.progress
    return Collected(ended.outcome, None if ended.setbacks else ended.until, ended.counts)


def _collected(collector: "_Collector") -> Summary:
    try:
        collector.run()
        return collector.finish()
    except CollectError as error:
        return collector.stop(error)
    finally:
        collector.close()


class _Collector:
    """One data type of one sync, in one worker."""

    def __init__(self, job: Job, stored: Progress, seconds_left: Callable[[], float], move_on: MoveOn) -> None:
        self._job, self._data_type, self._seconds_left = job, stored.data_type, seconds_left
        self._endpoint = endpoint = PROVIDERS[job.provider].endpoints[stored.data_type]
        self.checkpoints = Checkpoints(stored, move_on)
        self._lists = Lists(job, endpoint, ListStore(job.user_id, job.provider, stored.data_type), seconds_left)
        self._queue = ListQueue(endpoint, Position.of(stored.position))
        self._collection = Collection(self._queue, self._lists, self.checkpoints)

    def run(self) -> None:
        """Read the rest of the lists; raises CollectError when the provider or the time stops it."""
        queue, collection, fetcher = self._queue, self._collection, self._fetcher()
        self._lists.finish_open()
        named = self._begin(fetcher)
        collection.adopt_commits()
        end = queue.ends
        self._check_for_changes(fetcher)
        while queue.next.number < end:
            group = queue.group(end)
            self._read(group, fetcher)
            collection.go_to(group.stop)
        collection.drop_lists(named)
        if queue.next.number < queue.ends:
            queue.wait()

    def _fetcher(self) -> Fetcher:
        """What asks the provider; raises CollectError where the listener must connect or permit something first."""
        job = self._job
        connection = connections.connection(job.user_id, job.provider)
        provider = PROVIDERS[connection.provider]
        if connection.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        missing = [scope for scope in self._endpoint.scopes if scope not in connection.scopes]
        if missing:
            raise NotGranted(f"the listener did not grant {', '.join(missing)}")
        caller = ProviderClient(provider, of_connection(connection), connection, alone=job.mode == POLL)
        self.checkpoints.caller = caller
        return Fetcher(caller, connection.provider_user_id, times.parse(job.fetched_at), self._lists.memory)

    def close(self) -> None:
        """Close what is open: the Lambda goes on to other syncs."""
        if self.checkpoints.caller:
            self.checkpoints.caller.close()

    def stop(self, error: CollectError) -> Summary:
        """Store the outcome of an error with its reason, and everything that was read before it."""
        collection = self._collection
        advanced = collection.advanced
        try:
            if self.checkpoints.ending(error, self._queue.next, advanced=advanced).outcome.final:
                collection.end_list(broken_off=True)
                self._remember()
            collection.store()
        except TimeIsUp as time_is_up:
            error = time_is_up
        ending = self.checkpoints.ending(error, self._queue.next, advanced=advanced)
        return self.checkpoints.end(self._queue.next, replace(ending, counts=collection.counts), error)

    def finish(self) -> Summary:
        """Every list is read to its end: the outcome is complete, unless some of it could not be read."""
        job, collection = self._job, self._collection
        counts = Counter(self.checkpoints.progress.counts) + collection.counts
        self._remember()
        error = failure(self._data_type, self._queue, self._lists.known, counts["lost"])
        if not error and not counts["doubtful"] and self._endpoint.list_kind is not ListKind.LOG:
            # Snapshots save readers of a past moment from folding all facts.
            key = job.user_id, job.provider, self._data_type
            written = snapshots.note(*key, job.fetched_at, counts["appended"] + counts["removed"])
            collection.counts.update(stored_bytes=written.stored_bytes, write_units=written.write_units)
        outcome, why = (error.outcome, str(error)) if error else (Outcome.COMPLETE, notes(counts))
        return self.checkpoints.end(self._queue.next, Checkpoint(outcome, why, counts=collection.counts), error)

    def _remember(self) -> None:
        """Keep which lists failed or were refused, for the next sync."""
        if self._endpoint.parent:
            now = self._queue.troubles(self._lists.is_done)
            if now != self._queue.before:
                now.save(self._job.user_id, self._job.provider, self._data_type)

    def _begin(self, fetcher: Fetcher) -> set[str]:
        """
        Note which lists can be read; answers the ids of all. What is known of them is counted once, even if the sync
        has to wait often.
        """
        job, endpoint, known, collection = self._job, self._endpoint, self._lists, self._collection
        lists = lists_to_read(job, endpoint, fetcher.page)
        readable = [listed for listed in lists if listed.readable]
        before = Troubles.load(job.user_id, job.provider, self._data_type) if endpoint.parent else Troubles()
        self._queue.lists, self._queue.before = before.last(readable, job.fetched_at), before
        versions = {listed.list_id: known.version(listed.list_id) for listed in lists}
        known.since = {list_id: freshness.since(version, endpoint, job) for list_id, version in versions.items()}
        if not any(self.checkpoints.progress.counts[name] for name in ("expected", "records", "unavailable")):
            expected = sum(listed.total or 0 for listed in readable if listed.list_id not in before.closed)
            settled = [listed for listed in readable if self._unchanged(listed)]
            unchanged = sum(versions[listed.list_id].count for listed in settled)
            if endpoint.parent is None:
                expected = unchanged
            collection.counts.update(expected=expected, records=unchanged, unavailable=len(lists) - len(readable))
            # With nothing to read the end stores them.
            if collection.counts.total() and len(settled) < len(readable):
                collection.checkpoint()
        return set(versions)

    def _unchanged(self, listed: ListRef) -> bool:
        """Whether the list can be skipped: its version was read already, or it was read a short while ago."""
        version = self._lists.version(listed.list_id)
        return freshness.unchanged(listed, version, self._endpoint.for_list(listed.list_id), self._job)

    def _check_for_changes(self, fetcher: Fetcher) -> None:
        """Take in the only list, if a few calls are enough to learn every change of it."""
        at, endpoint = self._queue.next, self._endpoint
        if endpoint.change_check is None or at.number >= len(self._queue.lists) or at.begun or at.aside:
            return
        list_id = self._queue.listed(at.number).list_id
        if self._lists.is_done(list_id) or not freshness.may_check(self._lists.version(list_id), self._job):
            return
        reader = self._lists.list_reader(list_id)
        try:
            observed = add_changes(reader, PageRequest(list_id, at.number), fetcher)
        except PASSING:
            # Reading the whole list needs fewer of the provider's answers than the check.
            return
        if observed:
            self._collection.take_whole(reader, observed)

    def _read(self, group: range, fetcher: Fetcher) -> None:
        """Read these lists, as far as they have to be read."""
        queue, collection = self._queue, self._collection
        start, endpoint = collection.resume(group.start), queue.endpoint_of(group.start)
        lenient = queue.lenient(group.start)
        if lenient and queue.provider_fails:
            collection.leave(group.start)
            return
        pages = PageReader(
            partial(replace(fetcher, last_time=lenient).page, endpoint=endpoint),
            endpoint.paging,
            endpoint.ordered,
            self._habits,
            side_by_side=fetcher.caller.at_once,
            lenient=lenient,
            # There is no other way to ask while the provider fails wherever it is asked.
            otherwise=lambda ask, page: [] if queue.failures else otherwise(ask, page, endpoint, last_time=lenient),
        )
        begun = Sweep(start.number, self._habits(queue.listed(start.number).list_id), **vars(start.observed))
        steps = pages.read((ask for number in group for ask in self._requests(number, start)), begun)
        # A Lambda that has answered must not go on fetching pages, so the steps are closed in every case.
        with closing(steps):
            for step in steps:
                collection.take(step)
                if isinstance(step.result, Failed) and queue.provider_fails and not lenient:
                    raise step.result.error
                if self._seconds_left() < RESERVE_SECONDS:
                    raise TimeIsUp()

    def _requests(self, number: int, start: Position) -> Iterator[PageRequest]:
        listed, resumed = self._queue.listed(number), number == start.number and start.begun
        endpoint = self._queue.endpoint_of(number)
        done = endpoint.list_kind is not ListKind.LOG and self._lists.is_done(listed.list_id)
        if done or (self._unchanged(listed) and not resumed):
            return
        first = PageRequest(listed.list_id, number)
        if resumed:
            window, attempt = Window(*start.window) if start.window else None, start.observed.attempt
            first = replace(first, offset=start.offset, cursor=start.cursor, window=window, attempt=attempt)
            if endpoint.list_kind is ListKind.ARRANGED and start.observed.came_twice and not start.offset:
                # Where two pages met, entries came again: this time others meet.
                first = replace(first, size=endpoint.paging.limit // 2)
        yield from endpoint.paging.ahead(first, start.observed.total) if resumed else [first]

    def _habits(self, list_id: str) -> Habits:
        return freshness.habits(self._lists.version(list_id))
