"""Erasing: only a receipt is left, whichever worker dies."""

import itertools
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from blendify.access import connections, refused_grants, sessions
from blendify.core import aws, times
from blendify.core.data_types import DataType, Status
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.append import append
from blendify.history.facts import Fact, partitions
from blendify.leaving.erasure import erase
from blendify.leaving.living_workers import LONG_WAIT, SHORT_WAIT
from blendify.leaving.receipts import EVERYTHING, erasure
from blendify.syncing import lease, syncs
from tests.unit.erasures import (
    LISTENER,
    Tables,
    erasure_items,
    everything,
    fill,
    fill_other,
    gone,
    leave,
    machine,
    telling_of,
)
from tests.unit.robustness.machine import Reaper
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")

EVERY = 1 if int(os.environ.get("SCHEDULES", "0")) >= 10_000 else 5
"""`make soak` lets workers die, and meet each other, at every request; `make test` at every fifth."""


def test_nothing_is_left_but_a_receipt(world: World) -> None:
    """The user had items of every kind; another listener's items stay as they are."""
    fill(world.connect("other"), "other")
    others = everything()
    user_id = world.connect(LISTENER)
    fill(user_id)
    kinds = {item["sk"]["S"].partition("#")[0] for item in items() if item["pk"]["S"] == f"user#{user_id}"}
    assert kinds >= {"profile", "connection", "account", "session", "token", "wish", "sync", "version", "listing"}
    assert kinds >= {"application", "webhook", "webhooks"}
    before = len(everything()) - len(others)
    erasure_id = leave(user_id)
    machine(erasure_id)
    gone(user_id)
    assert [item for item in everything() if item not in erasure_items()] == others
    receipt = erasure(erasure_id)
    assert receipt is not None
    assert (receipt.scope, receipt.status, receipt.user_id, receipt.own_accounts) == (EVERYTHING, "erased", "", ())
    # The pointer to the erasure, and the erasure itself, are not counted.
    assert sum(receipt.counts.values()) == before
    assert receipt.counts["facts"] >= len(partitions(user_id))


def test_the_tokens_are_destroyed_first(world: World) -> None:
    """Before anything else is deleted, no token is left, and all logins have ended."""
    user_id = world.connect(LISTENER)
    browser = fill(user_id)
    facts = len(items("history"))
    leave(user_id)
    assert not [item for item in items() if "tokens" in item]
    assert sessions.user_id_of(browser.cookies["session"]) is None
    assert len(items("history")) == facts


@pytest.mark.parametrize("effective", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("scope", [EVERYTHING, "spotify"])
def test_a_pass_that_is_killed_anywhere_is_continued(world: World, scope: str, effective: bool) -> None:
    """Killed before or after each request takes effect, another try finishes, and nothing is left."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id = leave(user_id, scope)
    tables = Tables.snapshot()
    for at in itertools.count(1, EVERY):
        tables.restore()
        reaper = Reaper(((at, effective),))
        result: dict[str, Any] = {}
        with reaper.installed():
            while result.get("status") != "erased":
                waited = result.get("waited") is True
                result = reaper.worker(lambda waited=waited: erase(erasure_id, plenty, waited=waited)) or result  # type: ignore[misc]
                result = {"waited": True} if result.get("status") == "wait" else result
        assert telling_of(LISTENER) == []
        if scope == EVERYTHING:
            gone(user_id)
        if not reaper.deaths:
            break
    assert at > 40


def test_a_lambda_without_time_goes_on_in_the_next(world: World) -> None:
    """One deletion per pass is enough to finish."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    erasure_id, passes = leave(user_id), 0

    def one_delete() -> Callable[[], float]:
        left = iter([900.0] * 14)
        return lambda: next(left, 0.0)

    result: dict[str, Any] = {}
    while result.get("status") != "erased":
        result = erase(erasure_id, one_delete(), waited=result.get("waited") is True or result.get("status") == "wait")
        passes += 1
        assert passes < 100
    assert passes > 3
    gone(user_id)


def test_what_came_back_is_waited_for_once_more(world: World) -> None:
    """A last pass that finds something is not the last: it waits as long as any worker can live."""
    user_id = world.connect(LISTENER)
    late = iter([True, True, False])

    def write(_seconds: int) -> None:
        if next(late):
            append([Fact.of(user_id, "saved_tracks", times.iso(STARTED), "spotify", "late", {}, {})])

    waits = machine(leave(user_id), between=write)
    assert waits == [SHORT_WAIT.total_seconds(), LONG_WAIT.total_seconds(), LONG_WAIT.total_seconds()]
    gone(user_id)


def test_what_a_worker_leaves_beside_the_users_own_items_goes_too(world: World) -> None:
    """A call that passes the gate, a grant that is refused: the last pass still knows where to look."""
    user_id = world.connect(LISTENER)

    late = iter([True, False])

    def write(_seconds: int) -> None:
        if not next(late):
            return
        state_table().put(keys.rate_limiter("spotify", "default", user_id), "gate", {"next_slot_at": 1})
        refused_grants.record("spotify", "default", user_id)

    machine(leave(user_id), between=write)
    gone(user_id)


@pytest.mark.parametrize(
    "change",
    [
        lambda user_id: syncs.end(user_id, "x", Status.FAILED, None),
        lambda user_id: syncs.wait(user_id, "x", times.now(), 2),
        lambda user_id: syncs.resume(user_id, "x", (DataType.PLAYLISTS,)),
        lambda user_id: connections.record_announcement(connections.connection(user_id, "spotify"), 7),
    ],
    ids=["end", "wait", "go on", "announce"],
)
def test_nothing_that_is_gone_is_brought_back_by_a_change(world: World, change: Callable[[str], object]) -> None:
    """An update of an item never creates it."""
    user_id = world.connect(LISTENER)
    connection = connections.connection(user_id, "spotify")
    leave(user_id)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connections, "connection", lambda *_: connection)
        before = items()
        change(user_id)
    assert items() == before


def test_without_a_running_sync_the_wait_is_short(world: World, stopped_clock: list[datetime]) -> None:
    """A sync that ended a while ago adds no wait; one that has just ended, runs or never ended may have workers."""
    user_id = world.connect(LISTENER)
    job = begun(user_id, DataType.SAVED_TRACKS)
    tables = Tables.snapshot()
    assert machine(leave(user_id)) == [LONG_WAIT.total_seconds()]

    tables.restore()
    syncs.end(user_id, job.sync_id, Status.SUCCEEDED, None)
    lease.release(user_id, "spotify", job.sync_id)
    tables = Tables.snapshot()
    assert machine(leave(user_id)) == [LONG_WAIT.total_seconds()]

    tables.restore()
    stopped_clock[0] += LONG_WAIT
    assert machine(leave(user_id)) == [SHORT_WAIT.total_seconds()]


def test_a_run_of_which_only_the_record_is_left_is_waited_for(world: World) -> None:
    """The listener disconnected first, and the lease went with the connection."""
    user_id = world.connect(LISTENER)
    begun(user_id, DataType.SAVED_TRACKS)
    connections.disconnect(user_id, "spotify")
    assert machine(leave(user_id)) == [LONG_WAIT.total_seconds()]


def test_a_provider_is_erased_and_nothing_else(world: World) -> None:
    """Facts, lists, syncs and the account's pointer to the user go; the user, their logins and other providers stay."""
    user_id = world.connect(LISTENER)
    browser = fill(user_id)
    before = {str(item) for item in everything()}
    fill_other(user_id, "elsewhere")
    others = [item for item in everything() if str(item) not in before]
    assert len(others) == 10
    machine(leave(user_id, "spotify"))
    left = [item for item in everything() if item not in erasure_items()]
    assert [item for item in others if item not in left] == []
    kinds = {item["sk"]["S"].partition("#")[0] for item in left if "sk" in item and item not in others}
    logins = {"session", "token", "bearer"}
    assert kinds == {"profile", *logins, "wish", "erased", "webhook", "webhooks"} | {"gate"} & kinds
    mark = keys.erased("spotify")
    assert [each for each in left if "spotify" in str(each) and user_id in str(each) and mark not in str(each)] == []
    assert sessions.user_id_of(browser.cookies["session"]) == user_id
    assert telling_of(LISTENER) == []


def test_a_derived_item_that_names_no_provider_goes_with_each(world: World) -> None:
    """It was made from the facts of all providers, and can be made again."""
    user_id = world.connect(LISTENER)
    key = {"user#type": {"S": partitions(user_id)[0]}, "fetched_at": {"S": "x"}}
    aws.client("dynamodb").put_item(TableName="history", Item=key)
    machine(leave(user_id, "spotify"))
    assert items("history") == []


def test_a_full_erasure_supersedes_that_of_a_provider(world: World) -> None:
    """Both are finished at the end, and the smaller one's state machine notices."""
    user_id = world.connect(LISTENER)
    fill(user_id)
    smaller = leave(user_id, "spotify")
    assert erase(smaller, plenty, waited=False)["status"] == "wait"
    machine(leave(user_id))
    assert erase(smaller, plenty, waited=True) == {"status": "erased"}
    gone(user_id)


@pytest.mark.parametrize("erasure_id", ["none", ""])
def test_an_unknown_erasure_is_said_to_be_unknown(erasure_id: str) -> None:
    """The execution then fails at once, and says what to give."""
    assert erase(erasure_id, plenty, waited=False) == {"status": "unknown"}


def test_a_session_from_before_sessions_were_listed_ends_with_its_user(world: World) -> None:
    """The eraser cannot find it, but it opens nothing, and expires."""
    user_id = world.connect(LISTENER)
    session = sessions.begin(user_id)
    (entry,) = state_table().query(keys.user(user_id), keys.session())
    state_table().delete(keys.user(user_id), entry["sk"])
    assert sessions.user_id_of(session) == user_id
    leave(user_id)
    assert sessions.user_id_of(session) is None


def test_exports_are_erased(world: World) -> None:
    """The objects under the user's own prefix, and no others."""
    client = aws.client("s3")
    user_id = world.connect(LISTENER)
    mine = [f"exports/{user_id}/one.zip", f"exports/{user_id}/two/three.zip"]
    for key in (*mine, f"exports/{user_id}x/other.zip"):
        client.put_object(Bucket="exports", Key=key, Body=b"")
    erasure_id = leave(user_id)
    machine(erasure_id)
    assert [item["Key"] for item in client.list_objects_v2(Bucket="exports")["Contents"]] == [
        f"exports/{user_id}x/other.zip"
    ]
    receipt = erasure(erasure_id)
    assert receipt is not None
    assert receipt.counts["exports"] == len(mine)
