"""Somebody without an account brings an application of their own, and everything is read through it."""

from operations.browser import Browser
from tests.e2e.system import System

CLIENT_ID, CLIENT_SECRET = "simulated-client", "simulated-secret"
"""What the simulator knows."""


def test_a_stranger_connects_with_their_own_application(system: System) -> None:
    """Through the real pages, roles and key; its secret is stored sealed alone, and removing it disconnects."""
    browser = Browser(system.outputs["api_url"])
    browser.bring("spotify", "with-their-own", CLIENT_ID, CLIENT_SECRET)
    sync = system.latest_sync(browser)
    assert sync["status"] == "succeeded"
    user_id = str(browser.read("/me")["user_id"])
    brought = browser.read("/me/applications/spotify")
    assert (brought["client_id"], brought["connected"]) == (CLIENT_ID, True)
    connection = system.connection(user_id)
    assert connection["application"].startswith("own")
    own = [item for item in system.items("accounts_table") if item["pk"]["S"] == f"user#{user_id}"]
    assert [item for item in own if item["sk"]["S"].startswith("application#")]
    assert CLIENT_SECRET not in str(own) + system.histories() + system.logs()
    assert browser.send("/me/applications/spotify", method="DELETE")[0] == 204
    assert browser.read("/me")["connections"] == []
