"""DELETE /me/connections/{provider}, DELETE /me, GET /erasures/{id}: what a listener who leaves gets."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from blendify.access import connections, sessions, users
from blendify.access.connections import NotConnected
from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.leaving import receipts
from blendify.schedule import due_connections
from blendify.syncing import syncs
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import LISTENER, Interrupted, Tables, gone, machine, telling_of
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import LISTENER as READ
from tests.unit.login_flow import consent, finish_login, logged_in, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.visible import in_clear, items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")

LEAVE = "api.leave"
SPOTIFY = "/me/connections/spotify"


def browser_of(user_id: str) -> Browser:
    return Browser({"session": sessions.begin(user_id)})


def delete(browser: Browser, address: str, **headers: str) -> HttpResponse:
    return browser.ask("DELETE", LEAVE, address, headers)


def refused(response: HttpResponse, status: int, code: str) -> str:
    """The message of a refusal."""
    assert (response.status, response.json["error"]["code"]) == (status, code)
    return str(response.json["error"]["message"])


@pytest.mark.parametrize("address", [SPOTIFY, f"{SPOTIFY}?history=keep"])
def test_a_disconnection_destroys_the_tokens_and_ends_the_schedule(world: World, address: str) -> None:
    """204; nothing is left to open or to be due, and what was collected stays."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS)
    collect(DataType.SAVED_TRACKS, job, plenty)
    facts = items("history")
    assert facts
    response = delete(browser_of(user_id), address)
    assert (response.status, response.body) == (204, "")
    assert not [item for item in items() if "tokens" in item or "due_shard" in item]
    assert list(due_connections.due(times.now() + timedelta(days=400))) == []
    assert items("history") == facts
    assert browser_of(user_id).get(READ, "/me").json["connections"] == []


def test_a_reconnection_finds_the_same_user_and_goes_on(world: World) -> None:
    """The account still leads to them, and what is known is not recorded again."""
    browser = logged_in(world, LISTENER)
    user_id = user_of(browser)
    first = begun(user_id, DataType.SAVED_TRACKS)
    collect(DataType.SAVED_TRACKS, first, plenty)
    finish_sync(first, 1, [])
    assert delete(browser, SPOTIFY).status == 204
    again = Browser()
    finish_login(again, consent(start_login(again), LISTENER))
    assert user_of(again) == user_id
    second = begun(user_id, DataType.SAVED_TRACKS, execution="e2", started_at=STARTED + timedelta(seconds=9))
    collect(DataType.SAVED_TRACKS, second, plenty)
    assert standing(second, DataType.SAVED_TRACKS).counts["appended"] == 0


def test_the_old_tokens_cannot_touch_the_new_connection(world: World) -> None:
    """A refresh or a refusal that began before the disconnection changes nothing after a reconnection."""
    user_id = world.connect(LISTENER)
    old = connections.connection(user_id, "spotify")
    delete(browser_of(user_id), SPOTIFY)
    world.connect(LISTENER)
    assert not connections.replace_tokens(old, b"old", times.now())
    assert not connections.require_reconnect(old)
    assert connections.claim_refresh(old, 40) is None
    new = connections.connection(user_id, "spotify")
    assert (new.status, new.tokens == b"old") == ("active", False)


@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.PLAYLISTS])
def test_a_run_under_way_ends_quietly(world: World, machines: StepFunctions, data_type: DataType) -> None:
    """At whichever request it happens: the sync is stopped, its worker ends at its next write, nothing comes back."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, data_type)
    browser, tables = browser_of(user_id), Tables.snapshot()
    for at in range(1, 1000, 4):
        tables.restore()
        responses: list[HttpResponse] = []
        with Interrupted(at, lambda: responses.append(delete(browser, SPOTIFY))):  # noqa: B023
            summary = collect(data_type, job, plenty)
            finish_sync(job, 1, [summary.event()])
        if not responses:
            break
        assert responses[0].status == 204
        assert "execution-1" in machines.stopped
        assert summary.outcome in (Outcome.RECONNECT, Outcome.COMPLETE)
        with pytest.raises(NotConnected):
            connections.connection(user_id, "spotify")
        run = syncs.find(user_id, job.sync_id)
        assert run is not None
        assert run.finished_at is not None
    assert at > 20


def test_a_run_that_could_not_be_stopped_finds_out_by_itself(world: World, machines: StepFunctions) -> None:
    """Step Functions refuses to stop it: the next step says that the listener must connect again."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS)
    machines.refuses = True
    assert delete(browser_of(user_id), SPOTIFY).status == 204
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert "disconnected Spotify" in str(standing(job, DataType.SAVED_TRACKS).why)
    assert finish_sync(job, 1, [])["status"] == "failed"
    assert begin_sync({"user_id": user_id, "provider": "spotify"}, "e2", STARTED)["outcome"] == "refused"


def test_a_disconnection_with_its_history(world: World, machines: StepFunctions) -> None:
    """202, and the state machine gets only an id that identifies nobody. The listener stays, and stays logged in."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS)
    collect(DataType.SAVED_TRACKS, job, plenty)
    browser = browser_of(user_id)
    response = delete(browser, f"{SPOTIFY}?history=erase")
    assert response.status == 202
    erasure_id = response.json["erasure_id"]
    assert machines.started == [(erasure_id, {"erasure_id": erasure_id})]
    assert not [item for item in items() if "tokens" in item]
    machine(erasure_id)
    assert items("history") == []
    assert telling_of(LISTENER) == []
    expected: dict[str, Any] = {
        "user_id": user_id,
        "time_zone": None,
        "connections": [],
        "latest_sync": None,
        "play_seconds": 30,
    }
    assert browser.get(READ, "/me").json == expected
    assert "not connected" in refused(delete(browser, f"{SPOTIFY}?history=erase"), 404, "not_connected")


def test_a_history_that_was_kept_can_be_erased_later(world: World) -> None:
    """The listener changes their mind after the disconnection."""
    user_id = world.connect(LISTENER)
    collect(DataType.SAVED_TRACKS, begun(user_id, DataType.SAVED_TRACKS), plenty)
    browser = browser_of(user_id)
    assert delete(browser, SPOTIFY).status == 204
    response = delete(browser, f"{SPOTIFY}?history=erase")
    assert response.status == 202
    assert delete(browser, f"{SPOTIFY}?history=erase").json == response.json
    machine(response.json["erasure_id"])
    assert items("history") == []


def test_what_is_not_connected_cannot_be_disconnected(world: World) -> None:
    """404: nothing there, or another name than a provider's."""
    browser = browser_of(world.connect(LISTENER))
    assert "one of: spotify" in refused(delete(browser, "/me/connections/napster"), 404, "unknown_provider")
    delete(browser, SPOTIFY)
    refused(delete(browser, SPOTIFY), 404, "not_connected")


@pytest.mark.parametrize(
    "query",
    ["history=", "history=no", "history=KEEP", "history=keep&history=erase", "histroy=erase", "history=erase&x=1"],
)
def test_a_wrong_parameter_is_named_and_nothing_is_done(world: World, query: str) -> None:
    """400 with the parameter and what it may be; the connection is as before."""
    user_id = world.connect(LISTENER)
    before = items()
    browser = browser_of(user_id)
    message = refused(delete(browser, f"{SPOTIFY}?{query}"), 400, "bad_request")
    assert "history" in message
    assert "keep, erase" in message
    assert [item for item in items() if item in before] == before


def test_everything_is_erased(world: World, machines: StepFunctions) -> None:
    """202, the cookie is deleted, every session ends at once; the receipt can be read without a session."""
    user_id = world.connect(LISTENER)
    collect(DataType.SAVED_TRACKS, begun(user_id, DataType.SAVED_TRACKS), plenty)
    browser, other = browser_of(user_id), browser_of(user_id)
    response = delete(browser, "/me")
    assert response.status == 202
    assert response.cookies["session"]["max-age"] == "0"
    assert other.get(READ, "/me").status == 401
    erasure_id = response.json["erasure_id"]
    assert machines.started == [(erasure_id, {"erasure_id": erasure_id})]
    receipt = Browser().get(LEAVE, f"/erasures/{erasure_id}").json
    assert (receipt["status"], receipt["scope"], receipt["finished_at"]) == ("erasing", "everything", None)
    machine(erasure_id)
    gone(user_id)
    receipt = Browser().get(LEAVE, f"/erasures/{erasure_id}").json
    assert receipt["status"] == "erased"
    assert receipt["finished_at"] >= receipt["requested_at"]
    assert receipt["deleted"]["facts"] == 54
    assert set(receipt["deleted"]) == {"facts", "account_items", "exports", "uploads"}


def test_a_receipts_id_cannot_be_guessed(world: World) -> None:
    """At least 128 random bits, and another id is a 404."""
    responses = [delete(browser_of(world.connect(name)), "/me") for name in (LISTENER, "other")]
    ids = [response.json["erasure_id"] for response in responses]
    assert len(set(ids)) == 2
    assert all(len(erasure_id) * 6 >= 128 for erasure_id in ids)
    for other in (ids[0][:-1], "x" * 3_000, "%00", "é"):
        refused(Browser().get(LEAVE, f"/erasures/{other}"), 404, "not_found")


def test_asking_twice_is_one_erasure(world: World, machines: StepFunctions) -> None:
    """The second request finds its session ended, or gets the same response while the first is running."""
    user_id = world.connect(LISTENER)
    browser, tables = browser_of(user_id), Tables.snapshot()
    copy = Browser(dict(browser.cookies))
    first = delete(browser, "/me")
    assert first.status == 202
    refused(delete(copy, "/me"), 401, "unauthorized")
    for at in range(1, 40):
        tables.restore()
        machines.executions.clear()
        second: list[HttpResponse] = []
        with Interrupted(at, lambda: second.append(delete(Browser(dict(copy.cookies)), "/me"))):  # noqa: B023
            first = delete(Browser(dict(copy.cookies)), "/me")
        if not second:
            break
        assert {first.status, second[0].status} in ({202}, {202, 401})
        (started,) = machines.started
        assert {each.json["erasure_id"] for each in (first, *second) if each.status == 202} == {started[0]}
        machine(started[0])
        gone(user_id)
    assert at > 5


def test_what_could_not_be_started_has_not_begun(world: World, machines: StepFunctions) -> None:
    """503 with the time to retry; nothing has ended, and the next request works."""
    user_id = world.connect(LISTENER)
    browser = browser_of(user_id)
    machines.refuses = True
    for address in ("/me", f"{SPOTIFY}?history=erase"):
        response = delete(browser, address)
        refused(response, 503, "unavailable")
        assert response.headers["retry-after"] == "60"
    assert connections.connection(user_id, "spotify").status == "active"
    assert world.connect(LISTENER) == user_id
    machines.refuses = False
    machine(delete(browser, "/me").json["erasure_id"])
    gone(user_id)


def test_a_first_step_that_fails_is_left_to_the_machine(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """202: the state machine does it."""
    user_id = world.connect(LISTENER)
    browser = browser_of(user_id)

    def broken(_erasure_id: str) -> None:
        raise aws.client("dynamodb").exceptions.InternalServerError({"Error": {"Code": "500"}}, "DeleteItem")

    with monkeypatch.context() as patched:
        patched.setattr("blendify.leaving.erasure.begin", broken)
        response = delete(browser, "/me")
    assert response.status == 202
    machine(response.json["erasure_id"])
    gone(user_id)


def test_everything_has_no_parameters(world: World) -> None:
    """A request that means something else erases nothing."""
    user_id = world.connect(LISTENER)
    refused(delete(browser_of(user_id), "/me?provider=spotify"), 400, "bad_request")
    assert users.exists(user_id)


@pytest.mark.parametrize("address", ["/me", SPOTIFY, f"{SPOTIFY}?history=erase"])
@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}], ids=str)
def test_another_site_ends_nothing(world: World, address: str, headers: dict[str, str]) -> None:
    """403, and the connection is as before."""
    user_id = world.connect(LISTENER)
    refused(delete(browser_of(user_id), address, **headers), 403, "cross_origin")
    assert connections.connection(user_id, "spotify").status == "active"


@pytest.mark.parametrize("address", ["/me", SPOTIFY, f"{SPOTIFY}?history=erase"])
@pytest.mark.parametrize("cookies", [{}, {"session": "forged"}], ids=str)
def test_without_a_session_nothing_is_ended(world: World, address: str, cookies: dict[str, str]) -> None:
    """401, the same for every user."""
    user_id = world.connect(LISTENER)
    refused(delete(Browser(cookies), address), 401, "unauthorized")
    assert connections.connection(user_id, "spotify").status == "active"


def test_an_erasure_reveals_no_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No token, cookie or name is logged, and what is stored meanwhile holds no secret in clear."""
    user_id = world.connect(LISTENER)
    browser = browser_of(user_id)
    cookie = browser.cookies["session"]
    response = delete(browser, "/me")
    machine(response.json["erasure_id"])
    assert cookie not in logged(caplog) + in_clear() + json.dumps(response.headers)
    assert LISTENER not in logged(caplog)
    assert user_id not in json.dumps(response.json)


def test_a_receipt_stores_no_more_than_it_shows(world: World, stopped_clock: list[datetime]) -> None:
    """Moments, scope and counts."""
    user_id = world.connect(LISTENER)
    erasure_id = delete(browser_of(user_id), "/me").json["erasure_id"]
    stopped_clock[0] += timedelta(minutes=5)
    machine(erasure_id)
    (item,) = [item for item in items() if item["pk"]["S"].startswith("erasure#")]
    counts = {name for name in receipts.COUNTS if name in item}
    assert set(item) - counts == {"pk", "sk", "scope", "status", "requested_at", "finished_at"}
