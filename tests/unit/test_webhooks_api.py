"""A listener makes, sees, tests and deletes webhooks, by the API and on the account page."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from blendify.access import sessions
from blendify.webhooks import signature, subscriptions
from tests.unit.http_events import Browser
from tests.unit.webhook_queues import WebhookQueues
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

API = "api.webhooks"


def listener(world: World) -> tuple[str, Browser]:
    user_id = world.connect()
    return user_id, Browser({"session": sessions.begin(user_id)})


def made(browser: Browser, url: str) -> dict[str, Any]:
    response = browser.ask("POST", API, "/me/webhooks", body=json.dumps({"url": url}))
    assert response.status == 201, response.body
    return dict(response.json)


def test_the_account_page_makes_tests_and_deletes(world: World, webhook_queues: WebhookQueues) -> None:
    """By forms, without script."""
    user_id, browser = listener(world)
    page = browser.ask("POST", API, "/account/webhooks", body=urlencode({"url": "https://example.org/hook"}))
    assert page.status == 200
    assert "whsec_" in page.body
    (webhook,) = subscriptions.every(user_id)
    for act, left in (("test", 1), ("delete", 0)):
        fields = urlencode({"webhook_id": webhook.webhook_id, "act": act})
        assert browser.ask("POST", API, "/account/webhooks", body=fields).status == 303
        assert len(subscriptions.every(user_id)) == left
    assert len(webhook_queues.take("deliveries")) == 1
    assert browser.ask("POST", API, "/account/webhooks", body="url=ftp%3A%2F%2Fx").status == 400


def test_a_listener_has_five_at_most(world: World) -> None:
    """409; each has its own secret."""
    _, browser = listener(world)
    secrets = {made(browser, f"https://example.org/{number}")["secret"] for number in range(5)}
    assert len(secrets) == 5
    assert browser.ask("POST", API, "/me/webhooks", body='{"url": "https://example.org/6"}').status == 409


@pytest.mark.parametrize(
    "body", ["", "[]", '{"url": 1}', '{"url": "http://example.org"}', '{"url": "https://10.0.0.1"}']
)
def test_what_cannot_be_told_is_refused(world: World, body: str) -> None:
    """400, and nothing is stored; nobody but the listener's own session makes one."""
    user_id, browser = listener(world)
    assert browser.ask("POST", API, "/me/webhooks", body=body).status == 400
    assert subscriptions.every(user_id) == []
    assert Browser().ask("POST", API, "/me/webhooks", body='{"url": "https://example.org"}').status == 401
    cross = {"sec_fetch_site": "cross-site"}
    assert browser.ask("POST", API, "/me/webhooks", cross, '{"url": "https://example.org"}').status == 403


def test_a_secret_opens_for_its_own_webhook_alone(world: World) -> None:
    """KMS refuses it with another's name."""
    sealed = signature.seal("whsec_x", "u1", "w1")
    assert signature.unseal(sealed, "u1", "w1") == "whsec_x"
    with pytest.raises(Exception, match="InvalidCiphertext"):
        signature.unseal(sealed, "u2", "w1")
