"""
Syncs after the first, at every provider: they append only changes, and remove nothing because of a short response.
"""

from typing import Any

import pytest

from blendify.core.data_types import DataType
from blendify.history import list_versions, lookup
from local.simulators.frame.faults import FaultKind
from operations.folded_lists import canonical
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS, TRAITS
from tests.unit.robustness.schedules import Move
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import standing

SETS = [
    (provider, data_type)
    for provider, data_type in PAIRS
    if Move.REMOVE in TRAITS[provider].moves.get(data_type, {}) and data_type is not DataType.PLAYLIST_TRACKS
]
"""Lists to which a listener adds entries and from which they remove some."""


@pytest.mark.parametrize(("days", "mode"), [(0.04, "changes"), (1, "full"), (9, "changes")])
@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_an_unchanged_list_appends_nothing(subject: Subject, data_type: DataType, days: float, mode: str) -> None:
    """Within the hour, in a full sync on the next day, and when a full read is due."""
    wanted = subject.needs(data_type)
    subject.run(*wanted)
    before = subject.calls(data_type)
    job, status = subject.run(*wanted, days=days, mode=mode)
    assert (status, subject.facts(job, data_type)) == ("succeeded", [])
    made = subject.calls(data_type) - before
    assert made <= subject.fewest(data_type)
    assert mode != "full" or made == subject.fewest(data_type) or subject.endpoint(data_type).log_window


@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_what_came_and_what_went_are_a_fact_each(subject: Subject, data_type: DataType) -> None:
    """However many other entries there are. Folded, the history equals the list."""
    subject.run(data_type)
    before = subject.lists(data_type)[""]
    moves = subject.traits.moves[data_type]
    moves[Move.REMOVE](subject, subject.listener, "", len(before) - 3, 0)
    moves[Move.ADD](subject, subject.listener, "", 0, 0)
    mode = "full" if data_type in subject.traits.swept else "changes"
    job, _ = subject.run(data_type, days=1, mode=mode)
    now = {canonical(entry) for entry in subject.lists(data_type)[""]}
    held = {canonical(entry) for entry in before}
    counts = subject.counts(job, data_type)
    assert (counts["appended"], counts["removed"]) == (len(now - held), len(held - now)) == (1, 1)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("edit", [{"keep": 0, "total": 0}, {"keep": 0}, {"keep": 3}], ids=["empty", "lost", "short"])
@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_an_answer_that_is_short_by_mistake_removes_nothing(
    subject: Subject, data_type: DataType, edit: dict[str, Any]
) -> None:
    """Whatever total it claims, nothing is removed, and the sync ends complete."""
    subject.run(data_type)
    subject.fault(data_type, kind=FaultKind.EDIT, edit=edit, times=1)
    job, status = subject.run(data_type, days=1)
    assert (status, subject.facts(job, data_type)) == ("succeeded", [])
    assert subject.traffic.faults_served[FaultKind.EDIT] == 1
    assert subject.counts(job, data_type)["removed"] == 0
    assert subject.differences(data_type) == []


@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_a_list_that_is_really_gone_is_read_twice_and_then_removed(subject: Subject, data_type: DataType) -> None:
    """The listener removes all entries except one."""
    subject.run(data_type)
    before = subject.size(data_type)
    while subject.size(data_type) > 1:
        subject.traits.moves[data_type][Move.REMOVE](subject, subject.listener, "", 0, 0)
    calls = subject.calls(data_type)
    job, _ = subject.run(data_type, days=1)
    assert subject.calls(data_type) == calls + 2
    assert subject.counts(job, data_type)["removed"] == before - 1
    gone = subject.facts(job, data_type)
    assert all(fact.removed and fact.record_id and fact.raw is None for fact in gone)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", SIMULATED)
def test_the_version_is_what_the_history_says(subject: Subject) -> None:
    """Each entry names its newest fact."""
    saved = DataType.SAVED_TRACKS
    subject.run(saved)
    subject.traits.moves[saved][Move.ADD](subject, subject.listener, "", 0, 0)
    job, _ = subject.run(saved, days=1)
    entries = list_versions.versions(subject.user_id, subject.name, saved)[""].entries()
    answers = [lookup.fact_at(subject.user_id, saved, entry.key).answer() for entry in entries]
    assert sorted(map(canonical, answers)) == sorted(map(canonical, subject.lists(saved)[""]))
    assert standing(job, saved).counts["records"] == len(answers)
