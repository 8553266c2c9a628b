"""
A simulator with troubles on schedule, a listener whose lists have many small pages, and a record of what was served.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from blendify.collecting import collection, read
from blendify.core.data_types import DataType
from blendify.history import list_entries, list_versions, snapshots
from blendify.providers import PROVIDERS
from blendify.providers.paging import Paging
from tests.unit.robustness.machine import Clock
from tests.unit.robustness.providers import TRAITS
from tests.unit.robustness.schedules import Move, Schedule, Trouble, schedules
from tests.unit.world import Socket, World

PAGE = 4
"""Entries of a page. Short lists then behave like long ones."""


def small(paging: Paging) -> Paging:
    """The same paging with `PAGE` entries a page. Pages that overlap have half of them in common."""
    overlap = {"overlap": PAGE // 2} if getattr(paging, "overlap", 0) else {}
    return replace(paging, limit=PAGE, **overlap)  # type: ignore[type-var]


@contextmanager
def small_pages() -> Iterator[None]:
    """The providers' tables with pages of `PAGE` entries, short chunks, two pages staged at once, many snapshots."""
    chunks = patch.object(list_entries, "SMALLEST", PAGE)
    inline = patch.object(list_versions, "INLINE_BYTES", 150)
    often = patch.object(snapshots, "LEAST", PAGE)
    staged = patch.object(collection, "PAGES", 2)
    again = patch.object(read, "LEAST_AGAIN", PAGE // 2)
    with chunks, inline, often, staged, again, ExitStack() as tables:
        for provider in PROVIDERS.values():
            endpoints = {
                data_type: replace(
                    endpoint,
                    paging=small(endpoint.paging),
                    separate_lists={
                        name: replace(separate, paging=small(separate.paging))
                        for name, separate in endpoint.separate_lists.items()
                    },
                )
                for data_type, endpoint in provider.endpoints.items()
            }
            tables.enter_context(patch.dict(provider.endpoints, endpoints))
        yield


@dataclass
class Stage:
    """A listener's account, and everything that each list held while it was read."""

    provider: str
    world: World
    data_type: DataType
    clock: Clock
    states: list[dict[str, list[Any]]] = field(default_factory=list)
    """The lists by id, at first and after each change."""
    moved: set[str] = field(default_factory=set)
    """The lists that changed."""

    @classmethod
    def set_up(cls, sockets: Mapping[str, Socket], provider: str, data_type: DataType, clock: Clock) -> "Stage":
        """A new simulator in the test's own time."""
        sizes = TRAITS[provider].sizes
        world = World.begin(sockets[provider], clock=clock.seconds, **sizes)
        stage = cls(provider, world, data_type, clock)
        stage.states.append(stage.lists())
        return stage

    @property
    def listener(self) -> str:
        return self.world.listener

    @property
    def wanted(self) -> tuple[DataType, ...]:
        """The data types to sync: this one, after the one whose entries name its lists."""
        return self.world.needs(self.data_type)

    @property
    def moves_at_once(self) -> int | None:
        """Fewer plays between two calls than two pages have in common; None for any number."""
        common: int = getattr(small(PROVIDERS[self.provider].endpoints[self.data_type].paging), "overlap", 0)
        return common - 1 if common else None

    def arm(self, schedule: Schedule) -> None:
        """Apply the schedule from now on. Calls are counted from here."""
        traffic = self.world.traffic
        troubles = schedule.troubles
        for call, trouble in troubles:
            if trouble is not Trouble.TOKEN_OVER:
                arm_trouble(self.world, call, trouble, self.clock)
        over = {call for call, trouble in troubles if trouble is Trouble.TOKEN_OVER}
        before = self.world.calls()

        def on_call(endpoint: str, number: int) -> None:
            if number - before in over:
                self.world.simulator.accounts.expire_access(self.listener)
            here = [(move, where) for call, move, where in schedule.moves if call == number - before]
            for move, where in here[: self.moves_at_once]:
                self.move(move, where)

        traffic.on_call = on_call

    def lists(self) -> dict[str, list[Any]]:
        """What the listener has now."""
        return self.world.lists(self.data_type)

    def move(self, move: Move, tenths: int) -> None:
        """Change the list, or the longest of the playlists."""
        name = max(self.states[-1], key=lambda list_id: len(self.states[-1][list_id]))
        here = len(self.states[-1][name])
        do = TRAITS[self.provider].moves[self.data_type].get(move)
        if do is None or (move is Move.REMOVE and here == 0):
            return
        do(self.world, self.listener, name, here * tenths // 10, 0)
        before, now = self.states[-1], self.lists()
        self.moved |= {name, *(list_id for list_id in now if now[list_id] != before.get(list_id))}
        self.states.append(now)

    def calm(self) -> None:
        """End all troubles."""
        traffic = self.world.traffic
        traffic.faults.clear()
        traffic.on_call = None


def arm_trouble(world: World, call: int, trouble: Trouble, clock: Clock) -> None:
    """Let the simulator do this to the n-th call."""
    details: dict[str, Any] = {"skip": call - 1, "times": 1}
    if trouble is Trouble.LIMITED_DATE:
        details["headers"] = {"retry-after": format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)}
    elif trouble is Trouble.STALLED:
        details["seconds"] = 2.0
    elif trouble is Trouble.LYING_TOTAL:
        details["edit"] = {"total_off": 3}
    world.simulator.trouble(trouble, **details)


def misfortunes(provider: str, data_type: DataType) -> st.SearchStrategy[Schedule]:
    """Schedules of troubles that this provider has and that can be noticed in this data type."""
    traits = TRAITS[provider]
    possible = set(Trouble) - traits.never - traits.untold.get(data_type, frozenset())
    return schedules(possible, moving=data_type in traits.moves)
