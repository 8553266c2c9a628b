"""When a worker dies or its time is up, another worker resumes. This holds for every provider."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from blendify.collecting.collector import RESERVE_SECONDS, collect
from blendify.collecting.list_store import ListStore
from blendify.collecting.staged_pages import StagedPages
from blendify.core.data_types import DataType, Outcome
from blendify.history import list_versions
from blendify.jobs.progress import move_on
from tests.aws import moto_partiql
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Machine, Reaper
from tests.unit.robustness.providers import PAIRS
from tests.unit.sync_steps import plenty
from tests.unit.test_collect import KilledError, dies_at


def dies_at_call(real: Callable[..., Any], call: int) -> Callable[..., Any]:
    """The function, which raises at its n-th call."""
    count = iter(range(1, 100_000))

    def deadly(*arguments: Any, **more: Any) -> Any:
        if next(count) == call:
            raise KilledError
        return real(*arguments, **more)

    return deadly


@pytest.mark.parametrize("where", ["checkpoint", "append"])
@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_killed_collector_is_taken_up(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, data_type: DataType, where: str
) -> None:
    """Wherever it died, each record is then stored once and counted once."""
    job, records = subject.ready(data_type), subject.size(data_type)
    chance = random.Random(f"{subject.name} {data_type}")  # noqa: S311
    with monkeypatch.context() as patch:
        if where == "append":
            patch.setattr(moto_partiql, "insert", dies_at_call(moto_partiql.insert, chance.randint(2, records - 1)))
        with pytest.raises(KilledError):
            collect(data_type, job, plenty, dies_at(1) if where == "checkpoint" else move_on)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert subject.differences(data_type) == []
    counts = subject.counts(job, data_type)
    assert (counts["records"], counts["appended"]) == (records, records)


@dataclass(frozen=True)
class Place:
    """Where a worker dies: at a call of a function, before it counts or right after. And what the next one finds."""

    owner: Any
    name: str
    counts: bool
    intent: bool
    """Whether the list's version has an intent then."""
    facts: int
    """Of the sync's four, how many are in the history then."""
    asks: bool
    """Whether the next worker asks the provider for pages."""
    call: int = 1


PLACES = {
    "while it reads": Place(StagedPages, "store", counts=True, intent=False, facts=0, asks=True),
    "before the intent": Place(ListStore, "intend", counts=False, intent=False, facts=0, asks=True),
    "after the intent": Place(ListStore, "intend", counts=True, intent=True, facts=0, asks=False),
    "among the records": Place(moto_partiql, "insert", counts=True, intent=True, facts=2, asks=False, call=2),
    "before the flip": Place(ListStore, "flip", counts=False, intent=True, facts=4, asks=False),
    "after the flip": Place(ListStore, "flip", counts=True, intent=False, facts=4, asks=False),
}
"""The rows of the table in docs/data.md."""


@pytest.mark.parametrize("provider", ["spotify"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_death_at_each_place_of_a_commit(subject: Subject, monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    """A list from which two entries went and to which two came. The next worker's history and counts are as without."""
    saved = DataType.SAVED_TRACKS
    subject.run(saved)
    subject.clock.sleep(1)
    for position in (9, 3):
        subject.change("remove", saved, position=position)
        subject.change("add", saved)
    job = subject.begun(saved, mode="full")
    real, count = getattr(place.owner, place.name), iter(range(1, 100))

    def deadly(*arguments: Any, **more: Any) -> Any:
        number = next(count)
        if number == place.call and not place.counts:
            raise KilledError
        answer = real(*arguments, **more)
        if number == place.call:
            raise KilledError
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(place.owner, place.name, deadly if place.owner is not ListStore else staticmethod(deadly))
        with pytest.raises(KilledError):
            collect(saved, job, plenty)
    intent = list_versions.version(job.user_id, subject.name, saved, "").intent
    assert (intent is not None, len(subject.facts(job, saved))) == (place.intent, place.facts)
    asked = subject.calls()
    assert collect(saved, job, plenty).outcome is Outcome.COMPLETE
    assert (subject.calls() > asked) == place.asks
    assert subject.differences(saved) == []
    assert list_versions.version(job.user_id, subject.name, saved, "").intent is None
    done = subject.counts(job, saved)
    assert (done["records"], done["appended"], done["removed"]) == (subject.size(saved), 2, 2)
    assert len(subject.facts(job, saved)) == 4


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_a_collector_without_time_goes_on_in_the_next_round(subject: Subject, data_type: DataType) -> None:
    """
    Every invocation stores at least a page and has the outcome `waiting` while there is more. In the end each record is
    stored once.
    """
    job, records = subject.ready(data_type), subject.size(data_type)
    outcomes = [collect(data_type, job, lambda: RESERVE_SECONDS - 1).outcome]
    while not outcomes[-1].final:
        assert len(outcomes) < 20
        outcomes.append(collect(data_type, job, lambda: RESERVE_SECONDS - 1).outcome)
    assert set(outcomes[:-1]) <= {Outcome.WAITING}
    assert outcomes[-1] is Outcome.COMPLETE
    assert len(outcomes) > 1 or subject.fewest(data_type) == 1
    assert subject.differences(data_type) == []
    counts = subject.counts(job, data_type)
    assert (counts["records"], counts["appended"]) == (records, records)


@pytest.mark.parametrize("provider", ["apple_music"])
def test_an_entry_that_another_one_hides_stays_hidden_for_the_next_worker(subject: Subject) -> None:
    """A rank on the first page comes twice, and each worker reads one page: no entry is called removed, and a note."""
    subject.run(DataType.TOP_TRACKS)
    subject.fault(DataType.TOP_TRACKS, "entry_hidden", edit={"hidden": [1]})
    subject.clock.sleep(24 * 3600)
    one_page_each = Machine(
        subject.user_id, (DataType.TOP_TRACKS,), subject.clock, Reaper(()), 1, subject.name, mode="full"
    )
    job, _ = one_page_each.run()
    counts = subject.counts(job, DataType.TOP_TRACKS)
    assert (subject.differences(DataType.TOP_TRACKS), counts["removed"], counts["doubtful"]) == ([], 0, 1)
