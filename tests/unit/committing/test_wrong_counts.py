"""
Whatever a provider counts, and however it cuts its lists: history and list are one, or the sync says that it doubts.

The product's own reading, judgement, plan and commit; the provider and the tables are in memory. Each story has some
syncs under troubles that last or pass, a listener who changes the list in between, and a calm end.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from blendify.collecting.commit import Committer
from blendify.collecting.evidence import ListEnd, evidence
from blendify.collecting.freshness import after_list, habits
from blendify.collecting.judgement import Judgement, Verdict, judge
from blendify.collecting.plan import Source
from blendify.collecting.read import ListReader
from blendify.collecting.staged_pages import StagedPages
from blendify.core.data_types import DataType
from blendify.fetching.page_consistency import MOST_ATTEMPTS, Observed, Sweep
from blendify.fetching.page_reader import PageReader
from blendify.history.intents import Commit, Intent
from blendify.jobs.job import Job
from blendify.providers.paging import Cursor, Numbered, Offset, Page, PageRequest, Paging
from operations.folded_lists import canonical
from tests.unit.committing.listeners import LIST, SORTS, Listener, Sort, moment
from tests.unit.committing.memory import PROVIDER, Memory

LISTS = {name: replace(sort, nulls=False) for name, sort in SORTS.items() if not sort.log}
STORIES = int(os.environ.get("STORIES", "21600")) // 48 // len(LISTS)
PAGE, DAY = 4, 1_000
PAGINGS: Sequence[Paging] = (Offset(PAGE), Numbered(PAGE), Cursor(PAGE, "after"))


@dataclass(frozen=True)
class Trouble:
    """How the provider errs; the default does not."""

    off: int = 0
    """By how much it counts too many."""
    off_behind: int = 0
    """The same on pages behind the first."""
    uncounted: bool = False
    larger: int = 0
    overlap: int = 0
    twice: int | None = None
    """The place of an entry that is listed twice."""
    hidden: int | None = None
    """The place of an entry that its neighbour hides."""
    empty: int | None = None
    """The offset from which on pages are empty."""
    again: int | None = None
    """The offset from which on each page is the first one."""

    @property
    def loses(self) -> bool:
        """Whether entries do not come."""
        return self.hidden is not None or self.empty is not None or self.again is not None


def trouble(chance: random.Random, sort: Sort, paging: Paging) -> Trouble:
    """
    A way to err; some only where a list has no order of its own.

    A playlist that is counted too short, and holds one track twice where two pages meet, cannot be told from one whose
    pages overlap.
    """
    offset = chance.choice([4, 8])
    ways: list[dict[str, Any]] = [
        {"off": chance.choice([1, 2, 2_000_000] if sort.doubles else [-3, -1, 1, 2, 2_000_000])},
        {"off_behind": chance.choice([1, 3] if sort.doubles else [-3, -1, 1, 3])},
        {"uncounted": True},
        {"empty": offset},
        {"again": offset},
    ]
    if isinstance(paging, Offset) and not isinstance(paging, Numbered):
        ways += [{"larger": 2}, {"overlap": 1}]
    if not sort.ordered:
        ways += [{"twice": chance.randrange(12)}, {"hidden": chance.randrange(12)}]
    return Trouble(**chance.choice(ways))


@dataclass
class Provider:
    """The list of one listener, served in pages."""

    listener: Listener
    paging: Paging
    trouble: Trouble = Trouble()
    calls: int = 0

    def page(self, ask: PageRequest) -> Page:
        self.calls += 1
        served, err = self.listener.answers(), self.trouble
        if err.twice is not None and err.twice < len(served):
            served.insert(err.twice, served[err.twice])
        if err.hidden is not None and 0 < err.hidden < len(served):
            served[err.hidden] = served[err.hidden - 1]
        start, size = ask.offset, ask.size or PAGE
        if isinstance(self.paging, Cursor):
            start = int(ask.cursor or ask.offset)
        entries = served[max(0, start - err.overlap * (start > 0)) : start + size + err.larger]
        if err.empty is not None and start >= err.empty:
            entries = []
        if err.again is not None and start >= err.again:
            entries = served[:PAGE]
        total = None if err.uncounted else max(0, len(served) + err.off + err.off_behind * (start > 0))
        end = start + size
        more = end < len(served)
        if isinstance(self.paging, Numbered) and total is not None:
            more = end < total
        return Page(entries, total, more, cursor=str(end) if more and isinstance(self.paging, Cursor) else None)


@dataclass
class Story:
    """Some syncs of one list."""

    seed: str
    sort: Sort
    memory: Memory = field(default_factory=Memory)
    number: int = 0
    pagings: Sequence[Paging] = PAGINGS

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        self.listener = Listener(self.sort, self.chance)
        choices = self.pagings if not self.sort.ordered else self.pagings[:2]
        self.paging = self.chance.choice(choices)
        self.provider = Provider(self.listener, self.paging)
        data_type = DataType.SAVED_TRACKS
        self.endpoint = self.sort.endpoint(self.paging)
        self.job = partial(Job, "user", PROVIDER, mode="changes")
        self.staged = StagedPages("user", "sync", data_type)

    def tell(self) -> None:
        for _ in range(self.chance.randint(6, 20)):
            self.listener.do()
        self.sync()
        for _ in range(self.chance.randint(1, 3)):
            self.provider.trouble = trouble(self.chance, self.sort, self.paging)
            # What does not come for three syncs is believed to be gone, unless another entry stands in its place.
            lasts = 2 if self.provider.trouble.loses and self.provider.trouble.hidden is None else 5
            for _ in range(self.chance.randint(1, lasts)):
                self.change()
                self.sync()
            self.provider.trouble = Trouble()
            if self.chance.random() < 0.5:
                self.change()
            self.settle()

    def settle(self) -> None:
        """One sync without trouble makes everything right."""
        self.sync()
        self.same()

    def change(self) -> None:
        for _ in range(self.chance.randint(0, 2)):
            self.listener.do()

    def sync(self) -> None:
        """Read, judge, and read again where that is wanted; commit."""
        self.number += 1
        before, look = len(self.memory.history), Observed()
        for _ in range(MOST_ATTEMPTS + 1):
            self.provider.calls = 0
            reader, end = self.reading(look)
            shown = evidence(reader, end)
            judged = judge(shown)
            pages = -(-len(self.listener.things) // PAGE) + 1
            assert self.provider.calls <= 4 * MOST_ATTEMPTS * pages + 8, f"{self.provider.calls} calls"
            if not judged.again:
                break
            look = shown.next_look
        assert not judged.again, "the list is read for ever"
        self.commit(reader, end, judged)
        self.check(judged, list(self.memory.history)[before:])

    def reading(self, look: Observed) -> tuple[ListReader, ListEnd]:
        version = self.memory.version
        source = Source(moment(DAY * self.number), PROVIDER, LIST)
        reader = ListReader(self.staged, self.memory.entries(version), version, source, self.endpoint)
        attempt = look.attempt
        ask = PageRequest(LIST, 0, attempt=attempt)
        pages = PageReader(self.provider.page, self.paging, self.sort.ordered, lambda _: habits(version))
        for step in pages.read([ask], Sweep(0, habits(version), **vars(look))):
            assert isinstance(step.result, Page)
            if step.ask.attempt != attempt:
                reader.read_again(step.ask.offset)
                attempt = step.ask.attempt
            reader.add_page(step.ask, step.result)
        return reader, ListEnd(step.sweep.observed())

    def commit(self, reader: ListReader, end: ListEnd, judged: Judgement) -> None:
        started_at = moment(DAY * self.number)
        job = self.job(str(self.number), started_at)
        commit = Commit(str(self.number), started_at, after_list(reader, judged, end, job))
        committer = Committer(self.memory, self.endpoint, lambda: 900.0)
        pages = self.memory.pages(reader.version, [list(reader.with_changes())])
        committer.commit(reader.version, pages, Intent(commit, complete=judged.sound))

    def check(self, judged: Judgement, appended: Sequence[str]) -> None:
        """What is stored is true, and what is not right is said."""
        self.true(appended)
        if judged.verdict is Verdict.COMPLETE and not self.provider.trouble.uncounted:
            self.same()

    def true(self, appended: Sequence[str]) -> None:
        """Nothing is invented or called removed that is there."""
        facts = [self.memory.history[key] for key in appended]
        names = {thing.name for thing in self.listener.things}
        wrong = [fact.fields for fact in facts if fact.fields.get("removed") and self.is_there(fact.fields)]
        assert not wrong, f"{wrong} is removed"
        assert {fact.fields.get("record_id") for fact in facts if not fact.fields.get("removed")} <= names

    def is_there(self, fields: Any) -> bool:
        if self.sort.ordered and self.sort.doubles:
            return False
        when = fields.get("added_at")
        return any(thing.name == fields.get("record_id") and thing.added_at == when for thing in self.listener.things)

    def same(self) -> None:
        held = [self.memory.answer(entry.key) for entry in self.memory.held]
        stored, wanted = list(map(canonical, held)), list(map(canonical, self.listener.answers()))
        if not self.sort.ordered:
            stored, wanted = sorted(stored), sorted(wanted)
        assert stored == wanted, f"the version has {stored}, and the list is {wanted}"


@pytest.mark.parametrize("name", LISTS)
def test_wrong_counts_and_odd_pages_lose_double_and_invent_nothing(name: str) -> None:
    """And whatever was wrong is right again after one sync without trouble."""
    for number in range(STORIES):
        story = Story(f"{name} {number}", LISTS[name])
        try:
            story.tell()
        except AssertionError as error:
            trouble = f"{story.paging}, {story.provider.trouble}, sync {story.number}"
            raise AssertionError(f"Story({story.seed!r}, LISTS[{name!r}]), {trouble}: {error}") from error
