"""The life of a connection at each other provider: login, first sync, change, re-run, failure and erasure."""

from typing import Any

import pytest

from local.providers import PROVIDERS, SPOTIFY, one_line
from operations.browser import Browser
from tests.e2e.system import System
from tests.e2e.test_leaving import erased

OTHERS = [name for name in PROVIDERS if name != SPOTIFY.name]
"""For Spotify each of these steps has tests of its own."""


def rerun(system: System, user_id: str, provider: str, **more: Any) -> tuple[str, str]:
    """A re-run as from the console. Returns the status of its execution, and how many records it appended."""
    before = len(system.records(user_id))
    done = system.run({"user_id": user_id, "provider": provider, **more})
    return str(done["status"]), f"{len(system.records(user_id)) - before} more"


@pytest.mark.parametrize("provider", OTHERS)
def test_a_connection_from_login_to_leaving(system: System, provider: str) -> None:
    """
    The first sync stores the whole account, a re-run appends nothing, and a later one appends what changed. A sync that
    fails removes nothing. No secret is readable anywhere, and the erasure leaves nothing.
    """
    listener, simulator = f"life-of-{provider.replace('_', '-')}", system.simulators[provider]
    browser, user_id = system.connect(listener, provider)
    assert system.latest_sync(browser)["status"] == "succeeded"
    assert system.differences(user_id, system.truth(listener, provider)) == []

    assert rerun(system, user_id, provider) == ("SUCCEEDED", "0 more")
    system.change(listener, "add", "saved_tracks", provider)
    assert rerun(system, user_id, provider)[0] == "SUCCEEDED"
    assert system.differences(user_id, system.truth(listener, provider)) == []

    simulator.control("POST", "faults", {"endpoint": "*", "kind": "html", "listener": listener, "times": 400})
    with system.short_waits():
        assert rerun(system, user_id, provider, data_types=["saved_tracks"], mode="full") == ("FAILED", "0 more")
    simulator.control("DELETE", "faults")
    assert rerun(system, user_id, provider, data_types=["saved_tracks"], mode="full") == ("SUCCEEDED", "0 more")

    no_secret_is_left(system, browser, provider)
    leave(system, browser, user_id)


def no_secret_is_left(system: System, browser: Browser, provider: str) -> None:
    """No secret of the provider and no cookie is readable in a log line, an execution history or an item."""
    simulator = system.simulators[provider]
    issued = simulator.control("GET", "secrets")["secrets"]
    ours = one_line(list(simulator.provider.credentials.values())[-1])
    places = {
        "logs": system.logs(),
        "execution histories": system.histories(),
        "accounts table": repr(system.items("accounts_table")),
        "history table": repr(system.items("history_table")),
    }
    secrets = [*issued, *browser.cookies(), ours]
    assert len(secrets) >= 4
    assert [(place, secret[:6]) for place, text in places.items() for secret in secrets if secret in text] == []


def leave(system: System, browser: Browser, user_id: str) -> None:
    """Erase the account, and wait until no item contains the user id."""
    with system.short_waits():
        status, receipt, _ = browser.send("/me", method="DELETE")
        assert status == 202
        erased(system, str(receipt["erasure_id"]))
    left = [item for table in ("accounts_table", "history_table") for item in system.items(table)]
    assert [item for item in left if user_id in repr(item)] == []
