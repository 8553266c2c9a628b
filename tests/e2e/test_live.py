"""`make live` against the deployed system, with the simulator in the provider's place."""

from datetime import UTC, datetime

import pytest

from operations.live import Live
from tests.e2e.system import System


def test_the_live_check_finds_everything_stored(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """It sees the login, waits for the sync, opens the stored token, and reads everything once more."""
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    system.connect("live listener")
    assert Live(system.stack, "spotify", system.outputs).check(since)
    printed = capsys.readouterr().out
    assert "saved_tracks" in printed
    assert "never met" not in printed
