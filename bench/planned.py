"""A simulated connection, with what the schedule's quota needs to know of its plan."""

from datetime import datetime

from blendify.schedule.polling_plan import Plan


class Planned:
    """A connection that has a plan."""

    __slots__ = ("plan",)
    plan: Plan

    @property
    def lost_at(self) -> datetime:
        """From then on plays may be lost."""
        return self.plan.lost_at

    @property
    def resync_at(self) -> datetime:
        """From then on a full sync is due."""
        return self.plan.resync_at

    @property
    def resync_calls(self) -> int | None:
        """Calls of the latest full sync; None before the first."""
        return self.plan.resync_calls
