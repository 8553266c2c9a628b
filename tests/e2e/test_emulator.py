"""The emulator alone: it loses no data, and refuses strangers."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.emulator.server import ACCESS_KEY, PYTHON, REGION, Emulator
from local.paths import LOCAL, ROOT
from tests.e2e.conftest import free_port
from tests.e2e.system import wait_for

TABLE = "plays"
KEYS: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}, {"AttributeName": "moment", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "user", "AttributeType": "S"},
        {"AttributeName": "moment", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@contextmanager
def running(folder: Path, *, check_permissions: bool = False) -> Iterator[Emulator]:
    """A new emulator with one saved table."""
    shutil.rmtree(folder, ignore_errors=True)
    emulator = Emulator(free_port(), folder, check_permissions=check_permissions)
    emulator.start()
    emulator.client("dynamodb").create_table(TableName=TABLE, **KEYS)
    emulator.record_deployment("the first")
    emulator.save()
    try:
        yield emulator
    finally:
        emulator.program.stop()


@pytest.fixture
def emulator(worker_id: str) -> Iterator[Emulator]:
    """An emulator that a test may kill."""
    with running(LOCAL / f"e2e-{worker_id}-killed") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def guarded(worker_id: str) -> Iterator[Emulator]:
    """An emulator that checks permissions, and so every signature."""
    with running(LOCAL / f"e2e-{worker_id}-guarded", check_permissions=True) as emulator:
        yield emulator


def kill(emulator: Emulator) -> None:
    """End it as a power cut or the out-of-memory killer does."""
    pid = emulator.program.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for("the emulator ends", lambda: emulator.program.pid is None)


def key(moment: int) -> dict[str, Any]:
    return {"user": {"S": "ada"}, "moment": {"N": str(moment)}}


def items(emulator: Emulator) -> list[Any]:
    stored = emulator.client("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(stored, key=lambda item: int(item["moment"]["N"]))


def write_in_every_way(dynamodb: Any) -> None:
    """Use each operation that can write, to show that all of them reach the state file."""
    for moment in range(8):
        dynamodb.put_item(TableName=TABLE, Item={**key(moment), "answer": {"B": b"\x00\xff" * moment}})
    change = {"UpdateExpression": "SET heard = :true", "ExpressionAttributeValues": {":true": {"BOOL": True}}}
    dynamodb.update_item(TableName=TABLE, Key=key(0), **change)
    dynamodb.delete_item(TableName=TABLE, Key=key(1))
    puts = [{"PutRequest": {"Item": key(moment)}} for moment in (20, 21)]
    dynamodb.batch_write_item(RequestItems={TABLE: [{"DeleteRequest": {"Key": key(2)}}, *puts]})
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE, "Item": key(30)}},
            {"Delete": {"TableName": TABLE, "Key": key(3)}},
            {"Update": {"TableName": TABLE, "Key": key(4), **change}},
        ]
    )
    statements = [
        f"INSERT INTO {TABLE} VALUE {{'user': 'ada', 'moment': 40}}",
        f"UPDATE {TABLE} SET heard = true WHERE \"user\" = 'ada' AND moment = 5",  # noqa: S608
        f"DELETE FROM {TABLE} WHERE \"user\" = 'ada' AND moment = 6",  # noqa: S608
    ]
    dynamodb.execute_statement(Statement=statements[0])
    dynamodb.batch_execute_statement(Statements=[{"Statement": statements[1]}])
    dynamodb.execute_transaction(TransactStatements=[{"Statement": statements[2]}])


def test_a_killed_emulator_has_lost_no_item(emulator: Emulator) -> None:
    """Every acknowledged write of every kind is there, and deleted items have not come back."""
    write_in_every_way(emulator.client("dynamodb"))
    before = items(emulator)
    kill(emulator)
    emulator.start()
    assert items(emulator) == before
    assert [int(item["moment"]["N"]) for item in before] == [0, 4, 5, 7, 20, 21, 30, 40]
    assert emulator.deployed == "the first"


def test_a_deployment_that_was_not_saved_is_not_claimed(emulator: Emulator) -> None:
    """
    After a kill, and after a clean end during a deployment, the emulator has the state of the last complete deployment
    and reports that one. Items are not lost.
    """
    for end in (kill, lambda emulator: emulator.program.stop()):
        emulator.record_deployment("")
        emulator.client("sqs").create_queue(QueueName="half-a-deployment")
        emulator.client("dynamodb").put_item(TableName=TABLE, Item=key(1))
        emulator.save()
        end(emulator)
        emulator.start()
        assert emulator.deployed == "the first"
        assert emulator.client("sqs").list_queues()["QueueUrls"] == []
        assert items(emulator) == [key(1)]


def test_a_clean_end_saves_the_rest(emulator: Emulator) -> None:
    """Changes outside the tables since the deployment are there at the next start."""
    emulator.client("sqs").create_queue(QueueName="later")
    emulator.program.stop()
    emulator.start()
    assert len(emulator.client("sqs").list_queues()["QueueUrls"]) == 1


def test_state_that_cannot_be_read_is_left_alone(emulator: Emulator) -> None:
    """The emulator does not start, so it does not overwrite the file with an empty state."""
    emulator.program.stop()
    file = emulator.state / "emulator.sqlite"
    damaged = b"not a database" * 100
    file.write_bytes(damaged)
    with pytest.raises(Exception, match="cannot be opened: file is not a database"):
        emulator.start()
    assert file.read_bytes() == damaged


def test_the_state_of_an_older_stack_is_taken_over(emulator: Emulator) -> None:
    """The state file replaces the JSON files that ministack itself saves at a clean end, one per service."""
    program = [str(PYTHON), "-c", _SAVE_AS_MINISTACK_DOES, TABLE]
    emulator.program.stop()
    (emulator.state / "emulator.sqlite").unlink()
    environment = {"PERSIST_STATE": "1", "STATE_DIR": str(emulator.state), "PATH": os.environ["PATH"]}
    subprocess.run(program, env=environment, cwd=ROOT, check=True)  # noqa: S603
    emulator.start()
    kill(emulator)
    emulator.start()
    assert items(emulator) == [key(1)]
    assert not (emulator.state / "dynamodb.json").exists()


_SAVE_AS_MINISTACK_DOES = f"""
import sys
from ministack.core.persistence import save_all
from ministack.services import dynamodb
dynamodb._create_table({{"TableName": sys.argv[1], **{KEYS!r}}})
dynamodb._put_item({{"TableName": sys.argv[1], "Item": {key(1)!r}}})
save_all({{"dynamodb": dynamodb.get_state}})
"""


def test_a_write_that_cannot_be_saved_is_refused_and_has_not_happened() -> None:
    """With a full disk the client gets a retryable error, a transaction is undone whole, and later writes are saved."""
    command = [str(PYTHON), "-m", "tests.e2e.full_disk"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
    assert json.loads(done.stdout) == {
        "before": 200,
        "put": [500, "InternalServerError"],
        "transaction": [500, "InternalServerError"],
        "in memory": ["first"],
        "on disk": ["first"],
        "later": 200,
        "on disk later": ["first", "later"],
    }


def refused(response: requests.Response) -> bool:
    return response.status_code == 403 and "Access-Control-Allow-Origin" not in response.headers


def test_requests_without_the_secret_key_are_refused(guarded: Emulator) -> None:
    """Web pages of any origin have no key, so every service refuses them."""
    address = guarded.endpoint
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    assert refused(requests.post(address, data="{}", headers=target, timeout=60))
    for path in ("/_ministack/config", "/_ministack/reset", "/_blendify/save", "/_aws/execute-api/", "/health"):
        assert refused(requests.post(address + path, headers=target, data="{}", timeout=60)), path
    assert refused(requests.options(address, headers={"Origin": "https://evil.example"}, timeout=60))
    for access_key in ("test", "000000000000", "AKIAIOSFODNN7EXAMPLE"):
        with pytest.raises(ClientError, match=r"signature is wrong|key or token is unknown"):
            client_of(guarded, access_key).list_tables()


def client_of(emulator: Emulator, access_key: str) -> Any:
    """A client with a secret that anybody knows."""
    return boto3.client(
        "dynamodb",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key="test",
    )


def test_a_form_stores_what_its_signer_allows(guarded: Emulator) -> None:
    """One key, a file of the signed size, before its end; anything else is refused, and nothing is stored."""
    s3 = boto3.client(
        "s3",
        endpoint_url=guarded.endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=guarded.secret_key,
        config=Config(signature_version="s3v4"),
    )
    s3.create_bucket(Bucket="uploads")
    form = s3.generate_presigned_post(
        "uploads",
        "uploads/a",
        Fields={"success_action_redirect": "http://127.0.0.1:1/came"},
        Conditions=[["content-length-range", 1, 5], {"success_action_redirect": "http://127.0.0.1:1/came"}],
    )

    def sent(content: bytes, **changes: str) -> requests.Response:
        fields = {**form["fields"], **changes}
        return requests.post(form["url"], fields, files={"file": ("x", content)}, allow_redirects=False, timeout=60)

    assert sent(b"123456").status_code == 400
    forged = dict.fromkeys(("x-amz-signature", "x-amz-credential"), "")
    for refused_form in (
        sent(b"1", key="uploads/b"),
        sent(b"1", more="x"),
        sent(b"1", policy="e30="),
        sent(b"1", **forged),
    ):
        assert refused_form.status_code == 403
    assert "Contents" not in s3.list_objects_v2(Bucket="uploads")
    answer = sent(b"12\r\n5")
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("http://127.0.0.1:1/came?")
    assert s3.get_object(Bucket="uploads", Key="uploads/a")["Body"].read() == b"12\r\n5"


def test_programs_of_the_same_user_need_no_secret_key(emulator: Emulator) -> None:
    """They could read the key, so the usual test credentials do; pages and unsigned requests are still refused."""
    assert client_of(emulator, "test").list_tables()["TableNames"] == [TABLE]
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    assert refused(requests.post(emulator.endpoint, data="{}", headers=headers, timeout=60))
    signed = headers | {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20261128/eu-west-1/dynamodb/aws4_request"}
    assert refused(
        requests.post(emulator.endpoint, data="{}", headers=signed | {"Origin": "https://evil.example"}, timeout=60)
    )


def test_a_signature_is_valid_only_for_the_signed_request(guarded: Emulator) -> None:
    """Another body, path or host, a foreign origin and an expired link are refused."""
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    address = f"{guarded.endpoint}/"
    request = AWSRequest("POST", address, target, "{}")
    SigV4Auth(Credentials(ACCESS_KEY, guarded.secret_key), "dynamodb", REGION).add_auth(request)
    headers = dict(request.headers)
    assert requests.post(address, "{}", headers=headers, timeout=60).json() == {"TableNames": [TABLE]}
    assert refused(requests.post(address, '{"Limit": 1}', headers=headers, timeout=60))

    s3 = boto3.client(
        "s3",
        endpoint_url=guarded.endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=guarded.secret_key,
        config=Config(signature_version="s3v4"),
    )
    s3.create_bucket(Bucket="exports")
    s3.put_object(Bucket="exports", Key="mine", Body=b"everything")
    link = s3.generate_presigned_url("get_object", {"Bucket": "exports", "Key": "mine"}, ExpiresIn=60)
    assert requests.get(link, timeout=60).content == b"everything"
    assert refused(requests.get(link.replace("/mine", "/yours"), timeout=60))
    assert refused(requests.get(link.replace("Expires=60", "Expires=6000"), timeout=60))
    assert refused(requests.get(link, headers={"Host": "evil.example"}, timeout=60))
    assert refused(requests.get(link, headers={"Origin": "https://evil.example"}, timeout=60))
    over = s3.generate_presigned_url("get_object", {"Bucket": "exports", "Key": "mine"}, ExpiresIn=1)
    time.sleep(1.5)
    assert refused(requests.get(over, timeout=60))


def test_the_apis_path_leads_to_no_other_service(guarded: Emulator) -> None:
    """The API is open to all. Its path alone decides: no header leads to another service."""
    address = f"{guarded.endpoint}/_aws/execute-api/b1e9d1f7/v1/dashboard"
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Host": "plays.s3.localhost", "Origin": "null"}
    response = requests.post(address, headers=headers, data="{}", timeout=60)
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


def test_only_the_owner_can_read_the_state_and_the_secret_key(guarded: Emulator) -> None:
    """Both are in a folder that only the owner can open."""
    modes = {path.name: path.stat().st_mode & 0o777 for path in (guarded.state, guarded.state / "secret_key")}
    assert modes == {"state": 0o700, "secret_key": 0o600}


def stack_of(emulator: Emulator, *paths: str) -> dict[str, Any]:
    """Create or update a stack with one API, which has these paths; answers its properties and paths."""
    api = {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {
            "Body": {"swagger": "2.0", "info": {"title": "api"}, "paths": {path: {"get": {}} for path in paths}}
        },
    }
    deployment = {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}}
    stage = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Made"}, "StageName": "v1"},
    }
    template = json.dumps({"Resources": {"Api": api, "Made": deployment, "Stage": stage}})
    formation, gateway = emulator.client("cloudformation"), emulator.client("apigateway")
    tags = [{"Key": "ms-custom-id", "Value": "b1e9d1f7"}]
    existing = [each["StackName"] for each in formation.describe_stacks()["Stacks"]]
    (formation.update_stack if existing else formation.create_stack)(StackName="api", TemplateBody=template, Tags=tags)

    def status() -> str:
        described: str = formation.describe_stacks(StackName="api")["Stacks"][0]["StackStatus"]
        return described

    wait_for("the stack is there", lambda: not status().endswith("IN_PROGRESS"))
    held = gateway.get_resources(restApiId="b1e9d1f7", limit=500)["items"]
    stages = gateway.get_stages(restApiId="b1e9d1f7")["item"]
    apis = [each["id"] for each in gateway.get_rest_apis()["items"]]
    return {
        "status": status(),
        "apis": apis,
        "paths": sorted(each["path"] for each in held if each.get("resourceMethods")),
        "stages": [each["stageName"] for each in stages],
    }


def test_an_api_whose_routes_change_keeps_its_address(emulator: Emulator) -> None:
    """What a laptop's stack has collected would be lost if only a new stack could take a new version."""
    assert stack_of(emulator, "/me", "/old")["status"] == "CREATE_COMPLETE"
    assert stack_of(emulator, "/me", "/new") == {
        "status": "UPDATE_COMPLETE",
        "apis": ["b1e9d1f7"],
        "paths": ["/me", "/new"],
        "stages": ["v1"],
    }
