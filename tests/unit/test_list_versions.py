"""A list's version moves on by conditional writes, and what is staged for it comes back as it was."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from blendify.collecting import staged_pages
from blendify.collecting.plan import Change, Listed, ListPage
from blendify.collecting.staged_pages import StagedPages
from blendify.core.data_types import DataType
from blendify.core.errors import Superseded
from blendify.history import list_versions
from blendify.history.intents import Commit, Intent, Signals
from blendify.history.list_entries import Entry
from blendify.history.list_versions import ListVersion
from tests.unit.visible import items

pytestmark = pytest.mark.usefixtures("aws_in_memory")
SAVED_TRACKS = DataType.SAVED_TRACKS
COMMIT = Commit("sync", "2026-11-28T04:00:00.000Z", Signals(read_at="2026-11-28T04:00:00.000Z", total=0))
LARGEST_ITEM = 400_000


def entries(*numbers: int) -> list[Entry]:
    return [Entry(f"2026-03-01T18:22:07Z#{number:022}", f"{number:012x}", f"key#{number:022}") for number in numbers]


def stored() -> ListVersion:
    return list_versions.version("u", "spotify", SAVED_TRACKS, "")


def chunk_items() -> list[dict[str, Any]]:
    return [item for item in items() if item["sk"]["S"].startswith("entries#")]


@pytest.mark.parametrize("count", [0, 1, 40, 3_000])
def test_a_version_comes_back_as_it_was_written(count: int) -> None:
    """Short lists stand in the item itself, long ones in chunks; a signal of 0 is one."""
    written = list_versions.flip(stored(), entries(*range(count)), COMMIT)
    assert stored() == written
    assert (written.entries(), written.count, written.commit) == (entries(*range(count)), count, COMMIT)
    assert bool(chunk_items()) == (count > 100)
    assert sum(written.sizes) == (count if written.chunks else 0)


def test_an_intent_comes_back_as_it_was_written() -> None:
    """With moments that are empty, and all that is noted of it."""
    version = list_versions.flip(stored(), entries(1, 2), COMMIT)
    for intent in (
        Intent(COMMIT, ("a", "b-2"), b"bytes", True, True, 7, {"write_units": 3}),
        Intent(COMMIT, complete=False),
    ):
        version = list_versions.intend(version, intent)
        assert stored() == version
        assert version.intent == intent
        assert version.entries() == entries(1, 2)


def test_only_one_of_two_workers_moves_a_version_on() -> None:
    """The other one is told, whatever it wanted; what it notes is lost."""
    before = stored()
    first = list_versions.flip(before, entries(1), COMMIT)
    with pytest.raises(Superseded):
        list_versions.flip(before, entries(2), COMMIT)
    with pytest.raises(Superseded):
        list_versions.intend(before, Intent(COMMIT))
    intended = list_versions.intend(first, Intent(COMMIT))
    list_versions.note(first, Intent(COMMIT, appended=5))
    assert stored() == intended


def test_a_change_keeps_the_chunks_that_it_does_not_touch() -> None:
    """Replaced chunks expire; one whose content comes back later is another one, so that it does not."""
    first = list_versions.flip(stored(), entries(*range(1_000)), COMMIT)
    second = list_versions.flip(first, entries(*range(999)), COMMIT)
    assert len(set(second.chunks) - set(first.chunks)) <= 1
    third = list_versions.flip(second, entries(*range(1_000)), COMMIT)
    expiring = {item["sk"]["S"].rpartition("#")[2] for item in chunk_items() if "expires_at" in item}
    assert expiring
    assert not expiring & set(third.chunks)
    assert third.state == first.state != second.state


def page(chance: random.Random, version: Sequence[Entry], start: int) -> ListPage:
    """Some entries of the version, in runs and out of them, among some that are new."""
    listed: list[Listed] = []
    for index in range(chance.randint(0, 9)):
        change = None
        if chance.random() < 0.6:
            entry = version[(start + index) % len(version)] if chance.random() < 0.7 else chance.choice(version)
        else:
            entry = Entry(f"new {start} {index} \ud83d", "d", f"k{start + index}")
            change = Change({"track_name": "夜", "n": index}, {"answer": ["\ud83d", 1.5, None, index]})
        listed.append(Listed(entry, start + index, change))
    return listed


@pytest.mark.parametrize("seed", range(50))
def test_staged_pages_come_back_as_they_were(seed: int) -> None:
    """Entries of the version by their places, others with all that there is to tell; pages without entries are none."""
    chance, version = random.Random(seed), entries(*range(12))  # noqa: S311
    pages = [page(chance, version, 100 * number) for number in range(chance.randint(0, 6))]
    assert staged_pages.unpack(staged_pages.pack(pages, version), version) == [staged for staged in pages if staged]


@pytest.mark.parametrize("size", [10, 200_000, 1_300_000])
def test_no_staged_item_is_larger_than_an_item_may_be(size: int) -> None:
    """Answers that cannot be packed: several items under one name. They expire."""
    noise = random.Random(size).randbytes(size // 2).hex()  # noqa: S311
    pages = [[Listed(entry, 0, Change({}, noise)) for entry in entries(1)]]
    staged = StagedPages("u", "sync", SAVED_TRACKS)
    name = staged.store(staged_pages.pack(pages, []))
    assert staged_pages.unpack(staged.load(name), []) == pages
    stored = [item for item in items() if item["sk"]["S"].startswith("staged#sync#saved_tracks#")]
    assert len(stored) == int(name.partition("-")[2] or 1) == max(1, -(-size // 2 // staged_pages.LARGEST_BYTES))
    assert all(len(item["packed"]["B"]) < LARGEST_ITEM and "expires_at" in item for item in stored)


def test_staged_pages_that_are_missing_are_an_error() -> None:
    """It says what is missing, and of which sync."""
    with pytest.raises(LookupError, match="pages of saved_tracks that sync sync has read are missing"):
        StagedPages("u", "sync", SAVED_TRACKS).load("nothing")
