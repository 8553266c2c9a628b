"""The emulator is killed in the middle of a first sync, as by a power cut, and the stack recovers."""

import os
import signal
import time
from typing import Any

from local.browser import Browser
from tests.e2e.system import PATIENCE_SECONDS, System


def latest_sync(browser: Browser) -> Any:
    return browser.read("/me")["latest_sync"]


def records_of(sync: Any) -> int:
    return sum(state["records"] for state in sync["data_types"].values()) if sync else 0


def test_a_first_sync_goes_on_after_the_emulator_was_killed(system: System) -> None:
    """
    All collected records are there at the next start, without another deployment. The same sync resumes when the
    listener requests a sync, and stores everything exactly once.
    """
    emulator = system.stack.emulator
    deployed, pid = emulator.deployed, emulator.program.pid
    browser, user_id = system.connect("vic")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while records_of(sync := latest_sync(browser)) < 100:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    before = {item["user#type"]["S"] + item["fetched_at"]["S"] for item in system.history(user_id)}
    assert sync["finished_at"] is None
    assert pid
    os.kill(pid, signal.SIGKILL)
    while emulator.program.pid:
        time.sleep(0.01)

    emulator.start()
    assert emulator.deployed == deployed
    assert before <= {item["user#type"]["S"] + item["fetched_at"]["S"] for item in system.history(user_id)}
    status, _, _ = browser.send("/me/syncs")
    assert status == 202
    ended = system.latest_sync(browser)
    assert (ended["status"], ended["sync_id"]) == ("succeeded", sync["sync_id"])
    assert system.differences(user_id, system.truth("vic")) == []
