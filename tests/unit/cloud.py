"""What the deployment would have made and configured, for tests."""

import json
from typing import Any

from moto.core.model_instances import reset_model_data

from blendify.access import applications
from blendify.core import aws
from local.template import resources

KEPT = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
"""Of the template's tables what the emulation in memory knows."""


def application(accounts_url: str, api_url: str, provider: str = "spotify", **more: Any) -> None:
    """Configure a provider's application, as the template's secret does; limits are lifted unless given."""
    row = {
        "client_id": "simulated-client",
        "client_secret": "simulated-secret",
        "redirect_uri": f"http://127.0.0.1:4566/v1/auth/{provider}/callback",
        "api_url": api_url,
        "accounts_url": accounts_url,
        "calls_per_minute": 0,
        "calls_per_minute_and_user": 0,
        **more,
    }
    secrets = aws.client("secretsmanager")
    name, text = f"blendify/applications/{provider}/default", json.dumps(row)
    try:
        secrets.create_secret(Name=name, SecretString=text)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=text)
    applications.forget()


def create_tables() -> None:
    """The template's tables, empty."""
    dynamodb = aws.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)
    # Otherwise moto keeps every table that it ever made, with all items.
    reset_model_data()
    for logical, name in (("HistoryTable", "history"), ("AccountsTable", "accounts")):
        properties = resources("AWS::DynamoDB::Table")[logical]
        dynamodb.create_table(TableName=name, **{key: properties[key] for key in KEPT})
