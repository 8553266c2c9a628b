"""A worker dies at each request to AWS in turn: pages that it had stored are not read again, all others are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest

from blendify.collecting.position import Position
from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.fetching.provider_client import ProviderClient
from blendify.providers import PROVIDERS
from operations.history_reader import HistoryReader, stored_differences
from tests.aws.aws_in_memory import create_tables
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.worlds import PAGE, Stage, small_pages
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

pytestmark = pytest.mark.usefixtures("aws_in_memory")

EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 15
"""`make soak` lets workers die at every request, `make test` at every fifteenth."""


LISTS = [
    ("spotify", DataType.SAVED_TRACKS),
    ("spotify", DataType.PLAYLIST_TRACKS),
    ("spotify", DataType.FOLLOWED_ARTISTS),
    ("apple_music", DataType.RECENTLY_PLAYED),
    ("apple_music", DataType.PLAYLIST_TRACKS),
    ("lastfm", DataType.RECENTLY_PLAYED),
]
"""Paged by offset, by cursor and by page number; single lists and many; logs with and without timestamps."""


@dataclass(frozen=True)
class Asked:
    """A request for one page."""

    deaths: int
    """How many workers had died before."""
    path: str
    offset: int
    cursor: str | None


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("provider", "data_type"), LISTS)
def test_a_death_costs_no_stored_page(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, effective: bool
) -> None:
    """
    Before or after the request takes effect: each record is stored once, and no page before the position is read again.
    """
    requests, _, _ = run(sockets, provider, data_type, 0, effective=effective)
    assert requests > 20
    for at in range(1, requests, EVERY):
        _, pages, (position, names) = run(sockets, provider, data_type, at, effective=effective)
        stored = {
            (page.path, page.offset, page.cursor)
            for page in pages
            if page.deaths == 0 and is_stored(page, provider, position, names)
        }
        again = {(page.path, page.offset, page.cursor) for page in pages if page.deaths} & stored
        assert again == set(), f"death at request {at}: pages before {position} are read again"


def is_stored(page: Asked, provider: str, position: Position, names: list[str]) -> bool:
    """Whether the stored position is behind a page that was requested before the death."""
    naming = PROVIDERS[provider].endpoints.get(DataType.PLAYLISTS)
    if naming and page.path == naming.path:
        return position != Position()
    apart = {
        path.path: name for row in PROVIDERS[provider].endpoints.values() for name, path in row.separate_lists.items()
    }
    where = apart.get(page.path, page.path)
    number = next((number for number, name in enumerate(names) if name and name in where), 0)
    if number != position.number:
        return number < position.number
    return page.cursor != position.cursor if position.cursor else page.offset < position.offset


def in_order(stage: Stage) -> list[str]:
    """The names of the lists in the order in which the sync reads them."""
    if len(stage.wanted) == 1:
        return list(stage.lists())
    playlists = stage.world.lists(stage.wanted[0])[""]
    return [playlist["id"] for playlist in playlists if playlist and playlist["id"] in stage.lists()]


def run(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, at: int, *, effective: bool
) -> tuple[int, list[Asked], tuple[Position, list[str]]]:
    """
    One sync whose worker dies once. Returns the number of requests, the pages, the position at the death, and the
    lists.
    """
    clock = Clock()
    reaper = Reaper(((at, effective),) if at else ())
    asked: list[Asked] = []
    positions: list[Position] = []
    get = ProviderClient.get

    def spy(caller: ProviderClient, path: str, parameters: Mapping[str, str], take: Any, **more: Any) -> Any:
        number = int(parameters.get("page", 1))
        offset = int(parameters.get("offset", (number - 1) * PAGE))
        asked.append(Asked(reaper.deaths, path, offset, parameters.get("after")))
        return get(caller, path, parameters, take, **more)

    create_tables()
    with clock.installed(), small_pages(), patch.object(ProviderClient, "get", spy):
        stage = Stage.set_up(sockets, provider, data_type, clock)
        # Paced, so that only two pages are under way at once; time costs nothing here.
        stage.world.register(calls_per_minute=60)
        user_id = stage.world.connect(stage.listener)
        machine = Machine(user_id, stage.wanted, clock, reaper, provider=provider)
        reaper.witness = lambda: positions.append(machine.position(data_type))
        with reaper.installed():
            job, status = machine.run()
        assert (status, standing(job, data_type).outcome) == ("succeeded", Outcome.COMPLETE)
        records = HistoryReader(aws.client("dynamodb"), "history", user_id).stored(data_type, job.fetched_at)
        assert stored_differences({data_type: stage.lists()}, {data_type: records}) == []
        counts = standing(job, data_type).counts
        assert counts["records"] == len(records)
    return reaper.requests, asked, ((positions or [Position()])[0], in_order(stage))
