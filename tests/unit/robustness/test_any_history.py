"""
Random histories: listeners change their lists between syncs, and syncs have troubles. As of each sync the history
equals the lists.

`make test` draws 38 stories, `make soak` 1,250. The oracle is the simulator's own lists.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from blendify.core import aws, times
from blendify.core.data_types import DataType, Outcome
from blendify.fetching import provider_client
from blendify.providers import PROVIDERS
from blendify.providers.paging import Single
from local.simulators.frame.library import ImpossibleChangeError
from operations.folded_lists import RESOURCES, canonical
from operations.history_reader import HistoryReader
from tests.aws.aws_in_memory import create_tables
from tests.unit import music_api
from tests.unit.music_api import browser_of, everything
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import PAIRS, TRAITS
from tests.unit.robustness.schedules import Schedule
from tests.unit.robustness.test_any_schedule import IMPATIENT, SCHEDULES, folded, may_be_spent
from tests.unit.robustness.worlds import PAGE, Stage, misfortunes, small_pages
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

pytestmark = pytest.mark.usefixtures("aws_in_memory")

STORIES = max(2 * len(PAIRS), SCHEDULES // 8)
DAY = 24 * 3600

Change = tuple[str, int, int]
"""An act of the listener, and two numbers that say where."""


@dataclass(frozen=True)
class Chapter:
    """What a listener does on one day, and what goes wrong in the sync after it."""

    changes: tuple[Change, ...]
    schedule: Schedule


def stories(provider: str, data_type: DataType) -> st.SearchStrategy[list[Chapter]]:
    change = st.tuples(
        st.sampled_from(sorted(TRAITS[provider].changes[data_type])), st.integers(0, 9), st.integers(0, 9)
    )
    calm, trouble = st.just(Schedule()), misfortunes(provider, data_type)
    chapter = st.builds(Chapter, st.lists(change, max_size=5).map(tuple), st.one_of(calm, calm, trouble))
    return st.lists(chapter, min_size=2, max_size=5)


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_the_history_tells_every_day(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, record_property: Any
) -> None:
    """As of each complete sync the fold equals the library. A day without trouble appends only its changes."""
    figures: Counter[str] = Counter()

    @settings(
        max_examples=STORIES // len(PAIRS),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        story = data.draw(stories(provider, data_type))
        limit, tenths = data.draw(st.sampled_from([2, 7, 1000])), data.draw(st.integers(0, 10))
        create_tables()
        with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
            figures.update(tell(sockets, provider, data_type, story, limit, tenths))

    check()
    for name, count in figures.items():
        record_property(name, count)


def tell(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, story: list[Chapter], limit: int, tenths: int
) -> Counter[str]:
    """
    One story from login to its last day. Returns what happened in it, as counts.

    limit    items of a page that an app asks for
    tenths   of the time from one sync to the next, at which an app asks for the lists of that moment
    """
    clock = Clock()
    figures = Counter(stories=1)
    with clock.installed():
        stage = Stage.set_up(sockets, provider, data_type, clock)
        user_id = stage.world.connect(stage.listener)
        mode = "full" if data_type in TRAITS[provider].swept else "changes"
        days: list[tuple[str, datetime, dict[str, list[Any]]]] = []
        trusted = False
        for chapter in [*story, Chapter((), Schedule())]:
            figures["changes"] += sum(do(stage, change) for change in chapter.changes)
            stage.states.append(stage.lists())
            moved_before = len(stage.states)
            stage.arm(chapter.schedule)
            reaper = Reaper(chapter.schedule.kills)
            with reaper.installed():
                machine = Machine(user_id, stage.wanted, clock, reaper, chapter.schedule.pages, provider, mode)
                job, _ = machine.run()
            stage.calm()
            done, lists = standing(job, data_type), shown(stage)
            figures.update(syncs=1, deaths=reaper.deaths)
            note(f"{chapter.schedule}: {done.outcome} {dict(done.counts)} {done.why}")
            assert done.outcome is Outcome.COMPLETE or chapter.schedule != Schedule(), "a day without trouble failed"
            if done.outcome is Outcome.RECONNECT:
                assert may_be_spent(stage, reaper)
                stage.world.connect(stage.listener)
            sound = done.outcome is Outcome.COMPLETE and len(stage.states) == moved_before
            sound &= not done.counts["doubtful"]
            if sound:
                differ = folded(user_id, data_type).differences(lists)
                assert differ == [], job.fetched_at
                if trusted and days and chapter.schedule == Schedule():
                    check_recorded(data_type, user_id, job.fetched_at, days[-1][2], lists)
                days.append((job.fetched_at, clock.now() + timedelta(seconds=DAY - 1), lists))
            trusted = sound
            stage.moved.clear()
            clock.sleep(DAY)
        browser = browser_of(user_id)
        if trusted:
            now = everything(browser, data_type, raw="true", limit=limit)
            assert music_api.differences(data_type, days[-1][2], now) == []
        for moment, until, lists in days:
            assert folded(user_id, data_type, moment).differences(lists) == [], moment
            between = times.parse(moment) + (until - times.parse(moment)) * tenths / 10
            then = everything(browser, data_type, raw="true", limit=limit, as_of=times.iso(between))
            assert music_api.differences(data_type, lists, then) == [], times.iso(between)
            figures["moments"] += 1
    return figures


def shown(stage: Stage) -> dict[str, list[Any]]:
    """The listener's lists as far as the provider serves them: of some only one page."""
    single = type(PROVIDERS[stage.provider].endpoints[stage.data_type].paging) is Single
    return {name: entries[: PAGE if single else None] for name, entries in stage.lists().items()}


def check_recorded(
    data_type: DataType, user_id: str, moment: str, before: dict[str, list[Any]], now: dict[str, list[Any]]
) -> None:
    """
    Between two sound syncs there is a fact for each new and for each removed entry, the fewest for moves, and no other.
    """
    facts = [
        fact
        for fact in HistoryReader(aws.client("dynamodb"), "history", user_id).items(data_type, moment)
        if fact.get("kind", {}).get("S") != "hole"
    ]
    removed = sum("removed" in fact for fact in facts)
    appended = len(facts) - removed
    new = gone = 0
    for name in {*before, *now}:
        was, held = (Counter(map(canonical, lists.get(name, []))) for lists in (before, now))
        new += came_again(before, now) if name == RESOURCES else (held - was).total()
        gone += (was - held).total()
    if data_type is DataType.RECENTLY_PLAYED:
        assert (appended, removed) == (new, 0)
    elif data_type in (DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS):
        assert (appended, removed) == (new, gone)
    elif before == now:
        assert facts == []
    elif data_type is DataType.PLAYLIST_TRACKS:
        assert removed == gone
        moved = sum(fewest_moves(before[name], now[name]) for name in {*before} & {*now})
        assert appended == new + moved


def came_again(before: Mapping[str, list[Any]], now: Mapping[str, list[Any]]) -> int:
    """How many resources are in front of those that kept their order: at least these have been played from again."""
    was, held = ([resource["id"] for resource in lists[RESOURCES]] for lists in (before, now))
    return next(
        count
        for count in range(len(held) + 1)
        if held[count:] == [resource for resource in was if resource not in held[:count]][: len(held) - count]
    )


def fewest_moves(before: list[Any], now: list[Any]) -> int:
    """How many of the remaining entries must have moved: all but a longest run of them in the old order."""
    was, held = list(map(canonical, before)), list(map(canonical, now))
    common = [was.index(entry) for entry in held if entry in was]
    rows: list[int] = []
    for end, place in enumerate(common):
        rows.append(1 + max((rows[start] for start in range(end) if common[start] < place), default=0))
    return len(common) - max(rows, default=0)


def do(stage: Stage, change: Change) -> bool:
    """Make the change. Returns whether it was possible."""
    action, first, second = change
    lists = stage.lists()
    names = (
        [entry.get("id") or entry["urn"] for entry in lists[""] if entry]
        if stage.data_type is DataType.PLAYLISTS
        else sorted(lists)
    )
    name = names[first % len(names)] if names else ""
    size = len(lists.get(name, lists.get("", [])))
    doing = TRAITS[stage.provider].changes[stage.data_type][action]
    try:
        doing(stage.world, stage.listener, name, first * size // 10, second * size // 10)
    except (ImpossibleChangeError, IndexError):
        return False
    return True
