"""Checkpoints of one worker with one data type: position, counts, and the outcome with which it stops."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aws_lambda_powertools.metrics import MetricUnit

from blendify.collecting.position import Position
from blendify.core import times
from blendify.core.data_types import Outcome
from blendify.core.errors import CollectError, MustWait, ProviderUnavailable, Refused
from blendify.core.telemetry import collected, logger, metrics
from blendify.fetching.provider_client import ProviderClient
from blendify.jobs.job import Summary
from blendify.jobs.progress import PATIENCE_SECONDS, Checkpoint, Progress

MOST_LIMITED = 8
"""Rounds in a row in which a call is answered 429 and no page comes, after which the data type has failed."""
PASSING = (ProviderUnavailable, Refused)
"""What may pass: it ends a data type only when it repeats in later rounds."""
MoveOn = Callable[[Progress, Checkpoint], Progress]
"""`progress.move_on`, or a function like it."""


class Checkpoints:
    """The stored progress, and what the next checkpoint adds: calls and time since the last one."""

    def __init__(self, stored: Progress, move_on: MoveOn) -> None:
        """`move_on` writes each checkpoint."""
        self.progress, self._write = stored, move_on
        self._since = time.monotonic()
        self._reported = {"calls": 0, "rate_limits": 0}
        self.caller: ProviderClient | None = None
        """Counts the calls, once there are any."""

    def write(self, position: Position, checkpoint: Checkpoint) -> None:
        """
        Write a checkpoint with this position, before which everything is stored, and what was spent since the last one.

        Raises  Superseded when another worker has moved on
        """
        moment, caller = time.monotonic(), self.caller
        calls = {"calls": caller.calls, "rate_limits": caller.rate_limits} if caller else self._reported
        spent = {name: count - self._reported[name] for name, count in calls.items()}
        spent["milliseconds"] = round((moment - self._since) * 1000)
        counts = {**checkpoint.counts, **spent}
        self.progress = self._write(self.progress, replace(checkpoint, position=position.text(), counts=counts))
        self._reported, self._since = calls, moment

    def ending(self, error: CollectError, position: Position, *, advanced: bool) -> Checkpoint:
        """
        With which outcome an error ends the round; a final one ends the data type for this sync.

        advanced    whether this worker has read anything new
        """
        outcome, until, setbacks = error.outcome, None, 0 if advanced else self.progress.setbacks
        if isinstance(error, MustWait):
            until = error.until
            setbacks = max([setbacks, *(listed.tries for listed in position.aside[-1:])])
            if error.limited and position.limited + 1 >= MOST_LIMITED:
                outcome, until = Outcome.FAILED, None
        elif isinstance(error, PASSING) and setbacks < len(PATIENCE_SECONDS):
            outcome, until = Outcome.WAITING, times.now() + timedelta(seconds=PATIENCE_SECONDS[setbacks])
            setbacks += 1
        return Checkpoint(outcome, str(error), until, setbacks=setbacks)

    def end(self, position: Position, checkpoint: Checkpoint, error: CollectError | None = None) -> Summary:
        """Write and report the outcome; unless the data type goes on later, with the counts of all rounds together."""
        if isinstance(error, MustWait) and error.limited:
            position = replace(position, limited=position.limited + 1)
        self.write(position, checkpoint)
        done = self.progress
        until = times.iso(done.until) if done.until else None
        extra = {"outcome": done.outcome, "counts": dict(done.counts), "until": until}
        if done.outcome is not Outcome.WAITING:
            if error:
                metrics.add_metric(name="CollectFailed", unit=MetricUnit.Count, value=1)
            collected(done.counts)
        if error is None:
            logger.info("Collected all %s", done.data_type.words, extra=extra)
        else:
            level = logger.info if done.outcome is Outcome.WAITING else logger.warning
            level("Stopped: %s", error, extra=extra)
        return done.summary
