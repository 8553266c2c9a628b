"""/me/imports and the pages below /imports: where to upload, who may, and what starts when."""

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from blendify.access import bearer_tokens, users
from blendify.core import aws
from blendify.core.settings import erase_state_machine, import_state_machine
from blendify.importing import imports, uploads
from blendify.importing.formats.guides import GUIDES, WRONG_PACKAGE
from blendify.importing.import_item import State
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.import_stories import BUCKET, Line, album, begun, brought, now, uploaded
from tests.unit.insights_stories import Messages
from tests.unit.music_api import browser_of
from tests.unit.step_functions import StepFunctions

pytestmark = pytest.mark.usefixtures("aws_in_memory")
IMPORTS = "api.imports"
HERE = {"Sec-Fetch-Site": "same-origin"}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **HERE}


@pytest.fixture
def ada() -> str:
    return users.find_or_create_user("spotify", "ada")


def send(user_id: str, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
    text = json.dumps(body) if body is not None else None
    return browser_of(user_id).ask(method, IMPORTS, path, {**HERE, **headers}, text)


def upload(user_id: str, import_id: str) -> None:
    aws.client("s3").put_object(Bucket=BUCKET, Key=uploads.key(user_id, import_id), Body=b"[]")


def code(response: HttpResponse) -> tuple[int, str]:
    return response.status, response.json["error"]["code"]


def test_the_form_is_bound_to_its_listener_and_to_a_size(ada: str, machines: StepFunctions) -> None:
    """One key, which names the listener and the import; at most two GB; for two hours."""
    made = send(ada, "POST", "/me/imports")
    assert made.status == 201
    fields = made.json["upload"]["fields"]
    assert fields["key"] == f"uploads/{ada}/{made.json['import_id']}"
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert ["content-length-range", 1, uploads.MOST_BYTES] in policy["conditions"]
    assert {"key": fields["key"]} in policy["conditions"]
    assert made.json["upload"]["most_bytes"] == 2 * 1024**3
    assert (made.json["status"], machines.started) == ("awaiting_upload", [])


def test_an_import_begins_when_its_file_has_come(ada: str, machines: StepFunctions) -> None:
    """Not before, and once however often it is asked for; the execution knows ids alone."""
    import_id = send(ada, "POST", "/me/imports").json["import_id"]
    assert code(send(ada, "POST", f"/me/imports/{import_id}")) == (409, "no_upload")
    upload(ada, import_id)
    for _ in range(2):
        started = send(ada, "POST", f"/me/imports/{import_id}")
        assert (started.status, started.json["status"], started.json["bytes"]) == (202, "reading", 2)
    (execution,) = machines.executions
    assert execution.state_machine == import_state_machine()
    assert execution.input == {"user_id": ada, "import_id": import_id}
    other = send(ada, "POST", "/me/imports").json["import_id"]
    upload(ada, other)
    assert code(send(ada, "POST", f"/me/imports/{other}")) == (409, "another_import")


def test_a_form_without_script_begins_it_by_its_redirect(ada: str, machines: StepFunctions) -> None:
    """The page's form leads back to us; S3 sends the browser there with a GET from its own site."""
    page = browser_of(ada).get(IMPORTS, "/imports")
    assert page.status == 200
    assert "https://uploads.s3.amazonaws.com" in page.headers["content-security-policy"]
    import_id = page.body.split(f"uploads/{ada}/")[1].split('"')[0]
    assert f"/imports/{import_id}/uploaded" in page.body
    assert list(imports.newest(ada)) == []
    upload(ada, import_id)
    prefetched = browser_of(ada).get(IMPORTS, f"/imports/{import_id}/uploaded", Sec_Purpose="prefetch")
    assert (prefetched.status, machines.started) == (503, [])
    for _ in range(2):
        came = browser_of(ada).get(IMPORTS, f"/imports/{import_id}/uploaded?bucket=x&key=y", **ELSEWHERE)
        assert (came.status, came.location) == (303, f"../{import_id}")
    assert [each.input["import_id"] for each in machines.executions] == [import_id]
    assert Browser().get(IMPORTS, f"/imports/{import_id}/uploaded").status == 303


def test_a_report_is_a_page_and_an_answer(ada: str) -> None:
    """What was read, stored, known, skipped and why, the span, and that nothing of it is somebody else's."""
    done = brought(ada, [Line("2014-03-01T08:00:00.000Z"), Line("2014-03-01T08:00:00.000Z", reason="time_missing")])
    report = send(ada, "GET", f"/me/imports/{done.import_id}").json
    assert (report["status"], report["read"], report["stored"], report["known"]) == ("succeeded", 2, 1, 0)
    assert report["skipped"] == [{"reason": "time_missing", "rows": 1, "words": "It has no time."}]
    span = "2014-03-01T07:56:40.000Z"
    assert report["covers"] == [{"service": "spotify", "from": span, "until": span}]
    assert send(ada, "GET", "/me/imports").json == {"items": [report], "next_cursor": None}
    page = browser_of(ada).get(IMPORTS, f"/imports/{done.import_id}").body
    for words in ("Complete", "It has no time.", "Take this import back", "Tiny"):
        assert words in page
    bea = users.find_or_create_user("spotify", "bea")
    assert send(bea, "GET", f"/me/imports/{done.import_id}").status == 404
    assert browser_of(bea).get(IMPORTS, f"/imports/{done.import_id}").status == 404


def test_the_right_package_is_explained_in_steps(ada: str) -> None:
    """A numbered list on the page, and the same in the answer."""
    done = brought(ada, [album("One")], advice=(WRONG_PACKAGE.code, WRONG_PACKAGE.text))
    report = send(ada, "GET", f"/me/imports/{done.import_id}").json
    assert (report["why"], report["steps"]) == (WRONG_PACKAGE.text, list(GUIDES["spotify"].steps))
    page = browser_of(ada).get(IMPORTS, f"/imports/{done.import_id}").body
    assert re.search(r'<ol class="steps"><li>Open spotify.com.*<li>.*Extended streaming history', page)
    assert re.search(r">Saved albums</span><span[^>]*><data[^>]*>1<", page)


@pytest.mark.parametrize("reason", ["interrupted", "upload_gone"])
def test_an_import_that_broke_off_can_be_taken_back(ada: str, machines: StepFunctions, reason: str) -> None:
    """A worker that died may have stored what it did not count."""
    started = begun(ada)
    uploads.remove(ada, started.import_id)
    imports.end(started.broken_off(reason, "It broke off."))
    assert "Take this import back" in browser_of(ada).get(IMPORTS, f"/imports/{started.import_id}").body
    sent = browser_of(ada).ask("POST", IMPORTS, f"/imports/{started.import_id}", FORM, "take_back=yes")
    assert (sent.status, now(started).state) == (303, State.TAKING_BACK)
    assert len(machines.executions) == 1


def test_reading_is_for_tokens_and_bringing_for_sessions(ada: str) -> None:
    """A program with a token sees the report, and changes nothing; another site's page does nothing at all."""
    made = bearer_tokens.create(ada, "app")
    assert made
    token = {"Authorization": f"Bearer {made.secret}"}
    assert Browser().ask("GET", IMPORTS, "/me/imports", token).status == 200
    assert Browser().ask("POST", IMPORTS, "/me/imports", token).status == 403
    assert Browser().ask("POST", IMPORTS, "/me/imports").status == 401
    assert browser_of(ada).ask("POST", IMPORTS, "/me/imports", ELSEWHERE).status == 403
    assert Browser().get(IMPORTS, "/imports").status == 303


@pytest.mark.parametrize(
    "body",
    [[], {"more": 1}, {"zone": "Moon/Crater"}, {"zone": 1}, {"columns": {"time": 1}}, {"columns": []},
     {"another_account": "yes"}],
)  # fmt: skip
def test_options_are_checked(ada: str, body: Any) -> None:
    """400 with what is allowed; the import stays as it was."""
    import_id = send(ada, "POST", "/me/imports").json["import_id"]
    upload(ada, import_id)
    assert code(send(ada, "POST", f"/me/imports/{import_id}", body)) == (400, "bad_request")
    assert now(next(imports.newest(ada))).state is State.AWAITING_UPLOAD


def test_a_question_is_answered_by_a_form(ada: str, machines: StepFunctions) -> None:
    """The page asks; the answer begins another execution with what the listener said."""
    started = begun(ada)
    imports.ask(started, {"kind": "zone", "format": "Tiny"})
    page = browser_of(ada).get(IMPORTS, f"/imports/{started.import_id}").body
    assert 'name="zone"' in page
    other = send(ada, "POST", "/me/imports").json["import_id"]
    upload(ada, other)
    assert "waits for your answer" in send(ada, "POST", f"/me/imports/{other}").json["error"]["message"]
    form = {"zone": "Europe/Vienna", "column-time": "when", "column-title": "what"}
    for nonsense in ({"zone": "Mars/Phobos"}, {"zone": "UTC", "column-album": "what"}):
        refused = browser_of(ada).ask("POST", IMPORTS, f"/imports/{started.import_id}", FORM, urlencode(nonsense))
        assert (refused.status, machines.executions) == (400, []), nonsense
    answer = urlencode(form)
    sent = browser_of(ada).ask("POST", IMPORTS, f"/imports/{started.import_id}", FORM, answer)
    assert sent.status == 303
    (execution,) = machines.executions
    assert execution.name == f"{started.import_id}-2"
    assert now(started).options == {"zone": "Europe/Vienna", "columns": {"time": "when", "title": "what"}}


def test_an_import_is_taken_back_by_the_eraser(ada: str, machines: StepFunctions, messages: Messages) -> None:
    """By the API and by the form; one that never began is just forgotten."""
    done = brought(ada, [Line("2014-03-01T08:00:00.000Z")])
    sent = browser_of(ada).ask("POST", IMPORTS, f"/imports/{done.import_id}", FORM, "take_back=yes")
    assert sent.status == 303
    again = send(ada, "DELETE", f"/me/imports/{done.import_id}")
    assert again.status == 202
    (execution,) = {each.name: each for each in machines.executions}.values()
    assert execution.state_machine == erase_state_machine()
    assert execution.input == {"erasure_id": again.json["erasure_id"]}
    assert now(done).state is State.TAKING_BACK
    import_id = send(ada, "POST", "/me/imports").json["import_id"]
    upload(ada, import_id)
    assert send(ada, "DELETE", f"/me/imports/{import_id}").status == 204
    assert uploaded() == []
    assert send(ada, "GET", f"/me/imports/{import_id}").status == 404


def test_an_import_that_cannot_be_started_waits(ada: str, machines: StepFunctions) -> None:
    """503, and the next try starts the same execution."""
    import_id = send(ada, "POST", "/me/imports").json["import_id"]
    upload(ada, import_id)
    machines.refuses = True
    assert code(send(ada, "POST", f"/me/imports/{import_id}")) == (503, "unavailable")
    machines.refuses = False
    assert send(ada, "POST", f"/me/imports/{import_id}").status == 202
    assert len(machines.executions) == 1
