"""
Collecting one data type: pages in, facts appended, a checkpoint after each page.

Whatever ends a collector (its time, a killed Lambda, a long wait), the next round goes on at the checkpoint.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import NoReturn

from blendify.access import connections
from blendify.access.applications import application
from blendify.collecting import discovered_lists, drafts, freshness, recovery
from blendify.collecting.incremental import glanced
from blendify.collecting.intake import Found, Intake, News, Restart
from blendify.collecting.job import Job, Summary
from blendify.collecting.lists_to_read import targets
from blendify.collecting.page_consistency import Sweep
from blendify.collecting.page_fetcher import Fetcher
from blendify.collecting.page_reader import Closed, Lost, Step, read
from blendify.collecting.progress import PATIENCE_SECONDS, Position, Progress, progress
from blendify.collecting.provider_client import ProviderClient
from blendify.collecting.worker import WorkerProgress, added, counted
from blendify.core import telemetry, times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, GrantRevoked, MustWait, ScopeMissing, Superseded, Unreadable
from blendify.history import list_versions, snapshots
from blendify.history.append import NOTHING, Written, append
from blendify.history.facts import Fact
from blendify.history.list_versions import ListVersion
from blendify.providers import PROVIDERS
from blendify.providers.change_checks import newest_first
from blendify.providers.endpoint import Endpoint, ListKind, ListPosition, ListRef
from blendify.providers.paging import Page, PageRequest

WRITERS = 16
"""Facts read back at once: of what moved in a list or left it."""
RESERVE_SECONDS = 60.0
"""A page is begun only with this much of the Lambda's time left: a slow call with its retries, and a page's writes."""

SECOND_LOOK = timedelta(seconds=20)
"""Before a list of which most seems gone is read again."""


def collect(data_type: DataType, job: Job, seconds_left: Callable[[], float]) -> Summary:
    """
    Append one fact per record of this data type, from where the run stands; answers how far it came.

    Expected refusals (wait, reconnect, scope, provider down) are outcomes; only defects and infrastructure raise.
    """
    seen = progress(job.user_id, job.sync_id, data_type)
    if seen is None:
        return Summary(data_type, Outcome.NOT_REQUESTED)
    if seen.outcome.final:
        return Summary(data_type, seen.outcome)
    try:
        return _collected(_Collector(job, seen), seconds_left)
    except (Superseded, LookupError):
        # Whoever disconnects ends the run, whoever leaves takes it away: what was under way stops at its checkpoint.
        seen = progress(job.user_id, job.sync_id, data_type)
        if seen and not seen.outcome.final:
            raise
        return Summary(data_type, seen.outcome if seen else Outcome.NOT_REQUESTED)


def _collected(collector: "_Collector", seconds_left: Callable[[], float]) -> Summary:
    try:
        collector.run(seconds_left)
    except CollectError as error:
        return collector.stop(error)
    finally:
        collector.close()
    return collector.finish()


class _Collector:
    """One data type of one run: knows where it stands, and what the next checkpoint adds to the counts."""

    def __init__(self, job: Job, seen: Progress) -> None:
        self._job, self._data_type, self._progress = job, seen.data_type, WorkerProgress(seen)
        self._endpoint: Endpoint = PROVIDERS[job.provider].endpoints[seen.data_type]
        # What an earlier worker has seen of the list at which it stopped may be more than the checkpoint says.
        self._resumed = seen.step > 0
        self._failing = ""
        self._lenient = seen.setbacks >= len(PATIENCE_SECONDS)
        self._lists: list[ListRef] = []
        self._named: set[str] = set()
        self._intake: Intake | None = None

    def run(self, seconds_left: Callable[[], float]) -> None:
        """Read what is left of the lists; raises CollectError where the provider or the time ends it."""
        owner = connections.connection(self._job.user_id, self._job.provider)
        provider = PROVIDERS[owner.provider]
        if owner.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        missing = [scope for scope in self._endpoint.scopes if scope not in owner.scopes]
        if missing:
            raise ScopeMissing(f"the listener did not grant {', '.join(missing)}")
        caller = ProviderClient(provider, application(owner.provider, owner.application), owner.user_id)
        self._progress.caller = caller
        recovery.recover(self._job, self._data_type, self._endpoint.list_kind)
        self._known = list_versions.inventories(self._job.user_id, self._job.provider, self._data_type)
        fetcher = Fetcher(self._job, caller, owner.provider_user_id, self._of, self._lenient)
        self._lists, at = self._begin(fetcher), self._progress.position
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="write") as writers:
            if self._glance(fetcher, writers):
                return
            begun = Sweep(at.number, at.reading, at.total, at.doubtful, at.mark) if self._resumed else None
            for endpoint, lists in groupby(enumerate(self._lists), lambda one: self._endpoint.for_list(one[1].list_id)):
                steps = read(
                    (ask for number, one in lists for ask in self._asks(number, one)),
                    partial(fetcher.page, endpoint=endpoint),
                    endpoint.paging,
                    ordered=endpoint.ordered,
                    begun=begun,
                    side_by_side=caller.at_once,
                    lenient=self._lenient,
                )
                # Whatever ends this, no page may go on being fetched in a Lambda that has answered.
                with closing(steps):
                    for step in steps:
                        self._take(step, writers)
                        if seconds_left() < RESERVE_SECONDS:
                            raise MustWait("the Lambda's time was up, the next round goes on", times.now())
            self._drop_lists(writers)

    def close(self) -> None:
        """Leave nothing open in a Lambda that goes on to other runs."""
        if self._progress.caller:
            self._progress.caller.close()

    def stop(self, error: CollectError) -> Summary:
        """The outcome that an error stands for, kept with its reason."""
        return self._progress.stop(error)

    def finish(self) -> Summary:
        """Every list is read to its end: complete, unless pages of it had to be passed over."""
        counts, notes = self._progress.counts, []
        drafts.open_for(self._job.user_id, self._job.provider, self._data_type, None)
        if lost := counts["lost"]:
            return self.stop(CollectError(f"{lost} pages could not be read, all others are stored{self._failing}"))
        if closed := counts["unavailable"]:
            notes.append(f"{closed} cannot be read by this application: not the listener's own, or gone")
        if doubtful := counts["doubtful"]:
            notes.append(f"{doubtful} changed while they were read, or hold less than the provider counts")
        if holes := counts["holes"]:
            notes.append(f"more was played than the provider remembers: plays may be missing in {holes} place")
        written = NOTHING if doubtful else self._note_changes()
        return self._progress.complete(counted(written, 0), "; ".join(notes) or None)

    def _note_changes(self) -> Written:
        """What a reader at a past moment need not fold."""
        job, data_type, counts = self._job, self._data_type, self._progress.counts
        if self._endpoint.list_kind is ListKind.LOG:
            return NOTHING
        changes = counts["appended"] + counts["removed"]
        return snapshots.note(job.user_id, job.provider, data_type, job.fetched_at, changes)

    def _begin(self, fetcher: Fetcher) -> list[ListRef]:
        """The lists that can be read; what is known of them is counted once, however often the run had to wait."""
        found = list(targets(self._job, self._endpoint, fetcher.page))
        readable = [one for one in found if one.readable]
        self._named = {one.list_id for one in found}
        if not any(self._progress.counts[name] for name in ("expected", "records", "unavailable")):
            expected = sum(one.total or 0 for one in readable)
            unchanged = sum(self._of(one.list_id).count for one in readable if self._unchanged(one))
            if self._endpoint.parent is None:
                expected = unchanged
            counts = {"expected": expected, "records": unchanged, "unavailable": len(found) - len(readable)}
            self._progress.checkpoint(self._progress.position, counts)
        return readable

    def _of(self, list_id: str) -> ListVersion:
        empty = ListVersion(self._job.user_id, self._job.provider, self._data_type, list_id)
        return self._known.get(list_id, empty)

    def _unchanged(self, one: ListRef) -> bool:
        """Whether the list need not be asked: its version is the one that was read, or that was a short while ago."""
        return freshness.unchanged(one, self._of(one.list_id), self._endpoint.for_list(one.list_id), self._job)

    def _glance(self, fetcher: Fetcher, writers: ThreadPoolExecutor) -> bool:
        """Whether a few calls told all that has changed; it is recorded then."""
        number = self._progress.position.number
        if self._endpoint.change_check is None or number >= len(self._lists):
            return False
        one = self._lists[number]
        seen = self._of(one.list_id)
        at = self._progress.position if self._resumed else None
        intake = Intake(self._job, self._data_type, self._endpoint.list_kind, seen, number, writers, resumed=at)
        if intake.begun or not freshness.may_glance(seen, self._job):
            return False
        found = glanced(one.list_id, number, intake.known, self._endpoint, fetcher)
        if found is None:
            return False
        news = intake.take(1, 0, [row for row, _ in found.news])[0] if found.news else []
        facts = [self._fact(one, answer) for one, (_, answer) in zip(news, found.news, strict=True)]
        written = append(facts)
        try:
            settled = intake.settle(
                Found(1, complete=True, total=found.total, version=None, newest_first=self._newest_first, swept=False),
                found.now,
            )
        except Restart as again:
            raise MustWait(str(again), times.now() + SECOND_LOOK) from None
        counts = counted(written + settled.written, len(facts)) | {
            "records": len(found.now),
            "expected": found.total or len(found.now),
            "removed": settled.removed,
        }
        self._progress.checkpoint(Position(number + 1), counts, setbacks=0)
        telemetry.list_read(self._data_type, one.list_id, len(found.now))
        return True

    @property
    def _newest_first(self) -> bool:
        return self._endpoint.change_check is newest_first

    def _drop_lists(self, writers: ThreadPoolExecutor) -> None:
        """Lists that are named no longer (a playlist that is gone): everything in them has left."""
        within = self._endpoint.parent
        if within is None:
            return
        naming = list_versions.inventories(self._job.user_id, self._job.provider, within).get("")
        if naming is None:
            return
        # A run that was not asked for the names themselves may know of lists that they do not have yet.
        named = self._named | {entry.identity for entry in naming.entries().values()}
        for list_id, one in self._known.items():
            if list_id in named or not one.count:
                continue
            intake = Intake(
                self._job, self._data_type, self._endpoint.list_kind, one, len(self._lists), writers, resumed=None
            )
            settled = intake.settle(Found(1, complete=True, total=0, version=None, believed=True))
            self._progress.checkpoint(
                self._progress.position, counted(settled.written, 0) | {"removed": settled.removed}
            )

    def _asks(self, number: int, target: ListRef) -> Iterator[PageRequest]:
        at = self._progress.position
        begun = number == at.number and at.offset > 0
        if number < at.number or (self._unchanged(target) and not begun):
            return
        start, total = PageRequest(target.list_id, number), target.total
        if number == at.number:
            start = PageRequest(target.list_id, number, at.offset, at.cursor, reading=at.reading)
            total = at.total or total
        yield from self._endpoint.for_list(target.list_id).paging.first(start, total)

    def _take(self, step: Step, writers: ThreadPoolExecutor) -> None:
        ask = step.ask
        match step.found:
            case Page() as page:
                self._store(step, page, writers)
            case Lost(why):
                self._failing = f": {why}"
                counts = {"lost": 1}
                if step.following is None:
                    counts |= self._settle(step, writers, full=False)
                self._progress.checkpoint(_after(step, self._progress.position.kept), counts)
                telemetry.logger.warning("Lost the page of %s at %d: %s", ask.list_id or "the list", ask.offset, why)
            case Closed(why):
                if self._endpoint.parent is None:
                    raise Unreadable(why)
                counts = {"unavailable": 1}
                if self._taking(ask, writers).begun:
                    # Gone while it was read: what is recorded of it is known, for the run that finds it gone.
                    step.sweep.doubtful = True
                    counts |= self._settle(step, writers, full=False)
                self._progress.checkpoint(Position(ask.list_index + 1), counts)
                self._resumed = False
                telemetry.logger.info("Passed over %s: %s", ask.list_id, why)

    def _store(self, step: Step, page: Page, writers: ThreadPoolExecutor) -> None:
        """Append what is new on the page, then move the checkpoint behind it."""
        ask, endpoint = step.ask, self._endpoint.for_list(step.ask.list_id)
        self._enter_reading(step)
        at = self._progress.position
        places = (ListPosition(ask.list_id, ask.offset + index, ask.reading) for index in range(len(page.entries)))
        rows = [endpoint.to_record(entry, place) for entry, place in zip(page.entries, places, strict=False)]
        before = at.kept if at.number == ask.list_index else 0
        try:
            news, fresh = self._taking(ask, writers).take(ask.reading, ask.offset, rows)
        except Restart as again:
            self._again(ask, {"records": -before}, again)
        facts = [self._fact(one, entry) for one, entry in zip(news, page.entries, strict=True) if one.recorded]
        written = append(facts)
        if self._endpoint.child_list:
            found = [contents for entry in page.entries if (contents := self._endpoint.child_list(entry))]
            discovered_lists.keep(self._job.user_id, self._job.sync_id, ask.offset, found)
        counts = counted(written, len(facts)) | {"records": fresh}
        if ask.offset == 0 and ask.reading == 1 and self._endpoint.parent is None:
            total_entries = page.total or len(page.entries)
            counts["expected"] = min(total_entries, endpoint.paging.depth or total_entries)
        memory = endpoint.log_window
        if memory and not memory.moves_to_front:
            counts["plays"] = len(facts)
        kept = before + fresh
        if step.following is None:
            told = ask.offset + len(page.entries)
            full = (
                memory is not None
                and memory.entries is not None
                and told >= memory.entries
                and not memory.moves_to_front
            )
            try:
                counts = added(counts, self._settle(step, writers, full=full))
            except Restart as again:
                self._again(ask, counts | ({"records": -before} if self._endpoint.ordered else {}), again)
            telemetry.list_read(self._data_type, ask.list_id, kept)
        self._progress.checkpoint(_after(step, kept), counts, setbacks=0 if fresh else None)
        self._resumed = False

    def _enter_reading(self, step: Step) -> None:
        """Before a list is read again the checkpoint says so: of its facts, those of the latest reading count."""
        ask, at = step.ask, self._progress.position
        if ask.reading == 1 or (at.number, at.reading) == (ask.list_index, ask.reading):
            return
        before = at.kept if at.number == ask.list_index else 0
        kept = 0 if self._endpoint.ordered else before
        total, doubtful = step.sweep.total, step.sweep.doubtful
        position = Position(ask.list_index, ask.offset, ask.cursor, ask.reading, total, kept, doubtful)
        self._progress.checkpoint(position, {"records": kept - before})

    def _again(self, ask: PageRequest, counts: Mapping[str, int], why: Restart) -> NoReturn:
        """The next round reads the list anew; what was counted of it so far stands in `counts`."""
        self._progress.checkpoint(Position(ask.list_index, reading=ask.reading + 1), counts)
        raise MustWait(str(why), times.now() + SECOND_LOOK) from None

    def _taking(self, ask: PageRequest, writers: ThreadPoolExecutor) -> Intake:
        """The list that is being read."""
        if self._intake is None or self._intake.number != ask.list_index:
            at = self._progress.position
            one = self._lists[ask.list_index]
            self._intake = Intake(
                self._job,
                self._data_type,
                self._endpoint.list_kind,
                self._of(one.list_id),
                ask.list_index,
                writers,
                # Lists that are skipped as unchanged move no checkpoint: the first that is read may be half done.
                resumed=(at if ask.list_index == at.number else Position(ask.list_index)) if self._resumed else None,
                memory=self._endpoint.for_list(one.list_id).log_window,
            )
        return self._intake

    def _settle(self, step: Step, writers: ThreadPoolExecutor, *, full: bool) -> dict[str, int]:
        """The list is read to its end: record what left it; answers what that adds to the counts."""
        ask, sweep = step.ask, step.sweep
        endpoint, job, seen = self._endpoint.for_list(ask.list_id), self._job, self._of(ask.list_id)
        since, late = (
            freshness.since(seen, endpoint, job),
            endpoint.log_window.late_window if endpoint.log_window else None,
        )
        settled = self._taking(ask, writers).settle(
            Found(
                ask.reading,
                complete=not sweep.doubtful,
                total=sweep.total,
                version=self._lists[ask.list_index].version,
                newest_first=self._newest_first,
                swept=since is None or (late is not None and since <= times.parse(job.fetched_at) - late),
                full=full,
                since=times.iso(since) if since else None,
                remembered_from=freshness.remembered_from(seen, endpoint, job, complete=not sweep.doubtful),
            )
        )
        return {
            **counted(settled.written, settled.moved),
            "doubtful": int(sweep.doubtful),
            "removed": settled.removed,
            "holes": settled.holes,
        }

    def _fact(self, news: News, answer: object) -> Fact:
        job = self._job
        return Fact.of(job.user_id, self._data_type, job.fetched_at, job.provider, news.row.key, news.fields, answer)


def _after(step: Step, kept: int) -> Position:
    """Where to go on once this page is stored."""
    following, sweep = step.following, step.sweep
    if following is None:
        return Position(step.ask.list_index + 1)
    return Position(
        following.list_index,
        following.offset,
        following.cursor,
        sweep.reading,
        sweep.total,
        kept,
        sweep.doubtful,
        sweep.mark,
    )
