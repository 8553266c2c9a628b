"""POST /me/syncs: the listener's own connections, once a minute, and never two syncs side by side."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from blendify.access import connections, sessions
from blendify.core.data_types import DataType
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun
from tests.unit.visible import items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

SYNCS = "api.syncs"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    now = [STARTED]
    with monkeypatch.context() as patch:
        patch.setattr("blendify.core.times.now", lambda: now[0])
        yield now


def browser_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def ask(browser: Browser, body: object = None, **headers: str) -> HttpResponse:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return browser.ask("POST", SYNCS, "/me/syncs", headers, text)


def refused(response: HttpResponse, status: int, code: str) -> str:
    """The message of a refusal."""
    assert (response.status, response.json["error"]["code"]) == (status, code)
    assert response.headers["cache-control"] == "no-store"
    return str(response.json["error"]["message"])


@pytest.mark.parametrize("body", [None, "", " ", "{}", {"provider": None}, {"provider": "spotify"}], ids=repr)
def test_a_sync_is_started(world: World, machines: StepFunctions, body: object) -> None:
    """Without a body it starts one for each connection. The execution's input is what an operator would type."""
    user_id = world.connect()
    response = ask(browser_of(user_id), body)
    assert (response.status, response.json) == (
        202,
        {"syncs": [{"provider": "spotify", "status": "starting", "sync_id": None}]},
    )
    assert machines.inputs == [{"user_id": user_id, "provider": "spotify"}]


def test_mode_and_data_types_are_passed_on(world: World, machines: StepFunctions) -> None:
    """The data types are in the order of collecting, each once."""
    user_id = world.connect()
    request = {"mode": "full", "data_types": ["saved_tracks", "top_tracks", "saved_tracks"]}
    assert ask(browser_of(user_id), request).status == 202
    assert machines.inputs == [
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
    world: World, machines: StepFunctions, body: object, says: list[str]
) -> None:
    """400 names the parameter and the allowed values, starts nothing, and does not use up the minute's sync."""
    browser = browser_of(world.connect())
    message = refused(ask(browser, body), 400, "bad_request")
    assert [word for word in says if word not in message] == []
    assert machines.inputs == []
    assert ask(browser).status == 202


def test_once_a_minute(world: World, machines: StepFunctions, clock: list[datetime]) -> None:
    """A second request gets 429 with Retry-After in whole seconds, and succeeds after that."""
    browser = browser_of(world.connect())
    assert ask(browser).status == 202
    clock[0] += timedelta(seconds=12.5)
    response = ask(browser)
    assert "48 seconds" in refused(response, 429, "too_many_requests")
    assert response.headers["retry-after"] == "48"
    clock[0] = STARTED + timedelta(seconds=60)
    assert ask(browser).status == 202
    assert len(machines.inputs) == 2


def test_one_of_many_simultaneous_requests_is_granted(world: World, machines: StepFunctions) -> None:
    """The limit holds over several browsers of one listener. Another listener is not affected."""
    user_id = world.connect()
    browsers = [browser_of(user_id) for _ in range(6)]
    ask(Browser())
    with ThreadPoolExecutor(6) as pool:
        statuses = [response.status for response in pool.map(ask, browsers)]
    assert sorted(statuses) == [202] + [429] * 5
    assert len(machines.inputs) == 1
    assert ask(browser_of(world.connect("bea"))).status == 202


def test_a_running_sync_is_returned_and_no_second_starts(world: World, machines: StepFunctions) -> None:
    """The response has its id, by which it can be followed."""
    job = begun(world.connect(), execution="execution-1")
    machines.running = {"execution-1"}
    response = ask(browser_of(job.user_id))
    assert (response.status, response.json) == (
        202,
        {"syncs": [{"provider": "spotify", "status": "running", "sync_id": job.sync_id}]},
    )
    assert machines.inputs == []


def test_a_sync_whose_execution_died_does_not_block(world: World, machines: StepFunctions) -> None:
    """A new execution starts, and resumes the dead one's sync."""
    job = begun(world.connect(), execution="execution-1")
    machines.running = set()
    assert ask(browser_of(job.user_id)).json["syncs"][0]["status"] == "starting"
    assert len(machines.inputs) == 1


@pytest.mark.parametrize("body", [None, {"provider": "spotify"}])
def test_a_dead_grant_says_what_to_do(world: World, machines: StepFunctions, body: object) -> None:
    """The status is 409, and the message names the address at which the listener can reconnect."""
    user_id = world.connect()
    connections.require_reconnect(connections.connection(user_id, "spotify"))
    message = refused(ask(browser_of(user_id), body), 409, "reconnect")
    assert "Spotify" in message
    assert "/auth/spotify/login" in message
    assert machines.inputs == []


def test_a_user_without_a_connection_gets_the_login_address(world: World, machines: StepFunctions) -> None:
    """The status is 404, with the address at which to connect."""
    user_id = world.connect()
    connections.disconnect(user_id, "spotify")
    message = refused(ask(browser_of(user_id)), 404, "not_connected")
    assert "/auth/spotify/login" in message


@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_without_a_session_nothing_is_started(world: World, machines: StepFunctions, cookies: dict[str, str]) -> None:
    """The status is 401 for every body."""
    world.connect()
    refused(ask(Browser(cookies), {"mode": "nonsense"}), 401, "unauthorized")
    assert machines.inputs == []


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
    assert (machines.inputs, items()) == ([], before)


def test_a_start_that_fails_is_reported(
    world: World, machines: StepFunctions, caplog: pytest.LogCaptureFixture
) -> None:
    """The status is 503, with the time after which to try again. The cookie is in no log."""
    browser = browser_of(world.connect())
    machines.refuses = True
    response = ask(browser)
    refused(response, 503, "unavailable")
    assert response.headers["retry-after"] == "60"
    assert browser.cookies["session"] not in logged(caplog)
