"""Last.fm from first sync to errors: each scrobble since the first is stored once, and later syncs are cheap."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from blendify.access import connections
from blendify.collecting.collector import collect
from blendify.collecting.plan import REMEMBERED, SPARE_PLAYS
from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.history import list_versions
from blendify.history.stored_facts import StoredFact
from blendify.jobs.job import Job
from blendify.syncing.finish_sync import finish_sync
from local.simulators.frame.bans import RateLimit
from operations.history_reader import HistoryReader
from tests.unit.robustness.machine import Clock
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.world import Socket, World, socket_of

pytestmark = pytest.mark.usefixtures("aws_in_memory")
PLAYS = DataType.RECENTLY_PLAYED


@pytest.fixture(scope="module")
def behind() -> Iterator[Socket]:
    with socket_of("lastfm") as socket:
        yield socket


@pytest.fixture
def world(behind: Socket) -> World:
    """Listeners act at one fixed moment, so syncs do not depend on when the tests began."""
    return World.begin(behind, clock=STARTED.timestamp)


@pytest.fixture
def executions_are_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """No execution runs any more."""
    monkeypatch.setattr("blendify.core.state_machines.is_running", lambda _: False)


def sync(user_id: str, *data_types: DataType, after: timedelta = timedelta(0), **more: str) -> Job:
    """Run a sync of these data types to its end. It begins this long after the first."""
    job = begun(
        user_id, *data_types, provider="lastfm", execution=f"execution-{after}", started_at=STARTED + after, **more
    )
    for data_type in data_types:
        collect(data_type, job, plenty)
    finish_sync(job, 1, [])
    return job


def stored(user_id: str, data_type: DataType = PLAYS) -> list[StoredFact]:
    """All facts of a data type, also those that are no records."""
    return list(StoredFact.query(f"{user_id}#{data_type}"))


def answers(facts: list[StoredFact]) -> Counter[str]:
    return Counter(json.dumps(fact.answer(), sort_keys=True) for fact in facts)


def served(entries: list[Any]) -> Counter[str]:
    return Counter(json.dumps(entry, sort_keys=True) for entry in entries)


@pytest.mark.parametrize("lone", [False, True])
def test_everything_is_stored_once(behind: Socket, lone: bool) -> None:
    """This holds for each way in which Last.fm writes lists of one element."""
    world = World.begin(behind, lone=lone, loved_tracks=1, scrobbles=201)
    user_id = world.connect()
    job = sync(user_id, *world.provider.offered)
    for data_type in world.provider.offered:
        assert standing(job, data_type).outcome is Outcome.COMPLETE, standing(job, data_type).why
        lists = world.lists(data_type)
        stored = HistoryReader(aws.client("dynamodb"), "history", user_id).lists(data_type)
        assert stored.differences(lists) == []


def test_scrobbles_go_back_to_the_first(world: World) -> None:
    """They are read page by page, by number, with the fewest calls."""
    user_id = world.connect()
    job = sync(user_id, PLAYS)
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])
    assert world.calls("user.getRecentTracks") == 3
    assert standing(job, PLAYS).counts["expected"] == 450


def test_a_play_during_the_read_shifts_no_page(behind: Socket) -> None:
    """The requested range ends at the start of the sync. The track that is playing now is no scrobble."""
    world = World.begin(behind, clock=lambda: (STARTED + timedelta(minutes=2)).timestamp())
    world.simulator.arrange("Ana", {"playing": 3})
    before = world.truth()[PLAYS]

    def play(_: str, number: int) -> None:
        if number > 1:
            world.change("add", PLAYS)

    world.simulator.traffic.on_call = play
    user_id = world.connect()
    sync(user_id, PLAYS)
    assert answers(stored(user_id)) == served(before)
    world.simulator.traffic.on_call = None
    world.simulator.arrange("Ana", {"playing": None})
    sync(user_id, PLAYS, after=timedelta(hours=1))
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_the_next_sync_requests_new_plays(world: World) -> None:
    """It takes one call and stores one fact per new play, however many scrobbles there are."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    count = len(stored(user_id))
    world.change("add", PLAYS, count=3)
    before = world.calls()
    job = sync(user_id, PLAYS, after=timedelta(hours=1))
    assert world.calls() - before == 1
    assert len(stored(user_id)) == count + 3
    assert standing(job, PLAYS).counts["appended"] == 3


def test_a_full_page_of_new_plays_is_no_gap(world: World) -> None:
    """No play can be lost at a provider that forgets none."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    later = STARTED + timedelta(days=30, minutes=-1)
    world.simulator.listeners["Ana"].library.clock = lambda: later.timestamp()
    world.change("add", PLAYS, count=200)
    job = sync(user_id, PLAYS, after=timedelta(days=30))
    assert standing(job, PLAYS).counts["appended"] == 200
    assert [fact for fact in stored(user_id) if fact.kind == "hole"] == []
    assert standing(job, PLAYS).counts.get("holes", 0) == 0


def test_late_scrobbles_are_stored_by_the_next_full_sync(world: World) -> None:
    """A device that was offline for days sends its plays late. Each is appended once, and no other play again."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    count = len(stored(user_id))
    world.change("add", PLAYS, count=4, days=10)
    sync(user_id, PLAYS, after=timedelta(hours=1))
    assert len(stored(user_id)) == count
    job = sync(user_id, PLAYS, after=timedelta(hours=2), mode="full")
    assert standing(job, PLAYS).counts["appended"] == 4
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])
    sync(user_id, PLAYS, after=timedelta(days=8))
    assert len(stored(user_id)) == count + 4


def test_a_list_version_of_plays_stays_small(world: World) -> None:
    """It has only plays that may be served again: those of the last fortnight, and at least a hundred."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    (known,) = list_versions.versions(user_id, "lastfm", PLAYS).values()
    since = times.iso(STARTED - timedelta(days=14))
    recent = sum(str(fact.played_at) >= since for fact in stored(user_id))
    assert max(REMEMBERED, recent) <= known.count <= max(REMEMBERED, recent) + SPARE_PLAYS


def test_an_interrupted_first_sync_is_completed_by_the_next(world: World, executions_are_dead: None) -> None:
    """Stored plays are not stored again, and none is left out."""
    user_id = world.connect()
    first = begun(user_id, PLAYS, provider="lastfm")
    left = iter([900.0, 0.0])
    collect(PLAYS, first, lambda: next(left))
    there = len(stored(user_id))
    assert 0 < there < 450
    second = sync(user_id, PLAYS, after=timedelta(hours=1), mode="full")
    assert second.sync_id != first.sync_id
    assert standing(second, PLAYS).outcome is Outcome.COMPLETE
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_an_interrupted_later_sync_leaves_no_gap(world: World, executions_are_dead: None) -> None:
    """The next sync starts where the last complete one ended, and not at the newest known play."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.simulator.listeners["Ana"].library.clock = lambda: (STARTED + timedelta(days=3)).timestamp()
    world.change("add", PLAYS, count=450)
    second = begun(
        user_id, PLAYS, provider="lastfm", execution="execution-2", started_at=STARTED + timedelta(days=3, seconds=1)
    )
    left = iter([0.0])
    collect(PLAYS, second, lambda: next(left))
    sync(user_id, PLAYS, after=timedelta(days=3, hours=1), mode="full")
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_plays_that_a_page_lacked_are_looked_for_once_more(world: World) -> None:
    """The next sync goes back as far as the one that missed them, also if they are days old."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.simulator.listeners["Ana"].library.clock = lambda: (STARTED + timedelta(days=1)).timestamp()
    world.change("add", PLAYS, count=450)
    world.simulator.trouble("page_short", times=2, offsets=[200, 399])
    assert standing(sync(user_id, PLAYS, after=timedelta(days=4)), PLAYS).counts["doubtful"] == 1
    assert answers(stored(user_id)) != served(world.truth()[PLAYS])
    assert standing(sync(user_id, PLAYS, after=timedelta(days=5)), PLAYS).counts["doubtful"] == 0
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_a_window_that_is_miscounted_for_good_grows_no_longer_than_a_fortnight(world: World) -> None:
    """What never comes is not looked for for ever."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.simulator.trouble("count_too_high", offsets=[0, 0])
    for days in range(1, 40, 4):
        sync(user_id, PLAYS, after=timedelta(days=days))
        (known,) = list_versions.versions(user_id, "lastfm", PLAYS).values()
        assert times.parse(known.signals.read_at or "") == STARTED + timedelta(days=max(0, days - 14))


def test_late_plays_that_a_page_lacked_are_looked_for_by_the_next_sync(world: World) -> None:
    """A look for late plays that came short is no such look: the next sync goes as far back."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.change("add", PLAYS, count=450, days=10)
    world.simulator.trouble("page_short", times=2, offsets=[400, 599])
    assert standing(sync(user_id, PLAYS, after=timedelta(days=8)), PLAYS).counts["doubtful"] == 1
    assert answers(stored(user_id)) != served(world.truth()[PLAYS])
    assert standing(sync(user_id, PLAYS, after=timedelta(days=9)), PLAYS).counts["doubtful"] == 0
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_late_plays_that_never_come_are_looked_for_in_two_syncs(world: World) -> None:
    """Then the count is believed to be wrong, and it is time for the next look a week later."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    world.simulator.trouble("count_too_high", offsets=[0, 0])
    looked = []
    for days in (8, 9, 10, 16):
        sync(user_id, PLAYS, after=timedelta(days=days))
        (known,) = list_versions.versions(user_id, "lastfm", PLAYS).values()
        looked.append((times.parse(known.signals.full_read_at or "") - STARTED).days)
    assert looked == [0, 9, 9, 16]


def test_two_plays_of_one_track_in_one_second_are_two(world: World) -> None:
    """They are counted on the page that has both. Read again, they are not new."""
    scrobbles = world.simulator.listeners["Ana"].library.entries(PLAYS)
    newest = scrobbles[0]
    scrobbles.insert(0, newest)
    user_id = world.connect()
    sync(user_id, PLAYS)
    moment = times.iso(times.from_milliseconds(newest.when * 1000))
    occurrences = Counter(fact.occurrence for fact in stored(user_id) if fact.played_at == moment)
    assert occurrences[2] >= 1
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])
    assert standing(sync(user_id, PLAYS, after=timedelta(hours=1)), PLAYS).counts["appended"] == 0


def test_an_edited_scrobble_stays_one_play(world: World) -> None:
    """A play is an event: what is at its moment under another name is the same play. Its record stays as it was."""
    user_id = world.connect()
    world.change("add", PLAYS, item=5)
    sync(user_id, PLAYS, after=timedelta(minutes=5))
    before = stored(user_id)
    world.change("replace", PLAYS, item=6)
    sync(user_id, PLAYS, after=timedelta(minutes=10))
    assert [fact.answer() for fact in stored(user_id)] == [fact.answer() for fact in before]


def test_an_incremental_check_of_loved_tracks_takes_one_call(world: World) -> None:
    """Additions are appended, and tracks that are no longer loved are recorded as removed."""
    user_id = world.connect()
    sync(user_id, DataType.SAVED_TRACKS)
    world.change("add", DataType.SAVED_TRACKS)
    world.change("remove", DataType.SAVED_TRACKS, position=4)
    job = sync(user_id, DataType.SAVED_TRACKS, after=timedelta(hours=1))
    counts = standing(job, DataType.SAVED_TRACKS).counts
    assert (counts["appended"], counts["removed"]) == (1, 1)
    assert world.calls("user.getLovedTracks") == 2


def test_hidden_listening_is_read_with_the_listeners_session(world: World) -> None:
    """Every call is signed, and carries the session key."""
    world.simulator.arrange("Ana", {"hidden": True})
    user_id = world.connect()
    assert standing(sync(user_id, PLAYS), PLAYS).outcome is Outcome.COMPLETE


def test_the_rate_limit_is_slept_out(behind: Socket) -> None:
    """Error 29 pauses for half a second, which the collector waits in its Lambda."""
    clock = Clock()
    world = World.begin(behind, clock=clock.seconds)
    world.simulator.traffic.limit = RateLimit(2, 1, silent=True)
    with clock.installed():
        user_id = world.connect()
        job = sync(user_id, PLAYS)
    assert standing(job, PLAYS).outcome is Outcome.COMPLETE
    assert standing(job, PLAYS).counts["rate_limits"] >= 1
    assert answers(stored(user_id)) == served(world.truth()[PLAYS])


def test_a_provider_that_forgets_nothing_is_polled_at_the_longest_interval(world: World) -> None:
    """No play is ever close to being lost."""
    user_id = world.connect()
    sync(user_id, PLAYS)
    plan = connections.connection(user_id, "lastfm").plan
    assert plan is not None
    assert plan.lost_at - times.now() > timedelta(days=365)
    assert plan.listening_rate is None
