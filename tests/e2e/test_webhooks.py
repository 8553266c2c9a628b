"""A program on this machine is told of changes as they are recorded, by the deployed queues and functions."""

import json
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier

from tests.e2e.system import System, wait_for
from tests.unit.webhook_receiver import receiver


def test_a_program_is_told_of_what_a_sync_recorded(system: System) -> None:
    """From the table's stream to a signed request; a program that fails is tried again, and is told the same."""
    browser, _ = system.connect("with-a-webhook")
    first = system.latest_sync(browser)
    with receiver() as program:
        program.status = 500
        status, webhook, _ = browser.send("/me/webhooks", {"url": program.url})
        assert status == 201, webhook
        system.change("with-a-webhook", "remove", "saved_tracks", position=1)
        assert browser.send("/me/syncs", {"data_types": ["saved_tracks"]})[0] == 202
        system.sync_after(browser, first)
        wait_for("an event comes", lambda: program.requests)
        program.status = 204
        wait_for("it comes again", lambda: len(program.requests) > 1)
        attempts = list(program.requests)
        shown: Any = wait_for("the webhook is well", lambda: _delivered(browser.read("/me/webhooks")))
    assert len({headers["webhook-id"] for headers, _ in attempts}) == 1
    headers, body = attempts[-1]
    event = Verifier(webhook["secret"]).verify(body, headers)
    (change,) = event["data"]["changes"]
    assert (change["data_type"], change["removed"]) == ("saved_tracks", True)
    assert event["data"]["why"]["sync_id"] == system.latest_sync(browser)["sync_id"]
    moment = event["data"]["started_at"]
    listed: Any = browser.read(f"/me/changes?since={moment}&until={moment}")
    assert [item["entry_id"] for item in listed["items"]] == [change["entry_id"]]
    assert "secret" not in json.dumps(shown)


def _delivered(answer: dict[str, Any]) -> Any:
    (webhook,) = answer["items"]
    return {key: value for key, value in webhook.items() if key != "url"} if webhook["delivered_at"] else None
