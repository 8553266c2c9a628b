"""What operators see: JSON log lines keyed by run, user and data type, and metrics in CloudWatch's embedded format."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from blendify import times
from blendify.data_types import DataType, Outcome, Status
from blendify.errors import CollectError, MustWait
from blendify.paging import Ask
from blendify.storage.progress import Progress

logger = Logger(service="blendify")
metrics = Metrics(namespace="Blendify", service="blendify")


class ListCount:
    """Counts a list's entries over its pages, and says so in one line when the list ends."""

    def __init__(self, data_type: DataType) -> None:
        self._noun, self._words = data_type.noun, data_type.words
        self._ask: Ask | None = None
        self._entries = 0

    def add(self, ask: Ask, entries: int) -> None:
        """One page more; a page of another list ends the one before."""
        if self._ask and self._ask.number != ask.number:
            self.end()
        self._ask = ask
        self._entries += entries

    def closed(self, ask: Ask, why: str) -> None:
        """A list that cannot be read."""
        self.end()
        logger.info("Passed over %s: %s", ask.list_id, why)

    def end(self) -> None:
        """The list under way is read to its end."""
        if self._ask:
            logger.info("Retrieved %d %s for %s", self._entries, self._noun, self._ask.list_id or self._words)
        self._ask, self._entries = None, 0


def completed(done: Progress) -> None:
    """One data type is collected."""
    metrics.add_metric(name="RecordsAppended", unit=MetricUnit.Count, value=done.counts["appended"])
    metrics.add_metric(name="CollectSucceeded", unit=MetricUnit.Count, value=1)
    _rate_limits(done)
    logger.info("Collected all %s", done.data_type.words, extra={"outcome": done.outcome, "counts": dict(done.counts)})


def stopped(done: Progress, error: CollectError) -> None:
    """One data type stopped before its end, for good or until later."""
    until = times.iso(error.until) if isinstance(error, MustWait) else None
    metrics.add_metric(name="RecordsAppended", unit=MetricUnit.Count, value=done.counts["appended"])
    if done.outcome is not Outcome.WAITING:
        metrics.add_metric(name="CollectFailed", unit=MetricUnit.Count, value=1)
    _rate_limits(done)
    level = logger.info if done.outcome is Outcome.WAITING else logger.warning
    level("Stopped: %s", error, extra={"outcome": done.outcome, "until": until, "counts": dict(done.counts)})


def _rate_limits(done: Progress) -> None:
    if done.counts["rate_limits"]:
        metrics.add_metric(name="RateLimits", unit=MetricUnit.Count, value=done.counts["rate_limits"])


def synced(status: Status, seconds: float) -> None:
    """One run has ended."""
    metrics.add_metric(name="SyncDuration", unit=MetricUnit.Seconds, value=seconds)
    metrics.add_metric(name=f"Sync{status.value.capitalize()}", unit=MetricUnit.Count, value=1)
