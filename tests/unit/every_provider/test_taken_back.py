"""A worker records what changed and dies before it notes that; meanwhile the listener takes all of it back."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from blendify.collecting import intake
from blendify.collecting.job import Job
from blendify.core.data_types import DataType, Outcome
from blendify.history import list_versions, lookup
from blendify.history.stored_facts import StoredFact
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from local.history_reader import canonical
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Died
from tests.unit.robustness.providers import TRAITS
from tests.unit.spotify_world import standing

DOINGS = [
    (provider, data_type, action)
    for provider, traits in TRAITS.items()
    for data_type, actions in traits.changes.items()
    if PROVIDERS[provider].endpoints[data_type].list_kind is not ListKind.LOG
    for action in actions
]
"""What can be taken back, unlike a play."""
ONE_OF_EACH = list(
    {(provider, data_type): (provider, data_type, action) for provider, data_type, action in DOINGS}.values()
)


def changed(subject: Subject, data_type: DataType, action: str) -> Callable[[], None]:
    """The listener does that; answers how to take it back."""
    library = subject.world.simulator.listeners[subject.listener].library
    held = copy.deepcopy(vars(library), {id(one): one for one in (library, subject.clock)})
    lists = subject.lists(data_type)
    name = lists[""][0]["id"] if data_type is DataType.PLAYLISTS else max(lists, key=lambda one: len(lists[one]))
    size = len(lists.get(name, lists.get("", [])))
    subject.traits.changes[data_type][action](subject.world, subject.listener, name, size - 2, 1)
    assert subject.lists(data_type) != lists

    def take_back() -> None:
        vars(library).clear()
        vars(library).update(held)
        assert subject.lists(data_type) == lists

    return take_back


def mode_of(subject: Subject, data_type: DataType) -> str:
    return "full" if data_type in subject.traits.swept else "changes"


def check_history(subject: Subject, data_type: DataType) -> None:
    """History, inventory and the listener's lists are one; so a further run has nothing to tell."""
    assert subject.differences(data_type) == []
    known = list_versions.inventories(subject.user_id, subject.name, data_type)
    shape = subject.endpoint(data_type).list_kind
    ordered = shape in (ListKind.RANKED, ListKind.ARRANGED)
    for list_id, entries in subject.lists(data_type).items():
        held = known[list_id].entries().values() if list_id in known else []
        told = [canonical(lookup.fact_at(subject.user_id, data_type, one.key).answer()) for one in held]
        wanted = list(map(canonical, entries))
        assert told == wanted if ordered else sorted(told) == sorted(wanted)
    job, status = subject.run(*subject.needs(data_type), days=1, mode="full")
    assert (status, subject.facts(job, data_type)) == ("succeeded", [])


@contextmanager
def dying(
    subject: Subject, data_type: DataType, since: Job, then: Callable[[], bool], *, noted: bool = False
) -> Iterator[None]:
    """
    From the moment at which there is news since that run, workers die as they note it, until `then` is false.

    noted   the first of them right after it has noted it
    """
    keep, alive = list_versions.keep, False

    def dies(seen: list_versions.ListVersion, *more: Any) -> None:
        nonlocal alive, noted
        news = StoredFact.query(f"{seen.user_id}#{data_type}", StoredFact.fetched_at > f"{since.fetched_at}$")
        if not alive and seen.data_type is data_type and any(True for _ in news):
            if noted:
                noted = False
                keep(seen, *more)
            alive = not then()
            raise Died
        keep(seen, *more)

    with patch.object(intake, "keep", dies):
        yield


@pytest.mark.parametrize(("provider", "data_type", "action"), DOINGS)
def test_what_is_taken_back_before_the_next_worker_comes(subject: Subject, data_type: DataType, action: str) -> None:
    """The same run goes on; what a worker has seen while the list changed is told until the next run."""
    wanted, mode = subject.needs(data_type), mode_of(subject, data_type)
    before, _ = subject.run(*wanted)
    take_back = changed(subject, data_type, action)
    with dying(subject, data_type, before, lambda: bool(take_back())):
        job, status = subject.run(*wanted, days=1, mode=mode)
    assert (status, standing(job, data_type).outcome) == ("succeeded", Outcome.COMPLETE)
    assert subject.facts(job, data_type)
    subject.run(*wanted, days=1, mode="full")
    check_history(subject, data_type)


@pytest.mark.parametrize(("provider", "data_type", "action"), DOINGS)
def test_what_is_taken_back_before_the_next_run(subject: Subject, data_type: DataType, action: str) -> None:
    """Every worker of the run dies, so that it fails; the next one knows what it recorded."""
    wanted, mode = subject.needs(data_type), mode_of(subject, data_type)
    before, _ = subject.run(*wanted)
    take_back = changed(subject, data_type, action)
    with dying(subject, data_type, before, lambda: True):
        job, status = subject.run(*wanted, days=1, mode=mode)
    assert status in ("failed", "partial")
    assert subject.facts(job, data_type)
    take_back()
    _, status = subject.run(*wanted, days=1, mode=mode)
    assert status == "succeeded"
    check_history(subject, data_type)


@pytest.mark.parametrize(("provider", "data_type", "action"), ONE_OF_EACH)
def test_what_came_after_a_lists_end_is_taken_back(subject: Subject, data_type: DataType, action: str) -> None:
    """A worker dies when all is noted but its checkpoint; the next one finds more, and dies with its run."""
    wanted, mode = subject.needs(data_type), mode_of(subject, data_type)
    before, _ = subject.run(*wanted)
    take_back, more = changed(subject, data_type, action), [True]

    def once_more() -> bool:
        if more:
            more.pop()
            changed(subject, data_type, action)
        return True

    with dying(subject, data_type, before, once_more, noted=True):
        job, _ = subject.run(*wanted, days=1, mode=mode)
    assert not more
    assert subject.facts(job, data_type)
    take_back()
    # Two changes that cancel out in the count, between two pages, were seen by nobody.
    _, status = subject.run(*wanted, days=1, mode="full")
    assert status == "succeeded"
    check_history(subject, data_type)
