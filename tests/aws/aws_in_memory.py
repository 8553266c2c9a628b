"""AWS in this process (moto), and in it what a deployment makes: tables, key and applications. For tests and bench."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import mock_aws
from moto.core.model_instances import reset_model_data

from blendify.access import applications
from blendify.core import aws
from local.template import resources
from tests.aws.direct_calls import direct_calls
from tests.aws.lean_moto import lean_moto
from tests.aws.lean_tables import lean_tables
from tests.aws.moto_partiql import inserts

_TABLES = (("HistoryTable", "history"), ("AccountsTable", "accounts"), ("InsightsTable", "insights"))
_IN_MOTO = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
"""The properties of the template's tables that moto knows."""


@contextmanager
def new_aws() -> Iterator[None]:
    """An AWS that is empty but for the key; clients made within go on working in threads."""
    with mock_aws(), lean_moto(), lean_tables(), inserts(), direct_calls():
        forget_clients()
        create_key()
        yield
    forget_clients()


def forget_clients() -> None:
    """Clients and applications of another AWS."""
    aws.forget()
    applications.forget()


def create_key() -> None:
    """The key that tokens are encrypted with."""
    kms = aws.client("kms")
    kms.create_alias(AliasName="alias/tokens", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def application(accounts_url: str, api_url: str, provider: str = "spotify", **more: Any) -> None:
    """Configure a provider's application, as the template does; limits are lifted unless given."""
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
    name, secret = f"blendify/applications/{provider}/default", row.pop("client_secret")
    secret_name = f"{name}/client_secret"
    try:
        secrets.create_secret(Name=secret_name, SecretString=secret)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=secret_name, SecretString=secret)
    aws.client("ssm").put_parameter(Name=f"/{name}", Value=json.dumps(row), Type="String", Overwrite=True)
    applications.forget()


def create_tables() -> None:
    """The template's tables, empty."""
    dynamodb = aws.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)
    # Otherwise moto keeps every table that it ever made, with all items.
    reset_model_data()
    for logical, name in _TABLES:
        properties = resources("AWS::DynamoDB::Table")[logical]
        dynamodb.create_table(TableName=name, **{key: properties[key] for key in _IN_MOTO if key in properties})
