"""What a provider's terms let nobody keep is erased when it was not read again in time; nothing else is."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from blendify.access import connections, whole_readings
from blendify.collecting.collector import collect
from blendify.core import settings, times
from blendify.core.data_types import DataType, Outcome
from blendify.history.append import append
from blendify.history.facts import IMPORTED, Fact
from blendify.insights.queue import Ask
from blendify.jobs.progress import Checkpoint, all_progress, move_on
from blendify.leaving import receipts
from blendify.leaving.disconnect import disconnect
from blendify.leaving.expiry import erase_overdue
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import machine
from tests.unit.http_events import Browser, Context
from tests.unit.insights_stories import Messages
from tests.unit.login_flow import LISTENER
from tests.unit.step_functions import StepFunctions
from tests.unit.sync_steps import STARTED, begun, plenty
from tests.unit.test_account_page import session_of
from tests.unit.visible import items
from tests.unit.world import Socket, World
from watch import expiry, history

pytestmark = pytest.mark.usefixtures("aws_in_memory", "messages", "no_metrics")

DAY = timedelta(days=1)
YOUTUBE = "youtube_music"


class Clock:
    """The product's time, in days after the first sync."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = STARTED
        monkeypatch.setattr("blendify.core.times.now", lambda: self.now)

    def on(self, day: float) -> datetime:
        self.now = STARTED + day * DAY
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that a test moves."""
    return Clock(monkeypatch)


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


def keep(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """What the operator sets."""
    monkeypatch.setenv("KEEP_DAYS", f"{YOUTUBE}:{days}")
    settings.keep_days.cache_clear()


def look(machines: StepFunctions, scope: str = YOUTUBE) -> list[str]:
    """The ids of the erasures of this scope that a daily look starts."""
    before = len(machines.executions)
    result = expiry.handler({}, Context())  # type: ignore[arg-type]
    ids = [name for name, _ in machines.started[before:]]
    assert result["erasures_begun"] >= len(ids)
    return [name for name in ids if (begun := receipts.erasure(name)) and begun.scope == scope]


def synced(world: World, user_id: str, clock: Clock, *wanted: DataType, liked: Outcome = Outcome.COMPLETE) -> None:
    """
    A sync of these data types, or of all, that begins now; the liked songs come from the provider, or fail.

    Of the others it is enough to know how they ended.
    """
    job = begun(user_id, *wanted, provider=world.name, started_at=clock.now)
    for part in all_progress(user_id, job.sync_id):
        if part.data_type is DataType.SAVED_TRACKS and liked is Outcome.COMPLETE:
            collect(DataType.SAVED_TRACKS, job, plenty)
        elif not part.outcome.final:
            outcome = liked if part.data_type is DataType.SAVED_TRACKS else Outcome.COMPLETE
            move_on(part, Checkpoint(outcome))
    finish_sync(job, 1, [])


def records(user_id: str, provider: str, suffix: str = "") -> int:
    """How many facts of a provider the history holds of liked songs."""
    partition = f"{user_id}#{DataType.SAVED_TRACKS}{suffix}"
    there = [each for each in items("history") if each["user#type"]["S"] == partition]
    return sum(each["provider"]["S"] == provider for each in there)


def due_on(browser: Browser) -> str | None:
    """The day that the account page announces."""
    page = browser.get(LISTENER, "/account").body
    announced = re.search(r"YouTube Music will be deleted on <time[^>]* datetime=\"?([\d-]+)", page)
    return announced[1] if announced else None


def test_what_is_not_read_again_is_erased_and_nothing_else(
    youtube: World, clock: Clock, machines: StepFunctions, messages: Messages
) -> None:
    """
    Ninety days: read for thirty, then the grant has ended. Sixty days after the first reading all of the provider is
    gone, with a receipt; another provider's data and what the listener imported stay.
    """
    user_id = youtube.connect()
    append([Fact.of(user_id, DataType.SAVED_TRACKS, times.iso(STARTED), "spotify", "k", {}, {})])
    imported = {"origin": "import", "import_id": "i"}
    append([Fact.of(user_id, f"{DataType.SAVED_TRACKS}{IMPORTED}", times.iso(STARTED), YOUTUBE, "k", imported, {})])
    for day in (0, 15, 30):
        clock.on(day)
        synced(youtube, user_id, clock)
        assert look(machines) == []
    for day in (36, 50, 59):
        clock.on(day)
        synced(youtube, user_id, clock, liked=Outcome.RECONNECT)
        assert look(machines) == []
    assert records(user_id, YOUTUBE) > 0
    clock.on(61)
    (erasure_id,) = look(machines)
    change = {"eventName": "REMOVE", "dynamodb": {"Keys": {"user#type": {"S": f"{user_id}#saved_tracks"}}}}
    assert history.handler({"Records": [change]}, Context()) == {"unexplained": 0}  # type: ignore[arg-type]
    messages.waiting.clear()
    machine(erasure_id)
    assert [Ask.of(body).task for body in messages.waiting.values()] == ["rebuild"]
    receipt = receipts.erasure(erasure_id)
    assert receipt is not None
    assert (receipt.scope, receipt.status) == (YOUTUBE, receipts.ERASED)
    assert list(connections.connections(user_id)) == []
    clock.on(90)
    assert look(machines) == []
    assert (records(user_id, YOUTUBE), records(user_id, "spotify"), records(user_id, YOUTUBE, IMPORTED)) == (0, 1, 1)


def test_a_listener_who_disconnects_is_told_until_when_their_history_is_there(
    youtube: World, clock: Clock, machines: StepFunctions
) -> None:
    """The account page has the day. Who connects again in time keeps all of it."""
    user_id = youtube.connect()
    synced(youtube, user_id, clock)
    browser = session_of(user_id)
    assert due_on(browser) is None
    disconnect(user_id, YOUTUBE)
    day = times.iso(clock.now + 30 * DAY)[:10]
    assert due_on(browser) == day
    clock.on(20)
    assert (look(machines), due_on(session_of(user_id))) == ([], day)
    youtube.connect()
    assert due_on(session_of(user_id)) == day
    synced(youtube, user_id, clock)
    assert due_on(session_of(user_id)) is None
    clock.on(49)
    assert look(machines) == []
    clock.on(51)
    assert len(look(machines)) == 1


def test_an_account_that_was_never_read_counts_from_its_first_login(
    youtube: World, clock: Clock, machines: StepFunctions
) -> None:
    """Further logins read nothing, and give no more time."""
    user_id = youtube.connect()
    clock.on(29)
    assert youtube.connect() == user_id
    assert look(machines) == []
    clock.on(30.1)
    assert len(look(machines)) == 1


def test_a_sync_of_some_data_types_gives_the_others_no_time(
    youtube: World, clock: Clock, machines: StepFunctions
) -> None:
    """What it was not asked for was not read."""
    user_id = youtube.connect()
    clock.on(29)
    synced(youtube, user_id, clock, DataType.SAVED_TRACKS)
    clock.on(31)
    assert len(look(machines)) == 1


@pytest.mark.parametrize(("days", "erasures"), [(0, 0), (7, 1), (400, 0)])
def test_the_operator_sets_the_days(
    youtube: World, clock: Clock, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch, days: int, erasures: int
) -> None:
    """0 is for ever. A change holds at once, also for what was read before; the page goes by the same days."""
    user_id = youtube.connect()
    keep(monkeypatch, days)
    clock.on(100)
    browser = session_of(user_id)
    assert (due_on(browser) is None) == (days == 0)
    assert len(look(machines)) == erasures


def test_data_of_other_providers_are_kept_for_ever(world: World, clock: Clock, machines: StepFunctions) -> None:
    """Their items do not even have a moment."""
    user_id = world.connect()
    synced(world, user_id, clock)
    clock.on(4000)
    assert look(machines) == []
    assert list(whole_readings.of_user(user_id)) == []


def test_an_erasure_whose_start_failed_is_started_by_the_next_look(
    youtube: World, clock: Clock, machines: StepFunctions
) -> None:
    """It is the same erasure. One that runs is not started twice."""
    user_id = youtube.connect()
    clock.on(31)
    machines.refuses = True
    with pytest.raises(ClientError):
        look(machines)
    machines.refuses = False
    assert look(machines) == [receipts.current(user_id, YOUTUBE)]
    assert look(machines) == []


def test_a_look_has_bounds(
    youtube: World, clock: Clock, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins no more erasures than its time and its number allow; what is left waits for the next look."""
    for name in ("ana", "bea", "cem"):
        youtube.connect(name)
    clock.on(31)
    assert erase_overdue(lambda: 5.0) == 0
    monkeypatch.setattr("blendify.leaving.expiry.MOST", 2)
    (first, second) = look(machines)
    machine(first)
    machine(second)
    assert len(look(machines)) == 1


def test_accounts_of_before_there_was_a_limit_begin_to_count_at_the_first_look(
    youtube: World, world: World, clock: Clock, machines: StepFunctions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Also one that was disconnected, and one that a look without time left to the next. They get their whole span.

    Another provider's get none. Once all were looked at, the table is not read again.
    """
    with monkeypatch.context() as before:
        before.setattr("blendify.access.whole_readings.begin", lambda *_: None)
        gone, there = youtube.connect("ana"), youtube.connect("bea")
        disconnect(gone, YOUTUBE)
        world.connect()
    clock.on(100)
    assert erase_overdue(lambda: 15.0) == 0
    clock.on(110)
    assert look(machines) == []
    counted = {item["pk"]["S"] for item in items("accounts") if item["sk"]["S"].startswith(("whole#", "replaced#"))}
    assert counted == {f"user#{gone}", f"user#{there}"}
    monkeypatch.setattr("blendify.db.state_table.StateTable.scan", None)
    clock.on(139)
    assert look(machines) == []
    clock.on(141)
    assert len(look(machines)) == 2
