"""
AWS list prices in US dollars, region us-east-1, as of 2026-11-22, without any free tier.

Sources  https://aws.amazon.com/lambda/pricing/ (arm64), https://aws.amazon.com/step-functions/pricing/ (Standard),
         https://aws.amazon.com/dynamodb/pricing/on-demand/, https://aws.amazon.com/api-gateway/pricing/ (REST),
         https://aws.amazon.com/kms/pricing/, https://aws.amazon.com/eventbridge/pricing/ (Scheduler),
         https://aws.amazon.com/sqs/pricing/ (standard queues), https://aws.amazon.com/s3/pricing/ (Standard),
         https://aws.amazon.com/athena/pricing/ (SQL queries, by bytes that are read),
         https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/secrets-manager/pricing/
"""

from dataclasses import dataclass

MILLION, THOUSAND = 1_000_000, 1_000

LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_GB_SECOND = 0.0000133334
TRANSITION = 0.025 / THOUSAND
WRITE_UNIT = 0.625 / MILLION
READ_UNIT = 0.125 / MILLION
API_REQUEST = 3.50 / MILLION
KMS_REQUEST = 0.03 / 10_000
SCHEDULER_INVOCATION = 1.00 / MILLION
QUEUE_REQUEST = 0.40 / MILLION
ATHENA_BYTE, ATHENA_LEAST = 5.00 / 1024**4, 10 * 1024**2
"""Of a byte that a query reads; each query reads ten megabytes at least."""
S3_PUT, S3_GET = 0.005 / THOUSAND, 0.0004 / THOUSAND
LOG_GB = 0.50
BACKUP_GB_MONTH = 0.20
"""For point-in-time recovery."""
HISTORY_WRITE_UNIT, HISTORY_READ_UNIT = 1.25 * WRITE_UNIT, 1.25 * READ_UNIT
"""Of tables that are accessed infrequently, their indexes included: a quarter more."""
STORED_GB_MONTH = 0.25
TABLE_GB_MONTH, HISTORY_GB_MONTH = STORED_GB_MONTH + BACKUP_GB_MONTH, 0.10 + BACKUP_GB_MONTH
"""Storage with its backup; of tables that are accessed infrequently it costs 60 % less."""
KEY_MONTH, SECRET_MONTH = 1.00, 0.40
METRIC_MONTH, ALARM_MONTH, DASHBOARD_MONTH = 0.30, 0.10, 3.00
"""A metric is a name with one set of dimensions; an alarm costs so much for each metric that it looks at."""
METRICS, METRICS_OF_A_PROVIDER = 6, 15
"""Metrics that the code may emit: of the fleet, and of each provider. CloudWatch bills those that were emitted."""
WATCHED, WATCHED_OF_A_PROVIDER = 33, 11
"""Metrics that alarms look at: shares are of two or three, and six alarms look at a metric of each provider."""


def fixed_month(providers: int = 1) -> float:
    """Dollars a month of a stack whose functions do nothing, at most: key, secrets, metrics, alarms, dashboard."""
    metrics = METRICS + METRICS_OF_A_PROVIDER * providers
    watched = WATCHED + WATCHED_OF_A_PROVIDER * providers
    secrets = SECRET_MONTH * providers
    return KEY_MONTH + secrets + METRIC_MONTH * metrics + ALARM_MONTH * watched + DASHBOARD_MONTH


@dataclass(frozen=True)
class Use:
    """Amounts that are used of each service."""

    transitions: float = 0
    lambda_requests: float = 0
    gb_seconds: float = 0
    write_units: float = 0
    read_units: float = 0
    history_write_units: float = 0
    history_read_units: float = 0
    api_requests: float = 0
    kms_requests: float = 0
    scheduler_invocations: float = 0
    queue_requests: float = 0
    log_gb: float = 0
    table_gb_months: float = 0
    history_gb_months: float = 0

    def times(self, count: float) -> "Use":
        """The use of so many of these."""
        return Use(**{name: amount * count for name, amount in vars(self).items()})

    def __add__(self, other: "Use") -> "Use":
        return Use(**{name: amount + getattr(other, name) for name, amount in vars(self).items()})

    @property
    def dollars(self) -> dict[str, float]:
        """US dollars by service."""
        return {
            "Step Functions": self.transitions * TRANSITION,
            "Lambda": self.lambda_requests * LAMBDA_REQUEST + self.gb_seconds * LAMBDA_GB_SECOND,
            "DynamoDB": self.write_units * WRITE_UNIT
            + self.read_units * READ_UNIT
            + self.table_gb_months * TABLE_GB_MONTH
            + self.history_write_units * HISTORY_WRITE_UNIT
            + self.history_read_units * HISTORY_READ_UNIT
            + self.history_gb_months * HISTORY_GB_MONTH,
            "API Gateway": self.api_requests * API_REQUEST,
            "KMS": self.kms_requests * KMS_REQUEST,
            "Scheduler": self.scheduler_invocations * SCHEDULER_INVOCATION,
            "SQS": self.queue_requests * QUEUE_REQUEST,
            "Logs": self.log_gb * LOG_GB,
        }
