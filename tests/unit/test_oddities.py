"""What has been seen in real answers, served by the simulator and collected: every row of the list of oddities."""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from blendify.calling.fetch import Call
from blendify.collecting.collector import RESERVE_SECONDS, collect
from blendify.core.data_types import DataType, Outcome
from blendify.history.facts import Fact
from blendify.jobs.job import Job
from local.simulators.frame.faults import FaultKind
from tests.aws import capacity, moto_partiql
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import TRAITS
from tests.unit.robustness.worlds import small_pages
from tests.unit.sync_steps import begun, facts, plenty, ready, same, standing, whole
from tests.unit.visible import items
from tests.unit.world import Socket, World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

OF_SPOTIFY = {*range(1, 18), *range(20, 27)}
"""Rows 18 and 19 are other providers': prices of Bandcamp, and Last.fm's objects in place of lists."""
PLAYLISTS, PLAYLIST_TRACKS, SAVED_TRACKS = DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS, DataType.SAVED_TRACKS
LOCALE = "&locale=en-US,en;q%3D0.5"


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Time that passes when somebody sleeps."""
    clock = Clock()
    with clock.installed():
        yield clock


@pytest.fixture
def little(behind: Socket, clock: Clock) -> World:
    """A listener all of whose lists fit on one page."""
    return World.begin(behind, clock=clock.seconds, **TRAITS["spotify"].sizes)


@pytest.fixture
def small(little: World) -> Iterator[World]:
    """The same lists on pages of four entries."""
    with small_pages():
        yield little


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that was called, as it went over the line."""
    addresses: list[str] = []
    real = HTTPAdapter.send

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        addresses.append(str(request.url))
        return real(adapter, request, *given, **more)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return addresses


def page_of(*entries: Any) -> dict[str, Any]:
    """A list that these are all of."""
    return {"items": list(entries), "total": len(entries), "next": None}


def collected(world: World, data_type: DataType, body: Any) -> Job:
    """The run that read this answer."""
    world.fault(data_type, status=200, body=body)
    job = ready(data_type, world)
    assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    return job


def test_row_8_no_market_is_asked_for(little: World, called: list[str]) -> None:
    """With a market Spotify serves other tracks than those that were saved: no call of any data type names one."""
    job = begun(little.connect())
    for data_type in DataType:
        assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
    assert len(called) >= len(DataType)
    assert not [address for address in called if "market" in parse_qs(urlsplit(address).query)]


def test_row_8_a_relinked_track_is_kept_as_it_was_served(little: World) -> None:
    """The id is the served one's, `linked_from` is in the answer, and the ISRC joins the two."""
    entry = little.truth()["saved_tracks"][0]
    saved = entry["track"]["id"]
    relinked = {"id": "0000000000000000000000", "linked_from": {"id": saved, "type": "track"}}
    entry = {**entry, "track": entry["track"] | relinked}
    (fact,) = facts(collected(little, SAVED_TRACKS, page_of(entry)), SAVED_TRACKS)
    assert (fact.track_id, fact.isrc) == ("0000000000000000000000", entry["track"]["external_ids"]["isrc"])
    assert fact.answer() == entry


def test_row_11_a_playlist_off_the_list_is_still_read(little: World) -> None:
    """The listener takes it off while the sync runs: whoever knows its id reads it, and so does this run."""
    job = ready(PLAYLIST_TRACKS, little)
    contents = little.lists(PLAYLIST_TRACKS)
    little.change("remove", "playlists", id=next(iter(contents)))
    assert collect(PLAYLIST_TRACKS, job, plenty).outcome is Outcome.COMPLETE
    assert standing(job, PLAYLIST_TRACKS).counts["unavailable"] == 0
    same(job, PLAYLIST_TRACKS, [entry for entries in contents.values() for entry in entries])


@pytest.mark.parametrize("blocked", [False, True], ids=["taken off the list", "blocked"])
def test_row_11_what_is_gone_changes_nothing_that_is_stored(little: World, clock: Clock, blocked: bool) -> None:
    """
    A later sync does not find the playlist, or is answered 404: every record of the first one stays as it is. Only off
    the list its entries are gone, and that is a record of its own.
    """
    syncs = Machine(little.connect(), (PLAYLISTS, PLAYLIST_TRACKS), clock, Reaper(()))
    assert syncs.run()[1] == "succeeded"
    stored, contents = items("history"), little.lists(PLAYLIST_TRACKS)
    if blocked:
        little.fault(PLAYLIST_TRACKS, status=404, only={"id": next(iter(contents))})
    else:
        little.change("remove", "playlists", id=next(iter(contents)))
    clock.sleep(9 * 24 * 3600)
    job, status = syncs.run()
    assert status == "succeeded"
    left = [fact for fact in facts(job, PLAYLIST_TRACKS) if fact.removed]
    assert len(left) == (0 if blocked else len(next(iter(contents.values()))))
    assert {fact.playlist_id for fact in left} <= {next(iter(contents))}
    assert standing(job, PLAYLIST_TRACKS).counts["unavailable"] == int(blocked)
    now = items("history")
    assert all(item in now for item in stored)


def test_row_12_eleven_thousand_entries_are_read_by_one_lambda_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes on where the one before had no more time; every place is read, and none is stored twice."""
    size, pages = 11_000, 60
    stored: dict[str, Fact] = {}

    def fetch(_provider: Any, _application: Any, call: Call, _http: Any) -> Any:
        if call.path == "/me/playlists":
            return page_of({"id": "p", "items": {"total": size}})
        offset = int(call.parameters["offset"])
        places = range(offset, min(offset + 50, size))
        held = [{"added_at": "2026-03-01T18:22:07Z", "item": {"id": f"{place:022}"}} for place in places]
        return {"items": held, "total": size, "next": "there" if places.stop < size else None}

    def insert(_: Any, table_name: str, item: Any) -> capacity.WriteUnits:
        fact = Fact.read(item)
        if stored.setdefault(fact.fetched_at, fact) is not fact:
            raise moto_partiql.Refused("DuplicateItem", "Duplicate primary key exists in table", table_name)
        return capacity.WriteUnits(1)

    def limited() -> Callable[[], float]:
        left = iter(range(pages - 1, -1, -1))
        return lambda: RESERVE_SECONDS + next(left, 0) - 0.5

    # The simulator and the table would take a minute for as many; everything between them is real.
    monkeypatch.setattr("blendify.fetching.provider_client.fetch", fetch)
    monkeypatch.setattr(moto_partiql, "insert", insert)
    job = begun(world.connect(), PLAYLIST_TRACKS)
    outcomes = [collect(PLAYLIST_TRACKS, job, limited()).outcome]
    while not outcomes[-1].final:
        outcomes.append(collect(PLAYLIST_TRACKS, job, limited()).outcome)
    assert set(outcomes[:-1]) == {Outcome.WAITING}
    # A commit looks at the clock as well.
    assert len(outcomes) <= size // 50 // pages + 2
    in_order = [stored[key].fields for key in sorted(stored) if "position" in stored[key].fields]
    assert [fields["position"] for fields in in_order] == list(range(size))
    assert [fields["track_id"] for fields in in_order] == [f"{place:022}" for place in range(size)]
    assert standing(job, PLAYLIST_TRACKS).counts["records"] == size


@pytest.mark.parametrize("length", [300, 450_000])
def test_row_16_a_very_long_description_is_kept_whole(behind: Socket, clock: Clock, length: int) -> None:
    """Longer than any item may be: what Spotify served is what is read back."""
    world = World.begin(behind, clock=clock.seconds, **{**TRAITS["spotify"].sizes, "long_description": length})
    assert max(len(playlist["description"] or "") for playlist in world.truth()["playlists"]) == length
    job = ready(PLAYLISTS, world)
    assert collect(PLAYLISTS, job, plenty).outcome is Outcome.COMPLETE
    whole(world, job, PLAYLISTS)


def test_row_16_an_answer_that_no_item_can_hold_is_split(little: World) -> None:
    """900 KB that cannot be packed: several items, one record, and the whole answer."""
    noise = random.Random(7).randbytes(450_000).hex()  # noqa: S311
    playlists = little.truth()["playlists"]
    playlists[1] = playlists[1] | {"description": noise}
    job = collected(little, PLAYLISTS, page_of(*playlists))
    same(job, PLAYLISTS, playlists)
    assert len(items("history")) > len(playlists)
    assert standing(job, PLAYLISTS).counts["records"] == len(playlists)


def test_row_17_cursors_that_are_texts_of_digits_are_only_looked_at(little: World, called: list[str]) -> None:
    """Recently played comes with them, and with a `next` that leads nowhere: one call, and all that there is."""
    token = little.consent("ana").tokens.access_token
    endpoint = f"{little.base}/v1/me/player/recently-played"
    served = requests.get(endpoint, headers={"Authorization": f"Bearer {token}"}, timeout=60).json()
    assert all(
        isinstance(served["cursors"][name], str) and served["cursors"][name].isdigit() for name in served["cursors"]
    )
    assert served["next"]
    called.clear()
    job = ready(DataType.RECENTLY_PLAYED, little)
    assert collect(DataType.RECENTLY_PLAYED, job, plenty).outcome is Outcome.COMPLETE
    whole(little, job, DataType.RECENTLY_PLAYED)
    assert [parse_qs(urlsplit(address).query) for address in called] == [{"limit": ["50"]}]


def located(value: Any) -> Any:
    """The same JSON with a locale at the end of every address that has a query."""
    if isinstance(value, list):
        return [located(part) for part in value]
    if isinstance(value, dict):
        return {key: located(part) for key, part in value.items()}
    return value + LOCALE if isinstance(value, str) and value.startswith("http") and "?" in value else value


def test_row_25_a_locale_in_addresses_changes_nothing(
    small: World, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what is read nor how often: no address of an answer is followed or compared, all are kept as served."""

    small.fault("*", kind=FaultKind.REWRITE, rewrite=located)
    job = begun(small.connect())
    for data_type in DataType:
        before = small.calls(data_type)
        assert collect(data_type, job, plenty).outcome is Outcome.COMPLETE
        same(job, data_type, located([entry for entries in small.lists(data_type).values() for entry in entries]))
        assert small.calls(data_type) - before == small.fewest(data_type)
    assert not [address for address in called if "locale" in address]
    assert LOCALE in json.dumps(facts(job, DataType.SAVED_ALBUMS)[0].answer())


def test_every_row_has_a_test() -> None:
    """Each oddity of Spotify in the reference has a test with its number, in this file or another."""
    sources = [path.read_text() for path in Path(__file__).parent.rglob("test_*.py")]
    tested = {int(number) for source in sources for number in re.findall(r"^def test_row_(\d+)_", source, re.MULTILINE)}
    assert OF_SPOTIFY - tested == set()
