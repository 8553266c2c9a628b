"""Which calls are spoiled, and how."""

import math
from collections.abc import Callable, Mapping
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


TRUE_BODIES = frozenset({FaultKind.EDIT, FaultKind.REPEAT, FaultKind.REWRITE})
"""Kinds that change what would truly be sent."""
_WITHOUT_RESPONSE = TRUE_BODIES | {FaultKind.RESET, FaultKind.STALL}


@dataclass(slots=True)
class Fault:
    """
    What to do to the calls of one endpoint, or of all of them with `*`; `listener` None is for all.

    The first `skip` calls that it fits pass by, then `times` of them are spoiled, None is for ever. `only` narrows it
    to calls with these parameters (of query, form or path), `above` to calls for pages of more entries than this. A
    response that cannot be spoiled in this way, such as a refusal by `edit` or a first page by `repeat`, stays true
    and takes nothing off `times`. Raises ValueError or TypeError for what makes no sense.
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
    above: int = 0
    rewrite: Callable[[Json], Json] | None = None

    def __post_init__(self) -> None:
        self.kind = FaultKind(self.kind)
        self._check_types()
        if not 0 <= self.seconds < math.inf:
            raise ValueError("seconds is a number from 0 on.")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status is a number from 200 to 599.")
        if self.kind in _WITHOUT_RESPONSE and (self.status is not None or self.body is not None or self.headers):
            raise ValueError(f"A fault of kind {self.kind} has no status, body or headers of its own.")
        for name, kind in (("edit", FaultKind.EDIT), ("rewrite", FaultKind.REWRITE)):
            if (self.kind is kind) != bool(getattr(self, name)):
                raise ValueError(f"A fault of kind {kind} has {name}, and no other has.")
        check_edit(self.edit)

    def _check_types(self) -> None:
        if not isinstance(self.endpoint, str):
            raise TypeError("A fault needs an endpoint such as 'GET /v1/me/albums', or '*'.")
        if not (self.listener is None or isinstance(self.listener, str)):
            raise TypeError("listener is a name, or null for all.")
        for name in ("headers", "only"):
            if not isinstance(getattr(self, name), dict):
                raise TypeError(f"{name} is an object.")
            setattr(self, name, {str(key): str(value) for key, value in getattr(self, name).items()})
        for name in ("skip", "above", "times", "status"):
            value = getattr(self, name)
            if not (_is_count(value) or (value is None and name in {"times", "status"})):
                raise ValueError(f"{name} is a whole number from 0 on.")
        if not isinstance(self.seconds, int | float):
            raise TypeError("seconds is a number.")

    def check_endpoint(self, endpoints: Mapping[str, bool]) -> None:
        """Raise ValueError unless the service has such an endpoint; the values tell which ones are of the API."""
        method, _, path = self.endpoint.rpartition(" ")
        if self.endpoint != EVERYWHERE and (path not in endpoints or not method.isupper()):
            raise ValueError(f"A fault needs '*', or a method and one of {', '.join(sorted(endpoints))}.")
        if self.kind in TRUE_BODIES and not endpoints.get(path, True):
            raise ValueError("Only the API has pages.")

    def due(self, asked: "Asked") -> bool:
        """Whether a call is one to be spoiled; it is taken note of when it is one to be skipped."""
        if self.endpoint != asked.endpoint and not (self.endpoint == EVERYWHERE and asked.api):
            return False
        if self.listener not in {None, asked.listener} or asked.limit < self.above + bool(self.above):
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
    return Fault(**{"endpoint": None, **body, "headers": body.get("headers") or {}})


def check_edit(edit: Json) -> None:
    """
    Raise ValueError for an edit that cannot be done.

    next       false takes the promise of a next page away, and the cursor; true gives one where the list ends
    null       replaces the entries at these places
    keep       the first so many entries stay
    total      is set, also where there is none
    total_off  is added
    """
    if not isinstance(edit, dict) or edit.keys() - _FITTING.keys():
        raise ValueError(f"An edit is an object with at least one of {', '.join(_FITTING)}, and nothing else.")
    for name, value in edit.items():
        if not _FITTING[name](value):
            raise ValueError(f"{value!r} cannot be {name} of an edit.")


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_whole(value) and value >= 0


_FITTING: dict[str, Callable[[Json], bool]] = {
    "next": lambda value: isinstance(value, bool),
    "null": lambda value: isinstance(value, list) and bool(value) and all(map(_is_count, value)),
    "keep": _is_count,
    "total": _is_whole,
    "total_off": _is_whole,
}
