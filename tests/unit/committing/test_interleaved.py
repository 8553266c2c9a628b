"""Two workers in any order of their writes: a poll beside a sync, two polls, a zombie and its successor."""

import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest

from blendify.collecting.commit import TimeIsUp
from blendify.core.errors import Superseded
from tests.unit.committing.listeners import SORTS
from tests.unit.committing.test_stories import Died, Story

PAIRS = int(os.environ.get("STORIES", "21600")) // 24 // len(SORTS)


@dataclass
class TwoAtOnce:
    """Only one of two workers goes on at a time; before and after each write it is drawn which."""

    chance: random.Random
    deadly: bool
    _batons: list[threading.Semaphore] = field(default_factory=lambda: [threading.Semaphore(0), threading.Semaphore(0)])
    _running: set[int] = field(default_factory=lambda: {0, 1})
    _mine: threading.local = field(default_factory=threading.local)
    _errors: list[BaseException] = field(default_factory=list)

    def run(self, *works: Callable[[], object]) -> None:
        """Both to their ends; raises what a worker did not expect."""
        threads = [threading.Thread(target=self._run, args=(number, work)) for number, work in enumerate(works)]
        for thread in threads:
            thread.start()
        self._batons[self.chance.randrange(2)].release()
        for thread in threads:
            thread.join(60)
        if self._errors:
            raise self._errors[0]

    def at_write(self) -> None:
        """Before or after a write of one of the two."""
        if self.deadly and self.chance.random() < 0.1:
            raise Died
        self._hand_over(self._mine.number)

    def _hand_over(self, number: int) -> None:
        other = self.chance.choice(sorted(self._running))
        if other != number:
            self._batons[other].release()
            self._batons[number].acquire()

    def _run(self, number: int, work: Callable[[], object]) -> None:
        self._mine.number = number
        self._batons[number].acquire()
        try:
            work()
        except (Died, Superseded, TimeIsUp):
            pass
        except BaseException as error:
            self._errors.append(error)
        finally:
            self._running.discard(number)
            for other in self._running:
                self._batons[other].release()


@pytest.mark.parametrize("deadly", [False, True], ids=["alive", "dying"])
@pytest.mark.parametrize("same", [True, False], ids=["of one sync", "of two syncs"])
@pytest.mark.parametrize("name", SORTS)
def test_two_workers_in_any_order_lose_nothing_and_double_nothing(name: str, same: bool, deadly: bool) -> None:
    """Afterwards a calm sync finds a list that it can go on with, and history, version and list are one."""
    for number in range(PAIRS):
        story = Story(f"{name} {same} {deadly} {number}", SORTS[name])
        story.do_things(8)
        story.listener.settled = True
        story.sync(next(story.syncs), calm=True)
        story.do_things(5)
        first = next(story.syncs)
        second = first if same else next(story.syncs)
        story.latest = second
        both = TwoAtOnce(story.chance, deadly)
        story.hurried, story.memory.at_write = deadly, both.at_write
        both.run(*(partial(story.work, sync, calm=False) for sync in (first, second)))
        story.hurried, story.memory.at_write = False, lambda: None
        story.do_things(2)
        story.sync(next(story.syncs), calm=True)
        story.check()
