"""Which calls are spoiled, and how."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from local.simulators.frame.responses import Json

if TYPE_CHECKING:
    from local.simulators.frame.traffic import Asked

EVERYWHERE = "*"
"""All endpoints of the API; those of the accounts pages have to be named."""


class FaultKind(StrEnum):
    """How a response is spoiled. What each kind does stands in `page_troubles` or in `response_troubles`."""

    STATUS = "status"
    TRUNCATE = "truncate"
    """The true response, cut in the middle."""
    HTML = "html"
    EMPTY = "empty"
    RESET = "reset"
    """No response: the connection is torn."""
    STALL = "stall"
    """No response for `seconds`, then the connection is torn."""
    EDIT = "edit"
    """The true page, changed as `edit` says."""
    REPEAT = "repeat"
    """The page before the one asked for, once more in its place."""
    REWRITE = "rewrite"
    """The true body as a function makes it; in the simulator's own process alone."""


EDITS = ("next", "null", "keep", "total", "total_off")
"""
What an edit may hold.

next       false takes the promise of a next page away, and the cursor; true gives one where the list ends
null       replaces the entries at these places
keep       the first so many entries stay
total      is set, also where there is none
total_off  is added
"""


@dataclass(slots=True)
class Fault:
    """
    What to do to the calls of one endpoint, or of all of them with `*`; `listener` None is for all.

    The first `skip` calls that it fits pass by, then `times` of them are spoiled, None is for ever. `only` narrows it
    to calls with these parameters (of query, form or path). A response that cannot be spoiled in this way, such as a
    refusal by `edit` or a first page by `repeat`, stays true and takes nothing off `times`. Raises ValueError or
    TypeError for what makes no sense.
    """

    endpoint: str
    kind: FaultKind = FaultKind.STATUS
    status: int | None = None
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    listener: str | None = None
    skip: int = 0
    seconds: float = 60.0
    edit: dict[str, Json] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    rewrite: Callable[[Json], Json] | None = None

    def __post_init__(self) -> None:
        self.kind = FaultKind(self.kind)
        self.headers, self.only = _texts(self.headers), _texts(self.only)
        if any(value is not None and value < 0 for value in (self.skip, self.times, self.status)):
            raise ValueError("skip, times and status are whole numbers from 0 on.")
        if not 0 <= self.seconds < math.inf:
            raise ValueError("seconds is a number from 0 on.")
        for name, kind in (("edit", FaultKind.EDIT), ("rewrite", FaultKind.REWRITE)):
            if (self.kind is kind) != bool(getattr(self, name)):
                raise ValueError(f"A fault of kind {kind} has {name}, and no other has.")
        if unknown := self.edit.keys() - EDITS:
            raise ValueError(f"An edit has {', '.join(EDITS)}, and not {', '.join(sorted(unknown))}.")

    def check_endpoint(self, endpoints: Collection[str]) -> None:
        """Raise ValueError unless the service has such an endpoint: a fault of a misspelt one would never show."""
        method, _, path = self.endpoint.rpartition(" ")
        if self.endpoint != EVERYWHERE and (path not in endpoints or not method.isupper()):
            raise ValueError(f"A fault needs '*', or a method and one of {', '.join(sorted(endpoints))}.")

    def due(self, asked: "Asked") -> bool:
        """Whether a call is one to be spoiled; it is taken note of when it is one to be skipped."""
        if self.endpoint != asked.endpoint and not (self.endpoint == EVERYWHERE and asked.api):
            return False
        if self.listener not in {None, asked.listener}:
            return False
        if any(asked.parameters.get(name) != value for name, value in self.only.items()):
            return False
        if self.skip:
            self.skip -= 1
            return False
        return self.times != 0


def fault_from(body: Mapping[str, Json]) -> Fault:
    """The fault that a control call asks for. Raises ValueError or TypeError."""
    if unknown := body.keys() - ({each.name for each in fields(Fault)} - {"rewrite"}):
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    return Fault(**{"endpoint": "", **body, "headers": body.get("headers") or {}})


def _texts(values: Mapping[str, Json]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}
