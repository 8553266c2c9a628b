"""The taste's library shows what came by files, by the rule of the API: where no connected provider says more."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from blendify.access import users
from blendify.collecting.collector import collect
from blendify.core import settings, times
from blendify.core.data_types import DataType
from blendify.insights import queue, shelves
from blendify.lambdas import imports as steps
from blendify.leaving import receipts
from blendify.leaving.disconnect import disconnect
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import leave, machine
from tests.unit.import_stories import Readable, album, artist, begun, files, playlist
from tests.unit.insights_stories import Messages
from tests.unit.music_api import browser_of
from tests.unit.sync_steps import STARTED, plenty
from tests.unit.sync_steps import begun as sync_begun
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")
IN_2019, IN_2020 = "2019-05-31T23:30:00.000Z", "2020-01-01T00:00:00.000Z"


@pytest.fixture
def ada() -> str:
    user_id = users.find_or_create_user("spotify", "ada")
    shelves.settle(user_id)
    return user_id


@pytest.fixture(autouse=True)
def clock(stopped_clock: list[datetime]) -> list[datetime]:
    """Imports begin at different moments."""
    stopped_clock[0] = STARTED + timedelta(days=2)
    return stopped_clock


def imported(user_id: str, messages: Messages, clock: list[datetime], *lines: Readable) -> str:
    """The id of an import of these, a day after what was before, and after all that follows from it."""
    clock[0] += timedelta(days=1)
    started, held = begun(user_id), files(lines)
    steps.read({"user_id": user_id, "import_id": started.import_id}, lambda: 900.0, held.readers)
    messages.work()
    return started.import_id


def added(user_id: str, query: str = "") -> list[Any]:
    """What the API says was added, without what syncs say."""
    items = browser_of(user_id).get("api.taste", f"/me/taste/library{query}").json["items"]
    return [item for item in items if item["origin"]]


def names(user_id: str, query: str = "") -> list[tuple[str, str]]:
    return [(item["day"] if item["dated"] else "", item["name"]) for item in added(user_id, query)]


def test_what_a_file_lists_is_shown_with_its_dates(ada: str, messages: Messages, clock: list[datetime]) -> None:
    """Without a date it is there, and in no column; playlists have their names."""
    things = album("One", added_at=IN_2019), album("Two", added_at=IN_2020), album("Three"), artist("Ann")
    imported(ada, messages, clock, *things, playlist("Mix", "a", "b"))
    dated = [("2019-05-31", "One"), ("2020-01-01", "Two")]
    rest = [("", "Ann"), ("", "Mix"), ("", "Three"), ("", "a"), ("", "b")]
    assert sorted(names(ada)) == sorted([*dated, *rest])
    assert {item["playlist_name"] for item in added(ada) if item["data_type"] == "playlist_tracks"} == {"Mix"}
    assert names(ada, "?to=2019-12") == dated[:1]
    page = browser_of(ada).get("api.taste", "/taste/library").body
    assert "You added 2 things." in page
    assert "4 things without a date were there at the first sync, or in a file" in page
    assert "since 31 May 2019" in page
    assert "Those of Deezer are from the files that you imported." in page
    assert "31 May 2019" in browser_of(ada).get("api.taste", "/taste").body
    assert "Ann" not in browser_of(ada).get("api.taste", "/taste/then").body


def test_a_later_file_and_a_file_that_is_taken_back(ada: str, messages: Messages, clock: list[datetime]) -> None:
    """As in the API: the newest one counts. A rebuild, and another time zone, make the same of it."""
    imported(ada, messages, clock, album("One", added_at=IN_2019), album("Two"))
    second = imported(ada, messages, clock, album("Two"), album("Three", added_at=IN_2019))
    assert names(ada) == [("2019-05-31", "Three"), ("", "Two")]
    users.set_time_zone(ada, "Asia/Tokyo")
    queue.rebuild(ada)
    messages.work()
    assert names(ada) == [("2019-06-01", "Three"), ("", "Two")]
    machine(leave(ada, receipts.of_import(second)))
    messages.work()
    assert names(ada) == [("2019-06-01", "One"), ("", "Two")]


def test_a_connected_provider_says_itself_what_there_is(
    world: World, messages: Messages, clock: list[datetime]
) -> None:
    """From its first sync on, at once; disconnected, the newer counts, and nothing is told twice."""
    user_id = world.connect()
    imported(user_id, messages, clock, album("Mine", "spotify", IN_2019), album("Other", added_at=IN_2019))
    assert [name for _, name in names(user_id)] == ["Mine", "Other"]
    started_at = clock[0] + timedelta(hours=1)
    job = sync_begun(user_id, DataType.SAVED_ALBUMS, execution=times.iso(started_at), started_at=started_at)
    collect(DataType.SAVED_ALBUMS, job, plenty)
    finish_sync(job, 1, [])
    assert [name for _, name in names(user_id)] == ["Other"]
    disconnect(user_id, "spotify")
    assert [name for _, name in names(user_id)] == ["Other"]
    queue.rebuild(user_id)
    messages.work()
    every = browser_of(user_id).get("api.taste", "/me/taste/library").json["items"]
    synced = next(item for item in every if item["provider"] == "spotify")
    known, new = (album(name, "spotify", IN_2019) for name in (synced["record_id"], "Late"))
    imported(user_id, messages, clock, known, new, album("Other"))
    assert ("2019-05-31", "Late") in names(user_id)
    after = browser_of(user_id).get("api.taste", "/me/taste/library").json["items"]
    assert sum(item["key"] == synced["key"] for item in after) == 1


def test_a_provider_whose_views_are_off_is_left_out_of_files_too(
    ada: str, messages: Messages, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is no provider has no such setting."""
    imported(ada, messages, clock, album("Mine", "spotify", IN_2019), album("Other", added_at=IN_2020))
    monkeypatch.setenv("VIEWS", "lastfm")
    settings.allowed_for.cache_clear()
    try:
        assert names(ada) == [("2020-01-01", "Other")]
        assert browser_of(ada).get("api.taste", "/me/taste").json["library_since"] == "2020-01-01"
    finally:
        settings.allowed_for.cache_clear()
