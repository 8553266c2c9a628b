"""
Which calls are spoiled, and how. What providers really do has names: in `troubles.json` for all simulators, and beside
each service what it alone does.

A trouble is a `Fault` of which some fields are set already; whoever asks for it says where, when and how often. Set one
by `POST /_simulator/faults {"trouble": "count_too_high", "endpoint": "GET /v1/me/tracks"}`, or in a process by
`service.trouble("count_too_high", "GET /v1/me/tracks")`. Other fields add to it or replace it; edits are put together.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from local.simulators.frame import body_edits
from local.simulators.frame.page_edits import PAGE_EDITS
from local.simulators.frame.responses import Json
from local.simulators.frame.tables import beside
from local.simulators.music.chance import number

if TYPE_CHECKING:
    from local.simulators.frame.traffic import Asked

EVERYWHERE = "*"
"""All endpoints of the API; those of the accounts pages have to be named."""


class FaultKind(StrEnum):
    """How a response is spoiled."""

    STATUS = "status"
    TRUNCATE = "truncate"
    """The true response, cut in the middle."""
    HTML = "html"
    EMPTY = "empty"
    RESET = "reset"
    """No response: the connection is torn."""
    STALL = "stall"
    """No response for `seconds`, then the connection is torn."""
    DRIBBLE = "dribble"
    """The true response, byte by byte with `seconds` between two of them."""
    ENDLESS = "endless"
    """A response that never ends, as fast as it is read."""
    EDIT = "edit"
    """The true response, changed as `edit` says: see `PAGE_EDITS`, `BODY_EDITS` and `BYTE_EDITS`."""
    REWRITE = "rewrite"
    """The true body as a function makes it; in the simulator's own process alone."""


DAY = 86_400


@dataclass(slots=True)
class Fault:
    """
    What to do to the calls of one endpoint, or of all of them with `*`; `listener` None is for all.

    The first `skip` calls that it fits pass by, then `times` of them are spoiled, None is for ever. A response that
    cannot be spoiled in this way, such as a refusal by an edit of pages, stays true and takes nothing off `times`.

    only         narrows it to calls with these parameters (of query, form or path)
    offsets      to pages that begin at these places of the list: the first and the last, null for no end
    limits       to pages of so many entries: least and most, null for no end
    share        of the calls, drawn with a seed: 0.2 spoils every fifth one
    each         `skip` and `times` count calls with the same parameters, and not all calls
    other_days   every other day of the simulator's clock alone
    ban_seconds  how long the ban that a 429 begins lasts, where Retry-After tells something else
    name         what it is counted as; the kind without one

    Raises ValueError or TypeError for what makes no sense.
    """

    endpoint: str
    kind: FaultKind | None = None
    """Without one it is the kind that `edit` or `rewrite` says, or a status."""
    status: int | None = None
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    listener: str | None = None
    skip: int = 0
    seconds: float = 60.0
    edit: dict[str, Json] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    offsets: tuple[int, int | None] | None = None
    limits: tuple[int, int | None] | None = None
    share: float = 1.0
    each: bool = False
    other_days: bool = False
    ban_seconds: float | None = None
    name: str = ""
    rewrite: Callable[[Json], Json] | None = None
    _passed: Counter[object] = field(default_factory=Counter, init=False, repr=False)
    _spoiled: Counter[object] = field(default_factory=Counter, init=False, repr=False)
    _draws: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        usual = FaultKind.EDIT if self.edit else FaultKind.REWRITE if self.rewrite else FaultKind.STATUS
        self.kind = FaultKind(self.kind or usual)
        self.name = self.name or self.kind
        for name in ("headers", "only"):
            setattr(self, name, {str(key): str(text) for key, text in getattr(self, name).items()})
        if self.rewrite is not None and not callable(self.rewrite):
            raise TypeError("rewrite is a function, which only the simulator's own process has.")
        if any(value is not None and value < 0 for value in (self.skip, self.times, self.status)):
            raise ValueError("skip, times and status are whole numbers from 0 on.")
        if not 0 <= self.seconds < math.inf:
            raise ValueError("seconds is a number from 0 on.")
        if not 0 <= self.share <= 1:
            raise ValueError("share is a number from 0 to 1.")
        if not (_span(self.offsets) and _span(self.limits)):
            raise ValueError("offsets and limits are a first and a last number; the last may be null.")
        for name, kind in (("edit", FaultKind.EDIT), ("rewrite", FaultKind.REWRITE)):
            if (self.kind is kind) != bool(getattr(self, name)):
                raise ValueError(f"A fault of kind {kind} has {name}, and no other has.")
        body_edits.check(self.edit, PAGE_EDITS)

    def check_endpoint(self, endpoints: Collection[str]) -> None:
        """Raise ValueError unless the service has such an endpoint: a fault of a misspelt one would never show."""
        method, _, path = self.endpoint.rpartition(" ")
        if self.endpoint != EVERYWHERE and (path not in endpoints or not method.isupper()):
            raise ValueError(f"A fault needs '*', or a method and one of {', '.join(sorted(endpoints))}.")

    def due(self, asked: "Asked", now: float) -> bool:
        """Whether a call is one to be spoiled; it is taken note of when it is one to be skipped."""
        if not self._fits(asked) or (self.other_days and now // DAY % 2 == 0):
            return False
        key = self._key(asked)
        if self._passed[key] < self.skip:
            self._passed[key] += 1
            return False
        if self.times is not None and self._spoiled[key] >= self.times:
            return False
        self._draws += 1
        return self.share == 1 or number("share", self._draws) % 1_000 < 1_000 * self.share

    def count(self, asked: "Asked") -> None:
        """Take note of a call that was spoiled."""
        self._spoiled[self._key(asked)] += 1

    def _key(self, asked: "Asked") -> object:
        return (asked.endpoint, *sorted(asked.parameters.items())) if self.each else None

    def _fits(self, asked: "Asked") -> bool:
        if self.endpoint != asked.endpoint and not (self.endpoint == EVERYWHERE and asked.api):
            return False
        if self.listener not in {None, asked.listener}:
            return False
        if any(asked.parameters.get(name) != value for name, value in self.only.items()):
            return False
        if self.offsets is None and self.limits is None:
            return True
        if (reading := asked.reading()) is None:
            return False
        start, limit = reading.page.window
        return start in _span(self.offsets) and limit in _span(self.limits)


def _span(bounds: tuple[int, int | None] | None) -> range:
    first, last = bounds or (0, None)
    return range(first, sys.maxsize if last is None else last + 1)


TROUBLES = beside(__file__, "troubles.json")
"""By name the fields of a `Fault`."""


@dataclass(frozen=True, slots=True)
class OwnTroubles:
    """
    What troubles must know of a service.

    refusals  troubles that it alone makes, as the fields of a `Fault`
    fields    ends of paths in its answers (`images.url`), by what an edit calls them: pictures, codes (such as ISRC),
              names (that the provider itself may correct, so none of playlists), genres, dates (when the listener added
              an entry), durations, optional (what may be null), ids (of a profile, that need not be shown)
    numbers   where it writes numbers as text; without any, every whole number of a body is written as one
    """

    refusals: Mapping[str, Mapping[str, Json]]
    fields: Mapping[str, list[str]]
    numbers: list[str]

    @classmethod
    def beside(cls, module: str) -> "OwnTroubles":
        """Those of the service whose module has this file."""
        return cls(**beside(module, "troubles.json"))

    def fault(self, name: str, more: Mapping[str, Json]) -> Fault:
        """The fault of a trouble, or one that has no name. Raises ValueError or TypeError."""
        known: Mapping[str, Mapping[str, Json]] = {"": {}, **TROUBLES, **self.refusals}
        if name not in known:
            raise ValueError(f"There is no trouble {name!r}; there are {', '.join(sorted(known)[1:])}.")
        preset = known[name]
        edit = {**preset.get("edit", {}), **more.get("edit", {})}
        # What it is counted as, unless something else is asked for.
        called = {"name": name} if name else {}
        return Fault(**{**called, **preset, **more, "edit": edit})
