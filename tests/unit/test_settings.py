"""A function that lacks a setting names the missing variable when it starts."""

from datetime import timedelta
from typing import Any

import pytest

from blendify.core.settings import SettingMissing, Settings, exports_bucket, state_machine
from blendify.lambdas.steps import Handler
from blendify.schedule.cadence import cadence
from export import build
from sync import dispatch, finish
from tests.unit.http_events import Context

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
    """The error names the variable, whether it is absent or empty."""
    environment = {**COMPLETE, name: ""} if emptied else {key: COMPLETE[key] for key in COMPLETE if key != name}
    with pytest.raises(SettingMissing, match=name):
        Settings.of(environment)


@pytest.mark.parametrize(
    ("handler", "setting"),
    [
        (dispatch.handler, state_machine),
        (build.handler, exports_bucket),
        (finish.handler, cadence),
    ],
)
def test_a_missing_variable_stops_a_step_before_it_changes_anything(
    monkeypatch: pytest.MonkeyPatch, handler: Handler, setting: Any
) -> None:
    """A wrong deployment fails at the first event, and not in the middle of a sync. This test has no AWS."""
    monkeypatch.setattr("os.environ", {})
    job = {"user_id": "u1", "provider": "spotify", "sync_id": "s1", "fetched_at": "2026-11-22T17:44:30.123Z"}
    setting.cache_clear()
    with pytest.raises(SettingMissing):
        handler({"job": job, "round": 1, "results": []}, Context())  # type: ignore[arg-type]


def test_the_public_url_may_be_empty_and_is_then_https() -> None:
    """Without a public URL listeners come through API Gateway's own address, which is https."""
    settings = Settings.of({key: value for key, value in COMPLETE.items() if key != "PUBLIC_URL"})
    assert (settings.public_url, settings.https) == ("", True)


@pytest.mark.parametrize(("url", "https"), [("http://127.0.0.1:4566/v1/", False), ("https://music.example/", True)])
def test_cookies_know_whether_listeners_come_over_https(url: str, https: bool) -> None:
    """The scheme of the public URL decides, and a slash at its end is not doubled later."""
    settings = Settings.of({**COMPLETE, "PUBLIC_URL": url})
    assert settings.https is https
    assert not settings.public_url.endswith("/")


def test_numbers_are_numbers() -> None:
    """The depth of top lists is counted with, the days until a full sweep are calculated with."""
    settings = Settings.of(COMPLETE)
    assert (settings.top_list_depth, settings.full_sweep_every) == (120, timedelta(days=3.5))
