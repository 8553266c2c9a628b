"""The emulator is killed in the middle of a first sync, as by a power cut, and the stack recovers."""

import os
import signal
from typing import Any

from operations.browser import Browser
from tests.e2e.system import System, wait_for

LISTENER = "kim"


def half_collected(browser: Browser) -> Any:
    """The latest sync once it has collected a hundred records."""
    sync: Any = browser.read("/me")["latest_sync"]
    records = sum(state["records"] for state in sync["data_types"].values()) if sync else 0
    return sync if records >= 100 else None


def test_a_first_sync_goes_on_after_the_emulator_was_killed(system: System) -> None:
    """
    All collected records are there at the next start, without another deployment. The same sync resumes when the
    listener requests a sync, and stores everything exactly once. The provider does not respond to calls for the second
    page of saved tracks, so the sync cannot end before the kill.
    """
    emulator = system.stack.emulator
    deployed, pid = emulator.deployed, emulator.program.pid
    stall = {"endpoint": "GET /v1/me/tracks", "skip": 1, "kind": "stall", "seconds": 60, "listener": LISTENER}
    system.simulator.control("POST", "faults", stall)
    browser, user_id = system.connect(LISTENER)
    sync = wait_for("the sync has collected something", lambda: half_collected(browser))
    before = {item["user#type"]["S"] + item["fetched_at"]["S"] for item in system.history(user_id)}
    assert sync["finished_at"] is None
    assert pid
    # The group has the functions' processes as well.
    os.killpg(pid, signal.SIGKILL)
    wait_for("the emulator ends", lambda: emulator.program.pid is None)
    system.simulator.control("DELETE", "faults")

    emulator.start()
    assert emulator.deployed == deployed
    assert before <= {item["user#type"]["S"] + item["fetched_at"]["S"] for item in system.history(user_id)}
    status, _, _ = browser.send("/me/syncs")
    assert status == 202
    ended = system.latest_sync(browser)
    assert (ended["status"], ended["sync_id"]) == ("succeeded", sync["sync_id"])
    assert system.differences(user_id, system.truth(LISTENER)) == []
