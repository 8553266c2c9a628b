"""A listener brings their past by the page, from a form without script to a receipt, with the roles enforced."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.browser import Browser
from operations.spotify_export import ExportedPlay, write
from tests.e2e.system import System, wait_for
from tests.unit.webhook_receiver import Receiver, receiver

LISTENER = "with-a-past"
ROWS = 12


def _file() -> bytes:
    """An evening in 2014."""
    began, file = datetime(2014, 3, 1, 20, tzinfo=UTC), io.BytesIO()
    plays = (
        ExportedPlay(
            began + number * timedelta(minutes=4), 200_000, f"{number:022}", f"Song {number}", "The Four", "Notes"
        )
        for number in range(ROWS)
    )
    assert write(file, plays) == ROWS
    return file.getvalue()


def _ended(browser: Browser, page: str) -> dict[str, Any]:
    def report() -> dict[str, Any] | None:
        current: Any = browser.read(f"/me{page}")
        return current if current["status"] != "reading" else None

    return wait_for("the import ends", report)


def _plays_of_2014(browser: Browser) -> list[Any]:
    listed: Any = browser.read("/me/music/recently_played?limit=50")
    return [play for play in listed["items"] if play["played_at"] < "2015"]


@pytest.fixture
def program() -> Iterator[Receiver]:
    """A program of the listener's, which is told of changes."""
    with receiver() as made:
        yield made


def _told(program: Receiver, import_id: str) -> list[dict[str, Any]]:
    """The changes in the events of an import."""
    events = [json.loads(body)["data"] for _, body in program.requests]
    return [change for event in events if event["why"]["import_id"] == import_id for change in event["changes"]]


def test_a_file_is_brought_and_taken_back(system: System, program: Receiver) -> None:
    """Its plays are among the listener's plays, once however often it comes; then they are gone, with a receipt."""
    browser, user_id = system.connect(LISTENER)
    system.latest_sync(browser)
    assert browser.send("/me/webhooks", {"url": program.url})[0] == 201
    collected = len(system.records(user_id))
    first = browser.upload("/imports", "my_spotify_data.zip", _file())
    report = _ended(browser, first)
    assert (report["status"], report["read"], report["stored"], report["known"]) == ("succeeded", ROWS, ROWS, 0)
    assert [each["format"] for each in report["files"]] == ["spotify_extended"]
    assert len(_plays_of_2014(browser)) == ROWS
    (change,) = wait_for("the program is told", lambda: _told(program, report["import_id"]))
    assert (change["data_type"], change["imported"], change["removed"]) == ("recently_played", ROWS, False)
    again = _ended(browser, browser.upload("/imports", "once_more.zip", _file()))
    assert (again["status"], again["stored"], again["known"]) == ("succeeded", 0, ROWS)
    s3 = system.stack.emulator.client("s3")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if "upload" in bucket["Name"].lower()]
    assert [s3.list_objects_v2(Bucket=name).get("Contents", []) for name in buckets] == [[]]
    assert len(system.records(user_id)) == collected + ROWS

    with system.short_waits():
        status, taken, _ = browser.send(f"/me{first}", method="DELETE")
        assert status == 202, taken

        def erased() -> Any:
            receipt: Any = Browser(system.outputs["api_url"]).read(f"/erasures/{taken['erasure_id']}")
            return receipt if receipt["status"] == "erased" else None

        receipt = wait_for("the import is taken back", erased)
    assert receipt["deleted"]["facts"] == ROWS
    shown: Any = browser.read(f"/me{first}")
    assert (shown["status"], shown["stored"]) == ("taken_back", 0)
    wait_for("the program is told", lambda: [each for each in _told(program, report["import_id"]) if each["removed"]])
    assert _plays_of_2014(browser) == []
    assert len(system.records(user_id)) == collected
