"""
Commit: a plan becomes part of the history whole or not at all, even if workers die meanwhile.

Intent   one conditional write on the list's version names the pages that were staged: from here on the plan is certain,
         as it follows from them and the version alone
Append   the facts, under keys that follow from the plan: in any order, by any worker, any number of times
Flip     one conditional write: the next version in, the intent out

A worker that opens a list with an intent finishes it first, even if another sync began it. A worker that wakes up after
its successor has finished finds every fact under its key and the version moved on.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from blendify.collecting.list_store import ListStore
from blendify.collecting.plan import Plan, ReadList, Source, plan
from blendify.collecting.staged_pages import StagedList
from blendify.core import times
from blendify.core.errors import MustWait, Superseded
from blendify.history.facts import Fact
from blendify.history.intents import Intent
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint

BATCH = 400
"""Facts between two looks at the clock: at most some seconds."""
NOTED = 2_000
"""Facts after which it is noted how many are appended: at most so many are sent again after a death."""
OF_THE_PLACE = ("position", "rank")
"""Fields that a removal does not repeat."""


class TimeIsUp(MustWait):
    """The worker has no time left; the next one goes on at once."""

    def __init__(self) -> None:
        super().__init__("the Lambda's time was up, the next round goes on", times.now())


@dataclass(frozen=True)
class Committer:
    """Commits the lists of one data type, as far as the worker's time allows."""

    store: ListStore
    endpoint: Endpoint
    seconds_left: Callable[[], float]
    batch: int = BATCH
    noted: int = NOTED

    def commit(self, version: ListVersion, staged: StagedList, intent: Intent) -> ListVersion:
        """
        Make a list as it was read part of the history; answers its next version.

        intent   all of it but the pages

        Raises  Superseded when another worker has moved the list on, TimeIsUp when the next worker must go on
        """
        planned = self._planned(version, staged, intent)
        if planned.facts:
            intent = staged.stage_for(intent)
            return self._carry_out(self.store.intend(version, intent), intent, planned, staged)
        # There is no fact to append: at most the stored order of a set differs.
        following = None if list(planned.entries) == list(staged.entries) else planned.entries
        return self.store.flip(version, following, intent.commit)

    def finish(self, version: ListVersion) -> ListVersion:
        """Carry out the intent that the version has, if any; answers the version to go on with. Raises TimeIsUp."""
        while intent := version.intent:
            staged = self.store.staged(version, intent)
            version = self._carry_out(version, intent, self._planned(version, staged, intent), staged)
        return version

    def _planned(self, version: ListVersion, staged: StagedList, intent: Intent) -> Plan:
        source = Source(intent.commit.started_at, version.provider, version.list_id)
        return plan(staged.entries, ReadList(source, self.endpoint, list(staged.listed()), intent))

    def _carry_out(self, version: ListVersion, intent: Intent, planned: Plan, staged: StagedList) -> ListVersion:
        intent = self._append(version, intent, planned, staged)
        counts = Counter(intent.commit.counts) + Counter(intent.written)
        counts["appended"] += len(planned.recorded) + len(planned.moves)
        counts["removed"] += len(planned.removed)
        counts["holes"] += planned.gap is not None
        done = replace(intent.commit, counts=counts)
        try:
            return self.store.flip(version, planned.entries, done)
        except Superseded:
            # Another worker has finished this intent, or the listener has left.
            now = self.store.reload(version)
            if now.revision <= version.revision:
                raise
            return now

    def _append(self, version: ListVersion, intent: Intent, planned: Plan, staged: StagedList) -> Intent:
        """Append what is not noted as appended; answers the intent with all of it noted."""
        noted = intent.appended
        facts = islice(self._facts(planned, staged), noted, None)
        while batch := list(islice(facts, self.batch)):
            written = Counter(intent.written) + Counter(self.store.append(batch))
            intent = replace(intent, appended=intent.appended + len(batch), written=written)
            time_is_up = intent.appended < planned.facts and self.seconds_left() <= 0
            if time_is_up or intent.appended - noted >= self.noted:
                self.store.note(version, intent)
                noted = intent.appended
            if time_is_up:
                raise TimeIsUp()
        return intent

    def _facts(self, planned: Plan, staged: StagedList) -> Iterator[Fact]:
        """All facts of the plan, in an order that is the same for every worker."""
        for index, listed in enumerate(staged.with_changes() if planned.recorded else ()):
            if index in planned.recorded:
                change = listed.change
                assert change is not None  # noqa: S101 -- for the type checker
                placed = {"position": planned.recorded[index]} if "position" in change.fields else {}
                yield self.store.fact(listed.entry.key, {**change.fields, **placed}, change.answer)
        for move in planned.moves:
            old = self.store.fact_at(move.old_key)
            # Its packed answer stays as it is.
            yield replace(old, fetched_at=move.entry.key, fields={**old.fields, "position": move.position})
        for key, entry in planned.removed.items():
            fields = self.store.fact_at(entry.key).fields
            left = {name: value for name, value in fields.items() if name not in OF_THE_PLACE}
            yield self.store.event(key, {**left, "removed": True})
        if gap := planned.gap:
            yield self.store.event(gap.key, {"kind": "hole", "missing_from": gap.start, "missing_until": gap.end})
