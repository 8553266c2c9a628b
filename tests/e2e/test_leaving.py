"""A listener disconnects and returns as the same user, then has everything erased, and nothing is left."""

from typing import Any

import requests

from operations.browser import Browser
from tests.e2e.system import SettledListener, System, wait_for

LISTENER = "zebulon"
"""A name that occurs nowhere else."""


def erased(system: System, erasure_id: str) -> dict[str, Any]:
    """The receipt once everything is erased, read without a session."""
    stranger = Browser(system.outputs["api_url"])

    def ended() -> dict[str, Any] | None:
        receipt = stranger.read(f"/erasures/{erasure_id}")
        return receipt if receipt["status"] == "erased" else None

    return wait_for("the erasure ends", ended)


def test_a_listener_leaves_and_nothing_is_left(system: System, settled: SettledListener) -> None:
    """The real routes, roles and eraser remove one listener. Another listener's data stays."""
    browser, user_id = system.connect(LISTENER)
    first = system.latest_sync(browser)
    assert first["status"] == "succeeded"
    facts = len(system.history(user_id))

    status, made, _ = browser.send("/me/tokens", {"name": "my app"})
    assert status == 201
    as_app = {"Authorization": f"Bearer {made['token']}"}
    me = system.outputs["api_url"] + "/me"
    assert requests.get(me, headers=as_app, timeout=30).json()["user_id"] == user_id
    assert requests.delete(me, headers=as_app, timeout=30).status_code == 403

    assert browser.send("/me/connections/spotify", method="DELETE")[0] == 204
    assert browser.read("/me")["connections"] == []
    assert len(system.history(user_id)) == facts
    again, same = system.connect(LISTENER)
    assert same == user_id
    # The sync before the reconnection may still be the newest.
    system.sync_after(again, first)
    second = system.latest_sync(again)
    assert (second["status"], second["data_types"]["saved_tracks"]["appended"]) == ("succeeded", 0)

    before = {str(item) for item in system.history(settled.user_id)}
    with system.short_waits():
        status, response, headers = again.send("/me", method="DELETE")
        assert status == 202
        assert "Max-Age=0" in headers["Set-Cookie"]
        receipt = erased(system, response["erasure_id"])
    assert receipt["deleted"]["facts"] == facts
    everything = [*system.items("accounts_table"), *system.items("history_table")]
    assert [item for item in everything if user_id in str(item) or LISTENER in str(item)] == []
    assert {str(item) for item in system.history(settled.user_id)} == before
    gone = requests.get(me, headers=as_app, timeout=30)
    never = requests.get(me, headers={"Authorization": "Bearer blendify_of-nobody"}, timeout=30)
    assert (gone.status_code, gone.text) == (401, never.text)

    newcomer, new = system.connect(LISTENER)
    assert new != user_id
    system.latest_sync(newcomer)
