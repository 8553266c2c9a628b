"""How many plays the reading of a log brought: what an earlier sync has recorded counts once, however often it came."""

from collections.abc import Mapping, Sequence

import pytest

from blendify.collecting.commit import Committer
from blendify.collecting.plan import Source
from blendify.collecting.read_log import LogReader
from blendify.history.intents import Commit, Intent, Signals
from blendify.providers.endpoint import LogWindow
from blendify.providers.paging import Page, PageRequest
from tests.unit.committing.listeners import LIST, SORTS, moment
from tests.unit.committing.memory import PROVIDER, Memory

SORT, DAY = SORTS["scrobbles"], 1_000
Pages = Sequence[Sequence[int]]


class Remembered(Memory):
    """A log of which the history knows more than the version."""

    def recorded_plays(self, first: str, last: str) -> Mapping[str, str]:
        facts = ((key.partition("#"), fact.fields["played_at"]) for key, fact in self.history.items())
        return {part: started_at for (started_at, _, part), played_at in facts if first <= played_at <= last}


def plays_counted(memory: Memory, number: int, commits: Sequence[Pages]) -> int:
    """How many plays the n-th sync counts that commits these pages of plays, each named by the number of its moment."""
    source = Source(moment(DAY * number), PROVIDER, LIST)
    reader = LogReader(memory, str(number), source, SORT.endpoint(), LogWindow(None))
    counted, offset = 0, 0
    for pages in commits:
        for page in pages:
            answers = [{"id": f"n{play}", "at": moment(play), "state": 0} for play in page]
            reader.add_page(PageRequest(LIST, offset), Page(answers, None, more=False))
            offset += len(page)
        compared = reader.compared(memory.version)
        counted += reader.came(compared)
        commit = Commit(str(number), source.started_at, Signals(remembered_from=moment(DAY)))
        Committer(memory, reader.endpoint, lambda: 900.0).commit(memory.version, compared, Intent(commit))
        reader.clear()
    return counted


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("commits", [[[[4, 3], [3, 2, 1]]], [[[4, 3]], [[3, 2, 1]]], [[[4, 3], [3, 2]], [[2, 1]]]])
def test_a_known_play_that_comes_twice_counts_once(commits: Sequence[Pages], *, forgotten: bool) -> None:
    """Where a play moves to the next page, it comes on both. Counted twice it makes up for one that is missing."""
    memory = Remembered()
    assert plays_counted(memory, 1, [[[3, 2, 1]]]) == 3
    if forgotten:
        # The version tells the latest plays alone; the history has all.
        memory.held = ()
    assert plays_counted(memory, 2, commits) == 4
    assert len(memory.history) == 4
