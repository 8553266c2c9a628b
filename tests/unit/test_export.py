"""GET /me/export: one preparation at a time, its progress, and a link for its owner only."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from blendify.access import sessions
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.core.settings import export_state_machine
from blendify.export import account, status, upload
from blendify.export import build as export_build
from blendify.export.status import Export, ExportSuperseded, State
from tests.unit.exports import BUCKET, build, event, objects, unfinished
from tests.unit.http_events import Browser, Context, HttpResponse
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED
from tests.unit.visible import items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

EXPORT = "api.export"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    now = [STARTED]
    with monkeypatch.context() as patch:
        patch.setattr("blendify.core.times.now", lambda: now[0])
        yield now


def browser_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def ask(browser: Browser, query: str = "", **headers: str) -> HttpResponse:
    return browser.get(EXPORT, f"/me/export{query}", **headers)


def refused(response: HttpResponse, status: int, code: str) -> str:
    """The message of a refusal."""
    assert (response.status, response.json["error"]["code"]) == (status, code)
    assert response.headers["cache-control"] == "no-store"
    return str(response.json["error"]["message"])


def state(response: HttpResponse) -> tuple[int, str]:
    return response.status, response.json["status"]


PREPARING, READY, FAILED = (202, "preparing"), (200, "ready"), (200, "failed")


def finished(user_id: str) -> Export:
    """An export of theirs that is ready, prepared by the real builder."""
    export = status.begin(user_id, status.export(user_id))[0]
    assert build(user_id, export)["status"] == "ready"
    ready = status.export(user_id)
    assert ready is not None
    return ready


def test_the_first_request_starts_one(world: World, machines: StepFunctions) -> None:
    """202 with its id and when to ask again; the state machine gets the ids of user and export, nothing else."""
    user_id = world.connect()
    response = ask(browser_of(user_id))
    assert state(response) == PREPARING
    assert int(response.headers["retry-after"]) > 0
    assert response.json["started_at"] == times.iso(STARTED)
    assert response.json["progress"] == {"records": 0, "data_types_done": []}
    (execution,) = machines.executions
    assert execution.state_machine == export_state_machine()
    assert execution.input == {"user_id": user_id, "export_id": response.json["export_id"]}


def test_of_many_at_once_one_is_started(world: World, machines: StepFunctions) -> None:
    """All get the same one; another listener gets their own."""
    user_id = world.connect()
    browsers = [browser_of(user_id) for _ in range(6)]
    ask(Browser())
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(ask, browsers))
    assert {state(response) for response in responses} == {PREPARING}
    assert len({response.json["export_id"] for response in responses}) == len(machines.started) == 1
    other = ask(browser_of(world.connect("bea")))
    assert other.json["export_id"] != responses[0].json["export_id"]
    assert len(machines.started) == 2


def test_while_it_is_prepared_its_progress_is_shown(
    world: World, machines: StepFunctions, clock: list[datetime]
) -> None:
    """Whether a new one is requested or not, no second one starts."""
    user_id = world.connect()
    browser = browser_of(user_id)
    export_id = ask(browser).json["export_id"]
    clock[0] += timedelta(minutes=11)
    status.report_progress(user_id, export_id, 4_000, ["top_tracks", "top_artists"])
    for query in ("", "?fresh=false", "?fresh=true"):
        response = ask(browser, query)
        assert state(response) == PREPARING
        assert response.json["export_id"] == export_id
        assert response.json["progress"] == {"records": 4_000, "data_types_done": ["top_tracks", "top_artists"]}
    assert len(machines.started) == 1


def test_one_that_is_ready_is_handed_out(world: World, machines: StepFunctions) -> None:
    """200 with counts, size and a link of a quarter of an hour that saves it under a name."""
    user_id = world.connect()
    export = finished(user_id)
    response = ask(browser_of(user_id))
    assert state(response) == READY
    body = response.json
    assert (body["export_id"], body["bytes"]) == (export.export_id, export.bytes)
    assert body["counts"] == dict.fromkeys(DataType, 0)
    assert body["expires_at"] == times.iso(STARTED + timedelta(days=1))
    assert body["url_expires_at"] == times.iso(STARTED + timedelta(minutes=15))
    link = urlsplit(body["url"])
    assert link.path.endswith(f"/exports/{user_id}/{export.export_id}.zip") or BUCKET in (link.hostname or "")
    query = parse_qs(link.query)
    assert query["X-Amz-Expires"] == ["900"]
    assert query["response-content-disposition"] == [f'attachment; filename="blendify-{export.started_at[:10]}.zip"']
    assert machines.started == []


def test_a_link_leads_to_the_buckets_own_region(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS without a redirect, which would break the signature; where an endpoint is configured, to that."""
    addresses = []
    for region, endpoint in (("eu-central-1", None), ("us-east-1", "http://127.0.0.1:4566")):
        aws.forget()
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
        if endpoint:
            monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        addresses.append(upload.link(BUCKET, "u1", "e1", "e.zip").partition("?")[0])
    monkeypatch.undo()
    aws.forget()
    assert addresses == [
        "https://exports.s3.eu-central-1.amazonaws.com/exports/u1/e1.zip",
        "http://127.0.0.1:4566/exports/exports/u1/e1.zip",
    ]


def test_after_a_day_another_one_is_prepared(world: World, machines: StepFunctions, clock: list[datetime]) -> None:
    """The bucket deletes it then. Until a moment before it can be downloaded; afterwards it is treated as absent."""
    user_id = world.connect()
    export = finished(user_id)
    browser = browser_of(user_id)
    clock[0] += timedelta(days=1, milliseconds=-1)
    assert state(ask(browser)) == READY
    clock[0] += timedelta(milliseconds=1)
    response = ask(browser)
    assert state(response) == PREPARING
    assert response.json["export_id"] != export.export_id
    assert len(machines.started) == 1


def test_a_fresh_one_can_be_had_every_ten_minutes(world: World, machines: StepFunctions, clock: list[datetime]) -> None:
    """Earlier requests get 429 with the seconds to wait, and the one that is ready stays."""
    user_id = world.connect()
    export = finished(user_id)
    browser = browser_of(user_id)
    clock[0] += timedelta(seconds=99.5)
    response = ask(browser, "?fresh=true")
    assert "501 seconds" in refused(response, 429, "too_many_requests")
    assert response.headers["retry-after"] == "501"
    assert state(ask(browser)) == READY
    clock[0] = STARTED + timedelta(minutes=10)
    response = ask(browser, "?fresh=true")
    assert state(response) == PREPARING
    assert response.json["export_id"] != export.export_id
    assert len(machines.started) == 1


def test_one_that_failed_says_why_until_it_is_asked_for_again(
    world: World, machines: StepFunctions, clock: list[datetime]
) -> None:
    """A script that waits for it does not start it over and over."""
    user_id = world.connect()
    browser = browser_of(user_id)
    export_id = ask(browser).json["export_id"]
    status.fail(user_id, export_id, "It did not work.")
    for _ in range(2):
        response = ask(browser)
        assert state(response) == FAILED
        assert response.json["why"] == "It did not work."
    refused(ask(browser, "?fresh=true"), 429, "too_many_requests")
    clock[0] += timedelta(minutes=10)
    assert state(ask(browser, "?fresh=true")) == PREPARING
    assert len(machines.started) == 2


def test_a_preparation_that_died_is_started_again(world: World, machines: StepFunctions, clock: list[datetime]) -> None:
    """Its builder was silent for longer than a Lambda lives; what it writes later is refused."""
    user_id = world.connect()
    browser = browser_of(user_id)
    dead = ask(browser).json["export_id"]
    clock[0] += timedelta(minutes=16)
    status.report_progress(user_id, dead, 2_000, [])
    clock[0] += status.DEAD_AFTER
    assert ask(browser).json["export_id"] == dead
    clock[0] += timedelta(milliseconds=1)
    response = ask(browser)
    assert state(response) == PREPARING
    assert response.json["export_id"] != dead
    assert len(machines.started) == 2
    with pytest.raises(ExportSuperseded):
        status.finish(user_id, dead, 1, {}, 0)
    assert state(ask(browser)) == PREPARING


def test_a_start_that_fails_is_reported_and_does_not_block(
    world: World, machines: StepFunctions, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with the time to retry; then it starts. The cookie is in no log."""
    browser = browser_of(world.connect())
    machines.refuses = True
    response = ask(browser)
    refused(response, 503, "unavailable")
    assert response.headers["retry-after"] == "60"
    machines.refuses = False
    assert state(ask(browser)) == PREPARING
    assert len(machines.started) == 1
    assert browser.cookies["session"] not in logged(caplog)


@pytest.mark.parametrize("query", ["?fresh=1", "?fresh=", "?fresh=TRUE", "?fresh=true&fresh=true", "?new=true", "?x"])
def test_a_wrong_parameter_is_refused_with_what_it_may_be(world: World, machines: StepFunctions, query: str) -> None:
    """400 names the parameter and its values, and starts nothing."""
    browser = browser_of(world.connect())
    before = items()
    message = refused(ask(browser, query), 400, "bad_request")
    assert [word for word in ("fresh", "true", "false") if word not in message] == []
    assert (machines.started, items()) == ([], before)


@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_without_a_session_nothing_is_shown_or_started(
    world: World, machines: StepFunctions, cookies: dict[str, str]
) -> None:
    """401, whatever is asked, although somebody's export is ready."""
    finished(world.connect())
    response = ask(Browser(cookies), "?nonsense=1")
    refused(response, 401, "unauthorized")
    assert "exports/" not in response.body
    assert machines.started == []


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"origin": "https://evil.example"}],
    ids=str,
)
def test_another_sites_page_cannot_start_anything(
    world: World, machines: StepFunctions, headers: dict[str, str]
) -> None:
    """403, although the browser sends the session along; nothing is stored."""
    browser = browser_of(world.connect())
    before = items()
    refused(ask(browser, **headers), 403, "cross_origin")
    assert (machines.started, items()) == ([], before)


def test_a_listener_gets_only_their_own_export(world: World) -> None:
    """The request names no user: it is always about the caller's own."""
    export = finished(world.connect())
    response = ask(browser_of(world.connect("bea")))
    assert state(response) == PREPARING
    assert export.export_id not in response.body


def test_a_builder_whose_export_was_replaced_leaves_nothing(world: World, clock: list[datetime]) -> None:
    """Its user was erased, or a later export has begun: no object, no upload, no item."""
    user_id = world.connect()
    replaced = status.begin(user_id, None)[0]
    clock[0] += timedelta(minutes=20)
    current = status.begin(user_id, replaced)[0]
    assert build(user_id, replaced) == {"status": "superseded"}
    erased = Export("e", State.PREPARING, times.iso(STARTED), 0)
    assert build("u-nobody", erased) == {"status": "superseded"}
    assert (objects(), unfinished(), status.export("u-nobody")) == ([], [], None)
    assert status.export(user_id) == current


def test_a_builder_that_is_replaced_in_the_middle_aborts_its_upload(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next progress report is refused, and it stops."""
    user_id = world.connect()
    export = status.begin(user_id, None)[0]
    ended = export_build.ExportProgress.data_type_done

    def replaced(census: export_build.ExportProgress, data_type: DataType) -> None:
        if data_type is DataType.PLAYLISTS:
            assert len(unfinished()) == 1
            status.fail(user_id, export.export_id, "replaced")
        ended(census, data_type)

    monkeypatch.setattr(export_build.ExportProgress, "data_type_done", replaced)
    assert build(user_id, export) == {"status": "superseded"}
    assert (objects(), unfinished()) == ([], [])


def test_too_much_for_one_lambda_is_reported(world: World, machines: StepFunctions) -> None:
    """Not a crash that is tried three times: the listener reads how far it came, and nothing is left behind."""
    user_id = world.connect()
    export = status.begin(user_id, None)[0]
    seconds = iter([900.0, 900.0, 29.0])
    result = export_build.build(event(user_id, export), BUCKET, lambda: next(seconds))
    assert result["status"] == "failed"
    assert state(ask(browser_of(user_id))) == FAILED
    assert "too" not in result["cause"].split()[0]
    assert "operator" in ask(browser_of(user_id)).json["why"]
    assert (objects(), unfinished()) == ([], [])


def test_a_builder_that_crashed_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its upload is aborted, and the next try builds the whole export."""
    user_id = world.connect()
    export = status.begin(user_id, None)[0]
    with monkeypatch.context() as patch:
        patch.setattr(account, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build(user_id, export)
    assert (objects(), unfinished()) == ([], [])
    assert build(user_id, export)["status"] == "ready"
    assert len(objects()) == 1
    # Its result was lost, so it is tried once more: the export that is ready stays.
    assert build(user_id, export) == {"status": "superseded"}
    assert state(ask(browser_of(user_id))) == READY


def test_the_last_failure_reaches_the_listener(world: World) -> None:
    """With the name of the error, and never over a later export or one that is ready."""
    from export.fail import handler

    user_id = world.connect()
    export = status.begin(user_id, None)[0]
    failure = {**event(user_id, export), "error": "Sandbox.Timedout"}
    result = handler(failure, Context())  # type: ignore[arg-type]
    assert result["status"] == "failed"
    assert "Sandbox.Timedout" in result["cause"] == ask(browser_of(user_id)).json["why"]
    assert handler(failure, Context()) == {"status": "superseded"}  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{}, {"user_id": "u1"}, {"user_id": 1, "export_id": "e"}], ids=str)
def test_an_execution_without_its_input_says_what_to_give(given: dict[str, Any]) -> None:
    """Somebody started it from the console."""
    result = export_build.build(given, BUCKET, lambda: 900.0)
    assert result["status"] == "failed"
    assert "user_id" in result["cause"]
    assert "export_id" in result["cause"]
