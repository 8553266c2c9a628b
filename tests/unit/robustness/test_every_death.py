"""A worker dies at one request to AWS after the other: what it had stored is not read again, what it had not is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from starlette.applications import Starlette

from blendify import aws
from blendify.calls import Caller
from blendify.data_types import DataType, Outcome
from blendify.storage.progress import Position
from local import verification
from tests.unit.cloud import application, create_tables
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.schedules import Schedule
from tests.unit.robustness.worlds import LISTENER, Stage, small_pages
from tests.unit.spotify_world import standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")

EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 7
"""`make soak` lets workers die at every request, `make test` at every seventh."""


@dataclass(frozen=True)
class Asked:
    """One page that was asked for."""

    deaths: int
    """How many workers had died before."""
    path: str
    offset: int
    cursor: str | None


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.PLAYLIST_TRACKS, DataType.FOLLOWED_ARTISTS])
def test_a_death_costs_no_stored_page(behind: tuple[Starlette, str], data_type: DataType, effective: bool) -> None:
    """Before or after the request had its effect: each record is there once, no page behind the checkpoint is asked."""
    requests, _, _ = run(behind, data_type, 0, effective=effective)
    assert requests > 20
    for at in range(1, requests, EVERY):
        _, asked, (position, lists) = run(behind, data_type, at, effective=effective)
        stored = {
            (one.path, one.offset, one.cursor) for one in asked if one.deaths == 0 and is_stored(one, position, lists)
        }
        again = {(one.path, one.offset, one.cursor) for one in asked if one.deaths} & stored
        assert again == set(), f"death at request {at}: pages before {position} are read again"


def is_stored(one: Asked, position: Position, lists: list[str]) -> bool:
    """Whether the checkpoint stands behind a page that was asked before the death."""
    if one.path == "/me/playlists":
        return position != Position()
    number = next((number for number, name in enumerate(lists) if name and name in one.path), 0)
    if number != position.number:
        return number < position.number
    return one.cursor != position.cursor if position.cursor else one.offset < position.offset


def run(
    behind: tuple[Starlette, str], data_type: DataType, at: int, *, effective: bool
) -> tuple[int, list[Asked], tuple[Position, list[str]]]:
    """One sync whose worker dies once: how many requests, what was asked, the checkpoint then and the lists."""
    clock = Clock()
    reaper = Reaper(((at, effective),) if at else ())
    asked: list[Asked] = []
    positions: list[Position] = []
    get = Caller.get

    def spy(caller: Caller, path: str, parameters: Mapping[str, str], take: Any) -> Any:
        asked.append(Asked(reaper.deaths, path, int(parameters.get("offset", 0)), parameters.get("after")))
        return get(caller, path, parameters, take)

    create_tables()
    with clock.installed(), small_pages(), patch.object(Caller, "get", spy):
        stage = Stage.set_up(behind, data_type, Schedule(), clock)
        # Paced, so that only two pages are under way at once; time costs nothing here.
        application(stage.world.base, f"{stage.world.base}/v1", calls_per_minute=60)
        user_id = stage.world.connect(LISTENER)
        wanted = (DataType.PLAYLISTS, data_type) if data_type is DataType.PLAYLIST_TRACKS else (data_type,)
        machine = Machine(user_id, wanted, clock, reaper)
        reaper.witness = lambda: positions.append(machine.position(data_type))
        with reaper.installed():
            job, status = machine.run()
        assert (status, standing(job, data_type).outcome) == ("succeeded", Outcome.COMPLETE)
        records = list(verification.stored(aws.client("dynamodb"), "history", user_id, data_type, job.fetched_at))
        assert verification.differences({data_type: stage.lists()}, {data_type: records}) == []
        counts = standing(job, data_type).counts
        assert counts["records"] == len(records)
    return reaper.requests, asked, ((positions or [Position()])[0], list(stage.lists()))
