"""Data between the state machine and the Lambdas: ids, moments, outcomes. Everyone with console access can read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType, Outcome

POLL = "poll"


@dataclass(frozen=True)
class Job:
    """Collect for this user, from this provider, in this sync."""

    user_id: str
    provider: str
    sync_id: str
    fetched_at: str
    """The sync's start, the same in all its facts."""
    mode: str = "changes"
    """`full` reads everything, even lists that seem unchanged; `poll` reads recent plays alone."""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Job":
        """The job that the state machine passes; KeyError when it is none."""
        return cls(
            event["user_id"], event["provider"], event["sync_id"], event["fetched_at"], event.get("mode", cls.mode)
        )


@dataclass(frozen=True)
class Summary:
    """How far the collection of one data type came. The counts are in the stored progress."""

    data_type: DataType
    outcome: Outcome
    until: datetime | None = None

    def event(self) -> dict[str, str]:
        """As the state machine carries it."""
        until = {"until": times.iso(self.until)} if self.until else {}
        return {"data_type": self.data_type, "outcome": self.outcome, **until}


@dataclass(frozen=True)
class Collected:
    """How far a collection without a stored progress came."""

    outcome: Outcome
    until: datetime | None = None
    """Before then the provider is not to be asked again; None if it did not say so."""
    counts: Mapping[str, int] = field(default_factory=dict)
