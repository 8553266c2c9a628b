"""The first sync of every provider stores everything once, with the fewest calls."""

import pytest

from blendify.collecting.collector import collect
from blendify.core.data_types import DataType, Outcome
from blendify.syncing.finish_sync import finish_sync
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import plenty, standing


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_everything_is_appended_once_with_the_fewest_calls(subject: Subject, data_type: DataType) -> None:
    """Each record is stored as the provider has it, the counts are right, and each page takes one call."""
    job = subject.ready(data_type)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    served = [entry for entries in subject.lists(data_type).values() for entry in entries]
    assert subject.is_stored(job, data_type, served)
    assert subject.differences(data_type) == []
    assert subject.calls(data_type) == subject.fewest(data_type)
    counts = subject.counts(job, data_type)
    assert (counts["records"], counts["appended"]) == (len(served), len(served))
    assert counts["calls"] == subject.fewest_calls(data_type)
    assert counts["write_units"] >= len(served)
    if data_type not in subject.traits.untold:
        assert counts["expected"] == len(served)


@pytest.mark.parametrize("provider", SIMULATED)
def test_what_it_lacks_is_not_offered(subject: Subject) -> None:
    """No call is made for it, and the sync succeeds."""
    offered = subject.provider.offered
    job = subject.begun()
    for data_type in DataType:
        outcome = collect(data_type, job, plenty).outcome
        assert outcome is (Outcome.COMPLETE if data_type in offered else Outcome.NOT_OFFERED), data_type
    assert finish_sync(job, 1, [])["status"] == "succeeded"
    assert subject.calls() == subject.fewest_calls(*offered)


@pytest.mark.parametrize("provider", SIMULATED)
def test_a_data_type_that_was_not_requested_is_no_call(subject: Subject) -> None:
    """The branch of a data type that the sync does not include ends at once."""
    job = subject.begun(DataType.TOP_TRACKS)
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.NOT_REQUESTED
    assert subject.calls() == 0


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_final_outcome_is_answered_without_a_call(subject: Subject, data_type: DataType) -> None:
    """A data type that has ended keeps its outcome in every later round."""
    job = subject.ready(data_type)
    first = collect(data_type, job, plenty)
    calls, done = subject.calls(), standing(job, data_type)
    assert collect(data_type, job, plenty) == first
    assert (subject.calls(), standing(job, data_type)) == (calls, done)
