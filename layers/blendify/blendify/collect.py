"""
Collecting one data type: pages in, facts appended, a checkpoint after each page.

Whatever ends a collector (its time, a killed Lambda, a long wait), the next round goes on at the checkpoint.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from blendify import observe, times
from blendify.applications import application
from blendify.calls import NO_CONTENT, Caller
from blendify.data_types import DataType, Outcome
from blendify.errors import CollectError, GrantRevoked, MustWait, ScopeMissing, UnexpectedShape, Unreadable
from blendify.jobs import Job, Summary
from blendify.paging import Ask, Page
from blendify.providers import PROVIDERS
from blendify.providers.table import Contents, Endpoint, Place
from blendify.reading import Closed, read
from blendify.storage import listings
from blendify.storage.connections import connection
from blendify.storage.history import NOTHING, Fact
from blendify.storage.progress import Position, Progress, move_on, progress
from blendify.targets import targets

WRITERS = 16
"""Facts of one page written at once."""
RESERVE_SECONDS = 60.0
"""A page is begun only with this much of the Lambda's time left: a slow call with its retries, and a page's writes."""


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
    collector = _Collector(job, seen)
    try:
        collector.run(seconds_left)
    except CollectError as error:
        return collector.stop(error)
    return collector.finish()


class _Collector:
    """One data type of one run: knows where it stands, and what the next checkpoint adds to the counts."""

    def __init__(self, job: Job, seen: Progress) -> None:
        self._job, self._seen = job, seen
        self._endpoint: Endpoint = PROVIDERS[job.provider].endpoints[seen.data_type]
        self._caller: Caller | None = None
        # The page at which a killed collector stopped may be stored in part: what of it is there counts as appended.
        self._resumed = seen.step > 0
        self._since = time.monotonic()
        self._told = {"calls": 0, "rate_limits": 0}

    def run(self, seconds_left: Callable[[], float]) -> None:
        """Read what is left of the lists; raises CollectError where the provider or the time ends it."""
        owner = connection(self._job.user_id, self._job.provider)
        missing = [scope for scope in self._endpoint.scopes if scope not in owner.scopes]
        if missing:
            raise ScopeMissing(f"the listener did not grant {', '.join(missing)}")
        row = application(owner.provider, owner.application)
        self._caller = Caller(PROVIDERS[owner.provider], row, owner.user_id)
        lists = self._begin()
        asks = (ask for number, one in enumerate(lists) for ask in self._asks(number, one))
        count = observe.ListCount(self._seen.data_type)
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="write") as writers:
            for ask, page in read(asks, self._fetch, self._endpoint.paging):
                if isinstance(page, Closed):
                    self._pass_over(ask, page)
                    count.closed(ask, page.why)
                else:
                    self._store(ask, page, writers)
                    count.add(ask, len(page.entries))
                if seconds_left() < RESERVE_SECONDS:
                    raise MustWait("the Lambda's time was up, the next round goes on", times.now())
        count.end()

    def stop(self, error: CollectError) -> Summary:
        """The outcome that an error stands for, kept with its reason."""
        until = error.until if isinstance(error, MustWait) else None
        self._checkpoint(_outcome(error), self._seen.position, {}, str(error), until)
        observe.stopped(self._seen, error)
        return Summary(self._seen.data_type, self._seen.outcome, until)

    def finish(self) -> Summary:
        """Every page up to the end has arrived and is stored."""
        closed = self._seen.counts["unavailable"]
        why = f"{closed} cannot be read by this application: not the listener's own, or gone" if closed else None
        self._checkpoint(Outcome.COMPLETE, self._seen.position, {}, why)
        observe.completed(self._seen)
        return Summary(self._seen.data_type, Outcome.COMPLETE)

    def _begin(self) -> list[Contents]:
        """The lists that can be read; what is known of them is counted once, however often the run had to wait."""
        found = list(targets(self._job, self._endpoint, self._fetch))
        readable = [one for one in found if one.readable]
        if not self._seen.counts["expected"] and not self._seen.counts["unavailable"]:
            expected = sum(one.total or 0 for one in readable)
            counts = {"expected": expected, "unavailable": len(found) - len(readable)}
            self._checkpoint(Outcome.RUNNING, self._seen.position, counts)
        return readable

    def _asks(self, number: int, target: Contents) -> Iterator[Ask]:
        at = self._seen.position
        if number < at.number:
            return
        start = Ask(target.list_id, number)
        if number == at.number:
            start = Ask(target.list_id, number, at.offset, at.cursor)
        yield from self._endpoint.paging.first(start, target.total)

    def _fetch(self, ask: Ask, endpoint: Endpoint | None = None) -> Page:
        endpoint = endpoint or self._endpoint
        assert self._caller  # noqa: S101 -- `run` has made it before anything is fetched
        body = self._caller.get(*endpoint.request(ask))
        return Page(entries=[], total=None, more=False) if body is NO_CONTENT else endpoint.page(body)

    def _store(self, ask: Ask, page: Page, writers: ThreadPoolExecutor) -> None:
        """Append the page's records, then move the checkpoint behind it."""
        places = (Place(ask.list_id, ask.offset + index) for index in range(len(page.entries)))
        # Packing is work for the processor: threads would only get in each other's way. Writing is waiting.
        facts = list(map(self._fact, page.entries, places))
        written = list(writers.map(Fact.append, facts))
        if self._endpoint.contents:
            found = [contents for entry in page.entries if (contents := self._endpoint.contents(entry))]
            listings.keep(self._job.user_id, self._job.sync_id, ask.offset, found)
        total = sum(written, NOTHING)
        counts = {
            "records": len(written),
            "appended": len(written) if self._resumed else sum(one.new for one in written),
            "raw_bytes": total.raw_bytes,
            "stored_bytes": total.stored_bytes,
            "write_units": total.write_units,
        }
        if ask.offset == 0 and self._endpoint.within is None:
            total_entries = page.total or len(page.entries)
            counts["expected"] = min(total_entries, self._endpoint.paging.depth or total_entries)
        self._checkpoint(Outcome.RUNNING, _after(self._endpoint, ask, page), counts)
        self._resumed = False

    def _fact(self, entry: object, place: Place) -> Fact:
        row, job = self._endpoint.row(entry, place), self._job
        return Fact.of(job.user_id, self._seen.data_type, job.fetched_at, job.provider, row.key, row.fields, entry)

    def _pass_over(self, ask: Ask, page: Closed) -> None:
        if self._endpoint.within is None:
            raise Unreadable(page.why)
        self._checkpoint(Outcome.RUNNING, Position(ask.number + 1), {"unavailable": 1})

    def _checkpoint(
        self,
        outcome: Outcome,
        position: Position,
        counts: dict[str, int],
        why: str | None = None,
        until: datetime | None = None,
    ) -> None:
        moment = time.monotonic()
        calls = {"calls": self._caller.calls, "rate_limits": self._caller.rate_limits} if self._caller else self._told
        spent = {name: count - self._told[name] for name, count in calls.items()}
        spent["milliseconds"] = round((moment - self._since) * 1000)
        self._seen = move_on(
            self._seen, outcome=outcome, position=position, counts=counts | spent, why=why, until=until
        )
        self._told, self._since = calls, moment


def _after(endpoint: Endpoint, ask: Ask, page: Page) -> Position:
    """Where to go on once this page is stored."""
    try:
        following = endpoint.paging.following(ask, page)
    except UnexpectedShape:
        # The same error ends the list right after this page.
        return Position(ask.number + 1)
    if following:
        return Position(ask.number, following[0].offset, following[0].cursor)
    if not ask.last:
        return Position(ask.number, ask.offset + endpoint.paging.limit)
    return Position(ask.number + 1)


def _outcome(error: CollectError) -> Outcome:
    match error:
        case MustWait():
            return Outcome.WAITING
        case GrantRevoked():
            return Outcome.RECONNECT
        case ScopeMissing():
            return Outcome.NOT_PERMITTED
        case _:
            return Outcome.FAILED
