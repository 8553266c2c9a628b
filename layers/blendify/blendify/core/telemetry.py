"""
JSON log lines with the keys sync, user and data type, and metrics in CloudWatch's embedded metric format.

Each set of dimensions is a metric that CloudWatch bills ($0.30 a month), so there is one dimension beside the service:
the provider, for whatever can be a provider's fault.
"""

import logging
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from blendify.core.data_types import DataType, Status

logger = Logger(service="blendify")
metrics = Metrics(namespace="Blendify", service="blendify")

for _library, _level in (("boto3", "INFO"), ("botocore", "INFO"), ("pynamodb", "INFO"), ("urllib3", "CRITICAL")):
    # Below these levels they write requests and answers, with tokens and secrets. The function's own log level, which
    # an operator may set to DEBUG, does not reach them. At a header that it cannot parse urllib3 even warns with the
    # whole address of a call.
    logging.getLogger(_library).setLevel(_level)


def invocation(context: LambdaContext) -> dict[str, Any]:
    """Log keys that join a line with what Lambda itself reports of an invocation: its duration, or its timeout."""
    return {"function": context.function_name, "request_id": context.aws_request_id}


def about(provider: str) -> None:
    """What is counted from here on is about this provider. What was counted before about another one is written."""
    if metrics.dimension_set.get("provider", provider) != provider:
        flush()
    metrics.add_dimension(name="provider", value=provider)


def flush() -> None:
    """Write the metrics that were counted, if any; their dimensions are forgotten."""
    if metrics.metric_set:
        metrics.flush_metrics()
    metrics.clear_metrics()


def list_read(data_type: DataType, list_id: str, records: int) -> None:
    """A list was read to its end."""
    logger.info("Retrieved %d %s for %s", records, data_type.noun, list_id or data_type.words)


def collected(counts: Mapping[str, int]) -> None:
    """A data type has ended; its counts are those of all rounds together. What is 0 makes no metric."""
    if counts["appended"]:
        metrics.add_metric(name="RecordsAppended", unit=MetricUnit.Count, value=counts["appended"])
    if counts["holes"]:
        metrics.add_metric(name="Holes", unit=MetricUnit.Count, value=counts["holes"])
    if counts["rate_limits"]:
        metrics.add_metric(name="RateLimits", unit=MetricUnit.Count, value=counts["rate_limits"])


def token_outage(title: str, users: int) -> None:
    """A provider refuses the grants of so many users at once that we treat it as an outage."""
    metrics.add_metric(name="TokenOutage", unit=MetricUnit.Count, value=1)
    logger.error("%s refuses the grants of many listeners at once: treated as an outage", title, extra={"users": users})


def delivery_ended(*, delivered: bool) -> None:
    """A webhook was told of an event, or an attempt has failed."""
    if delivered:
        metrics.add_metric(name="EventsDelivered", unit=MetricUnit.Count, value=1)
    else:
        metrics.add_metric(name="DeliveryFailed", unit=MetricUnit.Count, value=1)


def refresh_failed(reason: str) -> None:
    """Tokens could not be renewed for another reason than that the grant has ended. `reason` names the error."""
    metrics.add_metric(name="RefreshFailed", unit=MetricUnit.Count, value=1)
    logger.warning("Tokens could not be renewed: %s", reason)


def login_failed() -> None:
    """A listener came back from the provider's consent, and could not be connected."""
    metrics.add_metric(name="LoginFailed", unit=MetricUnit.Count, value=1)


def oldest_erasure(seconds: float) -> None:
    """The age of the erasure that was asked for longest ago and is not finished; 0 without one."""
    metrics.add_metric(name="OldestErasure", unit=MetricUnit.Seconds, value=seconds)


def synced(status: Status, seconds: float, *, grant_ended: bool) -> None:
    """A sync has ended; `grant_ended` if only the listener can repair the connection."""
    metrics.add_metric(name="SyncDuration", unit=MetricUnit.Seconds, value=seconds)
    metrics.add_metric(name=f"Sync{status.value.capitalize()}", unit=MetricUnit.Count, value=1)
    if grant_ended:
        metrics.add_metric(name="GrantEnded", unit=MetricUnit.Count, value=1)


def paused(seconds: float) -> None:
    """A provider has asked us to make no calls for so long."""
    metrics.add_metric(name="PauseSeconds", unit=MetricUnit.Seconds, value=seconds)


def polled(*, failed: bool) -> None:
    """A poll has ended."""
    metrics.add_metric(name="Polls", unit=MetricUnit.Count, value=1)
    if failed:
        metrics.add_metric(name="PollFailed", unit=MetricUnit.Count, value=1)


def history_changed(records: int) -> None:
    """Records of the history were changed or deleted, and no erasure is under way that would explain it."""
    metrics.add_metric(name="HistoryChanged", unit=MetricUnit.Count, value=records)


def dispatched(counts: Mapping[str, int], oldest_seconds: float) -> None:
    """A dispatch has ended. The age of the connection that has been due longest shows if the quota is enough."""
    metrics.add_metric(name="ConnectionsDue", unit=MetricUnit.Count, value=counts["due"])
    metrics.add_metric(name="OldestDue", unit=MetricUnit.Seconds, value=oldest_seconds)
    logger.info("Dispatched", extra={**counts, "oldest_due_seconds": round(oldest_seconds)})
