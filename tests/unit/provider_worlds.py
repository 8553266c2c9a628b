"""The simulated providers behind one interface, for the promises that hold for all of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from tests.unit import apple_music_world, lastfm_world, spotify_world

Behind = tuple[Starlette, str]
"""A simulator's application on a socket, and its address."""


class World(Protocol):
    """One simulator, and our application registered with it."""

    base: str
    simulator: Any

    @classmethod
    def begin(cls, behind: Behind, *, clock: Callable[[], float] = ..., **options: Any) -> "World":
        """New for each test, on a socket that is there already; `options` are the simulator's sizes."""

    def register(self, **more: Any) -> None:
        """Our application, as the provider knows it; `more` replaces parts of it."""

    def connect(self, listener: str = ...) -> str:
        """The user id of a listener whose connection is stored."""

    def truth(self, listener: str = ...) -> Any:
        """What the listener has, by data type, and by our names of lists where there are several."""

    def change(self, act: str, data_type: str, name: str = ..., *, listener: str = ..., **details: Any) -> Any:
        """Something that a listener does, see `local.simulators.frame.acts`."""

    def calls(self, endpoint: Any = ...) -> int:
        """Calls so far, to one endpoint or to all of the API."""


@dataclass(frozen=True)
class Simulated:
    """One provider as tests have it."""

    served: Callable[[], AbstractContextManager[Behind]]
    world: type[Any]
    listener: str
    """The name that `World`'s methods have as their default."""
    offered: tuple[DataType, ...]
    endpoints: Callable[[DataType], Sequence[str]]
    """What the simulator counts the calls about a data type as, its main list first."""
    dead: Mapping[str, bool]
    """What is to be arranged for a grant to be dead at once."""


def _by_path(data_type: DataType) -> Sequence[str]:
    row = PROVIDERS["apple_music"].endpoints[data_type]
    return [f"GET {one.path.format(list_id='{id}')}" for one in (row, *row.separate_lists.values())]


def _by_method(data_type: DataType) -> Sequence[str]:
    return [f"GET /2.0/?method={PROVIDERS['lastfm'].endpoints[data_type].parameters['method']}"]


SIMULATED: Mapping[str, Simulated] = {
    "spotify": Simulated(
        served=spotify_world.served,
        world=spotify_world.World,
        listener="ana",
        offered=tuple(DataType),
        endpoints=lambda data_type: [spotify_world.PATHS[data_type]],
        dead={"revoke": True, "expire": True},
    ),
    "apple_music": Simulated(
        served=apple_music_world.served,
        world=apple_music_world.World,
        listener="Ana",
        offered=apple_music_world.OFFERED,
        endpoints=_by_path,
        dead={"revoke": True},
    ),
    "lastfm": Simulated(
        served=lastfm_world.served,
        world=lastfm_world.World,
        listener="Ana",
        offered=lastfm_world.OFFERED,
        endpoints=_by_method,
        dead={"revoke": True},
    ),
}


def lists(world: World, data_type: DataType, listener: str) -> dict[str, list[Any]]:
    """What the listener really has, by list; lists that cannot be read are left out."""
    found = world.truth(listener)[data_type]
    if isinstance(found, dict):
        return {name: entries for name, entries in found.items() if entries is not None}
    return {"": found}
