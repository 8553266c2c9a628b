"""Syncs after the first: from the console, of some data types, beside a failing endpoint or a running sync."""

import json
from collections import Counter

import pytest

from operations.history_reader import stored_differences
from tests.e2e.system import SettledListener, System

# While these tests run, the schedule comes to the listener for whom test_schedule.py waits.
pytestmark = pytest.mark.usefixtures("due_listener")

ALBUMS = "GET /v1/me/albums"


@pytest.fixture(scope="module")
def kit(system: System) -> SettledListener:
    """A listener for the tests of two executions; each collects all that it changes."""
    browser, user_id = system.connect("kit")
    system.latest_sync(browser)
    return SettledListener("kit", browser, user_id)


def moments(system: System, user_id: str) -> set[str]:
    """When the syncs began that stored something."""
    return {item["fetched_at"]["S"].split("#")[0] for item in system.records(user_id)}


def test_a_second_sync_appends_what_has_changed(system: System) -> None:
    """A re-run from the console changes and removes nothing of the first sync. The history shows both moments."""
    user_id, first = system.connect_and_sync("dee")
    earlier = system.truth("dee")
    system.change("dee", "add", "saved_tracks")
    system.change("dee", "remove", "saved_tracks", position=60)
    system.change("dee", "remove", "playlists", id=next(iter(earlier["playlist_tracks"])))
    before = {item["user#type"]["S"] + item["fetched_at"]["S"]: item for item in system.history(user_id)}

    assert system.run({"user_id": user_id, "provider": "spotify"})["status"] == "SUCCEEDED"

    after = {item["user#type"]["S"] + item["fetched_at"]["S"]: item for item in system.history(user_id)}
    assert {key: after.get(key) for key in before} == before
    appended = [item for key, item in after.items() if key not in before]
    gone = len(next(iter(earlier["playlist_tracks"].values())))
    assert Counter("removed" in item for item in appended) == {False: 1, True: 1 + 1 + gone}
    assert system.differences(user_id, system.truth("dee")) == []
    assert system.differences(user_id, earlier, first["started_at"]) == []


def test_an_unchanged_account_appends_nothing(system: System, settled: SettledListener) -> None:
    """This holds for a sync that checks for changes, and for one that an operator starts in full mode."""
    user_id = settled.user_id
    before = len(system.history(user_id))
    for mode in ("changes", "full"):
        assert system.run({"user_id": user_id, "provider": "spotify", "mode": mode})["status"] == "SUCCEEDED"
    assert len(system.history(user_id)) == before


def test_only_the_data_types_asked_for_are_collected(system: System) -> None:
    """A sync of two data types stores those two, and reads the playlists' names without storing them."""
    user_id, first = system.connect_and_sync("eli")
    earlier = system.truth("eli")
    owned = next(name for name, entries in earlier["playlist_tracks"].items() if entries)
    system.change("eli", "add", "saved_tracks")
    system.change("eli", "move", "top_tracks", name="short_term", position=0, to=3)
    system.change("eli", "add", "playlist_tracks", name=owned)
    asked = ["top_tracks", "playlist_tracks"]
    given = {"user_id": user_id, "provider": "spotify", "data_types": asked, "mode": "full"}
    assert system.run(given)["status"] == "SUCCEEDED"

    later = [item for item in system.records(user_id) if item["fetched_at"]["S"] > f"{first['started_at']}~"]
    assert {item["user#type"]["S"].partition("#")[2] for item in later} == set(asked)
    now = system.truth("eli")
    assert system.differences(user_id, {name: now[name] if name in asked else earlier[name] for name in now}) == []


def test_one_failing_data_type_does_not_stop_the_others(system: System) -> None:
    """The provider fails for saved albums: the other data types are complete, the sync is partial and says why."""
    system.simulator.control("POST", "faults", {"endpoint": ALBUMS, "status": 500, "listener": "fay"})
    with system.short_waits():
        user_id, sync = system.connect_and_sync("fay")

    truth = system.truth("fay")
    truth["saved_albums"] = []
    outcomes = {name: state["outcome"] for name, state in sync["data_types"].items()}
    assert sync["status"] == "partial"
    assert outcomes.pop("saved_albums") == "failed"
    assert set(outcomes.values()) == {"complete"}
    assert "internal error (500)" in sync["why"]
    assert stored_differences(truth, system.stored(user_id, sync["started_at"])) == []


def test_when_every_data_type_fails_the_execution_fails(system: System, settled: SettledListener) -> None:
    """The operator sees a failed execution whose cause names the error."""
    system.simulator.control("POST", "faults", {"endpoint": ALBUMS, "status": 503, "listener": settled.name})
    with system.short_waits():
        ended = system.run({"user_id": settled.user_id, "provider": "spotify", "data_types": ["saved_albums"]})
    system.simulator.control("DELETE", "faults")

    assert ended["status"] == "FAILED"
    assert ended["error"] == "NothingCollected"
    assert ended["cause"] == "saved albums: Spotify had an internal error (503)"


def test_a_rate_limit_is_waited_out_and_nothing_is_lost(system: System) -> None:
    """A 429 asks for a longer wait than a Lambda makes: the sync resumes in another round and stores everything."""
    fault = {"endpoint": "GET /v1/me/tracks", "status": 429, "headers": {"Retry-After": "12"}, "times": 1}
    system.simulator.control("POST", "faults", {**fault, "listener": "hal"})
    user_id, sync = system.connect_and_sync("hal")

    assert sync["status"] == "succeeded"
    assert sync["round"] > 1
    assert stored_differences(system.truth("hal"), system.stored(user_id, sync["started_at"])) == []


def test_two_syncs_of_one_connection_do_not_run_at_once(system: System, kit: SettledListener) -> None:
    """The second returns the id of the first, and collects nothing."""
    browser, user_id = kit.browser, kit.user_id
    earlier, before = system.latest_sync(browser), moments(system, user_id)
    system.change(kit.name, "add", "saved_tracks")
    with system.paused_provider():
        first = system.start({"user_id": user_id, "provider": "spotify"})
        running = system.sync_after(browser, earlier)
        second = system.run({"user_id": user_id, "provider": "spotify"})
    assert second["status"] == "SUCCEEDED"
    assert json.loads(second["output"]) == {"outcome": "already_running", "sync_id": running["sync_id"]}
    assert system.execution(first)["status"] == "SUCCEEDED"
    assert system.latest_sync(browser)["sync_id"] == running["sync_id"]
    assert len(moments(system, user_id) - before) == 1


def test_the_next_execution_resumes_the_sync_of_a_stopped_one(system: System, kit: SettledListener) -> None:
    """An operator stops an execution and starts another, which resumes the same sync and completes it."""
    browser, user_id = kit.browser, kit.user_id
    earlier, before = system.latest_sync(browser), moments(system, user_id)
    for data_type in ("saved_tracks", "recently_played", "saved_albums", "followed_artists"):
        system.change(kit.name, "add", data_type)
    with system.paused_provider():
        first = system.start({"user_id": user_id, "provider": "spotify"})
        stopped = system.sync_after(browser, earlier)
        system.stack.emulator.client("stepfunctions").stop_execution(executionArn=first)
    second = system.run({"user_id": user_id, "provider": "spotify"})
    assert second["status"] == "SUCCEEDED"
    assert '"succeeded"' in second["output"]
    assert system.latest_sync(browser)["sync_id"] == stopped["sync_id"]
    assert len(moments(system, user_id) - before) == 1, "both executions worked for one sync"
    assert system.differences(user_id, system.truth(kit.name)) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "needs a user_id"),
        ("user", "must be an object"),
        ({"user_id": "unknown"}, "needs a provider, one of: spotify"),
        ({"user_id": "unknown", "provider": "tape"}, "needs a provider, one of: spotify"),
        ({"user_id": "unknown", "provider": "spotify"}, "no connection to spotify"),
        ({"user_id": "unknown", "provider": "spotify", "data_types": ["songs"]}, "one or more of: top_tracks"),
        ({"user_id": "unknown", "provider": "spotify", "mode": "fast"}, "must be one of: changes, full"),
    ],
)
def test_a_wrong_input_fails_and_says_what_to_give(system: System, given: object, says: str) -> None:
    """The execution ends in a Fail state, whose cause says what to give."""
    ended = system.run(given)

    assert ended["status"] == "FAILED"
    assert ended["error"] == "SyncRefused"
    assert says in ended["cause"]
