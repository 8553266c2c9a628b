"""What the simulators of different services do differently where they share the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from local.simulators.previous.answers import Json

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manners:
    """How one service refuses, and how a page of its answers is changed."""

    too_many: Callable[[Headers], Response]
    """The refusal of a rate limit."""
    failure: Callable[[int, Headers], Response]
    """An error with a status, for which nothing else was wished."""
    edited: Callable[[Json, Mapping[str, Json]], Json | None]
    """A changed copy of an answer, by the names in `edits`; None if there is nothing in it to change."""
