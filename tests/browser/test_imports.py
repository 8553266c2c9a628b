"""A listener brings their past in Chromium: a file that is picked or dropped, its report, questions, taking it back."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_RCVBUF, SOL_SOCKET
from threading import Event, Thread
from typing import Any

import pytest
from playwright.sync_api import JSHandle, Page, expect

from blendify.access import sessions, users
from blendify.core import aws
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.importing import uploads
from blendify.importing.uploads import UploadForm
from blendify.lambdas import imports as steps
from blendify.leaving import erasure
from tests.browser.conftest import Visitor
from tests.unit.import_stories import BUCKET, plays
from tests.unit.importing.test_spotify_account import SONG
from tests.unit.importing.test_spotify_extended import OLD, ROW
from tests.unit.insights_stories import Messages
from tests.unit.step_functions import StepFunctions

pytestmark = pytest.mark.browser

ROWS = [ROW | {"ts": f"2015-03-{day:02}T19:12:07Z"} for day in range(1, 29)] + [ROW | {"ts": None}]


LARGE = 16_000_000
"""Bytes that are more than two sockets hold."""


class _Bucket(BaseHTTPRequestHandler):
    """S3 as far as a form needs it: it stores `file` under `key`, and lets other sites' scripts ask."""

    open = Event()
    """As long as it is not set, a file does not get beyond its first part."""

    def do_POST(self) -> None:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        length = int(self.headers["Content-Length"])
        first = self.rfile.read(min(length, LARGE // 4))
        self.open.wait(20)
        parts: Any = message_from_bytes(head + first + self.rfile.read(length - len(first))).get_payload()
        fields = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
        aws.client("s3").put_object(Bucket=BUCKET, Key=fields["key"].decode(), Body=fields["file"])
        self._permit(201)

    def do_OPTIONS(self) -> None:
        self._permit(200)

    def _permit(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "POST")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 -- so the standard library calls it
        """Nothing."""


@contextmanager
def _running_bucket() -> Iterator[str]:
    _Bucket.open.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bucket) as server:
        server.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 65_536)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def ana(window: Visitor, machines: StepFunctions, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A listener with a connected account, who is logged in; uploads arrive in the bucket."""
    user_id = users.find_or_create_user("spotify", "ana")
    own = {"provider": "spotify", "account_id": "ana", "application": "default"}
    state_table().put(keys.user(user_id), keys.own_account("spotify", "ana"), own)
    signed = uploads.form
    with _running_bucket() as address:
        monkeypatch.setattr(uploads, "form", lambda *given: UploadForm(address, signed(*given).fields))
        session = sessions.begin(user_id)
        window.page.context.add_cookies([{"name": "session", "value": session, "url": window.address}])
        yield user_id


def pick(page: Page, name: str, content: str) -> None:
    """Upload a file by the form, until its page is there."""
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "", "buffer": content.encode()})
    page.get_by_role("button", name="Upload and import").click()
    expect(page.get_by_role("status").filter(has_text="Being read")).to_be_visible()


def held(page: Page, files: dict[str, str]) -> JSHandle:
    """What a mouse holds that drags these files."""
    script = """(files) => {
        const data = new DataTransfer();
        for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name));
        return data;
    }"""
    return page.evaluate_handle(script, files)


def read(machines: StepFunctions) -> None:
    """The state machine's work on what was begun last."""
    steps.read(machines.executions[-1].input, lambda: 900.0)


def test_a_file_is_dropped_read_and_taken_back(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """With a report that comes by itself."""
    page = window.open("/imports")
    expect(page.get_by_role("heading", name="Bring your past")).to_be_visible()
    window.look("imports")
    page.get_by_text("How to get your file").click()
    window.look("imports-guides")
    dropped = held(page, {"Streaming_History_Audio_2015.json": json.dumps(ROWS)})
    page.dispatch_event("#upload-form", "dragover", {"dataTransfer": dropped})
    window.photograph("imports-over")
    page.dispatch_event("#upload-form", "drop", {"dataTransfer": dropped})
    expect(page.get_by_role("status").filter(has_text="Being read")).to_be_visible()
    window.look("import-reading")
    read(machines)
    expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible(timeout=20_000)
    assert len(plays(ana)) == len(ROWS) - 1
    window.look("import-report")
    page.get_by_role("button", name="Take this import back").click()
    expect(page.get_by_role("status").filter(has_text="Being taken back")).to_be_visible()
    window.look("import-taking-back")
    erasure.erase(machines.executions[-1].input["erasure_id"], lambda: 900.0, waited=True)
    expect(page.get_by_role("status").filter(has_text=re.compile("^Taken back"))).to_be_visible(timeout=20_000)
    assert plays(ana) == []
    window.look("import-taken-back")
    page.get_by_role("link", name="All imports").click()
    expect(page.get_by_role("heading", name="Your imports")).to_be_visible()
    window.look("imports-list")


def test_an_upload_shows_how_far_it_is(window: Visitor, ana: str) -> None:
    """In percent, and as a bar, while it goes on."""
    page = window.open("/imports")
    _Bucket.open.clear()
    page.get_by_label("File").set_input_files({"name": "a.json", "mimeType": "", "buffer": b"[" + b" " * LARGE + b"]"})
    page.get_by_role("button", name="Upload and import").click()
    expect(page.locator("#upload-files .outcome")).to_have_text(re.compile(r"^[1-9]\d? %$"))
    expect(page.locator("#upload-files .why")).to_have_text("of 16.0 MB")
    assert 0 < page.get_by_role("progressbar", name="a.json").evaluate("bar => bar.value") < 1
    window.look("imports-uploading")
    _Bucket.open.set()
    expect(page.get_by_role("status").filter(has_text="Being read")).to_be_visible()


def test_several_files_are_brought_one_after_another(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """Each is an import with a report, and one that is refused stops no other."""
    page = window.open("/imports")
    rows = json.dumps(ROWS)
    dropped = held(page, {"first.json": rows, "notes.txt": "milk and bread\n", "again.json": rows})
    page.dispatch_event("#upload-form", "drop", {"dataTransfer": dropped})
    lines = page.locator("#upload-files li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("Being read")
    expect(lines.nth(1)).to_contain_text("Waits")
    window.look("imports-several")
    for number, words in enumerate(("28 stored, 0 known", "Not imported", "0 stored, 28 known")):
        expect(lines.nth(number)).to_contain_text("Being read")
        read(machines)
        expect(lines.nth(number)).to_contain_text(words)
    expect(page.get_by_text("All files are uploaded.")).to_be_visible()
    assert len({each.input["import_id"] for each in machines.executions}) == 3
    assert len(plays(ana)) == len(ROWS) - 1
    window.look("imports-several-read")
    report = lines.nth(1).get_by_role("link").get_attribute("href")
    window.open(str(report).removeprefix("."))
    expect(page.get_by_role("status").filter(has_text="Not imported")).to_be_visible()


def test_the_wrong_package_is_explained(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """What is in it is stored, and what to ask the service for is said, step by step."""
    pick(window.open("/imports"), "StreamingHistory0.json", json.dumps([SONG]))
    read(machines)
    page = window.page
    expect(page.locator("ol.steps li").filter(has_text="Extended streaming history")).to_be_visible(timeout=20_000)
    window.look("import-wrong-package")


def test_a_table_is_asked_for_its_columns(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """They are suggested; after the answer it goes on."""
    pick(window.open("/imports"), "mine.csv", "date,title,band\n2014-05-06T07:08:09Z,Harbour,The Four\n")
    read(machines)
    page = window.page
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=20_000)
    window.look("import-columns")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status").filter(has_text="Being read")).to_be_visible()
    read(machines)
    expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible(timeout=20_000)
    assert len(plays(ana)) == 1


def test_a_file_of_another_account(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """Nothing of it is stored until the listener says that it is theirs, too."""
    pick(window.open("/imports"), "endsong_0.json", json.dumps([row | OLD for row in ROWS]))
    read(machines)
    page = window.page
    mine = page.get_by_role("button", name="It is my account, too")
    expect(mine).to_be_visible(timeout=20_000)
    assert plays(ana) == []
    window.look("import-another-account")
    mine.click()
    expect(page.get_by_role("status").filter(has_text="Being read")).to_be_visible()
    read(machines)
    expect(page.get_by_role("status").filter(has_text="Complete")).to_be_visible(timeout=20_000)
    assert len(plays(ana)) == len(ROWS) - 1


def test_what_is_nothing_of_the_kind(window: Visitor, ana: str, machines: StepFunctions) -> None:
    """It is refused with a reason."""
    pick(window.open("/imports"), "notes.txt", "milk and bread\n")
    read(machines)
    expect(window.page.get_by_role("status").filter(has_text="Not imported")).to_be_visible(timeout=20_000)
    window.look("import-refused")
