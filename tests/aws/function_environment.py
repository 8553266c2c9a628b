"""The environment that template.yaml gives the functions, for their code outside of Lambda: tests and bench."""

import os

from local.providers import PROVIDERS

_MACHINES = "arn:aws:states:us-east-1:000000000000:stateMachine"
FUNCTION_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_DEV": "false",
    "HISTORY_TABLE": "history",
    "ACCOUNTS_TABLE": "accounts",
    "TOKENS_KEY": "alias/tokens",
    "APPLICATIONS": "blendify/applications",
    "OWN_APPLICATIONS": "allow",
    "CONNECTABLE": ",".join(PROVIDERS),
    "VIEWS": ",".join(PROVIDERS),
    "COMPARING": ",".join(PROVIDERS),
    "BLENDING": ",".join(PROVIDERS),
    "PUBLIC_URL": "http://127.0.0.1:4566/v1",
    "TOP_LIST_DEPTH": "50",
    "FULL_SWEEP_DAYS": "7",
    "RESYNC_HOURS": "24",
    "SHORTEST_POLL_MINUTES": "20",
    "LONGEST_POLL_MINUTES": "1440",
    "SYNC_STATE_MACHINE": f"{_MACHINES}:sync",
    "ERASE_STATE_MACHINE": f"{_MACHINES}:erase",
    "EXPORT_STATE_MACHINE": f"{_MACHINES}:export",
    "POLLS_QUEUE": "https://sqs.us-east-1.amazonaws.com/000000000000/polls",
    "EXPORTS_BUCKET": "exports",
    "IMPORT_STATE_MACHINE": f"{_MACHINES}:import",
    "UPLOADS_BUCKET": "uploads",
    "INSIGHTS_TABLE": "insights",
    "INSIGHTS_QUEUE": "https://sqs.us-east-1.amazonaws.com/000000000000/insights.fifo",
    "INSIGHTS_DELAY_SECONDS": "60",
    "EVENTS_QUEUE": "https://sqs.us-east-1.amazonaws.com/000000000000/events.fifo",
    "EVENTS_DELAY_SECONDS": "60",
    "REVOCATIONS_QUEUE": "https://sqs.us-east-1.amazonaws.com/000000000000/revocations",
    "DELIVERIES_QUEUE": "https://sqs.us-east-1.amazonaws.com/000000000000/deliveries",
}


def set_function_environment() -> None:
    """For this process; what a person has configured for AWS does not count."""
    os.environ.update(FUNCTION_ENVIRONMENT)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
