"""What a reading has replaced goes once the provider's span is over; what the account holds stays."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from blendify.access import replaced_records, whole_readings
from blendify.collecting.collector import collect
from blendify.core import settings, times
from blendify.core.data_types import DataType, Outcome
from blendify.history.append import append
from blendify.history.facts import Fact, moment_of, provider_of
from blendify.insights.queue import Ask
from blendify.jobs.progress import Checkpoint, all_progress, move_on
from blendify.leaving import receipts
from blendify.leaving.outdated import Outdated
from blendify.providers import NAMES, PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading.lists import ListSource, as_of, folded, now
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import Interrupted, machine
from tests.unit.insights_stories import Messages
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import begun, plenty
from tests.unit.test_expiry import DAY, YOUTUBE, Clock, clock, keep, look
from tests.unit.visible import items
from tests.unit.world import Socket, World

__all__ = ["clock"]
pytestmark = pytest.mark.usefixtures("aws_in_memory", "messages", "no_metrics")

SCOPE = receipts.of_replaced(YOUTUBE)
TRACKS, LIKED, PLAYLISTS = DataType.PLAYLIST_TRACKS, DataType.SAVED_TRACKS, DataType.PLAYLISTS


class Killed(Exception):
    """The eraser dies."""


@pytest.fixture
def youtube(sockets: Mapping[str, Socket]) -> World:
    """A simulator of YouTube Music."""
    return World.begin(sockets[YOUTUBE])


@pytest.fixture(autouse=True)
def kept_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The template's default."""
    keep(monkeypatch, 30)
    yield
    settings.keep_days.cache_clear()


def synced(world: World, user_id: str) -> str:
    """A sync that reads everything; returns the moment at which it began."""
    moment = times.now()
    job = begun(user_id, provider=world.name, started_at=moment, execution=f"sync-{moment}")
    for part in sorted(all_progress(user_id, job.sync_id), key=lambda part: part.data_type is TRACKS):
        if part.data_type in PROVIDERS[world.name].endpoints:
            assert collect(part.data_type, job, plenty).outcome is Outcome.COMPLETE
    finish_sync(job, 1, [])
    return job.fetched_at


def keys(user_id: str, data_type: DataType, provider: str = YOUTUBE) -> list[str]:
    """The keys of a provider's records in the history."""
    there = [item["fetched_at"]["S"] for item in items("history") if item["user#type"]["S"] == f"{user_id}#{data_type}"]
    return [key for key in there if provider_of(key) == provider]


def shown(user_id: str, data_type: DataType, moment: str | None = None) -> dict[str, list[str]]:
    """The keys of all lists in their order, now or as of a moment."""
    source = ListSource(user_id, YOUTUBE, data_type)
    lists = now(source) if moment is None else as_of(source, moment)
    return {each.list_id: list(each.keys(0)) for each in lists}


def lived(world: World, clock: Clock) -> tuple[str, list[str]]:
    """
    Forty days with a reading each ten days, and changes before the second and the fifth; returns user and moments.

    A like goes, and playlists are rearranged, so that their order is not that of what remains.
    """
    user_id = world.connect()
    moments = []
    for number in range(5):
        clock.on(10 * number)
        if number in (1, 4):
            world.change("remove", LIKED, position=1)
            name = next(iter(world.lists(TRACKS)))
            world.change("move", TRACKS, name, position=5, to=1)
            world.change("add", TRACKS, name, position=2)
            world.change("remove", TRACKS, name, position=0)
        moments.append(synced(world, user_id))
    return user_id, moments


def test_replaced_and_removed_records_go_and_all_that_the_account_holds_stays(
    youtube: World, clock: Clock, machines: StepFunctions, messages: Messages
) -> None:
    """
    On day 40 what was replaced on day 10 was confirmed last on day 0: it goes, with one receipt. What was replaced on
    day 40 itself stays. All lists are as before, and so is their past back to the first reading within the span.
    """
    user_id, moments = lived(youtube, clock)
    append([Fact.of(user_id, LIKED, moments[0], "spotify", "k", {"record_id": "x"}, {})])
    before = {data_type: shown(user_id, data_type) for data_type in (LIKED, TRACKS, PLAYLISTS)}
    past = {moment: shown(user_id, TRACKS, moment) for moment in moments[2:]}
    (erasure_id,) = look(machines, SCOPE)
    messages.waiting.clear()
    machine(erasure_id)
    assert {data_type: shown(user_id, data_type) for data_type in before} == before
    assert {moment: shown(user_id, TRACKS, moment) for moment in moments[2:]} == past
    # What the lists held as of the third reading, and what came later: nothing else is left.
    for data_type in (LIKED, TRACKS, PLAYLISTS, DataType.FOLLOWED_ARTISTS):
        held = {key for entries in folded(user_id, YOUTUBE, data_type, moments[2]).values() for key in entries.values()}
        left = set(keys(user_id, data_type))
        assert {key for key in left if moment_of(key) <= moments[2]} == held, data_type
        assert data_type not in (LIKED, TRACKS) or any(moment_of(key) == moments[4] for key in left)
    assert len(keys(user_id, LIKED, "spotify")) == 1
    receipt = receipts.erasure(erasure_id)
    assert receipt is not None
    assert (receipt.status, receipt.user_id) == (receipts.ERASED, "")
    # Of the second reading: the like that went and its removal, the same of an entry, and the place that one had left.
    assert receipt.counts["facts"] == 5
    assert [Ask.of(body).task for body in messages.waiting.values()] == ["rebuild"]
    # The connection stays, the account counts as read, and the next look has nothing to do.
    assert [reading.provider for reading in whole_readings.of_user(user_id)] == [YOUTUBE]
    clock.on(41)
    assert look(machines, SCOPE) == []
    assert synced(youtube, user_id)


def test_a_death_anywhere_loses_nothing_that_stays(youtube: World, clock: Clock, machines: StepFunctions) -> None:
    """After each request an eraser dies: what the next one leaves is what an undisturbed one would."""
    user_id, moments = lived(youtube, clock)
    before = {data_type: shown(user_id, data_type) for data_type in (LIKED, TRACKS, PLAYLISTS)}
    past = shown(user_id, TRACKS, moments[2])
    (erasure_id,) = look(machines, SCOPE)

    def die() -> None:
        raise Killed

    at = deaths = 0
    while True:
        at += 5
        try:
            with Interrupted(at, die):
                machine(erasure_id)
            break
        except Killed:
            deaths += 1
            assert {data_type: shown(user_id, data_type) for data_type in before} == before
    assert deaths > 3
    assert shown(user_id, TRACKS, moments[2]) == past
    assert not list(Outdated.at(user_id, YOUTUBE, times.iso(times.now()), 22.5 * DAY).to_delete())


def test_the_operator_can_keep_them(
    youtube: World, clock: Clock, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 keeps them for ever, also where an erasure had begun before; other spans hold at once."""
    user_id, _ = lived(youtube, clock)
    (erasure_id,) = look(machines, SCOPE)
    before = keys(user_id, LIKED)
    keep(monkeypatch, 0)
    assert machine(erasure_id) == []
    clock.on(80)
    assert look(machines, SCOPE) == []
    keep(monkeypatch, 400)
    assert look(machines, SCOPE) == []
    assert keys(user_id, LIKED) == before


def test_an_account_without_changes_is_looked_at_once_in_its_span(
    youtube: World, clock: Clock, machines: StepFunctions, messages: Messages
) -> None:
    """Nothing goes and nothing is derived anew: each reading confirms what nobody has replaced."""
    user_id = youtube.connect()
    synced(youtube, user_id)
    looks = []
    for day in range(10, 130, 10):
        clock.on(day)
        job = begun(user_id, provider=YOUTUBE, started_at=clock.now)
        for part in all_progress(user_id, job.sync_id):
            if not part.outcome.final:
                move_on(part, Checkpoint(Outcome.COMPLETE))
        finish_sync(job, 1, [])
        begun_here = look(machines, SCOPE)
        messages.waiting.clear()
        looks += [(day, machine(erasure_id)) for erasure_id in begun_here]
        assert not messages.waiting
    assert looks == [(30, []), (60, []), (90, []), (120, [])]
    assert len(keys(user_id, LIKED)) == len(youtube.lists(LIKED)[""])


def test_nothing_of_a_provider_without_a_span_has_an_end(world: World, clock: Clock, machines: StepFunctions) -> None:
    """Not even an item that says since when it is stored."""
    user_id = world.connect()
    clock.on(4000)
    assert look(machines, SCOPE) == []
    assert not [item for item in items("accounts") if item["sk"]["S"].startswith("replaced#")]
    erasure_id = receipts.begin(user_id, receipts.of_replaced(world.name))
    assert machine(erasure_id) == []


def test_a_span_of_a_day_is_looked_at_daily() -> None:
    """Whatever the operator sets, nothing goes before three quarters of it."""
    for days in (1, 2, 30, 400):
        limit = timedelta(days=days)
        assert 0.75 * limit <= replaced_records.held_for(limit) < limit
        assert limit - replaced_records.held_for(limit) <= 7 * DAY


def test_no_provider_with_a_span_has_plays() -> None:
    """Plays are replaced by nothing: the pass would leave them for ever."""
    for name in NAMES:
        if PROVIDERS[name].kept_unread is not None:
            kinds = {endpoint.list_kind for endpoint in PROVIDERS[name].endpoints.values()}
            assert ListKind.LOG not in kinds, name
