"""
Whatever listeners do between syncs, and whatever goes wrong in these: the history tells what their lists held at each.

`make test` draws 64 stories, `make soak` 1,250. The oracle is the simulator's own lists, folded by nobody.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from blendify import aws, calls, times
from blendify.data_types import DataType, Outcome
from local import folding
from local.simulators.spotify.mutations import ImpossibleChangeError, mutate
from local.verification import canonical
from tests.unit import listening_api
from tests.unit.cloud import create_tables
from tests.unit.listening_api import browser_of, everything
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.schedules import Schedule, schedules
from tests.unit.robustness.test_any_schedule import IMPATIENT, SCHEDULES, folded
from tests.unit.robustness.worlds import LISTENER, PAGE, Stage, small_pages
from tests.unit.spotify_world import standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")

STORIES = max(len(DataType), SCHEDULES // 8)
DAY = 24 * 3600

Change = tuple[str, int, int]
"""What the listener does, and two numbers that say where."""

CHANGES = {
    DataType.TOP_TRACKS: ("top_move", "top_change"),
    DataType.TOP_ARTISTS: ("top_move", "top_change"),
    DataType.RECENTLY_PLAYED: ("play",),
    DataType.PLAYLISTS: ("playlist_create", "playlist_rename", "playlist_unfollow", "playlist_add"),
    DataType.PLAYLIST_TRACKS: (
        "playlist_add",
        "playlist_remove",
        "playlist_reorder",
        "playlist_create",
        "playlist_unfollow",
    ),
    DataType.SAVED_TRACKS: ("like", "unlike", "again"),
    DataType.SAVED_ALBUMS: ("save_album", "remove_album"),
    DataType.FOLLOWED_ARTISTS: ("follow", "unfollow"),
}


@dataclass(frozen=True)
class Chapter:
    """What a listener does on one day, and what then goes wrong in the sync."""

    changes: tuple[Change, ...]
    schedule: Schedule


def stories(data_type: DataType) -> st.SearchStrategy[list[Chapter]]:
    change = st.tuples(st.sampled_from(CHANGES[data_type]), st.integers(0, 9), st.integers(0, 9))
    calm = st.just(Schedule())
    chapter = st.builds(Chapter, st.lists(change, max_size=5).map(tuple), st.one_of(calm, calm, schedules(data_type)))
    return st.lists(chapter, min_size=2, max_size=5)


@pytest.mark.parametrize("data_type", DataType)
def test_the_history_tells_every_day(behind: tuple[Starlette, str], data_type: DataType, record_property: Any) -> None:
    """As of each sync that ended well the fold is the library, and a day without trouble records its changes alone."""
    figures: Counter[str] = Counter()

    @settings(
        max_examples=STORIES // len(DataType),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        story = data.draw(stories(data_type))
        limit, tenths = data.draw(st.sampled_from([2, 7, 1000])), data.draw(st.integers(0, 10))
        create_tables()
        with small_pages(), patch.object(calls, "TIMEOUT", IMPATIENT):
            figures.update(tell(behind, data_type, story, limit, tenths))

    check()
    for name, count in figures.items():
        record_property(name, count)


def tell(
    behind: tuple[Starlette, str], data_type: DataType, story: list[Chapter], limit: int, tenths: int
) -> Counter[str]:
    """
    One story from login to its last day, and what it held.

    limit    items of a page that an app asks for
    tenths   of the time from one run to the next, at which an app asks what was there
    """
    clock = Clock()
    figures = Counter(stories=1)
    with clock.installed():
        stage = Stage.set_up(behind, data_type, Schedule(), clock)
        user_id = stage.world.connect(LISTENER)
        wanted = (DataType.PLAYLISTS, data_type) if data_type is DataType.PLAYLIST_TRACKS else (data_type,)
        days: list[tuple[str, datetime, dict[str, list[Any]]]] = []
        trusted = False
        for chapter in [*story, Chapter((), Schedule())]:
            figures["changes"] += sum(do(stage, data_type, change) for change in chapter.changes)
            stage.states.append(stage.lists())
            moved_before = len(stage.states)
            stage.arm(chapter.schedule)
            reaper = Reaper(chapter.schedule.kills)
            with reaper.installed():
                job, _ = Machine(user_id, wanted, clock, reaper, chapter.schedule.pages).run()
            stage.calm()
            done, lists = standing(job, data_type), told(stage)
            figures.update(syncs=1, deaths=reaper.deaths)
            note(f"{chapter.schedule}: {done.outcome} {dict(done.counts)} {done.why}")
            sound = done.outcome is Outcome.COMPLETE and len(stage.states) == moved_before
            sound &= not done.counts["doubtful"]
            if sound:
                differ = folding.differences(data_type, lists, folded(user_id, data_type))
                assert differ == [], job.fetched_at
                if trusted and days and chapter.schedule == Schedule():
                    check_recorded(data_type, user_id, job.fetched_at, days[-1][2], lists)
                days.append((job.fetched_at, clock.now() + timedelta(seconds=DAY - 1), lists))
            trusted = sound
            stage.moved.clear()
            clock.sleep(DAY)
        browser = browser_of(user_id)
        if trusted:
            told_now = everything(browser, data_type, raw="true", limit=limit)
            assert listening_api.differences(data_type, days[-1][2], told_now) == []
        for moment, until, lists in days:
            assert folding.differences(data_type, lists, folded(user_id, data_type, moment)) == [], moment
            between = times.parse(moment) + (until - times.parse(moment)) * tenths / 10
            told_then = everything(browser, data_type, raw="true", limit=limit, as_of=times.iso(between))
            assert listening_api.differences(data_type, lists, told_then) == [], times.iso(between)
            figures["moments"] += 1
    return figures


def told(stage: Stage) -> dict[str, list[Any]]:
    """The listener's lists, as far as the provider tells them: of plays one page."""
    page = PAGE if stage.data_type is DataType.RECENTLY_PLAYED else None
    return {name: entries[:page] for name, entries in stage.lists().items()}


def check_recorded(
    data_type: DataType, user_id: str, moment: str, before: dict[str, list[Any]], now: dict[str, list[Any]]
) -> None:
    """Between two sound syncs: a fact for what is new, one for what is gone, for moves the fewest; and nothing more."""
    facts = [
        one
        for one in folding.items(aws.client("dynamodb"), "history", user_id, data_type)
        if one["fetched_at"]["S"].startswith(moment) and one.get("kind", {}).get("S") != "hole"
    ]
    removed = sum("removed" in one for one in facts)
    appended = len(facts) - removed
    new = gone = 0
    for name in {*before, *now}:
        was, held = (Counter(map(canonical, lists.get(name, []))) for lists in (before, now))
        new += (held - was).total()
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


def fewest_moves(before: list[Any], now: list[Any]) -> int:
    """How many of the entries that stayed must have moved: all but a longest row of them in the old order."""
    was, held = list(map(canonical, before)), list(map(canonical, now))
    common = [was.index(one) for one in held if one in was]
    rows: list[int] = []
    for end, place in enumerate(common):
        rows.append(1 + max((rows[start] for start in range(end) if common[start] < place), default=0))
    return len(common) - max(rows, default=0)


def do(stage: Stage, data_type: DataType, change: Change) -> bool:
    """Whether the listener could do that."""
    action, one, other = change
    library, lists = stage.world.simulator.listeners[LISTENER].library, stage.lists()
    names = [entry["id"] for entry in lists[""] if entry] if data_type is DataType.PLAYLISTS else sorted(lists)
    name = names[one % len(names)] if names else ""
    size = len(lists.get(name, lists.get("", [])))
    try:
        if action == "again":
            return back(stage, one * size // 10)
        mutate(library, action, **wish(data_type, action, name, one * size // 10, other * size // 10))
    except (ImpossibleChangeError, IndexError):
        return False
    return True


def wish(data_type: DataType, action: str, name: str, one: int, other: int) -> dict[str, Any]:
    """The change's details: in which list, from which place to which."""
    match action:
        case "unlike" | "remove_album" | "unfollow":
            return {"position": one}
        case "top_move" | "top_change":
            kind = "tracks" if data_type is DataType.TOP_TRACKS else "artists"
            place = {"kind": kind, "time_range": name, "position": one}
            return place | ({"to": other} if action == "top_move" else {})
        case "playlist_create":
            return {"entries": other % 6}
        case "playlist_rename":
            return {"playlist": name, "name": f"Name {other}"}
        case "playlist_add" | "playlist_remove":
            return {"playlist": name} | ({"position": one} if data_type is DataType.PLAYLIST_TRACKS else {})
        case "playlist_reorder":
            return {"playlist": name, "position": one, "to": other}
        case _:
            return {"playlist": name} if action == "playlist_unfollow" else {}


def back(stage: Stage, position: int) -> bool:
    """Unlike a track and like it again: another span of the same record."""
    library = stage.world.simulator.listeners[LISTENER].library
    column = library.saved_track_column  # type: ignore[attr-defined]
    if not len(column):
        return False
    number = column[position].number
    mutate(library, "unlike", position=position)
    mutate(library, "like", track=number)
    return True
