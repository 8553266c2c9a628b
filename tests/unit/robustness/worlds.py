"""A simulator whose troubles follow a schedule, a listener whose lists are many small pages, and what was served."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from unittest.mock import patch

from starlette.applications import Starlette

from blendify.data_types import DataType
from blendify.providers.spotify.endpoints import ENDPOINTS
from blendify.storage import checkpoints, inventories
from blendify.storage import entries as stored_entries
from local.simulators.spotify.mutations import mutate
from local.simulators.spotify.traffic import Fault, FaultKind
from tests.unit.robustness.machine import Clock
from tests.unit.robustness.schedules import Move, Schedule, Trouble
from tests.unit.spotify_world import World

PAGE = 4
"""Entries of a page: what long lists do, shown by short ones."""
SIZES = {
    "top_tracks": 5,
    "top_artists": 5,
    "plays": 4,
    "playlists": 3,
    "playlist_entries": 13,
    "long_playlist": 10,
    "saved_tracks": 14,
    "saved_albums": 13,
    "followed_artists": 10,
    "long_description": 40,
}
LISTENER = "ana"


@contextmanager
def small_pages() -> Iterator[None]:
    """The provider's own table with pages of `PAGE` entries, inventories in such chunks, and checkpoints as often."""
    small = {
        data_type: replace(endpoint, paging=replace(endpoint.paging, limit=PAGE))  # type: ignore[type-var]
        for data_type, endpoint in ENDPOINTS.items()
    }
    chunks = patch.multiple(stored_entries, ABOUT=PAGE, MOST=2 * PAGE)
    often = patch.object(checkpoints, "LEAST", PAGE)
    with patch.dict(ENDPOINTS, small), patch.object(inventories, "INLINE", PAGE), chunks, often:
        yield


@dataclass
class Stage:
    """One listener's account, and everything that each of its lists ever held while it was read."""

    world: World
    data_type: DataType
    clock: Clock
    states: list[dict[str, list[Any]]] = field(default_factory=list)
    """The lists by their ids, as they were at first and after each change."""
    moved: set[str] = field(default_factory=set)
    """The lists that changed."""

    @classmethod
    def set_up(cls, behind: tuple[Starlette, str], data_type: DataType, schedule: Schedule, clock: Clock) -> "Stage":
        """Everything new: the simulator runs in the test's own time."""
        stage = cls(World.begin(behind, clock=clock.seconds, **SIZES), data_type, clock)
        stage.states.append(stage.lists())
        stage.arm(schedule)
        return stage

    def arm(self, schedule: Schedule) -> None:
        """From now on everything goes wrong that the schedule says, calls being counted from here."""
        traffic = self.world.simulator.traffic
        troubles = schedule.troubles
        traffic.faults += [fault(call, trouble, self.clock) for call, trouble in troubles if trouble in _FAULTS]
        over = {call for call, trouble in troubles if trouble is Trouble.TOKEN_OVER}
        before = self.world.calls()

        def on_call(endpoint: str, number: int) -> None:
            if number - before in over:
                self.world.simulator.accounts.expire_access(LISTENER)
            for call, move, where in schedule.moves:
                if call == number - before:
                    self.move(move, where)

        traffic.on_call = on_call

    def lists(self) -> dict[str, list[Any]]:
        """What the listener has now."""
        found = self.world.truth(LISTENER)[self.data_type]
        lists = found if isinstance(found, dict) else {"": found}
        return {name: entries for name, entries in lists.items() if entries is not None}

    def move(self, move: Move, tenths: int) -> None:
        """Change the list, or the longest of the playlists."""
        name = max(self.states[-1], key=lambda one: len(self.states[-1][one]))
        here = len(self.states[-1][name])
        if move is Move.REMOVE and here == 0:
            return
        wish: dict[str, Any] = {"position": here * tenths // 10} if move is Move.REMOVE else {}
        if self.data_type is DataType.PLAYLIST_TRACKS:
            wish |= {"playlist": name, "position": here * tenths // 10}
        library = self.world.simulator.listeners[LISTENER].library
        mutate(library, _MOVES[self.data_type][move], **wish)
        self.moved.add(name)
        self.states.append(self.lists())

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        traffic = self.world.simulator.traffic
        traffic.faults.clear()
        traffic.on_call = None


_MOVES = {
    DataType.SAVED_TRACKS: {Move.ADD: "like", Move.REMOVE: "unlike"},
    DataType.SAVED_ALBUMS: {Move.ADD: "save_album", Move.REMOVE: "remove_album"},
    DataType.FOLLOWED_ARTISTS: {Move.ADD: "follow", Move.REMOVE: "unfollow"},
    DataType.PLAYLIST_TRACKS: {Move.ADD: "playlist_add", Move.REMOVE: "playlist_remove"},
}

_FAULTS: dict[Trouble, dict[str, Any]] = {
    Trouble.LIMITED: {"status": 429, "headers": {"retry-after": "3"}},
    Trouble.LIMITED_LONG: {"status": 429, "headers": {"retry-after": "40"}, "body": "Too many requests"},
    Trouble.LIMITED_DAY: {"status": 429, "headers": {"retry-after": "86400"}},
    Trouble.LIMITED_ZERO: {"status": 429, "headers": {"retry-after": "0"}},
    Trouble.LIMITED_SILENT: {"status": 429},
    Trouble.LIMITED_DATE: {"status": 429},
    Trouble.QUOTA: {"status": 429, "body": {"error": {"status": 429, "message": "", "reason": "QUOTA_EXCEEDED"}}},
    Trouble.SERVER_ERROR: {"status": 500},
    Trouble.UNAVAILABLE: {"status": 503, "body": "upstream connect error"},
    Trouble.STALLED: {"kind": FaultKind.STALL, "seconds": 0.6},
    Trouble.RESET: {"kind": FaultKind.RESET},
    Trouble.TRUNCATED: {"kind": FaultKind.TRUNCATE},
    Trouble.HTML: {"kind": FaultKind.HTML},
    Trouble.EMPTY: {"kind": FaultKind.EMPTY},
    Trouble.NO_CONTENT: {"kind": FaultKind.EMPTY, "status": 204},
    Trouble.NO_ENTRIES: {"kind": FaultKind.EDIT, "edit": {"keep": 0}},
    Trouble.SHORT: {"kind": FaultKind.EDIT, "edit": {"keep": 2}},
    Trouble.LYING_TOTAL: {"kind": FaultKind.EDIT, "edit": {"total_off": 3}},
    Trouble.REPEATED: {"kind": FaultKind.REPEAT},
    Trouble.NO_NEXT: {"kind": FaultKind.EDIT, "edit": {"next": False}},
}


def fault(call: int, trouble: Trouble, clock: Clock) -> Fault:
    """What the simulator does to the n-th call."""
    wish = dict(_FAULTS[trouble])
    if trouble is Trouble.LIMITED_DATE:
        wish["headers"] = {"retry-after": format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)}
    return Fault("*", **{"kind": FaultKind.STATUS, **wish}, skip=call - 1, times=1)
