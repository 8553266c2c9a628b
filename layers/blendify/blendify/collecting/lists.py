"""The lists of one data type: what is known of each, and its way into the history once it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from blendify.collecting import freshness
from blendify.collecting.commit import Committer
from blendify.collecting.evidence import Evidence, ListEnd, evidence, log_evidence
from blendify.collecting.judgement import judge
from blendify.collecting.list_store import ListStore
from blendify.collecting.plan import Source
from blendify.collecting.position import Position
from blendify.collecting.read import ListReader
from blendify.collecting.read_log import LogReader
from blendify.collecting.undated_plays.move_to_front import is_known_from_here, latest
from blendify.core.errors import Superseded
from blendify.fetching.page_fetcher import ListMemory
from blendify.history.intents import Commit, Intent
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.providers.endpoint import Endpoint
from blendify.providers.record_identity import record_id

RESERVE_SECONDS = 15.0
"""A commit is left to the next worker with less than this of the Lambda's time."""


@dataclass
class ReadAgain(Exception):
    """The list must be read once more before anything is concluded."""

    why: str
    shown: Evidence


@dataclass
class Lists:
    """The versions of all lists of the data type, as this worker knows them."""

    job: Job
    endpoint: Endpoint
    store: ListStore
    seconds_left: Callable[[], float]
    since: dict[str, datetime | None] = field(default_factory=dict)
    """From which moment on a log is asked for, by its id; None for all of it."""
    known: dict[str, ListVersion] = field(init=False)
    """All lists that were ever read."""

    def __post_init__(self) -> None:
        self.known = self.store.versions()

    def finish_open(self) -> None:
        """Finish the commits that earlier workers left half done, in this sync or another. Raises TimeIsUp."""
        for list_id, version in self.known.items():
            self.known[list_id] = self._committer(list_id).finish(version)

    def version(self, list_id: str) -> ListVersion:
        """A list's version; without a revision when it was never read."""
        return self.known.get(list_id) or ListVersion(
            self.job.user_id, self.job.provider, self.store.data_type, list_id
        )

    def is_done(self, list_id: str) -> bool:
        """Whether this sync has committed the list, or one that began later has."""
        return freshness.is_done(self.version(list_id), self.job)

    def memory(self, list_id: str) -> ListMemory:
        """What its requests go by."""
        version = self.version(list_id)
        empty = version.commit is not None and not version.count
        return ListMemory(self.since.get(list_id), empty, partial(self._rest_is_known, version))

    def _rest_is_known(self, version: ListVersion, record_ids: Sequence[str]) -> bool:
        window = self.endpoint.for_list(version.list_id).log_window
        if window is None or not window.moves_to_front or not freshness.may_check(version, self.job):
            return False
        plays = latest([entry.identity for entry in self.store.entries(version)])
        return is_known_from_here(record_ids, list(map(record_id, plays)))

    def reader(self, list_id: str) -> ListReader | LogReader:
        """A reader of the list, with no pages yet."""
        endpoint = self.endpoint.for_list(list_id)
        if endpoint.log_window is None:
            return self.list_reader(list_id)
        source, since = self._source(list_id), self.since.get(list_id)
        return LogReader(self.store, self.job.sync_id, source, endpoint, endpoint.log_window, since)

    def list_reader(self, list_id: str) -> ListReader:
        """The same of a list that is no log."""
        version, endpoint = self.version(list_id), self.endpoint.for_list(list_id)
        staged = self.store.pages_of(self.job.sync_id)
        return ListReader(staged, self.store.entries(version), version, self._source(list_id), endpoint)

    def _source(self, list_id: str) -> Source:
        return Source(self.job.fetched_at, self.job.provider, list_id)

    def commit(
        self, reader: ListReader | LogReader, end: ListEnd | None, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        """
        Judge what was read and commit it; answers what it adds to the sync's counts.

        end     None while more of a log is to be read
        then    where the sync goes on
        counts  `records` are those of a log that are committed already; others are added

        Raises  ReadAgain, Superseded, TimeIsUp
        """
        if isinstance(reader, LogReader):
            return self._commit_log(reader, end, then, counts)
        return self._commit_list(reader, end or ListEnd(), then, counts)

    def _commit_list(
        self, reader: ListReader, end: ListEnd, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        job, shown = self.job, evidence(reader, end)
        judged = judge(shown)
        if judged.again:
            raise ReadAgain(judged.why, shown)
        after = freshness.after_list(reader, judged, end, job)
        counts = {**counts, "records": shown.given, **judged.counts}
        intent = Intent(Commit(job.sync_id, job.fetched_at, after, then.text(), counts), complete=judged.sound)
        try:
            version = self._committer(reader.version.list_id).commit(reader.version, reader, intent)
        except Superseded:
            version = self._reloaded(reader.version)
            if not freshness.is_done(version, job):
                raise
        return self._committed(version)

    def _commit_log(
        self, reader: LogReader, end: ListEnd | None, then: Position, counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        """What was read of a log since its last commit. If another worker commits it meanwhile, on top of that."""
        list_id, job = reader.source.list_id, self.job
        version = self.version(list_id)
        while True:
            compared = reader.compared(version)
            given = reader.came(compared) + counts.get("records", 0)
            judged = judge(log_evidence(reader, version, end, given)) if end else None
            nothing = not given and reader.should_show_some(compared.before)
            ended = judged if end and not (end.observed.changed or end.broken_off or nothing) else None
            after = freshness.after_log(reader, version, ended, job)
            added = {**counts, "records": given, **(judged.counts if judged else {})}
            commit = Commit(job.sync_id, job.fetched_at, after, then.text(), added)
            intent = Intent(commit, full=end is not None and reader.may_have_gap(version))
            try:
                version = self._committer(list_id).commit(version, compared, intent)
            except Superseded:
                version = self._reloaded(version)
                ours = self._ours(version)
                if ours is None or ours.then != then.text():
                    continue
            reader.clear()
            return self._committed(version)

    def _committed(self, version: ListVersion) -> Mapping[str, int]:
        self.known[version.list_id] = version
        ours = self._ours(version)
        return ours.counts if ours else {}

    def _ours(self, version: ListVersion) -> Commit | None:
        """The latest commit, if it is of this sync."""
        return version.commit if version.commit and version.commit.sync_id == self.job.sync_id else None

    def _reloaded(self, before: ListVersion) -> ListVersion:
        """The version that another worker has moved on; raises Superseded when the listener has left."""
        now = self.store.reload(before)
        if now.revision <= before.revision:
            raise Superseded(f"what is known of the {self.store.data_type.words} is gone")
        now = self._committer(before.list_id).finish(now)
        self.known[before.list_id] = now
        return now

    def _committer(self, list_id: str) -> Committer:
        return Committer(self.store, self.endpoint.for_list(list_id), lambda: self.seconds_left() - RESERVE_SECONDS)
