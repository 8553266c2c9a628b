"""
Wrong responses, and lists that change while they are read: the same for every provider.

The numbers are those of the oddities in `test_oddities`, which has the ones of a single provider.
"""

import json

import pytest

from blendify.collecting.collector import RESERVE_SECONDS, collect
from blendify.collecting.position import Position
from blendify.core.data_types import DataType, Outcome
from local.simulators.frame.faults import FaultKind
from operations.folded_lists import canonical
from tests.unit.every_provider.subject import Subject
from tests.unit.every_provider.test_later_syncs import SETS
from tests.unit.robustness.providers import PAIRS, TRAITS, UNCOUNTED
from tests.unit.robustness.schedules import Move, Trouble
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import plenty, standing

COUNTED = [
    (provider, data_type)
    for provider, data_type in PAIRS
    if Trouble.SHORT not in TRAITS[provider].untold.get(data_type, ())
]
"""Lists whose length the provider gives."""
LONG = [pair for pair in COUNTED if pair[1] not in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLISTS)]
PLAYLISTS = [pair for pair in COUNTED if pair[1] is DataType.PLAYLIST_TRACKS]


@pytest.mark.parametrize("off", [-3, 3])
@pytest.mark.parametrize(("provider", "data_type"), [pair for pair in SETS if pair in COUNTED])
def test_row_10_a_total_that_is_wrong_hides_nothing(subject: Subject, data_type: DataType, off: int) -> None:
    """
    A total that is too small or too large loses no entry. One that is too large is accepted in the end, and counted as
    doubtful.
    """
    subject.fault(data_type, kind=FaultKind.EDIT, edit={"total_off": off})
    job, status = subject.run(data_type)
    assert status == "succeeded"
    assert subject.differences(data_type) == []
    assert subject.counts(job, data_type)["doubtful"] == (off > 0)


@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_row_10_a_list_that_shrinks_while_it_is_read_loses_nothing(subject: Subject, data_type: DataType) -> None:
    """Entries that moved to a page that was already read are stored nevertheless, and nothing is doubtful."""
    before = subject.lists(data_type)[""]
    remove = subject.traits.moves[data_type][Move.REMOVE]
    subject.at_call(3, lambda: remove(subject, subject.listener, "", 0, 0))
    job = subject.begun(data_type)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert len(subject.lists(data_type)[""]) < len(before)
    stored = {canonical(fact.answer()) for fact in subject.facts(job, data_type)}
    assert set(map(canonical, subject.lists(data_type)[""])) <= stored <= set(map(canonical, before))
    assert subject.counts(job, data_type)["doubtful"] == 0


@pytest.mark.parametrize(("provider", "data_type"), PLAYLISTS)
def test_row_10_a_playlist_that_changes_while_it_is_read_keeps_its_order(subject: Subject, data_type: DataType) -> None:
    """The last reading stores the playlist as it is now, each entry at its place."""
    contents = subject.lists(data_type)
    longest = max(contents, key=lambda name: len(contents[name]))
    job = subject.ready(data_type)
    while not Position.of(standing(job, data_type).position).offset:
        assert collect(data_type, job, lambda: RESERVE_SECONDS - 1).outcome is Outcome.WAITING
    subject.traits.moves[data_type][Move.REMOVE](subject, subject.listener, longest, 1, 0)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert subject.differences(data_type) == []
    assert subject.is_stored(
        job, data_type, [entry for entries in subject.lists(data_type).values() for entry in entries]
    )


@pytest.mark.parametrize(("provider", "data_type"), LONG)
def test_row_26_a_page_that_is_served_twice_is_asked_once_more(subject: Subject, data_type: DataType) -> None:
    """After one wrong page there is one more call, and each record is at its place."""
    job = subject.ready(data_type)
    subject.fault(data_type, edit={"repeat": True}, times=1)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert subject.differences(data_type) == []
    assert subject.traffic.faults_served[FaultKind.EDIT] == 1
    assert subject.calls(data_type) == subject.fewest(data_type) + 1


@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_row_26_pages_that_are_always_the_one_before_double_nothing(subject: Subject, data_type: DataType) -> None:
    """Each entry that came is stored once, and if not all of them came, a note says so."""
    subject.fault(data_type, edit={"repeat": True})
    job, status = subject.run(data_type)
    assert status == "succeeded"
    stored = [json.dumps(fact.answer()) for fact in subject.facts(job, data_type)]
    held = [json.dumps(entry) for entry in subject.lists(data_type)[""]]
    assert len(set(stored)) == len(stored)
    assert set(stored) <= set(held)
    assert len(stored) == len(held) or "counts" in str(standing(job, data_type).why)
    assert subject.calls(data_type) <= 4 * subject.fewest(data_type)


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_an_entry_that_is_null_is_kept_as_it_came(subject: Subject, data_type: DataType) -> None:
    """It takes the place of a record. All other records are stored."""
    job = subject.ready(data_type)
    subject.fault(data_type, kind=FaultKind.EDIT, edit={"null": [1]}, times=1)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    facts = subject.facts(job, data_type)
    served = [entry for entries in subject.lists(data_type).values() for entry in entries]
    assert [fact.answer() for fact in facts].count(None) == 1 + served.count(None)
    assert len(facts) == subject.size(data_type)


@pytest.mark.parametrize("provider", SIMULATED)
def test_what_no_length_tells_is_named(subject: Subject) -> None:
    """The table of traits says for which lists a short page cannot be noticed."""
    for data_type, unseen in subject.traits.untold.items():
        assert unseen <= UNCOUNTED
        assert subject.endpoint(data_type)
