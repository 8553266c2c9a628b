"""After whole syncs no secret is readable outside the places where it belongs."""

import re
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from local.emulator.server import REGION
from tests.aws.inserts import Place
from tests.e2e.system import System


def test_no_secret_is_in_logs_histories_or_table_items(system: System) -> None:
    """
    Codes, tokens, client secret and cookies of good and bad logins are readable in no log line, history or item.
    """
    browser, user_id = system.connect("joy")
    sync = system.latest_sync(browser)
    system.simulator.control("POST", "listeners/joy", {"expire": True})
    system.run({"user_id": user_id, "provider": "spotify", "data_types": ["top_tracks"]})
    api = system.outputs["api_url"]
    requests.get(f"{api}/auth/spotify/callback?code=AQ-a-code-of-nobody&state=a-state-of-nobody", timeout=30)

    issued = system.simulator.control("GET", "secrets")["secrets"]
    secrets = [*issued, *browser.cookies(), "AQ-a-code-of-nobody", "a-state-of-nobody"]
    places = {
        "logs": system.logs(),
        "execution histories": system.histories(),
        "accounts table": repr(system.items("accounts_table")),
        "history table": repr(system.items("history_table")),
    }
    assert sync["status"] == "succeeded"
    assert len(secrets) > 5
    assert [(place, secret[:6]) for place, text in places.items() for secret in secrets if secret in text] == []
    assert "Retrieved 20 tracks for short_term" in places["logs"]


def test_every_collectors_role_may_append_and_may_not_rewrite_history(system: System) -> None:
    """The emulator enforces the roles: INSERT is allowed, every operation that changes or removes items is refused."""
    iam, sts = system.stack.emulator.client("iam"), system.stack.emulator.client("sts")
    roles = [role for role in iam.list_roles()["Roles"] if re.search(r"Collect\w+Role", role["RoleName"])]
    assert len(roles) == 8
    for role in roles:
        keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
        dynamodb = _dynamodb_as(system, keys)
        name = system.outputs["history_table"]
        key = {"user#type": {"S": "nobody#top_tracks"}, "fetched_at": {"S": role["RoleName"]}}
        assert Place(dynamodb, name, "nobody#top_tracks").codes(key) == [""]
        for operation, arguments in _rewrites(name, key).items():
            with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
                getattr(dynamodb, operation)(**arguments)


def _rewrites(table: str, key: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Every DynamoDB operation that changes or removes an item, by the client's method."""
    where = " AND ".join(f"\"{name}\" = '{value['S']}'" for name, value in key.items())
    change = {"UpdateExpression": "SET x = :x", "ExpressionAttributeValues": {":x": {"S": "x"}}}
    return {
        "put_item": {"TableName": table, "Item": key},
        "delete_item": {"TableName": table, "Key": key},
        "update_item": {"TableName": table, "Key": key, **change},
        "batch_write_item": {"RequestItems": {table: [{"DeleteRequest": {"Key": key}}]}},
        "transact_write_items": {"TransactItems": [{"Delete": {"TableName": table, "Key": key}}]},
        "execute_statement": {"Statement": f'DELETE FROM "{table}" WHERE {where}'},  # noqa: S608
        "batch_execute_statement": {"Statements": [{"Statement": f'UPDATE "{table}" SET x = 1 WHERE {where}'}]},  # noqa: S608
    }


def _dynamodb_as(system: System, keys: dict[str, str]) -> Any:
    """A DynamoDB client with a role's credentials."""
    return boto3.client(
        "dynamodb",
        endpoint_url=system.stack.emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
