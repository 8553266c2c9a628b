"""Commands of an operator: what was erased stays erased after a restore, and a wrong port is a sentence."""

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from blendify.core import aws
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.append import append
from blendify.history.facts import Fact
from blendify.leaving import receipts
from local.errors import Misconfigured
from operations.operate import Fleet
from tests.unit.visible import items

MOMENT = "2026-11-22T17:44:30.123Z"
OUTPUTS = {"AccountsTable": "accounts", "HistoryTable": "history"}


def fleet() -> Fleet:
    client: Any = aws.client
    return Fleet("blendify", client, OUTPUTS)


def fact(user_id: str, provider: str, key: str, name: str = "a song") -> Fact:
    return Fact.of(user_id, "saved_tracks", MOMENT, provider, key, {"track_name": name}, {"name": name})


def user(user_id: str) -> None:
    """Somebody who is there."""
    state_table().put(keys.user(user_id), keys.profile(), {})


def erase(user_id: str, provider: str) -> None:
    """The user has everything of a provider erased, now."""
    begun = receipts.erasure(receipts.begin(user_id, provider))
    assert begun
    receipts.finish(begun)


@pytest.fixture
def restored(aws_in_memory: None) -> str:
    """The history as it was in a backup, in a table beside the running one, which has lost all of it."""
    append([fact("ana", "spotify", "k1"), fact("ana", "lastfm", "k2"), fact("bea", "spotify", "k3")])
    client = aws.client("dynamodb")
    running = client.describe_table(TableName="history")["Table"]
    client.create_table(
        TableName="restored",
        KeySchema=running["KeySchema"],
        AttributeDefinitions=[each for each in running["AttributeDefinitions"] if each["AttributeName"] in KEYS],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in items("history"):
        client.put_item(TableName="restored", Item=item)
        client.delete_item(TableName="history", Key={name: item[name] for name in KEYS})
    snapshot = {"user#type": {"S": "ana#saved_tracks#checkpoints"}, "fetched_at": {"S": f"spotify#{MOMENT}"}}
    client.put_item(TableName="restored", Item=snapshot)
    return "restored"


KEYS = ("user#type", "fetched_at")


def stored() -> set[tuple[str, str]]:
    return {(item["user#type"]["S"].partition("#")[0], item["provider"]["S"]) for item in items("history")}


def test_a_restore_repeats_the_erasures_since(restored: str) -> None:
    """Of who has left, and of a provider that was erased, nothing comes back, also if it was connected again since."""
    user("ana")
    erase("ana", "lastfm")
    assert fleet().copy_restored(restored) == "1 records copied, 0 were there, 2 were erased since."
    assert stored() == {("ana", "spotify")}


@pytest.mark.usefixtures("aws_in_memory")
def test_nobody_has_no_insights_to_make_anew() -> None:
    """A mistyped id is no success."""
    with pytest.raises(Misconfigured, match="There is no user nobody"):
        fleet().rebuild("nobody")


def test_a_restore_overwrites_nothing_and_may_be_repeated(restored: str) -> None:
    """A record that is there stays as it is."""
    user("ana")
    append([fact("ana", "spotify", "k1", "another name")])
    assert fleet().copy_restored(restored) == "1 records copied, 1 were there, 1 were erased since."
    assert fleet().copy_restored(restored) == "0 records copied, 2 were there, 1 were erased since."
    assert {item["track_name"]["S"] for item in items("history")} == {"a song", "another name"}


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize(("table", "words"), [("nothing", "no table"), ("accounts", "no restored"), ("history", "no")])
def test_another_table_is_refused(table: str, words: str) -> None:
    """The accounts table, the history itself, and a name with a typing error."""
    with pytest.raises(Misconfigured, match=words):
        fleet().copy_restored(table)


def test_a_wrong_port_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack runs, and was started on another port."""

    session: Any = boto3.Session("a", "b", region_name="us-east-1")

    def client(service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url="http://127.0.0.1:1", config=config)

    emulator = SimpleNamespace(program=SimpleNamespace(running=True), endpoint="http://127.0.0.1:1", client=client)
    monkeypatch.setattr("operations.operate.Stack.of", lambda _: SimpleNamespace(emulator=emulator))
    with pytest.raises(Misconfigured, match="give EMULATOR_PORT the port"):
        Fleet.here()
