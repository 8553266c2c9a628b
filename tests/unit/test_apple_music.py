"""A whole listener of Apple Music: everything once, little afterwards; plays without moments; what its errors mean."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify import aws, syncing
from blendify.collect import collect
from blendify.data_types import DataType, Outcome
from blendify.jobs import Job
from blendify.storage.history import Fact
from local import folding
from tests.unit import apple_music_world
from tests.unit.apple_music_world import OFFERED, World
from tests.unit.spotify_world import STARTED, begun, plenty, standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")
PLAYS = DataType.RECENTLY_PLAYED


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Starlette, str]]:
    with apple_music_world.served() as app:
        yield app


@pytest.fixture
def world(behind: tuple[Starlette, str]) -> World:
    return World.begin(behind)


def run(user_id: str, *data_types: DataType, after: timedelta = timedelta(0), **more: str) -> Job:
    """A run of these data types that began so long after the first, to its end."""
    job = begun(
        user_id, *data_types, provider="apple_music", execution=f"execution-{after}", started_at=STARTED + after, **more
    )
    for data_type in data_types:
        collect(data_type, job, plenty)
    syncing.finish(job, 1, [])
    return job


def stored(user_id: str, data_type: DataType = PLAYS) -> list[Fact]:
    """All facts of a data type, marks included."""
    return list(Fact.query(f"{user_id}#{data_type}"))


def answers(facts: list[Fact]) -> Counter[str]:
    return Counter(json.dumps(fact.answer(), sort_keys=True) for fact in facts)


def served(entries: list[Any]) -> Counter[str]:
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


def assert_held(world: World, user_id: str, *data_types: DataType) -> None:
    """The history, folded, is what the listener has."""
    for data_type in data_types:
        held = folding.fold(data_type, folding.items(aws.client("dynamodb"), "history", user_id, data_type))
        assert folding.differences(data_type, world.truth()[data_type], held) == []


def test_everything_is_stored_once(world: World) -> None:
    """With odd names, uploads, music videos, an empty playlist and lists of several pages."""
    user_id = world.connect()
    job = run(user_id, *OFFERED)
    for data_type in OFFERED:
        assert standing(job, data_type).outcome is Outcome.COMPLETE, standing(job, data_type).why
        lists = world.truth()[data_type]
        assert answers(stored(user_id, data_type)) == sum(map(served, lists.values()), Counter())
    assert_held(world, user_id, *OFFERED)
