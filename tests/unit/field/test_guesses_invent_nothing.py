"""
K10: guesses invent nothing. Where a provider tells no moments, a play too few is better than one that never was.

Whether a list holds each play or each song once is decided by what its answers show.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Clock
from tests.unit.simulated import SIMULATED
from tests.unit.world import Socket

PLAYS = DataType.RECENTLY_PLAYED


def options_of(provider: str) -> set[str]:
    """The options of its simulator."""
    return {each.name for each in fields(SIMULATED[provider].options)}


def name_of(entry: Any) -> str:
    return str(entry.get("id") or entry["urn"])


UNDATED = [
    name
    for name, provider in SIMULATED.items()
    if PLAYS in provider.offered and (window := PROVIDERS[name].endpoints[PLAYS].log_window) and not window.dated
]
WAYS = [
    (name, repeats) for name in UNDATED for repeats in (False, True) if not repeats or "repeats" in options_of(name)
]
"""Providers, and whether a song that is played again stands in their list twice: there is one for whom it may."""
SONGS, POLLS, MOST_PLAYED = 80, 12, 19


@pytest.fixture
def listener(sockets: Mapping[str, Socket], provider: str, repeats: bool, aws_in_memory: None) -> Iterator[Subject]:
    """A listener of a provider that lists each play, or each song once."""
    clock = Clock()
    way = {"repeats": repeats} if "repeats" in options_of(provider) else {}
    with clock.installed():
        subject = Subject.begin(sockets[provider], clock=clock.seconds, plays=10, **way)
        subject.clock, subject.user_id = clock, subject.connect()
        yield subject


@pytest.mark.parametrize(("provider", "repeats"), WAYS)
def test_f3a_no_play_is_invented(listener: Subject, repeats: bool) -> None:
    """Two hours apart, up to nineteen plays each: what is recorded between two looks was played between them."""
    chance = random.Random(listener.name)  # noqa: S311
    listener.run(PLAYS)
    previous = times.iso(listener.clock.now())
    for _ in range(POLLS):
        listener.clock.sleep(3600)
        before = [name_of(entry) for entry in listener.lists(PLAYS)[""]]
        for _ in range(chance.randint(0, MOST_PLAYED)):
            listener.change("add", PLAYS, item=chance.randrange(SONGS))
        now = [name_of(entry) for entry in listener.lists(PLAYS)[""]]
        listener.clock.sleep(3600)
        job, _ended = listener.run(PLAYS)
        facts = [fact for fact in listener.facts(job, PLAYS) if not fact.kind]
        new = now[: len(now) - len(before)] if repeats and len(now) < 50 else now
        assert {name_of(fact.answer()) for fact in facts} <= set(new)
        assert not repeats or len(now) == 50 or len(facts) == len(new)
        assert all(str(fact.played_at) > previous for fact in facts)
        assert all(str(fact.played_after) <= previous for fact in facts)
        assert listener.counts(job, PLAYS)["holes"] == 0
        previous = times.iso(listener.clock.now())


@pytest.mark.parametrize("repeats", [False])
@pytest.mark.parametrize("provider", UNDATED)
def test_f3b_nothing_is_dated_before_the_sync_that_had_not_seen_it(listener: Subject) -> None:
    """A is known; B and A are played, and the list is A, B, …: both were played after the sync before."""
    listener.change("add", PLAYS, item=1)
    listener.run(PLAYS)
    before = times.iso(listener.clock.now())
    listener.clock.sleep(3600)
    listener.change("add", PLAYS, item=60)
    listener.change("add", PLAYS, item=1)
    job, _ended = listener.run(PLAYS)
    facts = [fact for fact in listener.facts(job, PLAYS) if not fact.kind]
    assert len(facts) == 2
    assert all(str(fact.played_at) > before and fact.played_after for fact in facts)
