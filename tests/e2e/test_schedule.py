"""The deployed schedule polls connections that are due, and a listener can request a sync."""

from datetime import UTC, datetime, timedelta
from typing import Any

from blendify.core import times
from tests.e2e.system import System, wait_for


def key(user_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"user#{user_id}"}, "sk": {"S": "connection#spotify"}}


def plan(system: System, user_id: str) -> dict[str, str]:
    """The attributes of the connection's item, without the tokens."""
    client = system.stack.emulator.client("dynamodb")
    item = client.get_item(TableName=system.outputs["accounts_table"], Key=key(user_id))["Item"]
    return {name: next(iter(value.values())) for name, value in item.items() if name != "tokens"}


def calls(system: System, listener: str) -> int:
    """A listener's calls so far, as the provider counts them."""
    return int(system.simulator.control("GET", "counters")["listeners"][listener])


def make_due(system: System, user_id: str) -> str:
    """Set the connection's due time to a minute ago. Returns that time."""
    due_at = times.iso(datetime.now(UTC) - timedelta(minutes=1))
    system.stack.emulator.client("dynamodb").update_item(
        TableName=system.outputs["accounts_table"],
        Key=key(user_id),
        UpdateExpression="SET due_at = :due_at",
        ExpressionAttributeValues={":due_at": {"S": due_at}},
    )
    return due_at


def test_a_listener_who_is_due_is_polled_by_the_schedule(system: System) -> None:
    """The next dispatch queues a poll: one call, no execution and no record, and the next poll is planned."""
    user_id, first = system.connect_and_sync("uma")
    browser = system.connect("uma")[0]
    system.latest_sync(browser)
    records = browser.read("/me/syncs")["items"]
    before = calls(system, "uma")
    read_at = browser.read("/me")["connections"][0]["plays_read_at"]  # type: ignore[index]
    make_due(system, user_id)

    def polled() -> bool:
        connection = browser.read("/me")["connections"][0]  # type: ignore[index]
        return bool(connection["plays_read_at"] > read_at)

    wait_for("a poll is made", polled, 150)
    assert browser.read("/me/syncs")["items"] == records
    client = system.stack.emulator.client("stepfunctions")
    every = client.list_executions(stateMachineArn=system.outputs["state_machine_arn"])["executions"]
    assert [execution for execution in every if user_id in execution["name"] and execution["status"] == "RUNNING"] == []

    # Other listeners' syncs may still run, so the calls are counted for this one alone.
    assert calls(system, "uma") == before + 1
    planned = plan(system, user_id)
    assert planned["polled_at"] > first["started_at"]
    assert planned["due_at"] > times.iso(datetime.now(UTC))


def test_a_listener_can_request_a_sync(system: System) -> None:
    """It runs. A second request right after it is refused, and the response says when to ask again."""
    browser, _ = system.connect("vic")
    first = system.latest_sync(browser)
    status, body, _ = browser.send("/me/syncs")
    assert status == 202
    assert body["syncs"][0]["status"] in ("starting", "running"), "the sync may begin before the response is written"
    status, body, headers = browser.send("/me/syncs")
    assert (status, body["error"]["code"]) == (429, "too_many_requests")
    assert 0 < int(headers["Retry-After"]) <= 60
    system.sync_after(browser, first)
    assert system.latest_sync(browser)["status"] == "succeeded"
