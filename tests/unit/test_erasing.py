"""Erasing: nothing is left and nothing comes back, whoever dies and whoever is at work meanwhile."""

import itertools
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from blendify import aws, syncing
from blendify.collect import collect
from blendify.data_types import DataType, Outcome, Status
from blendify.erasing import LATEST_WORKER, erase
from blendify.storage import erasures, sessions
from blendify.storage.erasures import EVERYTHING
from blendify.storage.history import partitions
from tests.unit.leavers import (
    LISTENER,
    Machines,
    Tables,
    everything,
    fill,
    leave,
    machine,
    receipts,
    telling_of,
)
from tests.unit.robustness.machine import Reaper
from tests.unit.spotify_world import STARTED, World, begun, items, plenty

pytestmark = pytest.mark.usefixtures("aws_in_memory")

EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 5
"""`make soak` lets workers die, and meet each other, at every request; `make test` at every fifth."""


@pytest.fixture(autouse=True)
def machines(monkeypatch: pytest.MonkeyPatch) -> Machines:
    made, client = Machines(), aws.client
    monkeypatch.setattr(aws, "client", lambda service: made if service == "stepfunctions" else client(service))
    return made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    now = [STARTED]
    with monkeypatch.context() as patched:
        patched.setattr("blendify.times.now", lambda: now[0])
        yield now


def gone(user_id: str) -> None:
    """Neither table tells of the listener; what remains is receipts."""
    assert telling_of(user_id, LISTENER) == []
    assert {item["status"]["S"] for item in receipts()} == {"erased"}


def test_nothing_is_left_but_a_receipt(world: World) -> None:
    """Of every kind of item something was there; another listener's stays as it is."""
    fill(world.connect("other"), "other")
    others = everything()
    user_id = world.connect(LISTENER)
    fill(user_id)
    kinds = {item["sk"]["S"].partition("#")[0] for item in items() if item["pk"]["S"] == f"user#{user_id}"}
    assert kinds >= {"profile", "connection", "account", "session", "token", "wish", "sync", "inventory", "listing"}
    before = len(everything()) - len(others)
    erasure_id = leave(user_id)
    machine(erasure_id)
    gone(user_id)
    assert [one for one in everything() if one not in receipts()] == others
    receipt = erasures.erasure(erasure_id)
    assert receipt is not None
    assert (receipt.scope, receipt.status, receipt.user_id, receipt.own_accounts) == (EVERYTHING, "erased", "", ())
    # The mark that leads to the erasure, and the erasure itself, are not counted.
    assert sum(receipt.counts.values()) == before
    assert receipt.counts["facts"] >= len(partitions(user_id))


def test_the_tokens_are_destroyed_first(world: World) -> None:
    """Before anything else is deleted there is nothing left to open, and nobody is logged in any more."""
    user_id = world.connect(LISTENER)
    browser = fill(user_id)
    facts = len(items("history"))
    leave(user_id)
    assert not [item for item in items() if "tokens" in item]
    assert sessions.user(browser.cookies["session"]) is None
    assert len(items("history")) == facts


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("scope", [EVERYTHING, "spotify"])
def test_a_pass_that_is_killed_anywhere_is_gone_on_with(world: World, scope: str, effective: bool) -> None:
    """Before or after each request had its effect: another try, and nothing is left."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id = leave(user_id, scope)
    tables = Tables.kept()
    for at in itertools.count(1, EVERY):
        tables.restore()
        reaper = Reaper(((at, effective),))
        given: dict[str, Any] = {}
        with reaper.installed():
            while given.get("status") != "erased":
                waited = given.get("waited") is True
                given = reaper.worker(lambda waited=waited: erase(erasure_id, plenty, waited=waited)) or given  # type: ignore[misc]
                given = {"waited": True} if given.get("status") == "wait" else given
        assert telling_of(LISTENER) == []
        if scope == EVERYTHING:
            gone(user_id)
        if not reaper.deaths:
            break
    assert at > 40


def test_a_lambda_without_time_goes_on_in_the_next(world: World) -> None:
    """One delete a pass is enough to come to an end."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id, passes = leave(user_id), 0

    def one_delete() -> Callable[[], float]:
        left = iter([900.0] * 14)
        return lambda: next(left, 0.0)

    given: dict[str, Any] = {}
    while given.get("status") != "erased":
        given = erase(erasure_id, one_delete(), waited=given.get("waited") is True or given.get("status") == "wait")
        passes += 1
        assert passes < 100
    assert passes > 3
    gone(user_id)


@pytest.mark.parametrize("data_type", [DataType.SAVED_TRACKS, DataType.PLAYLISTS])
def test_a_collector_at_work_brings_nothing_back(world: World, data_type: DataType) -> None:
    """Whatever it is just doing when the first pass comes: it ends without an error, and the last pass finds the rest."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, data_type)
    tables = Tables.kept()
    for at in itertools.count(1, EVERY):
        tables.restore()
        waits: list[int] = []

        def first_pass() -> None:
            waits.append(erase(leave(user_id), plenty, waited=False)["seconds"])  # noqa: B023

        with interrupted(at, first_pass):
            summary = collect(data_type, job, plenty)
            finished = syncing.finish(job, 1, [summary.event()])
        if not waits:
            break
        assert summary.outcome in (Outcome.NOT_REQUESTED, Outcome.COMPLETE)
        (mark,) = [item for item in items() if item.get("status") == {"S": "erasing"}]
        assert waits == [LATEST_WORKER.total_seconds()], "a run is under way"
        machine_from_wait(mark["pk"]["S"].removeprefix("erasure#"))
        gone(user_id)
        assert finished["status"] in ("gone", Status.SUCCEEDED)
    assert at > 20


class interrupted:  # noqa: N801 -- reads as what it is
    """Before the n-th request of this thread's work, something else happens as a whole."""

    def __init__(self, at: int, other: Callable[[], None]) -> None:
        self._at, self._other, self._counted = at, other, 0
        self._inside = False

    def __enter__(self) -> None:
        real = BaseClient._make_api_call  # type: ignore[attr-defined]

        def request(client: object, operation: str, parameters: object) -> Any:
            if not self._inside:
                self._counted += 1
                if self._counted == self._at:
                    self._inside = True
                    try:
                        self._other()
                    finally:
                        self._inside = False
            return real(client, operation, parameters)

        self._patch = patch.object(BaseClient, "_make_api_call", request)
        self._patch.start()

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


def machine_from_wait(erasure_id: str) -> list[int]:
    """The machine goes on after its first wait."""
    given = erase(erasure_id, plenty, waited=True)
    return [] if given["status"] == "erased" else [given["seconds"], *machine_from_wait(erasure_id)]


def test_a_login_in_the_middle_is_a_new_user(world: World) -> None:
    """At whichever step of a login the erasure comes: the account's next user has nothing of the old one."""
    old = world.connect(LISTENER)
    begun(old, DataType.SAVED_TRACKS)
    tables = Tables.kept()
    for at in itertools.count(1):
        tables.restore()
        browser, erasure_ids = Browser(), []
        query = consent(depart(browser), LISTENER)
        with interrupted(at, lambda: erasure_ids.append(leave(old))):  # noqa: B023
            answer = arrive(browser, query)
        if not erasure_ids:
            break
        assert answer.status == 303
        machine(erasure_ids[0])
        assert telling_of(old) == []
        # Whose login was complete before is logged out; a new one is a new user.
        if browser.get("api.listener", "/me").status == 401:
            answer = arrive(browser, consent(depart(browser), LISTENER))
            assert answer.status == 303
        new = user_of(browser)
        assert new != old
        assert [one.provider for one in connections.connections(new)] == ["spotify"]
        assert list(syncs.newest(new, 5)) == []
        assert telling_of(old) == []
    assert at > 8


def test_a_login_while_a_provider_is_erased_is_a_new_user(world: World) -> None:
    """What is being erased cannot be connected again: otherwise the last pass would take it away."""
    old = world.connect(LISTENER)
    fill(old)
    erasure_id = leave(old, "spotify")
    new = user_of_login()
    assert new != old
    machine(erasure_id)
    assert [one.provider for one in connections.connections(new)] == ["spotify"]
    assert user_of_login() == new


def user_of_login() -> str:
    """Whom a login makes somebody."""
    browser = Browser()
    assert arrive(browser, consent(depart(browser), LISTENER)).status == 303
    return user_of(browser)


def test_a_dispatch_at_the_same_moment_starts_nothing_that_lasts(
    world: World, machines: Machines, clock: list[datetime]
) -> None:
    """At whichever request of the dispatch it comes: nothing is claimed, or what is started finds no connection."""
    user_id = world.connect(LISTENER)
    clock[0] += timedelta(days=1)
    tables = Tables.kept()
    for at in itertools.count(1):
        tables.restore()
        machines.started.clear()
        erasure_ids: list[str] = []
        with interrupted(at, lambda: erasure_ids.append(leave(user_id))):  # noqa: B023
            dispatching.dispatch("sync", plenty)
        if not erasure_ids:
            break
        for _, given in machines.started:
            assert syncing.begin(given, "execution-9", clock[0])["outcome"] == "refused"
        machine(erasure_ids[0])
        gone(user_id)
    assert at > 5


def test_a_sync_that_just_begins_is_refused_or_taken_along(world: World) -> None:
    """At whichever request of its first step: no lease comes back, and no record stays."""
    user_id = world.connect(LISTENER)
    tables = Tables.kept()
    outcomes = set()
    for at in itertools.count(1):
        tables.restore()
        ids: list[str] = []
        with interrupted(at, lambda: erase(ids.append(leave(user_id)) or ids[0], plenty, waited=False)):  # type: ignore[func-returns-value]  # noqa: B023
            begins = syncing.begin({"user_id": user_id, "provider": "spotify"}, "execution-1", STARTED)
        if not ids:
            break
        outcomes.add(begins["outcome"])
        with pytest.raises(connections.NotConnected):
            connections.connection(user_id, "spotify")
        machine_from_wait(ids[0])
        gone(user_id)
    assert outcomes == {"refused", "started"}


def test_what_came_back_is_waited_for_once_more(world: World) -> None:
    """A last pass that finds something is not the last: it waits as long as any worker can live."""
    user_id = world.connect(LISTENER)
    late = iter([True, True, False])

    def write(_seconds: int) -> None:
        if next(late):
            Fact.of(user_id, "saved_tracks", times.iso(STARTED), "spotify", "late", {}, {}).append()

    waits = machine(leave(user_id), between=write)
    assert waits == [QUIET.total_seconds(), LATEST_WORKER.total_seconds(), LATEST_WORKER.total_seconds()]
    gone(user_id)


def test_who_was_not_being_synced_waits_shortly(world: World, clock: list[datetime]) -> None:
    """A run that ended a while ago holds nobody up; one that has just ended, runs or never ended may have workers."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS)
    tables = Tables.kept()
    assert machine(leave(user_id)) == [LATEST_WORKER.total_seconds()]

    tables.restore()
    syncs.end(user_id, job.sync_id, Status.SUCCEEDED, None)
    leases.release(user_id, "spotify", job.sync_id)
    tables = Tables.kept()
    assert machine(leave(user_id)) == [LATEST_WORKER.total_seconds()]

    tables.restore()
    clock[0] += LATEST_WORKER
    assert machine(leave(user_id)) == [QUIET.total_seconds()]


def test_a_run_of_which_only_the_record_is_left_is_waited_for(world: World) -> None:
    """The listener disconnected first: the lease went with it."""
    user_id = world.connect(LISTENER)
    begun(user_id, DataType.SAVED_TRACKS)
    connections.disconnect(user_id, "spotify")
    assert machine(leave(user_id)) == [LATEST_WORKER.total_seconds()]


def test_a_provider_is_erased_and_nothing_else(world: World) -> None:
    """Facts, lists, runs and the account's way to the user go; the user, their logins and other providers stay."""
    user_id = world.connect(LISTENER)
    browser = fill(user_id)
    before = {str(item) for item in everything()}
    fill_other(user_id, "elsewhere")
    others = [item for item in everything() if str(item) not in before]
    assert len(others) == 11
    machine(leave(user_id, "spotify"))
    left = [item for item in everything() if item not in receipts()]
    assert [item for item in others if item not in left] == []
    kinds = {item["sk"]["S"].partition("#")[0] for item in left if "sk" in item and item not in others}
    assert kinds == {"profile", "session", "token", "bearer", "wish"} | {"gate"} & kinds
    assert [item for item in left if "spotify" in str(item) and user_id in str(item)] == []
    assert sessions.user(browser.cookies["session"]) == user_id
    assert telling_of(LISTENER) == []


def test_a_derived_item_that_names_no_provider_goes_with_each(world: World) -> None:
    """It was made from everybody's facts, and can be made again."""
    user_id = world.connect(LISTENER)
    key = {"user#type": {"S": partitions(user_id)[0]}, "fetched_at": {"S": "x"}}
    aws.client("dynamodb").put_item(TableName="history", Item=key)
    machine(leave(user_id, "spotify"))
    assert items("history") == []


def test_everything_overtakes_the_erasure_of_a_provider(world: World) -> None:
    """Both are over at the end, and the smaller one's machine finds that out."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    one = leave(user_id, "spotify")
    assert erase(one, plenty, waited=False)["status"] == "wait"
    machine(leave(user_id))
    assert erase(one, plenty, waited=True) == {"status": "erased"}
    gone(user_id)


def test_two_erasers_at_once_do_each_others_work(world: World) -> None:
    """An operator starts a second execution: no error, and nothing is left."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id = leave(user_id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: machine(erasure_id), range(2)))
    gone(user_id)
    assert machine(erasure_id) == []


def test_an_unknown_erasure_says_what_to_give() -> None:
    """The execution fails in red, with this."""
    with pytest.raises(LookupError, match="give the erasure_id"):
        erase("none", plenty, waited=False)


def test_a_session_from_before_sessions_were_listed_ends_with_its_user(world: World) -> None:
    """The eraser cannot find it; it is worth nothing all the same, and expires."""
    user_id = world.connect(LISTENER)
    session = sessions.begin(user_id)
    (entry,) = accounts().query(keys.user(user_id), keys.session())
    accounts().delete(keys.user(user_id), entry["sk"])
    assert sessions.user(session) == user_id
    leave(user_id)
    assert sessions.user(session) is None


def test_the_way_to_a_new_user_is_not_taken_away(world: World) -> None:
    """The account belongs to somebody new by the time of the last pass."""
    old = world.connect(LISTENER)
    erasure_id = leave(old)
    new = user_of_login()
    machine(erasure_id)
    assert user_of_login() == new


def test_exports_are_erased_where_there_are_any(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies under the user's own prefix, and nobody else's."""
    client = aws.client("s3")
    client.create_bucket(Bucket="exports")
    user_id = world.connect(LISTENER)
    mine = [f"exports/{user_id}/one.zip", f"exports/{user_id}/two/three.zip"]
    for key in (*mine, f"exports/{user_id}x/other.zip"):
        client.put_object(Bucket="exports", Key=key, Body=b"")
    monkeypatch.setenv("EXPORTS_BUCKET", "exports")
    erasure_id = leave(user_id)
    machine(erasure_id)
    assert [one["Key"] for one in client.list_objects_v2(Bucket="exports")["Contents"]] == [
        f"exports/{user_id}x/other.zip"
    ]
    receipt = erasures.erasure(erasure_id)
    assert receipt is not None
    assert receipt.counts["exports"] == len(mine)


def test_a_run_under_way_is_stopped(world: World, machines: Machines) -> None:
    """Its execution, at once; where that is refused, it ends by itself."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS, execution="execution-7")
    erasing.begin(erasures.begin(user_id, EVERYTHING))
    assert machines.stopped == ["execution-7"]
    assert standing(job, DataType.SAVED_TRACKS).outcome is Outcome.RECONNECT
    assert collect(DataType.SAVED_TRACKS, job, plenty).outcome is Outcome.RECONNECT
    assert world.calls() == 0
