"""Which answers of a provider that forgets plays leave room for plays that nobody has told."""

import pytest

from blendify.collecting.commit import Committer
from blendify.collecting.plan import Source
from blendify.collecting.read_log import LogReader
from blendify.history.intents import Commit, Intent, Signals
from blendify.providers.endpoint import LogOrder, LogWindow
from blendify.providers.paging import Page, PageRequest
from tests.unit.committing.listeners import LIST, SORTS, moment
from tests.unit.committing.memory import PROVIDER, Memory

MOST = 8
SONGS = {LogOrder.DATED: "plays", LogOrder.UNDATED: "undated plays", LogOrder.MOVE_TO_FRONT: "what was played from"}


def told(order: LogOrder, answers: list[str]) -> list[bool]:
    """For each answer, a letter for each play with the latest in front, whether a gap before its plays is told."""
    memory, gaps = Memory(), []
    for number, answer in enumerate(answers):
        source = Source(moment(1_000 * (number + 1)), PROVIDER, LIST)
        reader = LogReader(memory, str(number), source, SORTS[SONGS[order]].endpoint(), LogWindow(MOST, order))
        dated = order is LogOrder.DATED
        entries = [{"id": song, "state": 0, **({"at": moment(ord(song))} if dated else {})} for song in answer]
        reader.add_page(PageRequest(LIST, 0), Page(entries, None, more=False))
        compared = reader.compared(memory.version)
        signals = Signals(repeats_listed=reader.repeats_listed(memory.version))
        intent = Intent(Commit(str(number), source.started_at, signals), full=reader.may_have_gap(memory.version))
        memory.version = Committer(memory, reader.endpoint, lambda: 900.0).commit(memory.version, compared, intent)
        gaps.append(bool(memory.version.commit and memory.version.commit.counts.get("holes")))
    return gaps


@pytest.mark.parametrize("answer", ["zyxwvuts", "zyxwvut", "z"], ids=["full", "nearly full", "one play"])
def test_plays_that_meet_nothing_known_leave_a_gap(answer: str) -> None:
    """However few they are: a provider that had given all that it remembers would have given what is known."""
    assert told(LogOrder.DATED, ["cba", answer]) == [False, True]
    assert told(LogOrder.UNDATED, ["cbac", answer]) == [False, True]


def test_plays_that_meet_a_known_one_leave_none() -> None:
    for order in (LogOrder.DATED, LogOrder.UNDATED):
        assert told(order, ["cba", "zyxcba", ""]) == [False, False, False]


def test_a_list_of_each_song_once_that_is_played_again_leaves_none() -> None:
    """All of it is new then, and nothing of it is known. Where the list is full, others may have left it."""
    assert told(LogOrder.UNDATED, ["cba", "abc"]) == [False, False]
    assert told(LogOrder.UNDATED, ["hgfedcba", "zyxwvuts"]) == [False, True]
    assert told(LogOrder.MOVE_TO_FRONT, ["hgfedcba", "zyxwvuts"]) == [False, False]
