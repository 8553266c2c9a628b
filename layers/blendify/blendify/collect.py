"""
Collecting one data type: pages in, facts appended, a checkpoint after each page.

Whatever ends a collector (its time, a killed Lambda, a long wait), the next round goes on at the checkpoint.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from blendify import observe, times
from blendify.applications import application
from blendify.calls import NO_CONTENT, Caller
from blendify.data_types import DataType, Outcome
from blendify.errors import CollectError, GrantRevoked, MustWait, ProviderUnavailable, ScopeMissing, Unreadable
from blendify.jobs import Job, Summary
from blendify.paging import Ask, Page
from blendify.providers import PROVIDERS
from blendify.providers.table import Contents, Endpoint, Place
from blendify.reading import Closed, Lost, Step, read
from blendify.storage import connections, listings
from blendify.storage.history import NOTHING, Fact
from blendify.storage.progress import PATIENCE_SECONDS, Position, Progress, move_on, progress
from blendify.sweeps import Sweep
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
        self._failing = ""
        self._lenient = seen.setbacks >= len(PATIENCE_SECONDS)
        self._since = time.monotonic()
        self._told = {"calls": 0, "rate_limits": 0}

    def run(self, seconds_left: Callable[[], float]) -> None:
        """Read what is left of the lists; raises CollectError where the provider or the time ends it."""
        owner = connections.connection(self._job.user_id, self._job.provider)
        provider = PROVIDERS[owner.provider]
        if owner.status == connections.RECONNECT:
            raise GrantRevoked(f"access to {provider.title} has ended: the listener must connect again")
        missing = [scope for scope in self._endpoint.scopes if scope not in owner.scopes]
        if missing:
            raise ScopeMissing(f"the listener did not grant {', '.join(missing)}")
        self._caller = Caller(provider, application(owner.provider, owner.application), owner.user_id)
        lists, at = self._begin(), self._seen.position
        steps = read(
            (ask for number, one in enumerate(lists) for ask in self._asks(number, one)),
            self._fetch,
            self._endpoint.paging,
            ordered=self._endpoint.ordered,
            begun=Sweep(at.number, at.reading, at.total, at.doubtful, at.mark) if self._resumed else None,
            side_by_side=self._caller.at_once,
            lenient=self._lenient,
        )
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="write") as writers:
            for step in steps:
                self._take(step, writers)
                if seconds_left() < RESERVE_SECONDS:
                    raise MustWait("the Lambda's time was up, the next round goes on", times.now())

    def stop(self, error: CollectError) -> Summary:
        """The outcome that an error stands for, kept with its reason."""
        outcome, until, setbacks = _outcome(error), None, self._seen.setbacks
        if isinstance(error, MustWait):
            until = error.until
        elif isinstance(error, ProviderUnavailable) and setbacks < len(PATIENCE_SECONDS):
            outcome, until = Outcome.WAITING, times.now() + timedelta(seconds=PATIENCE_SECONDS[setbacks])
            setbacks += 1
        self._checkpoint(outcome, self._seen.position, {}, str(error), until, setbacks)
        observe.stopped(self._seen, error)
        return Summary(self._seen.data_type, self._seen.outcome, until)

    def finish(self) -> Summary:
        """Every list is read to its end: complete, unless pages of it had to be passed over."""
        counts, notes = self._seen.counts, []
        if lost := counts["lost"]:
            return self.stop(CollectError(f"{lost} pages could not be read, all others are stored{self._failing}"))
        if closed := counts["unavailable"]:
            notes.append(f"{closed} cannot be read by this application: not the listener's own, or gone")
        if doubtful := counts["doubtful"]:
            notes.append(f"{doubtful} changed while they were read, or hold less than the provider counts")
        self._checkpoint(Outcome.COMPLETE, self._seen.position, {}, "; ".join(notes) or None)
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
        start, total = Ask(target.list_id, number), target.total
        if number == at.number:
            start = Ask(target.list_id, number, at.offset, at.cursor, reading=at.reading)
            total = at.total or total
        yield from self._endpoint.paging.first(start, total)

    def _fetch(self, ask: Ask, endpoint: Endpoint | None = None) -> Page:
        endpoint = endpoint or self._endpoint
        caller = self._caller
        assert caller  # noqa: S101 -- `run` has made it before anything is fetched

        short: list[Page] = []

        def take(body: object) -> Page:
            page = endpoint.taken(body, nothing=body is NO_CONTENT)
            # Behind a cursor it is the sweep's to judge: what is missing may be missing on an earlier page.
            if endpoint.paging.missing(ask, page) and not ask.cursor:
                short.append(page)
                raise ProviderUnavailable(
                    f"the provider counts {page.total} entries and gives {len(page.entries)} from {ask.offset} on"
                )
            return page

        try:
            return caller.get(*endpoint.request(ask), take)
        except ProviderUnavailable:
            if short and self._lenient:
                return max(short, key=lambda page: len(page.entries))
            raise

    def _take(self, step: Step, writers: ThreadPoolExecutor) -> None:
        ask = step.ask
        match step.found:
            case Page() as page:
                self._store(step, page, writers)
            case Lost(why):
                self._failing = f": {why}"
                self._checkpoint(Outcome.RUNNING, _after(step, self._seen.position.kept), {"lost": 1})
                observe.logger.warning("Lost the page of %s at %d: %s", ask.list_id or "the list", ask.offset, why)
            case Closed(why):
                if self._endpoint.within is None:
                    raise Unreadable(why)
                self._checkpoint(Outcome.RUNNING, Position(ask.number + 1), {"unavailable": 1})
                observe.logger.info("Passed over %s: %s", ask.list_id, why)

    def _store(self, step: Step, page: Page, writers: ThreadPoolExecutor) -> None:
        """Append the page's records, then move the checkpoint behind it."""
        ask, at = step.ask, self._seen.position
        places = (Place(ask.list_id, ask.offset + index, ask.reading) for index in range(len(page.entries)))
        # Packing is work for the processor: threads would only get in each other's way. Writing is waiting.
        facts = list(map(self._fact, page.entries, places))
        written = list(writers.map(Fact.append, facts))
        if self._endpoint.contents:
            found = [contents for entry in page.entries if (contents := self._endpoint.contents(entry))]
            listings.keep(self._job.user_id, self._job.sync_id, ask.offset, found)
        total = sum(written, NOTHING)
        appended = len(written) if self._resumed else sum(one.new for one in written)
        before = at.kept if at.number == ask.number else 0
        anew = before if self._endpoint.ordered and ask.reading != at.reading else 0
        counts = {
            "records": appended - anew,
            "appended": appended,
            "raw_bytes": total.raw_bytes,
            "stored_bytes": total.stored_bytes,
            "write_units": total.write_units,
        }
        if ask.offset == 0 and ask.reading == 1 and self._endpoint.within is None:
            total_entries = page.total or len(page.entries)
            counts["expected"] = min(total_entries, self._endpoint.paging.depth or total_entries)
        kept = before - anew + appended
        if step.following is None:
            counts["doubtful"] = int(step.sweep.doubtful)
            observe.list_read(self._seen.data_type, ask.list_id, kept)
        setbacks = 0 if any(one.new for one in written) else None
        self._checkpoint(Outcome.RUNNING, _after(step, kept), counts, setbacks=setbacks)
        self._resumed = False

    def _fact(self, entry: object, place: Place) -> Fact:
        row, job = self._endpoint.row(entry, place), self._job
        return Fact.of(job.user_id, self._seen.data_type, job.fetched_at, job.provider, row.key, row.fields, entry)

    def _checkpoint(
        self,
        outcome: Outcome,
        position: Position,
        counts: dict[str, int],
        why: str | None = None,
        until: datetime | None = None,
        setbacks: int | None = None,
    ) -> None:
        moment = time.monotonic()
        calls = {"calls": self._caller.calls, "rate_limits": self._caller.rate_limits} if self._caller else self._told
        spent = {name: count - self._told[name] for name, count in calls.items()}
        spent["milliseconds"] = round((moment - self._since) * 1000)
        self._seen = move_on(
            self._seen,
            outcome=outcome,
            position=position,
            counts=counts | spent,
            why=why,
            until=until,
            setbacks=setbacks,
        )
        self._told, self._since = calls, moment


def _after(step: Step, kept: int) -> Position:
    """Where to go on once this page is stored."""
    following, sweep = step.following, step.sweep
    if following is None:
        return Position(step.ask.number + 1)
    return Position(
        following.number,
        following.offset,
        following.cursor,
        sweep.reading,
        sweep.total,
        kept,
        sweep.doubtful,
        sweep.mark,
    )


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
