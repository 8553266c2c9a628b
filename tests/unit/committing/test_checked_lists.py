"""
Lists that are checked for changes between two readings: nothing is called removed that is there, whatever is counted.

The stories are those of `test_wrong_counts`, but a list is checked where it may be, and read where a check cannot tell.
"""

import os
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from blendify.collecting.evidence import ListEnd, evidence
from blendify.collecting.freshness import may_check
from blendify.collecting.incremental import add_changes
from blendify.collecting.judgement import judge
from blendify.collecting.plan import Source
from blendify.collecting.read import ListReader
from blendify.providers.change_checks import by_count, newest_first
from blendify.providers.paging import Cursor, PageRequest
from tests.unit.committing.listeners import LIST, SORTS, Listener, moment
from tests.unit.committing.memory import PROVIDER
from tests.unit.committing.test_wrong_counts import DAY, PAGE, PAGINGS, Story

STORIES = int(os.environ.get("STORIES", "1200")) // 2


class Steady(Listener):
    """A listener who adds and removes; a change in an entry shows on the pages alone that a check reads."""

    def do(self) -> None:
        before = {(thing.name, thing.added_at): thing for thing in self.things}
        super().do()
        self.things = [before.get((thing.name, thing.added_at), thing) for thing in self.things]


@dataclass
class Checked(Story):
    """Some syncs of one list; most are checks."""

    pagings: Any = (*PAGINGS[:2], Cursor(PAGE, "after", offset_based=True))
    was_checked: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.listener = self.provider.listener = Steady(self.sort, self.chance)
        check = newest_first if self.sort.newest_first and self.paging is PAGINGS[0] else by_count
        self.endpoint = replace(self.endpoint, change_check=check)

    def sync(self) -> None:
        self.was_checked = self.check_for_changes()
        if not self.was_checked:
            super().sync()

    def check_for_changes(self) -> bool:
        """Commit what changed; answers whether that could be told."""
        number, version = self.number + 1, self.memory.version
        at = moment(DAY * number)
        if not may_check(version, self.job(str(number), at)):
            return False
        source = Source(at, PROVIDER, LIST)
        reader = ListReader(self.staged, self.memory.entries(version), version, source, self.endpoint)
        fetcher: Any = SimpleNamespace(page=lambda ask, _: self.provider.page(ask))
        observed = add_changes(reader, PageRequest(LIST, 0), fetcher)
        end = ListEnd(observed, entry_by_entry=False) if observed else ListEnd()
        judged = judge(evidence(reader, end))
        if observed is None or judged.again:
            return False
        self.number, before = number, len(self.memory.history)
        self.commit(reader, end, judged)
        self.true(list(self.memory.history)[before:])
        return True

    def settle(self) -> None:
        """A count that was off for days is believed, so a check may be wrong until all is read."""
        self.sync()
        if self.was_checked:
            super().sync()
        self.same()


@pytest.mark.parametrize("name", ["likes", "follows"])
def test_checks_call_nothing_removed_that_is_there(name: str) -> None:
    """And whatever was wrong is right again once all is read without trouble."""
    for number in range(STORIES):
        story = Checked(f"{name} {number}", replace(SORTS[name], nulls=False))
        try:
            story.tell()
        except AssertionError as error:
            trouble = f"{story.paging}, {story.provider.trouble}, sync {story.number}"
            raise AssertionError(f"Checked({story.seed!r}), {trouble}: {error}") from error
