"""A function that was not told what it needs says so when it starts, by name."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from blendify.core.settings import SettingMissing, Settings
from local.paths import ROOT

COMPLETE = {
    "HISTORY_TABLE": "history",
    "ACCOUNTS_TABLE": "accounts",
    "TOKENS_KEY": "alias/tokens",
    "APPLICATIONS": "blendify/applications",
    "PUBLIC_URL": "http://127.0.0.1:4566/v1/",
    "TOP_LIST_DEPTH": "120",
    "FULL_SWEEP_DAYS": "3.5",
}
NEEDED = sorted(set(COMPLETE) - {"PUBLIC_URL"})


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("emptied", [False, True], ids=["absent", "empty"])
def test_a_missing_variable_is_named(name: str, emptied: bool) -> None:
    """Absent or empty, the error says which variable it is."""
    environment = {**COMPLETE, name: ""} if emptied else {key: COMPLETE[key] for key in COMPLETE if key != name}
    with pytest.raises(SettingMissing, match=name):
        Settings.of(environment)


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        ("collectors.top_tracks", "HISTORY_TABLE"),
        ("sync.begin", "ACCOUNTS_TABLE"),
        ("auth.callback", "SYNC_STATE_MACHINE"),
        ("api.syncs", "SYNC_STATE_MACHINE"),
        ("sync.dispatch", "SYNC_STATE_MACHINE"),
        ("sync.finish", "RESYNC_HOURS"),
    ],
)
def test_a_handler_without_a_variable_does_not_start(handler: str, name: str) -> None:
    """The import fails, so that a wrong deployment shows at the first cold start and not in the middle of a sync."""
    environment = {key: value for key, value in os.environ.items() if key != name}
    environment["PYTHONPATH"] = os.pathsep.join(str(ROOT / part) for part in ("functions", "layers/blendify"))
    ended = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-c", f"import {handler}"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert f"environment variable {name} is not set" in ended.stderr.splitlines()[-1]


def test_the_public_url_may_be_empty_and_is_then_https() -> None:
    """Without a public URL listeners come through API Gateway's own address, which is https."""
    told = Settings.of({key: value for key, value in COMPLETE.items() if key != "PUBLIC_URL"})
    assert (told.public_url, told.https) == ("", True)


@pytest.mark.parametrize(("url", "https"), [("http://127.0.0.1:4566/v1/", False), ("https://music.example/", True)])
def test_cookies_know_whether_listeners_come_over_https(url: str, https: bool) -> None:
    """The scheme of the public URL decides, and a slash at its end is not doubled later."""
    told = Settings.of({**COMPLETE, "PUBLIC_URL": url})
    assert told.https is https
    assert not told.public_url.endswith("/")


def test_numbers_are_numbers() -> None:
    """The depth of top lists is counted with, the days until a full sweep are calculated with."""
    told = Settings.of(COMPLETE)
    assert (told.top_list_depth, told.full_sweep_every) == (120, timedelta(days=3.5))
