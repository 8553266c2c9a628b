"""What is in a listener's library by their files: the newest one counts where no provider says more."""

from datetime import datetime, timedelta
from typing import Any, NoReturn

import pytest

from blendify.access import users
from blendify.collecting.collector import collect
from blendify.collecting.list_store import ListStore
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import snapshots
from blendify.importing import work as importing_work
from blendify.leaving import receipts
from blendify.leaving.disconnect import disconnect
from blendify.syncing.finish_sync import finish_sync
from tests.unit.erasures import leave, machine
from tests.unit.exports import exported
from tests.unit.import_stories import Readable, album, artist, begun, brought, files, now, playlist, work
from tests.unit.music_api import ask, browser_of, everything
from tests.unit.sync_steps import STARTED, plenty
from tests.unit.sync_steps import begun as sync_begun
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")


@pytest.fixture
def ada() -> str:
    return users.find_or_create_user("spotify", "ada")


@pytest.fixture(autouse=True)
def clock(stopped_clock: list[datetime]) -> list[datetime]:
    """Imports begin at different moments."""
    stopped_clock[0] = STARTED + timedelta(days=2)
    return stopped_clock


def imported(user_id: str, clock: list[datetime], *lines: Readable) -> str:
    """The id of an import of these, a day after what was before."""
    clock[0] += timedelta(days=1)
    return brought(user_id, lines).import_id


def albums(user_id: str, **parameters: Any) -> list[str]:
    return ids(user_id, "saved_albums", **parameters)


def ids(user_id: str, data_type: str, **parameters: Any) -> list[str]:
    return [item["record_id"] for item in everything(browser_of(user_id), data_type, **parameters)]


def synced(user_id: str, at: datetime) -> list[str]:
    """The saved albums that a sync reads at this moment."""
    job = sync_begun(user_id, DataType.SAVED_ALBUMS, execution=times.iso(at), started_at=at)
    collect(DataType.SAVED_ALBUMS, job, plenty)
    finish_sync(job, 1, [])
    return albums(user_id, provider="spotify")


def test_the_newest_file_says_what_there_is(ada: str, clock: list[datetime]) -> None:
    """Also what it has no more, and what an older one was the first to bring; nothing is lost of the older one."""
    imported(ada, clock, album("One"), album("Two"), artist("Ann"))
    imported(ada, clock, album("Two"), album("Three", added_at="2020-01-01T00:00:00Z"), album("Four"))
    assert albums(ada) == ["Three", "Four", "Two"]
    assert ids(ada, "followed_artists") == ["Ann"]
    assert albums(ada, view="distinct") == ["Four", "One", "Three", "Two"]
    items = everything(browser_of(ada), "saved_albums")
    assert {(item["origin"], item["provider"]) for item in items} == {("import", "deezer")}


def test_the_same_file_again_changes_nothing(ada: str, clock: list[datetime]) -> None:
    """Every row is known, and listed again."""
    imported(ada, clock, album("One"), album("Two"))
    before = everything(browser_of(ada), "saved_albums")
    imported(ada, clock, album("One"), album("Two"))
    assert everything(browser_of(ada), "saved_albums") == before


def test_a_connected_provider_says_itself_what_there_is(world: World, clock: list[datetime]) -> None:
    """However new the file is; of a service that is not connected the file says it."""
    user_id = world.connect()
    imported(user_id, clock, album("Mine", "spotify"), album("Other"))
    assert albums(user_id) == ["Mine", "Other"]
    inventory = synced(user_id, STARTED)
    assert "Mine" not in inventory
    assert albums(user_id) == [*inventory, "Other"]
    assert "Mine" in albums(user_id, view="distinct")


def test_a_provider_says_nothing_before_its_first_commit_is_whole(
    world: World, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync that died in the midst of it has told no list: the file's is the current one until it is finished."""
    user_id = world.connect()
    imported(user_id, clock, album("Mine", "spotify"))

    def die(*_: object) -> NoReturn:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(ListStore, "append", die)
        with pytest.raises(ConnectionError):
            synced(user_id, STARTED)
    assert albums(user_id) == ["Mine"]
    assert "Mine" not in synced(user_id, STARTED)


def test_a_provider_whose_list_is_empty_says_so_of_the_past_too(
    world: World, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also behind a snapshot: the list that was emptied is not that of the file again."""
    monkeypatch.setattr(snapshots, "LEAST", 1)
    user_id = world.connect()
    clock[0] -= timedelta(days=9)
    imported(user_id, clock, album("Mine", "spotify"))
    synced(user_id, STARTED - timedelta(days=1))
    while world.lists(DataType.SAVED_ALBUMS)[""]:
        world.change("remove", DataType.SAVED_ALBUMS, position=0)
    for hour in range(2):
        clock[0] = STARTED + timedelta(hours=hour)
        held = synced(user_id, STARTED)
    assert held == []
    assert albums(user_id, as_of=times.iso(clock[0])) == albums(user_id) == []


def test_of_a_provider_that_is_not_connected_the_newer_counts(world: World, clock: list[datetime]) -> None:
    """What it said last, or the file."""
    user_id = world.connect()
    imported(user_id, clock, album("Early", "spotify"))
    inventory = synced(user_id, clock[0] + timedelta(hours=1))
    disconnect(user_id, "spotify")
    assert albums(user_id) == inventory
    imported(user_id, clock, album("Late", "spotify"))
    assert albums(user_id) == ["Late"]


def test_a_file_that_is_taken_back_says_nothing(ada: str, clock: list[datetime]) -> None:
    """The one before counts again, without the rows that the other was the first to bring."""
    first = imported(ada, clock, album("One"), album("Two"))
    second = imported(ada, clock, album("Two"), album("Three"))
    machine(leave(ada, receipts.of_import(second)))
    assert albums(ada) == ["One", "Two"]
    imported(ada, clock, album("Two"), album("Three"))
    machine(leave(ada, receipts.of_import(first)))
    assert albums(ada) == ["Three"]


def test_an_import_counts_when_it_has_ended(ada: str, clock: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then the one before; a death loses none of its rows and doubles none."""
    monkeypatch.setattr(importing_work, "PART", 2)
    imported(ada, clock, album("Old"))
    clock[0] += timedelta(days=1)
    started, lines = begun(ada), [playlist("Mix", *"abcde"), *(album(name) for name in "abcde")]

    class Died(BaseException):
        pass

    def die(row: int) -> None:
        if row == 4:
            raise Died

    with pytest.raises(Died):
        work(started, files(lines, deaths=die))
    assert albums(ada) == ["Old"]
    assert work(started, files(lines)) == "ended"
    assert albums(ada) == list("abcde")
    assert ids(ada, "playlist_tracks") == list("abcde")


def test_an_import_that_broke_off_says_nothing(
    ada: str, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it stored is there, as something that was there once."""
    monkeypatch.setattr(importing_work, "PART", 2)
    imported(ada, clock, *(album(name) for name in "abc"))
    clock[0] += timedelta(days=1)
    started, held = begun(ada), files([album(name) for name in "xyabc"])
    calls = iter([900.0, 900.0])
    assert work(started, held, lambda: next(calls, 0.0)) == "more"
    importing_work.Worker(now(started), held.readers, plenty).fail("interrupted", "It broke off.")
    assert (now(started).state, now(started).report.stored) == ("partial", 2)
    assert albums(ada) == list("abc")
    assert albums(ada, view="distinct") == list("abcxy")


def test_playlists_are_lists_of_their_own(ada: str, clock: list[datetime]) -> None:
    """In the order of the file. One that the newest file does not have stays; one that it has is as it says."""
    imported(ada, clock, playlist("Run", "a", "b", "a"), playlist("Sleep", "c"))
    imported(ada, clock, playlist("Run", "b", "d"))
    assert ids(ada, "playlists") == ["Run", "Sleep"]
    items = everything(browser_of(ada), "playlist_tracks")
    assert [(item["playlist_id"], item["position"], item["record_id"]) for item in items] == [
        ("Run", 0, "b"),
        ("Run", 1, "d"),
        ("Sleep", 0, "c"),
    ]
    assert ids(ada, "playlist_tracks", playlist_id="Sleep") == ["c"]


def test_pages_are_of_one_moment(ada: str, clock: list[datetime]) -> None:
    """A list goes on as it began when another import ends between two pages."""
    imported(ada, clock, *(album(name) for name in "abcde"))
    first = ask(browser_of(ada), "saved_albums", limit=2).json
    imported(ada, clock, album("z"), album("a"))
    rest = everything(browser_of(ada), "saved_albums", limit=2, cursor=first["next_cursor"])
    assert [item["record_id"] for item in [*first["items"], *rest]] == list("abcde")
    assert albums(ada, limit=1) == ["a", "z"]
    forged = first["next_cursor"][:-4] + "AAAA"
    assert ask(browser_of(ada), "saved_albums", limit=2, cursor=forged).status == 400


def test_a_moment_before_an_import_knows_nothing_of_it(ada: str, clock: list[datetime]) -> None:
    """A later moment knows what the newest file said then."""
    imported(ada, clock, album("One"))
    first = times.iso(clock[0])
    imported(ada, clock, album("Two"))
    clock[0] += timedelta(days=1)
    assert albums(ada, as_of=first) == ["One"]
    assert albums(ada, as_of=times.iso(STARTED)) == []
    assert albums(ada, as_of=times.iso(clock[0])) == albums(ada) == ["Two"]


def test_the_export_has_what_each_file_listed(ada: str, clock: list[datetime]) -> None:
    """By the keys of its records, whichever import stored them."""
    imported(ada, clock, album("One"), playlist("Run", "b", "a"))
    second = imported(ada, clock, album("One"))
    reader = exported(ada)
    keys = {line["record_id"]: line["key"] for line in reader.imported("saved_albums")}
    listed = list(reader.imported("saved_albums_lists"))
    assert [(line["provider"], line["keys"]) for line in listed] == [("deezer", [keys["One"]])] * 2
    assert listed[1]["import_id"] == second
    (run,) = reader.imported("playlist_tracks_lists")
    names = {line["key"]: line["record_id"] for line in reader.imported("playlist_tracks")}
    assert (run["playlist_id"], [names[key] for key in run["keys"]]) == ("Run", ["b", "a"])
    assert reader.damages() == []
