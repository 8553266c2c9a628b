"""
What providers really do, by name: `troubles.json` for all simulators, and beside each service what it alone does.

A trouble is a `Fault` of which some fields are set already; whoever asks for it says where, when and how often. Set one
by `POST /_simulator/faults {"trouble": "count_too_high", "endpoint": "GET /v1/me/tracks"}`, or in a process by
`service.trouble("count_too_high", "GET /v1/me/tracks")`. Other fields add to it or replace it; edits are put together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from local.simulators.frame.faults import Fault
from local.simulators.frame.responses import Json
from local.simulators.frame.templates import beside

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
