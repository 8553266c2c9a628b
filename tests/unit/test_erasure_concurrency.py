"""Erasing while other functions write: nothing comes back, and no other user is harmed."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from blendify.access import connections, sessions
from blendify.collecting.collector import collect
from blendify.core.data_types import DataType, Outcome, Status
from blendify.core.errors import Superseded
from blendify.leaving import erasure, receipts
from blendify.leaving.erasure import erase
from blendify.leaving.living_workers import LONG_WAIT
from blendify.leaving.receipts import EVERYTHING
from blendify.syncing import dispatch, syncs
from blendify.syncing.begin_sync import begin_sync
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import (
    LISTENER,
    Interrupted,
    Tables,
    fill,
    gone,
    leave,
    machine,
    machine_from_wait,
    telling_of,
)
from tests.unit.http_events import Browser
from tests.unit.login_flow import consent, finish_login, logged_in, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")

EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 5
"""`make soak` lets workers die, and meet each other, at every request; `make test` at every fifth."""


@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.PLAYLISTS])
def test_a_collector_at_work_brings_nothing_back(world: World, data_type: DataType) -> None:
    """At whichever request the first pass comes: the collector ends without an error, the last pass finds the rest."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, data_type)
    tables = Tables.snapshot()
    for at in itertools.count(1, EVERY):
        tables.restore()
        waits: list[int] = []

        def first_pass() -> None:
            waits.append(erase(leave(user_id), plenty, waited=False)["seconds"])  # noqa: B023

        with Interrupted(at, first_pass):
            summary = collect(data_type, job, plenty)
            finished = finish_sync(job, 1, [summary.event()])
        if not waits:
            break
        assert summary.outcome in (Outcome.NOT_REQUESTED, Outcome.COMPLETE)
        (pointer,) = [item for item in items() if item.get("status") == {"S": "erasing"}]
        assert waits == [LONG_WAIT.total_seconds()], "a run is under way"
        machine_from_wait(pointer["pk"]["S"].removeprefix("erasure#"))
        gone(user_id)
        assert finished["status"] in ("gone", Status.SUCCEEDED)
    assert at > 15


def test_a_login_in_the_middle_is_a_new_user(world: World) -> None:
    """At whichever request of a login the erasure happens: the account's next user has nothing of the old one."""
    old = user_of(logged_in(world, LISTENER))
    begun(old, DataType.SAVED_TRACKS)
    tables = Tables.snapshot()
    for at in itertools.count(1):
        tables.restore()
        browser = Browser()
        erasure_ids: list[str] = []
        query = consent(start_login(browser), LISTENER)
        with Interrupted(at, lambda: erasure_ids.append(leave(old))):  # noqa: B023
            response = finish_login(browser, query)
        if not erasure_ids:
            break
        assert response.status == 303
        assert list(connections.connections(old)) == []
        machine(erasure_ids[0])
        assert telling_of(old) == []
        # A login that was complete before the erasure is logged out; logging in again makes a new user.
        if browser.get("api.listener", "/me").status == 401:
            response = finish_login(browser, consent(start_login(browser), LISTENER))
            assert response.status == 303
        new = user_of(browser)
        assert new != old
        assert [connection.provider for connection in connections.connections(new)] == ["spotify"]
        assert list(syncs.newest(new, 5)) == []
        assert telling_of(old) == []
    assert at > 5


def test_a_login_while_a_provider_is_erased_is_a_new_user(world: World) -> None:
    """An account that is being erased cannot be connected again: the last pass would delete the connection."""
    old = user_of_login()
    fill(old)
    erasure_id = leave(old, "spotify")
    new = user_of_login()
    assert new != old
    machine(erasure_id)
    assert [connection.provider for connection in connections.connections(new)] == ["spotify"]
    assert user_of_login() == new


def test_the_pointer_to_a_new_user_is_not_deleted(world: World) -> None:
    """The account belongs to a new user by the time of the last pass."""
    old = user_of_login()
    erasure_id = leave(old)
    new = user_of_login()
    assert new != old
    machine(erasure_id)
    assert user_of_login() == new


def first_pass(user_id: str) -> str:
    """Ask for an erasure and run its first pass; returns its id."""
    erasure_id = leave(user_id)
    erase(erasure_id, plenty, waited=False)
    return erasure_id


def user_of_login() -> str:
    """The user whom a new login makes."""
    browser = Browser()
    assert finish_login(browser, consent(start_login(browser), LISTENER)).status == 303
    return user_of(browser)


def test_a_dispatch_at_the_same_moment_starts_nothing_that_lasts(
    world: World, machines: StepFunctions, stopped_clock: list[datetime]
) -> None:
    """At whichever request of the dispatch it happens: nothing is claimed, or the started sync finds no connection."""
    user_id = world.connect(LISTENER)
    stopped_clock[0] += timedelta(days=1)
    tables = Tables.snapshot()
    for at in itertools.count(1):
        tables.restore()
        machines.executions.clear()
        erasure_ids: list[str] = []
        with Interrupted(at, lambda: erasure_ids.append(leave(user_id))):  # noqa: B023
            dispatch.dispatch("sync", plenty)
        if not erasure_ids:
            break
        for _, event in machines.started:
            assert begin_sync(event, "execution-9", stopped_clock[0])["outcome"] == "refused"
        machine(erasure_ids[0])
        gone(user_id)
    assert at > 5


def test_a_sync_that_just_begins_is_refused_or_erased(world: World) -> None:
    """At whichever request of its first step: no lease comes back, and no record stays."""
    user_id = world.connect(LISTENER)
    tables = Tables.snapshot()
    outcomes = set()
    for at in itertools.count(1):
        tables.restore()
        ids: list[str] = []
        with Interrupted(at, lambda: ids.append(first_pass(user_id))):  # noqa: B023
            begins = begin_sync({"user_id": user_id, "provider": "spotify"}, "execution-1", STARTED)
        if not ids:
            break
        outcomes.add(begins["outcome"])
        with pytest.raises(connections.NotConnected):
            connections.connection(user_id, "spotify")
        machine_from_wait(ids[0])
        gone(user_id)
    assert outcomes == {"refused", "started"}


def test_two_erasers_at_once_do_each_others_work(world: World) -> None:
    """An operator starts a second execution: no error, and nothing is left."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id = leave(user_id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: machine(erasure_id), range(2)))
    gone(user_id)
    assert machine(erasure_id) == []


def test_a_run_under_way_is_stopped(world: World, machines: StepFunctions) -> None:
    """Its execution is stopped at once; one that cannot be stopped ends by itself."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS, execution="execution-7")
    erasure.begin(receipts.begin(user_id, EVERYTHING))
    assert machines.stopped == ["execution-7"]
    assert standing(job, DataType.SAVED_TRACKS).outcome is Outcome.RECONNECT
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert world.calls() == 0


@pytest.mark.parametrize("collected", [False, True], ids=["crashed", "collected"])
def test_a_sync_that_just_ends_brings_nothing_back(world: World, collected: bool) -> None:
    """At whichever request of its last step: it ends, or its retry reports that the listener has left."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.FOLLOWED_ARTISTS)
    if collected:
        collect(DataType.FOLLOWED_ARTISTS, job, plenty)
    tables = Tables.snapshot()
    for at in itertools.count(1):
        tables.restore()
        ids: list[str] = []
        with Interrupted(at, lambda: ids.append(first_pass(user_id))):  # noqa: B023
            try:
                finish_sync(job, 1, [])
            except Superseded:
                assert finish_sync(job, 1, [])["status"] == "gone"
        if not ids:
            break
        machine_from_wait(ids[0])
        gone(user_id)
    assert at > 4


def test_a_sync_request_at_the_same_moment_starts_nothing_that_lasts(world: World, machines: StepFunctions) -> None:
    """At whichever request of `POST /me/syncs`: its sync finds no connection, and the request itself is erased."""
    user_id = world.connect(LISTENER)
    session = sessions.begin(user_id)
    tables = Tables.snapshot()
    for at in itertools.count(1):
        tables.restore()
        machines.executions.clear()
        ids: list[str] = []
        with Interrupted(at, lambda: ids.append(first_pass(user_id))):  # noqa: B023
            response = Browser({"session": session}).post("api.syncs", "/me/syncs")
        assert response.status in (202, 401, 404)
        if not ids:
            break
        for _, event in machines.started:
            assert begin_sync(event, "execution-9", STARTED)["outcome"] == "refused"
        machine_from_wait(ids[0])
        gone(user_id)
    assert at > 4
