"""Lists of one data type on their way into the history: opened by their versions, judged, committed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from blendify.collecting import freshness
from blendify.collecting.commit import Committer
from blendify.collecting.conclusion import ListEnd, evidence, log_evidence, log_signals, rules, signals
from blendify.collecting.judgement import Judgement, judge
from blendify.collecting.list_reader import ListReader
from blendify.collecting.list_store import ListStore
from blendify.collecting.log_reader import LogReader
from blendify.collecting.plan import Source
from blendify.collecting.position import Position
from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.history.intents import Commit, Intent
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.providers.endpoint import Endpoint, LogWindow

RESERVE_SECONDS = 15.0
"""A commit is left to the next worker with less than this of the Lambda's time."""


class ReadAgain(Exception):
    """The list must be read once more before anything is concluded."""

    def __init__(self, why: str, *, asked_twice: bool) -> None:
        super().__init__(why)
        self.asked_twice = asked_twice
        """Whether the next look is the second one at a list of which most is missing."""


@dataclass
class ListCommits:
    """The versions of all lists of the data type, as this worker knows them."""

    job: Job
    endpoint: Endpoint
    store: ListStore
    seconds_left: Callable[[], float]
    _versions: dict[str, ListVersion] = field(init=False)

    def __post_init__(self) -> None:
        self._versions = self.store.versions()

    @property
    def data_type(self) -> DataType:
        """The data type of the lists."""
        return self.store.data_type

    def finish_open(self) -> None:
        """Finish the commits that earlier workers left half done, in this sync or another. Raises TimeIsUp."""
        for list_id, version in self._versions.items():
            self._versions[list_id] = self._committer(list_id).finish(version)

    def version(self, list_id: str) -> ListVersion:
        """A list's version; without a revision when it was never read."""
        empty = ListVersion(self.job.user_id, self.job.provider, self.data_type, list_id)
        return self._versions.get(list_id, empty)

    @property
    def known(self) -> Mapping[str, ListVersion]:
        """All lists that were ever read."""
        return self._versions

    def reader(self, list_id: str) -> ListReader:
        """A reader of a list, with no pages yet."""
        version, kind = self.version(list_id), self.endpoint.for_list(list_id).list_kind
        staged = self.store.pages_of(self.job.sync_id)
        return ListReader(version, self.store.entries(version), self._source(list_id), kind, staged)

    def log_reader(self, list_id: str) -> LogReader:
        """A reader of a log, with no pages yet."""
        memory = self.endpoint.for_list(list_id).log_window or LogWindow(entries=None)
        return LogReader(self.store, self.job.sync_id, self._source(list_id), memory)

    def commit(self, reader: ListReader, end: ListEnd, then: Position, counts: Mapping[str, int]) -> Mapping[str, int]:
        """
        Judge a list as it was read, and commit it; answers what it adds to the sync's counts.

        then    where the sync goes on

        Raises  ReadAgain, Superseded, TimeIsUp
        """
        list_id, job = reader.version.list_id, self.job
        shown = evidence(reader, end, self.endpoint.for_list(list_id))
        judged: Judgement = judge(shown)
        if judged.again:
            raise ReadAgain(str(judged.why), asked_twice=shown.mostly_gone)
        commit = Commit(
            job.sync_id,
            job.fetched_at,
            signals(reader, judged, end, self.endpoint.for_list(list_id), job),
            then.item(),
            {"records": shown.given, **judged.counts, **counts},
        )
        intent = Intent(commit, complete=judged.removals)
        try:
            version = self._committer(list_id).commit(reader.version, reader, intent, reader.stage_for)
        except Superseded:
            version = self._reloaded(reader.version)
            if not freshness.is_done(version, job):
                raise
        return self._committed(version)

    def commit_log(
        self,
        reader: LogReader,
        end: ListEnd | None,
        since: datetime | None,
        then: Position,
        counts: Mapping[str, int],
    ) -> Mapping[str, int]:
        """
        Commit what was read of a log since the last commit; answers what it adds to the sync's counts.

        end     None while more of it is to be read
        since   from which moment on it is asked for; None for all of it

        Raises  Superseded, TimeIsUp
        """
        list_id, job = reader.source.list_id, self.job
        endpoint = self.endpoint.for_list(list_id)
        version = self.version(list_id)
        while True:
            compared = reader.compared(version)
            given = len(compared.names()) + reader.known_before + counts.get("records", 0)
            judged = judge(log_evidence(version, end, given, reader.memory, whole=since is None)) if end else None
            ended = judged if end and not (end.changed or end.broken_off) else None
            after = log_signals(version, ended, endpoint, job, since)
            after = replace(after, repeats_listed=reader.repeats_listed(version))
            noted = judged.counts if judged else {}
            commit = Commit(job.sync_id, job.fetched_at, after, then.item(), {**counts, "records": given, **noted})
            intent = Intent(commit, full=end is not None and reader.may_have_gap)
            try:
                version = self._committer(list_id).commit(version, compared, intent, compared.stage_for)
            except Superseded:
                version = self._reloaded(version)
                if not self._is_ours(version) or version.commit.then != then.item():  # type: ignore[union-attr]
                    continue
            reader.clear()
            return self._committed(version)

    def _committed(self, version: ListVersion) -> Mapping[str, int]:
        self._versions[version.list_id] = version
        return version.commit.counts if version.commit and self._is_ours(version) else {}

    def _is_ours(self, version: ListVersion) -> bool:
        return version.commit is not None and version.commit.sync_id == self.job.sync_id

    def _reloaded(self, before: ListVersion) -> ListVersion:
        """The version that another worker has moved on; raises Superseded when the listener has left."""
        now = self.store.reload(before)
        if now.revision <= before.revision:
            raise Superseded(f"what is known of the {self.data_type.words} is gone")
        now = self._committer(before.list_id).finish(now)
        self._versions[before.list_id] = now
        return now

    def _source(self, list_id: str) -> Source:
        return Source(self.job.fetched_at, self.job.provider, list_id)

    def _committer(self, list_id: str) -> Committer:
        return Committer(
            self.store, rules(self.endpoint.for_list(list_id)), lambda: self.seconds_left() - RESERVE_SECONDS
        )
