"""The deployed schedule polls connections that are due, and a listener can request a sync."""

from datetime import UTC, datetime

from blendify.core import times
from tests.e2e.system import DueListener, SettledListener, System, wait_for


def test_a_listener_who_is_due_is_polled_by_the_schedule(system: System, due_listener: DueListener) -> None:
    """The next dispatch queues a poll: one call, no execution and no record, and the next poll is planned."""
    due = due_listener
    wait_for("a poll is made", lambda: due.plays_read_at() > due.read_before)
    assert due.browser.read("/me/syncs")["items"] == due.syncs_before
    client = system.stack.emulator.client("stepfunctions")
    every = client.list_executions(stateMachineArn=system.outputs["state_machine_arn"])["executions"]
    own = [execution for execution in every if due.user_id in execution["name"]]
    assert [execution for execution in own if execution["status"] == "RUNNING"] == []

    # Other listeners' syncs may still run, so the calls are counted for this one alone.
    assert system.calls(due.name) == due.calls_before + 1
    planned = system.connection(due.user_id)
    assert planned["polled_at"] > due.read_before
    assert planned["due_at"] > times.iso(datetime.now(UTC))


def test_a_listener_can_request_a_sync(system: System, settled: SettledListener) -> None:
    """It runs. A second request right after it is refused, and the response says when to ask again."""
    browser = settled.browser
    first = system.latest_sync(browser)
    status, body, _ = browser.send("/me/syncs")
    assert status == 202
    assert body["syncs"][0]["status"] in ("starting", "running"), "the sync may begin before the response is written"
    status, body, headers = browser.send("/me/syncs")
    assert (status, body["error"]["code"]) == (429, "too_many_requests")
    assert 0 < int(headers["Retry-After"]) <= 60
    system.sync_after(browser, first)
    assert system.latest_sync(browser)["status"] == "succeeded"
