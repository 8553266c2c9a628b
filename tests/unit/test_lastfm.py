"""A whole listener of Last.fm: every scrobble once, back to the first; little afterwards; and what its errors mean."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.collecting.intake import REMEMBERED
from blendify.collecting.job import Job
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.history import list_versions
from blendify.history.stored_facts import StoredFact
from blendify.syncing.finish_sync import finish_sync
from local.aws_in_memory import application
from local.history_reader import HistoryReader
from local.simulators.lastfm import Errors, Lone
from tests.unit import lastfm_world
from tests.unit.lastfm_world import OFFERED, World
from tests.unit.robustness.machine import Clock
from tests.unit.spotify_world import STARTED, begun, plenty, standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")
PLAYS = DataType.RECENTLY_PLAYED


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Starlette, str]]:
    with lastfm_world.served() as app:
        yield app


@pytest.fixture
def world(behind: tuple[Starlette, str]) -> World:
    """Listeners do everything at one moment: however long ago the tests began, the runs find it."""
    return World.begin(behind, clock=STARTED.timestamp)


@pytest.fixture
def nobody_executes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Executions that began a run are dead."""
    monkeypatch.setattr("blendify.core.state_machines.is_running", lambda _: False)


def run(user_id: str, *data_types: DataType, after: timedelta = timedelta(0), **more: str) -> Job:
    """A run of these data types that began so long after the first, to its end."""
    job = begun(
        user_id, *data_types, provider="lastfm", execution=f"execution-{after}", started_at=STARTED + after, **more
    )
    for data_type in data_types:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job


def stored(user_id: str, data_type: DataType = PLAYS) -> list[StoredFact]:
    """All facts of a data type, marks included."""
    return list(StoredFact.query(f"{user_id}#{data_type}"))


def answers(facts: list[StoredFact]) -> Counter[str]:
    return Counter(json.dumps(fact.answer(), sort_keys=True) for fact in facts)


def served(entries: list[Any]) -> Counter[str]:
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


@pytest.mark.parametrize(("lone", "errors"), list(zip(Lone, Errors, strict=True)))
def test_everything_is_stored_once(behind: tuple[Starlette, str], lone: Lone, errors: Errors) -> None:
    """However it writes lists of one, and with whatever status its errors come."""
    world = World.begin(behind, lone=lone, errors=errors, loved_tracks=1, scrobbles=201)
    user_id = world.connect()
    job = run(user_id, *OFFERED)
    for data_type in OFFERED:
        assert standing(job, data_type).outcome is Outcome.COMPLETE, standing(job, data_type).why
        lists = world.truth()[data_type]
        stored = HistoryReader(aws.client("dynamodb"), "history", user_id).lists(data_type)
        assert stored.differences(lists) == []


def test_scrobbles_go_back_to_the_first(world: World) -> None:
    """Page by page, by number; the fewest calls."""
    user_id = world.connect()
    job = run(user_id, PLAYS)
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])
    assert world.calls("user.getRecentTracks") == 3
    assert standing(job, PLAYS).counts["expected"] == 450


def test_what_is_played_meanwhile_moves_no_page(behind: tuple[Starlette, str]) -> None:
    """The end of what is asked for is the run's start; what plays at the moment is no scrobble."""
    world = World.begin(behind, clock=lambda: (STARTED + timedelta(minutes=2)).timestamp())
    world.simulator.arrange("Ana", {"playing": 3})
    before = world.truth()[PLAYS][""]

    def play(_: str, number: int) -> None:
        if number > 1:
            world.change("add", PLAYS)

    world.simulator.traffic.on_call = play
    user_id = world.connect()
    run(user_id, PLAYS)
    assert answers(stored(user_id)) == served(before)
    world.simulator.traffic.on_call = None
    world.simulator.arrange("Ana", {"playing": None})
    run(user_id, PLAYS, after=timedelta(hours=1))
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])


def test_the_next_run_asks_for_what_is_new(world: World) -> None:
    """One call, one new fact for each new play, however long the log is."""
    user_id = world.connect()
    run(user_id, PLAYS)
    count = len(stored(user_id))
    world.change("add", PLAYS, count=3)
    before = world.calls()
    job = run(user_id, PLAYS, after=timedelta(hours=1))
    assert world.calls() - before == 1
    assert len(stored(user_id)) == count + 3
    assert standing(job, PLAYS).counts["appended"] == 3


def test_nothing_is_taken_for_a_hole(world: World) -> None:
    """A provider that forgets nothing loses none, also when a full page of plays is all new."""
    user_id = world.connect()
    run(user_id, PLAYS)
    later = STARTED + timedelta(days=30, minutes=-1)
    world.simulator.listeners["Ana"].library.clock = lambda: later.timestamp()
    world.change("add", PLAYS, count=200)
    job = run(user_id, PLAYS, after=timedelta(days=30))
    assert standing(job, PLAYS).counts["appended"] == 200
    assert [fact for fact in stored(user_id) if fact.kind == "hole"] == []
    assert standing(job, PLAYS).counts.get("holes", 0) == 0


def test_what_comes_in_late_is_found_by_the_next_full_look(world: World) -> None:
    """Plays of a device that was offline for days; each is appended once, and no other play again."""
    user_id = world.connect()
    run(user_id, PLAYS)
    count = len(stored(user_id))
    world.change("add", PLAYS, count=4, days=10)
    run(user_id, PLAYS, after=timedelta(hours=1))
    assert len(stored(user_id)) == count
    job = run(user_id, PLAYS, after=timedelta(hours=2), mode="full")
    assert standing(job, PLAYS).counts["appended"] == 4
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])
    run(user_id, PLAYS, after=timedelta(days=8))
    assert len(stored(user_id)) == count + 4


def test_a_long_log_needs_no_long_memory(world: World) -> None:
    """Only the plays that may be met again stay known: those of the last fortnight, and a hundred at least."""
    user_id = world.connect()
    run(user_id, PLAYS)
    (known,) = list_versions.inventories(user_id, "lastfm", PLAYS).values()
    since = times.iso(STARTED - timedelta(days=14))
    recent = sum(str(fact.played_at) >= since for fact in stored(user_id))
    assert known.count == max(REMEMBERED, recent)


def test_a_back_fill_that_dies_is_finished_by_another_run(world: World, nobody_executes: None) -> None:
    """What was stored is not stored again, and nothing between is left out."""
    user_id = world.connect()
    first = begun(user_id, PLAYS, provider="lastfm")
    left = iter([900.0, 0.0])
    collect(PLAYS, first, lambda: next(left))
    there = len(stored(user_id))
    assert 0 < there < 450
    second = run(user_id, PLAYS, after=timedelta(hours=1), mode="full")
    assert second.sync_id != first.sync_id
    assert standing(second, PLAYS).outcome is Outcome.COMPLETE
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])


def test_a_later_run_that_dies_leaves_no_gap(world: World, nobody_executes: None) -> None:
    """The next one asks from where the last complete run stood, not from the newest play that is known."""
    user_id = world.connect()
    run(user_id, PLAYS)
    world.simulator.listeners["Ana"].library.clock = lambda: (STARTED + timedelta(days=3)).timestamp()
    world.change("add", PLAYS, count=450)
    second = begun(
        user_id, PLAYS, provider="lastfm", execution="execution-2", started_at=STARTED + timedelta(days=3, seconds=1)
    )
    left = iter([0.0])
    collect(PLAYS, second, lambda: next(left))
    run(user_id, PLAYS, after=timedelta(days=3, hours=1), mode="full")
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])


def test_two_plays_of_one_track_in_one_second_are_two(world: World) -> None:
    """Counted on the page where they stand together; met again they are no news."""
    scrobbles = world.simulator.listeners["Ana"].library.entries(PLAYS)
    newest = scrobbles[0]
    scrobbles.insert(0, newest)
    user_id = world.connect()
    run(user_id, PLAYS)
    moment = times.iso(times.from_milliseconds(newest.when * 1000))
    told = Counter(fact.occurrence for fact in stored(user_id) if fact.played_at == moment)
    assert told[2] >= 1
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])
    assert standing(run(user_id, PLAYS, after=timedelta(hours=1)), PLAYS).counts["appended"] == 0


def test_an_edited_scrobble_is_a_record_of_its_own(world: World) -> None:
    """The old one stays, as everything that was ever served."""
    user_id = world.connect()
    world.change("add", PLAYS, item=5)
    run(user_id, PLAYS, after=timedelta(minutes=5))
    count = len(stored(user_id))
    world.change("replace", PLAYS, item=6)
    run(user_id, PLAYS, after=timedelta(minutes=10))
    assert len(stored(user_id)) == count + 1


def test_loved_tracks_are_seen_at_a_glance(world: World) -> None:
    """One call while nothing changes; what is loved no longer is recorded as gone."""
    user_id = world.connect()
    run(user_id, DataType.SAVED_TRACKS)
    world.change("add", DataType.SAVED_TRACKS)
    world.change("remove", DataType.SAVED_TRACKS, position=4)
    job = run(user_id, DataType.SAVED_TRACKS, after=timedelta(hours=1))
    counts = standing(job, DataType.SAVED_TRACKS).counts
    assert (counts["appended"], counts["removed"]) == (1, 1)
    assert world.calls("user.getLovedTracks") == 2


def test_hidden_listening_is_read_with_the_listeners_session(world: World) -> None:
    """Every call is signed, and carries the session key."""
    world.simulator.arrange("Ana", {"hidden": True})
    user_id = world.connect()
    assert standing(run(user_id, PLAYS), PLAYS).outcome is Outcome.COMPLETE


def test_the_rate_limit_is_slept_out(behind: tuple[Starlette, str]) -> None:
    """Error 29 pauses for half a second; the run does not leave its Lambda for that."""
    clock = Clock()
    world = World.begin(behind, clock=clock.seconds, rate=2)
    with clock.installed():
        user_id = world.connect()
        job = run(user_id, PLAYS)
    assert standing(job, PLAYS).outcome is Outcome.COMPLETE
    assert standing(job, PLAYS).counts["rate_limits"] >= 1
    assert answers(stored(user_id)) == served(world.truth()[PLAYS][""])


def test_an_application_that_is_not_accepted_says_so(world: World) -> None:
    """Error 10 or 13: the operator must act."""
    user_id = world.connect()
    application(f"{world.base}/api/auth/", f"{world.base}/2.0/", "lastfm", client_secret="another")
    job = run(user_id, PLAYS)
    assert standing(job, PLAYS).outcome is Outcome.FAILED
    assert "shared secret" in str(standing(job, PLAYS).why)


def test_polls_are_not_hurried_for_a_provider_that_forgets_nothing(world: World) -> None:
    """It is due at the longest interval, and nothing is ever near to being lost."""
    user_id = world.connect()
    run(user_id, PLAYS)
    plan = connections.connection(user_id, "lastfm").plan
    assert plan is not None
    assert plan.lost_at - times.now() > timedelta(days=365)
    assert plan.listening_rate is None
