"""What callers and providers can send that no table, spreadsheet or browser takes."""

import csv
import io
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections, sessions
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.export.spreadsheets import Spreadsheet, cell
from blendify.reading.cursors import question_id
from blendify.reading.question import MAX_LIST_ID_BYTES, Question
from blendify.reading.records import record
from blendify.schedule.sync_requests import FULL_SECONDS, SECONDS, admit
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER, consent, finish_login, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

MUSIC = "api.music"


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser({"session": sessions.begin(world.connect())})


@pytest.mark.parametrize("sync_id", ["x" * 65, "x" * 3_000, "ä" * 600])
def test_an_id_longer_than_a_key_is_not_there(browser: Browser, sync_id: str) -> None:
    """404 without a look into the table, which refuses such keys."""
    assert browser.get(LISTENER, f"/me/syncs/{sync_id}").status == 404


@pytest.mark.parametrize(
    ("playlist_id", "status"),
    [("x" * MAX_LIST_ID_BYTES, 200), ("x" * (MAX_LIST_ID_BYTES + 1), 400), ("%C3%A4" * 451, 400), ("x" * 2_048, 400)],
)
def test_a_playlist_id_fits_a_key(browser: Browser, playlist_id: str, status: int) -> None:
    """Bytes count, not characters."""
    assert browser.get(MUSIC, f"/me/music/playlist_tracks?playlist_id={playlist_id}").status == status


@pytest.mark.parametrize(
    ("data_type", "view", "parts"),
    [
        (DataType.RECENTLY_PLAYED, "current", ["2026", "k" * 1_200]),
        (DataType.SAVED_TRACKS, "distinct", ["ä" * 600, 0]),
        (DataType.PLAYLIST_TRACKS, "current", ["spotify", "p" * 1_000, 0, "", ""]),
    ],
)
def test_a_forged_cursor_fits_a_key(browser: Browser, data_type: DataType, view: str, parts: list[Any]) -> None:
    """400, as for every other cursor that is not ours."""
    text = json.dumps([question_id(Question(data_type, view=view)), *parts], ensure_ascii=False)
    cursor = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    answer = browser.get(MUSIC, f"/me/music/{data_type}?view={view}&cursor={cursor}")
    assert (answer.status, "next_cursor" in answer.json["error"]["message"]) == (400, True)


def test_a_display_name_without_end_is_cut(world: World) -> None:
    """An item takes 400 KB: the login succeeds all the same."""
    browser = Browser()
    back = consent(start_login(browser))
    world.fault("GET /v1/me", status=200, body={"id": "ana", "display_name": "a" * 500_000})
    assert finish_login(browser, back).status == 303
    user_id = user_of(browser)
    assert len(connections.connection(user_id, "spotify").display_name) == connections.MAX_NAME_CHARACTERS


def test_an_account_id_without_end_connects_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key can hold it: a page, and not a failure of ours."""
    browser = Browser()
    back = consent(start_login(browser))
    world.fault("GET /v1/me", status=200, body={"id": "x" * 3_000, "display_name": "x"})
    answer = finish_login(browser, back)
    assert (answer.status, "is not responding as it should" in answer.body) == (503, True)


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Song;=cmd|'/c calc'!A1", "Song;'=cmd|'/c calc'!A1"),
        ("Song; \t=1", "Song;' \t'=1"),
        ("x\t=1", "x\t'=1"),
        ("x\n@SUM(A1)", "x\n'@SUM(A1)"),
        ("\xa0=1", "'\xa0=1"),
        ("\u200b+1", "'\u200b+1"),
        ('"=1"', '\'"=1"'),
        ("a;b;-1", "a;b;'-1"),
        ("=1;=2", "'=1;'=2"),
        ("＝1", "'＝1"),
        ("\tx", "'\tx"),
        ("Love; Hate", "Love; Hate"),
        ("1 - 2 = 3", "1 - 2 = 3"),
        ("a@b.c", "a@b.c"),
        ("", ""),
    ],
)
def test_no_part_of_a_cell_begins_like_a_formula(title: str, written: str) -> None:
    """Some programs split lines at semicolons or tabs, whatever is quoted."""
    assert cell(title) == written


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_that_is_split_elsewhere_has_no_formula(delimiter: str) -> None:
    """Read with each delimiter as the programs do it: no cell begins like a formula."""

    class File:
        text, records = "", 0

        def write(self, data: bytes) -> None:
            self.text += data.decode()

    table: Any = File()
    with Spreadsheet(["a", "b"]) as sheet:
        for mean in ("x;=1", "x\t=1", "=1", "x;\t@1", 'x;"=1"', "x;\xa0-1", "x\r\n=1"):
            sheet.add({"a": mean, "b": mean})
        sheet.write(table)
    rows = csv.reader(io.StringIO(table.text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    formulas = [part for row in rows for part in row if part.lstrip(' \xa0\t\r\n"').startswith(("=", "+", "-", "@"))]
    assert formulas == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", 7, ""])
def test_addresses_of_pictures_are_addresses_of_the_web(address: Any) -> None:
    """Apps put them into pages."""

    class Fact:
        fetched_at = "2026-11-22T17:44:30.000Z#x"
        attribute_values = {"album_art_url": address, "track_name": "javascript:x"}  # noqa: RUF012

    fact: Any = Fact()
    shown = record(fact, DataType.SAVED_TRACKS)
    assert (shown["album_art_url"], shown["track_name"]) == (None, "javascript:x")


def test_a_full_sync_is_not_for_each_minute(world: World, stopped_clock: list[Any]) -> None:
    """It takes a whole library's calls. What else a listener asks for is not held up by it."""
    user_id = world.connect()
    assert admit(user_id, full=True) == 0
    stopped_clock[0] += timedelta(seconds=SECONDS)
    assert admit(user_id, full=True) == FULL_SECONDS - SECONDS
    assert admit(user_id) == 0
    stopped_clock[0] += timedelta(seconds=FULL_SECONDS - SECONDS - 1)
    assert admit(user_id, full=True) == 1
    stopped_clock[0] += timedelta(seconds=1)
    assert admit(user_id, full=True) == 0
    assert admit(user_id) == SECONDS
    assert times.now() == stopped_clock[0]


def test_a_full_sync_says_when_the_next_one_can_be_asked_for(browser: Browser, machines: StepFunctions) -> None:
    """429 with the seconds, as a header too."""
    body = json.dumps({"mode": "full"})
    assert browser.ask("POST", "api.syncs", "/me/syncs", None, body).status == 202
    refused = browser.ask("POST", "api.syncs", "/me/syncs", None, body)
    assert refused.status == 429
    assert "a full sync every 5 minutes" in refused.json["error"]["message"]
    assert SECONDS < int(refused.headers["retry-after"]) <= FULL_SECONDS
