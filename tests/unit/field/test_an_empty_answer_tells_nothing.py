"""K8: an answer without any play, where known ones must stand, is no reading: the next sync starts where it did."""

from collections.abc import Mapping

import pytest

from blendify.core import times
from blendify.core.data_types import DataType
from tests.unit.every_provider.subject import Subject
from tests.unit.field.test_guesses_invent_nothing import UNDATED
from tests.unit.field.test_the_past_is_never_finished import ENDLESS
from tests.unit.robustness.machine import Clock
from tests.unit.world import Socket

PLAYS = DataType.RECENTLY_PLAYED


@pytest.mark.parametrize("provider", UNDATED)
def test_no_play_is_dated_behind_an_answer_that_was_empty(subject: Subject) -> None:
    """It was played before, so that sync cannot be what it was played after."""
    subject.run(PLAYS)
    subject.clock.sleep(3600)
    subject.change("add", PLAYS)
    played = times.iso(subject.clock.now())
    subject.fault(PLAYS, "page_empty")
    subject.run(PLAYS, days=0.1)
    subject.traffic.faults.clear()
    job, _ = subject.run(PLAYS, days=0.1)
    facts = [fact for fact in subject.facts(job, PLAYS) if not fact.kind]
    assert facts
    assert all(str(fact.played_after) <= played for fact in facts)


@pytest.mark.parametrize("provider", ENDLESS)
def test_what_was_played_before_an_empty_answer_is_read_by_the_next_sync(subject: Subject) -> None:
    """Of three days, although a sync goes back one day behind the one before."""
    subject.change("add", PLAYS)
    subject.run(PLAYS)
    subject.clock.sleep(3600)
    subject.change("add", PLAYS, count=3)
    subject.fault(PLAYS, edit={"keep": 0, "total": 0})
    subject.run(PLAYS, days=3)
    subject.traffic.faults.clear()
    subject.run(PLAYS, days=0.1)
    assert subject.differences(PLAYS) == []


@pytest.mark.parametrize("provider", ["apple_music"])
def test_no_play_is_recorded_twice_behind_a_page_that_was_empty_once(
    sockets: Mapping[str, Socket], provider: str, aws_in_memory: None
) -> None:
    """The plays on it would be new to the next sync, and those in front of them seem to be played once more."""
    clock = Clock()
    with clock.installed():
        subject = Subject.begin(sockets[provider], clock=clock.seconds, plays=50)
        subject.clock, subject.user_id = clock, subject.connect()
        subject.run(PLAYS)
        for song in range(35):
            subject.change("add", PLAYS, item=song)
        subject.fault(PLAYS, "page_empty", offsets=(20, None), times=1)
        syncs = [subject.run(PLAYS, days=0.1)[0] for _ in range(2)]
        assert [subject.counts(job, PLAYS)["plays"] for job in syncs] == [35, 0]
