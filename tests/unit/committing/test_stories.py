"""
Whatever listeners do, whatever comes of reading, whoever dies or works beside: history, version and list are one.

The plan and the commit are the product's own; tables are in memory. The oracle is the documented fold of the history
(`operations.folded_lists`) and what the listener has: it shares no code with the product. `make test` tells 21,600
stories.
"""

import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from blendify.collecting.commit import Committer, TimeIsUp
from blendify.collecting.comparison import Comparison
from blendify.collecting.plan import ListPage, Source
from blendify.collecting.undated_plays import move_to_front, timestamps
from blendify.core import times
from blendify.core.errors import Superseded
from blendify.history.intents import Commit, Intent, Signals
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Record
from operations.folded_lists import Lists, canonical
from tests.unit.committing.listeners import LIST, SORTS, Listener, Sort, moment, pages
from tests.unit.committing.memory import PROVIDER, Memory

STORIES = int(os.environ.get("STORIES", "21600")) // len(SORTS)
PAGE = 3
PLENTY = 900.0
DAY = 1_000
"""Moments between two syncs."""
BATCH, NOTED = 2, 3
NOTED_AFTER = 4
"""At most so many facts are sent again after a death: two batches, then it is noted that they are appended."""


class Died(BaseException):
    """The worker is gone: no handler of the product sees this."""


@dataclass
class Story:
    """One listener, and what becomes of their list in the history."""

    seed: str
    sort: Sort
    chance: random.Random = field(init=False)
    listener: Listener = field(init=False)
    memory: Memory = field(default_factory=Memory)
    days: list[tuple[str, list[Any]]] = field(default_factory=list)
    """What the list was at syncs that have read it undisturbed."""
    figures: Counter[str] = field(default_factory=Counter)
    syncs: Iterator[int] = field(default_factory=lambda: count(1))
    depth: int = 0
    hurried: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        self.listener = Listener(self.sort, self.chance)

    def tell(self) -> None:
        """Some days, and at the end one without trouble."""
        for _ in range(self.chance.randint(1, 4)):
            self.do_things(6)
            self.listener.settled = True
            self.hurried = self.chance.random() < 0.6
            self.memory.at_write = self.trouble if self.hurried else lambda: None
            self.sync(next(self.syncs))
        self.hurried, self.memory.at_write = False, lambda: None
        self.do_things(4)
        self.sync(next(self.syncs), calm=True)
        facts = len(self.memory.history)
        self.sync(next(self.syncs), calm=True)
        assert len(self.memory.history) == facts, "a sync without changes has appended facts"
        if not self.figures["beside"]:
            most = NOTED_AFTER * self.figures["deaths"]
            assert self.memory.again <= most, "more facts were sent twice than deaths explain"
        self.check()

    def do_things(self, most: int) -> None:
        for _ in range(self.chance.randint(0, most)):
            self.listener.do()

    def trouble(self) -> None:
        """Before or after a write: the worker dies, or another one works meanwhile."""
        fate = self.chance.random()
        if fate < 0.04:
            self.figures["deaths"] += 1
            raise Died
        if fate < 0.07 and self.depth < 2:
            self.figures["beside"] += 1
            self.depth += 1
            self.do_things(2)
            self.sync(next(self.syncs) if self.chance.random() < 0.7 else self.latest)
            self.depth -= 1

    latest: int = 0

    def sync(self, number: int, *, calm: bool = False) -> None:
        """One sync: workers until one of them gets through, or all have died."""
        self.latest = max(self.latest, number)
        self.figures["syncs"] += 1
        for _ in range(3):
            try:
                self.work(number, calm=calm)
            except (Died, TimeIsUp):
                assert not calm
                continue
            except Superseded:
                assert not calm
            return

    def work(self, number: int, *, calm: bool) -> None:
        """One worker: finish what is open, read, commit. What a collector does, without a provider."""
        if self.sort.log:
            return self.work_on_log(number)
        version, started_at = self.opened(), moment(DAY * number)
        if version.commit and version.commit.started_at >= started_at:
            # This sync is done with the list, or a later one is.
            return None
        whole = self.chance.random() < 0.8 or calm
        before = self.listener.answers()
        read = list(self.read(self.comparison(version, started_at), calm=calm, whole=whole))
        sound = whole and before == self.listener.answers()
        intent = Intent(Commit(str(number), started_at), complete=sound or (whole and not self.sort.ordered))
        self.commit(version, read, intent)
        if not intent.complete:
            facts = [fact for fact in self.memory.records() if fact["moment"] == started_at]
            removed = [fact for fact in facts if fact.get("removed")]
            assert removed == [], "a list that was read in part has lost something"
        if sound:
            self.days.append((started_at, before))
        return None

    def work_on_log(self, number: int) -> None:
        """A page of a log is committed by itself, and again when another worker was faster."""
        started_at, start = moment(DAY * number), 0
        size = self.sort.remembered or PAGE
        while True:
            version, given = self.opened(), self.listener.answers()[start : start + size]
            page = self.comparison(version, started_at).page(self.dated(version, given), start)
            full = len(given) == self.sort.remembered and not self.sort.once_each
            keep_from = "" if self.sort.remembered is None else None
            try:
                self.commit(
                    version,
                    [page],
                    Intent(Commit(str(number), started_at, Signals(remembered_from=keep_from)), full=full),
                )
            except Superseded:
                continue
            self.committed_plays.update(answer["id"] for answer in given)
            start += size
            if self.sort.remembered or start >= len(self.listener.things):
                return

    committed_plays: set[str] = field(default_factory=set)
    """Ids of what was committed of a log."""

    def dated(self, version: ListVersion, given: list[Any]) -> Sequence[Record]:
        """Records; where the provider tells no moments, with those at which they were seen first."""
        records = [self.sort.record(answer, place) for place, answer in enumerate(given)]
        known = [entry.identity for entry in self.memory.entries(version)]
        now = times.parse(moment(DAY * self.latest + self.listener.clock))
        since = version.commit.started_at if version.commit else None
        if self.sort.once_each:
            return move_to_front.with_moments(records, known, now, since, self.sort.remembered or 0)
        return records if self.sort.dated else timestamps.with_moments(records, known, now, since)

    def opened(self) -> ListVersion:
        """The version, without an intent."""
        return self.committer.finish(self.memory.version)

    @property
    def committer(self) -> Committer:
        """One whose time is up now and then, and whose batches are small."""
        return Committer(self.memory, self.sort.endpoint(), self.seconds_left, batch=BATCH, noted=NOTED)

    def seconds_left(self) -> float:
        return 0.0 if self.hurried and self.chance.random() < 0.1 else PLENTY

    def comparison(self, version: ListVersion, started_at: str) -> Comparison:
        known = {entry.identity: entry for entry in self.memory.entries(version)}
        return Comparison(Source(started_at, PROVIDER, LIST), self.sort.endpoint(), known)

    def commit(self, version: ListVersion, read: list[ListPage], intent: Intent) -> None:
        self.committer.commit(version, self.memory.pages(version, read), intent)

    def read(self, comparison: Comparison, *, calm: bool, whole: bool) -> Iterator[ListPage]:
        """Page after page, as the provider tells them; the list may change meanwhile, and pages may be lost."""
        start = 0
        while True:
            given = pages(self.listener.answers()[start:], PAGE)[0][1]
            lost = not whole and self.chance.random() < 0.4
            if not lost:
                records = [self.sort.record(answer, start + place) for place, answer in enumerate(given)]
                yield comparison.page(records, start)
            start += PAGE
            if start >= len(self.listener.answers()):
                return
            if not calm and self.chance.random() < 0.1:
                self.do_things(2)

    def check(self) -> None:
        """History, version and list are one, now and at each day that was read undisturbed."""
        records = self.memory.records()
        if self.sort.log:
            return self.check_log(records)
        held = [self.memory.answer(entry.key) for entry in self.memory.held]
        self.same("version", self.folded(records), held)
        self.same("list", self.folded(records), self.listener.answers())
        then, was = self.chance.choice(self.days)
        self.same(then, self.folded([fact for fact in records if fact["moment"] <= then]), was)
        return None

    def check_log(self, records: list[dict[str, Any]]) -> None:
        """Each play that was told of is there once, in the order in which they were played."""
        plays = sorted(
            (fact for fact in records if fact.get("kind") != "hole"), key=lambda fact: str(fact["played_at"])
        )
        names = [fact["record_id"] for fact in reversed(plays)]
        held = [self.memory.answer(entry.key)["id"] for entry in self.memory.held]
        if self.sort.once_each:
            names = list(dict.fromkeys(names))
            listed = [thing.name for thing in self.listener.things[: self.sort.remembered]]
            assert [name for name in names if name in listed] == listed, f"{names} instead of {listed}"
            assert held == names
            return
        assert self.committed_plays <= set(names), "a play is lost"
        assert names == [thing.name for thing in self.listener.things if thing.name in set(names)]
        assert held == names[: len(held)]
        since_first = [thing.name for thing in self.listener.things]
        since_first = since_first[: since_first.index(names[-1]) + 1] if names else []
        assert len(records) > len(plays) or names == since_first, "plays are missing, and nothing says so"

    def folded(self, records: Iterable[dict[str, Any]]) -> list[Any]:
        return [answer for held in Lists.of(self.sort.data_type, records).answers().values() for answer in held]

    def same(self, what: str, folded: list[Any], wanted: list[Any]) -> None:
        stored, held = list(map(canonical, folded)), list(map(canonical, wanted))
        if not self.sort.ordered:
            stored, held = sorted(stored), sorted(held)
        assert stored == held, f"{what}: the history has {stored}, and the list is {held}"


@pytest.mark.parametrize("name", SORTS)
def test_history_version_and_list_are_one(name: str, record_property: Any) -> None:
    """Deaths before and after every write, workers and syncs beside each other, pages that are lost, other lists."""
    figures: Counter[str] = Counter()
    for number in range(STORIES):
        story = Story(f"{name} {number}", SORTS[name])
        try:
            story.tell()
        except AssertionError as error:
            raise AssertionError(f"Story({story.seed!r}, SORTS[{name!r}]): {error}") from error
        figures.update(story.figures, stories=1)
    for what, figure in figures.items():
        record_property(what, figure)
