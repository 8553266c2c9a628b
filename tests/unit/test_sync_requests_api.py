"""POST /me/syncs: the listener's own connections, once a minute, and never two syncs side by side."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blendify.access import connections, sessions
from blendify.core import aws
from blendify.core.data_types import DataType
from tests.unit.http_events import Answer, Browser
from tests.unit.spotify_world import STARTED, World, begun, items, logged

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SYNCS = "api.syncs"


class GoneError(ClientError):
    """Step Functions knows no such execution."""


class Machines:
    """Step Functions: what was asked to start, and which executions run."""

    exceptions = SimpleNamespace(ExecutionAlreadyExists=GoneError, ExecutionDoesNotExist=GoneError)

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.running: set[str] = set()
        self.refuses = False

    def start_execution(self, **wish: str) -> None:
        if self.refuses:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
        self.started.append(json.loads(wish["input"]))

    def describe_execution(self, **wish: str) -> dict[str, str]:
        return {"status": "RUNNING" if wish["executionArn"] in self.running else "ABORTED"}


@pytest.fixture(autouse=True)
def machines(monkeypatch: pytest.MonkeyPatch) -> Machines:
    made, client = Machines(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "stepfunctions" else client(service))
    return made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    now = [STARTED]
    with monkeypatch.context() as patch:
        patch.setattr("blendify.core.times.now", lambda: now[0])
        yield now


def browser_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def ask(browser: Browser, body: object = None, **headers: str) -> Answer:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return browser.ask("POST", SYNCS, "/me/syncs", headers, text)


def refused(answer: Answer, status: int, code: str) -> str:
    """The message of a refusal."""
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json["error"]["message"])


@pytest.mark.parametrize("body", [None, "", " ", "{}", {"provider": None}, {"provider": "spotify"}], ids=repr)
def test_a_sync_is_started(world: World, machines: Machines, body: object) -> None:
    """Without a body of everything that is connected; the input is what an operator would type."""
    user_id = world.connect()
    answer = ask(browser_of(user_id), body)
    assert (answer.status, answer.json) == (
        202,
        {"syncs": [{"provider": "spotify", "status": "starting", "sync_id": None}]},
    )
    assert machines.started == [{"user_id": user_id, "provider": "spotify"}]


def test_mode_and_data_types_are_passed_on(world: World, machines: Machines) -> None:
    """In the order in which they are collected, each once."""
    user_id = world.connect()
    wish = {"mode": "full", "data_types": ["saved_tracks", "top_tracks", "saved_tracks"]}
    assert ask(browser_of(user_id), wish).status == 202
    assert machines.started == [
        {"user_id": user_id, "provider": "spotify", "data_types": ["top_tracks", "saved_tracks"], "mode": "full"}
    ]


BAD: dict[str, tuple[object, list[str]]] = {
    "no JSON": ("{", ["JSON"]),
    "a list": ([], ["provider", "mode", "data_types"]),
    "a text": ('"spotify"', ["provider", "mode", "data_types"]),
    "an unknown parameter": ({"types": []}, ["provider", "mode", "data_types"]),
    "an unknown provider": ({"provider": "napster"}, ["provider", "spotify"]),
    "a provider that is a list": ({"provider": ["spotify"]}, ["provider", "spotify"]),
    "an unknown mode": ({"mode": "fast"}, ["mode", "changes", "full"]),
    "a mode that is an object": ({"mode": {}}, ["mode", "changes", "full"]),
    "an unknown data type": ({"data_types": ["podcasts"]}, ["data_types", *DataType]),
    "no data types": ({"data_types": []}, ["data_types", *DataType]),
    "data types as text": ({"data_types": "top_tracks"}, ["data_types", *DataType]),
    "another user": ({"user_id": "u1"}, ["provider", "mode", "data_types"]),
    "too much": (" " * 5_000, ["4,096"]),
    "too deep": ("[" * 4_000, ["JSON"]),
}


@pytest.mark.parametrize(("body", "says"), BAD.values(), ids=BAD)
def test_a_wrong_body_is_refused_with_what_it_may_be(
    world: World, machines: Machines, body: object, says: list[str]
) -> None:
    """400 names the parameter and the allowed values, starts nothing, and does not cost the minute's wish."""
    browser = browser_of(world.connect())
    message = refused(ask(browser, body), 400, "bad_request")
    assert [word for word in says if word not in message] == []
    assert machines.started == []
    assert ask(browser).status == 202


def test_once_a_minute(world: World, machines: Machines, clock: list[datetime]) -> None:
    """429 with Retry-After in whole seconds; then again."""
    browser = browser_of(world.connect())
    assert ask(browser).status == 202
    clock[0] += timedelta(seconds=12.5)
    answer = ask(browser)
    assert "48 seconds" in refused(answer, 429, "too_many_requests")
    assert answer.headers["retry-after"] == "48"
    clock[0] = STARTED + timedelta(seconds=60)
    assert ask(browser).status == 202
    assert len(machines.started) == 2


def test_of_many_at_once_one_is_granted(world: World, machines: Machines) -> None:
    """Also over several browsers of one listener; another listener is not affected."""
    user_id = world.connect()
    browsers = [browser_of(user_id) for _ in range(6)]
    ask(Browser())
    with ThreadPoolExecutor(6) as pool:
        found = [answer.status for answer in pool.map(ask, browsers)]
    assert sorted(found) == [202] + [429] * 5
    assert len(machines.started) == 1
    assert ask(browser_of(world.connect("bea"))).status == 202


def test_a_running_sync_is_answered_and_not_started_beside(world: World, machines: Machines) -> None:
    """With its id, to follow it."""
    job = begun(world.connect(), execution="execution-1")
    machines.running = {"execution-1"}
    answer = ask(browser_of(job.user_id))
    assert (answer.status, answer.json) == (
        202,
        {"syncs": [{"provider": "spotify", "status": "running", "sync_id": job.sync_id}]},
    )
    assert machines.started == []


def test_a_sync_whose_execution_died_holds_nobody_up(world: World, machines: Machines) -> None:
    """It is started, and goes on with the dead one's work."""
    job = begun(world.connect(), execution="execution-1")
    assert ask(browser_of(job.user_id)).json["syncs"][0]["status"] == "starting"
    assert len(machines.started) == 1


@pytest.mark.parametrize("body", [None, {"provider": "spotify"}])
def test_a_dead_grant_says_what_to_do(world: World, machines: Machines, body: object) -> None:
    """409: only the listener can repair it, and where."""
    user_id = world.connect()
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    message = refused(ask(browser_of(user_id), body), 409, "reconnect")
    assert "Spotify" in message
    assert "/auth/spotify/login" in message
    assert machines.started == []


def test_a_user_without_a_connection_is_told_so(world: World, machines: Machines) -> None:
    """404 with the way to connect."""
    user_id = world.connect()
    connections.disconnect(user_id, "spotify")
    message = refused(ask(browser_of(user_id)), 404, "not_connected")
    assert "/auth/spotify/login" in message


@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_without_a_session_nothing_is_started(world: World, machines: Machines, cookies: dict[str, str]) -> None:
    """401, whatever the body."""
    world.connect()
    refused(ask(Browser(cookies), {"mode": "nonsense"}), 401, "unauthorized")
    assert machines.started == []


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"origin": "https://evil.example"}],
    ids=str,
)
def test_another_sites_page_cannot_start_anything(world: World, machines: Machines, headers: dict[str, str]) -> None:
    """403, although the browser sends the session along; nothing is stored."""
    browser = browser_of(world.connect())
    before = items()
    refused(ask(browser, **headers), 403, "cross_origin")
    assert (machines.started, items()) == ([], before)


def test_a_start_that_fails_is_told(world: World, machines: Machines, caplog: pytest.LogCaptureFixture) -> None:
    """503 with when to try again; the cookie is in no log."""
    browser = browser_of(world.connect())
    machines.refuses = True
    answer = ask(browser)
    refused(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "60"
    assert browser.cookies["session"] not in logged(caplog)
