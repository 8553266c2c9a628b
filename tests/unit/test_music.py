"""GET /me/music: lists now and then, distinct records, and one record's history, against the simulator."""

from datetime import timedelta
from typing import Any

import pytest

from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.history import queries, snapshots
from blendify.jobs.job import Job
from blendify.reading.records import COMMON, FIELDS, metadata_field
from blendify.syncing.finish_sync import finish_sync
from tests.unit.music_api import ask, browser_of, differences, everything
from tests.unit.sync_steps import STARTED, begun, plenty, standing
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def sync(user_id: str, day: int, *data_types: DataType) -> Job:
    """A whole sync, `day` days after the first."""
    wanted = data_types or tuple(DataType)
    job = begun(user_id, *wanted, execution=f"execution-{day}", started_at=STARTED - timedelta(days=20 - day))
    for data_type in wanted:
        collect(data_type, job, plenty)
        assert standing(job, data_type).outcome is Outcome.COMPLETE
    finish_sync(job, 1, [])
    return job


@pytest.mark.parametrize("data_type", DataType)
def test_what_is_there_now(world: World, data_type: DataType) -> None:
    """Every entry of every list, in its order, with the provider's full response and every field of its data type."""
    user_id = world.connect()
    sync(user_id, 0, *([DataType.PLAYLISTS] if data_type is DataType.PLAYLIST_TRACKS else []), data_type)
    for limit in (17, 1000):
        items = everything(browser_of(user_id), data_type, raw="true", limit=limit)
        assert differences(data_type, world.lists(data_type), items) == []
        fields = {*COMMON, *FIELDS[data_type], metadata_field(data_type), "same_as"}
        assert all(set(item) == fields for item in items)
        assert {item["provider"] for item in items} == {"spotify"}


Day = dict[str, list[Any]]

CHANGES: dict[DataType, list[tuple[str, str, dict[str, Any]]]] = {
    DataType.TOP_TRACKS: [("move", "short_term", {"position": 3, "to": 0}), ("replace", "long_term", {"position": 1})],
    DataType.RECENTLY_PLAYED: [("add", "", {}), ("add", "", {})],
    DataType.SAVED_TRACKS: [("remove", "", {"position": 5}), ("add", "", {})],
    DataType.SAVED_ALBUMS: [("remove", "", {"position": 7}), ("add", "", {})],
    DataType.FOLLOWED_ARTISTS: [("remove", "", {"position": 2}), ("add", "", {})],
}
"""What the listener does from one day to the next."""


def days(world: World, data_type: DataType) -> tuple[str, list[tuple[str, Day]]]:
    """Four daily syncs with changes before each, and what the lists held at each."""
    user_id, days_so_far = world.connect(), []
    for day in range(4):
        for act, name, details in CHANGES[data_type]:
            world.change(act, data_type, name, **details)
        job = sync(user_id, day, data_type)
        days_so_far.append((job.fetched_at, world.lists(data_type)))
    return user_id, days_so_far


def ids(entries: list[Any]) -> list[str | None]:
    """The ids of a list's entries; None for one that the provider has emptied."""
    wrapped = [
        next((entry[name] for name in ("track", "album") if "added_at" in entry and name in entry), entry)
        if entry
        else None
        for entry in entries
    ]
    return [entry.get("track", entry)["id"] if entry else None for entry in wrapped]


Appearance = tuple[str, str, int | None, bool]
"""The start of the sync, the list, the rank in a ranked list, and whether the record had left the list."""


def appearances(all_days: list[tuple[str, Day]], *, ranked: bool) -> dict[str, list[Appearance]]:
    """What the history of each record must be, by what the lists themselves held from day to day."""
    by_record: dict[str, list[Appearance]] = {}
    for name in {name for _, held in all_days for name in held}:
        before: dict[str, int] = {}
        for moment, held in all_days:
            places = {record_id: place for place, record_id in enumerate(ids(held[name]), 1) if record_id}
            now = places if ranked else dict.fromkeys(places, 1)
            for record_id in before.keys() | now.keys():
                if now.get(record_id) != before.get(record_id):
                    rank = now.get(record_id) if ranked else None
                    by_record.setdefault(record_id, []).append((moment, name, rank, record_id not in now))
            before = now
    return by_record


@pytest.mark.parametrize("data_type", [name for name in CHANGES if name is not DataType.RECENTLY_PLAYED])
def test_the_history_of_one_record(world: World, data_type: DataType) -> None:
    """
    An item for each sync that found the record new, at another rank, or gone; oldest first.

    Of records that never changed after their first appearance five are looked at: each costs a query.
    """
    user_id, all_days = days(world, data_type)
    browser, wanted = browser_of(user_id), appearances(all_days, ranked=data_type is DataType.TOP_TRACKS)
    changed = [record_id for record_id, expected in wanted.items() if len({moment for moment, *_ in expected}) > 1]
    assert changed, "no record has a history"
    unchanged = sorted(wanted.keys() - set(changed))[:5]
    for record_id in (*changed, *unchanged):
        items = everything(browser, data_type, record_id, limit=2)
        received = [
            (item["fetched_at"], item.get("time_range") or "", item.get("rank"), item["removed"]) for item in items
        ]
        assert sorted(received, key=str) == sorted(wanted[record_id], key=str)
        assert [item["fetched_at"] for item in items] == sorted(item["fetched_at"] for item in items)
        assert {item["record_id"] for item in items} == {record_id}


def test_the_history_of_a_track_that_was_played(world: World) -> None:
    """Every play of it, once."""
    user_id, all_days = days(world, DataType.RECENTLY_PLAYED)
    plays = {entry["played_at"]: entry["track"]["id"] for _, held in all_days for entry in held[""]}
    track = next(iter(plays.values()))
    items = everything(browser_of(user_id), DataType.RECENTLY_PLAYED, track)
    assert sorted(item["played_at"] for item in items) == sorted(when for when, what in plays.items() if what == track)


@pytest.mark.parametrize("data_type", CHANGES)
def test_the_newest_of_everything_that_ever_was(world: World, data_type: DataType) -> None:
    """DISTINCT ON record and time range: the newest version of each once, and when it was removed."""
    user_id, all_days = days(world, data_type)
    wanted: dict[tuple[str, str], str | None] = {}
    for moment, lists_then in all_days:
        for name, entries in lists_then.items():
            here = ids(entries)
            if data_type is not DataType.RECENTLY_PLAYED:
                left = [where for where in wanted if where[0] == name and where[1] not in here]
                wanted |= {where: wanted[where] or moment for where in left}
            wanted |= {(name, record_id): None for record_id in here if record_id}
    for limit in (7, 1000):
        items = everything(browser_of(user_id), data_type, view="distinct", limit=limit)
        received = {(item.get("time_range") or "", item["record_id"]): item["removed_at"] for item in items}
        assert len(received) == len(items)
        assert received == wanted


def test_what_still_stands_in_its_list_is_not_removed(world: World) -> None:
    """A like that was taken back and given again, and a track whose second place in a playlist is gone."""
    user_id = world.connect()
    both = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    contents = world.lists(DataType.PLAYLIST_TRACKS)
    name = max(contents, key=lambda name: len(contents[name]))
    library = world.simulator.listeners["ana"].library
    liked, twice = library.entries("saved_tracks")[20].number, library.entries("playlist_tracks", name)[1].number
    world.change("add", DataType.PLAYLIST_TRACKS, name, item=twice, position=0)
    sync(user_id, 0, DataType.SAVED_TRACKS, *both)
    world.change("remove", DataType.SAVED_TRACKS, position=20)
    world.change("add", DataType.SAVED_TRACKS, item=liked)
    world.change("remove", DataType.PLAYLIST_TRACKS, name, position=0)
    sync(user_id, 1, DataType.SAVED_TRACKS, *both)
    browser = browser_of(user_id)
    for data_type in (DataType.SAVED_TRACKS, DataType.PLAYLIST_TRACKS):
        held = {item["record_id"] for item in everything(browser, data_type)}
        gone = {item["record_id"] for item in everything(browser, data_type, view="distinct") if item["removed_at"]}
        assert gone & held == set(), data_type


def test_pages_are_of_one_state_although_a_sync_comes_between(world: World) -> None:
    """The list that is being read stays as it was at its first page."""
    user_id = world.connect()
    sync(user_id, 0, DataType.SAVED_TRACKS)
    held, browser = world.lists(DataType.SAVED_TRACKS), browser_of(user_id)
    first = ask(browser, DataType.SAVED_TRACKS, raw="true", limit=20).json
    world.change("remove", DataType.SAVED_TRACKS, position=30)
    world.change("add", DataType.SAVED_TRACKS)
    world.change("remove", DataType.SAVED_TRACKS, position=2)
    sync(user_id, 1, DataType.SAVED_TRACKS)
    rest = everything(browser, DataType.SAVED_TRACKS, raw="true", limit=20, cursor=first["next_cursor"])
    assert differences(DataType.SAVED_TRACKS, held, first["items"] + rest) == []
    now = everything(browser, DataType.SAVED_TRACKS, raw="true")
    assert differences(DataType.SAVED_TRACKS, world.lists(DataType.SAVED_TRACKS), now) == []


def test_one_list_of_many(world: World) -> None:
    """A time range, a playlist, a provider: nothing of the others."""
    user_id = world.connect()
    sync(user_id, 0)
    browser, contents = browser_of(user_id), world.lists(DataType.PLAYLIST_TRACKS)
    for name, entries in contents.items():
        items = everything(browser, DataType.PLAYLIST_TRACKS, playlist_id=name, raw="true", limit=30)
        assert differences(DataType.PLAYLIST_TRACKS, {name: entries}, items) == []
        assert [item["position"] for item in items] == list(range(len(entries)))
    top = world.lists(DataType.TOP_TRACKS)
    for view in ("current", "distinct"):
        items = everything(browser, DataType.TOP_TRACKS, time_range="medium_term", view=view)
        assert sorted(item["rank"] for item in items) == list(range(1, len(top["medium_term"]) + 1))
        assert {item["time_range"] for item in items} == {"medium_term"}
    assert everything(browser, DataType.TOP_TRACKS, provider="spotify") == everything(browser, DataType.TOP_TRACKS)
    assert everything(browser, DataType.PLAYLIST_TRACKS, playlist_id="nobody's") == []


def test_before_the_first_sync_nothing_was_there(world: World) -> None:
    """Before the first sync the response is empty, not an error."""
    user_id = world.connect()
    job = sync(user_id, 0)
    before = times.iso(times.parse(job.fetched_at) - timedelta(milliseconds=1))
    for data_type in DataType:
        assert everything(browser_of(user_id), data_type, as_of=before) == []
        assert everything(browser_of(user_id), data_type, as_of=before, view="distinct") == []


def test_a_checkpoint_saves_the_fold_and_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a snapshot at every sync, or with none, every day reads the same."""
    monkeypatch.setattr(snapshots, "LEAST", 1)
    monkeypatch.setattr(snapshots, "SHARE", 10_000)
    user_id, all_days = days(world, DataType.TOP_TRACKS)
    browser = browser_of(user_id)
    for moment, lists_then in all_days:
        snapshot, _ = queries.snapshot(user_id, "spotify", DataType.TOP_TRACKS, moment)
        assert snapshot == moment
        with_them = everything(browser, DataType.TOP_TRACKS, as_of=moment, raw="true")
        monkeypatch.setattr(queries, "snapshot", lambda *_: ("", {}))
        assert with_them == everything(browser, DataType.TOP_TRACKS, as_of=moment, raw="true")
        monkeypatch.undo()
        assert differences(DataType.TOP_TRACKS, lists_then, with_them) == []
