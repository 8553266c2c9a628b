"""The plan of one list, by example: what is appended, what is removed, what moves, and what the list holds then."""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from blendify.collecting.plan import REMEMBERED, SPARE_PLAYS, Gap, Listed, ReadList, Source, plan
from blendify.history.intents import Commit, Intent, Signals
from blendify.history.list_entries import Entry
from blendify.providers.endpoint import Endpoint, ListKind, Record
from blendify.providers.paging import Offset

SOURCE = Source("2026-11-28T04:00:00.000Z", "spotify", "list")
EARLIER = replace(SOURCE, started_at="2026-11-27T04:00:00.000Z")


def endpoint(kind: ListKind) -> Endpoint:
    """The row of a provider's table for such a list."""
    return Endpoint("/", Offset(50), lambda body: body, lambda *_: Record("", {}), (), list_kind=kind)


PURE = {
    "blendify.collecting.plan",
    "blendify.collecting.undated_plays.move_to_front",
    "blendify.history.facts",
    "blendify.history.list_entries",
    "blendify.history.reordering",
    "blendify.providers.endpoint",
    "blendify.providers.record_identity",
}
"""The modules that a plan may use: what it uses of them has no clock, no settings and no I/O."""


def modules_used(work: Callable[[], object]) -> set[str]:
    """The modules of all functions that are called meanwhile, also of those that are written in C."""
    used: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            used.add(frame.f_globals["__name__"])
        elif event == "c_call":
            owner = argument.__self__ if isinstance(argument.__self__, type) else type(argument.__self__)
            used.add(argument.__module__ or owner.__module__)

    # A run of the garbage collector calls functions of other libraries, and they would be listed as well.
    gc.disable()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return used - {__name__, "builtins"}


def version(names: str) -> list[Entry]:
    """What a list held yesterday."""
    return [Entry(name, "", EARLIER.key(name)) for name in names]


def intent(remembered_from: str | None = None, *, complete: bool = True, full: bool = False) -> Intent:
    """What was concluded from a list that was read."""
    return Intent(
        Commit("sync", SOURCE.started_at, Signals(remembered_from=remembered_from)), complete=complete, full=full
    )


def read(kind: ListKind, names: str, known: str = "", *, complete: bool = True) -> ReadList:
    """A list that was read: small letters are as they were if they are known, capitals have changed; `.` is lost."""
    entries = [
        Listed(Entry(name.lower(), "", (EARLIER if name in known else SOURCE).key(name.lower())), position)
        for position, name in enumerate(names)
        if name != "."
    ]
    return ReadList(SOURCE, endpoint(kind), entries, intent(complete=complete))


def names(entries: object) -> str:
    return "".join(entry.identity for entry in entries)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [ListKind.SET, ListKind.RANKED, ListKind.ARRANGED])
def test_a_list_that_is_as_it_was_has_nothing_to_tell(kind: ListKind) -> None:
    planned = plan(version("abc"), read(kind, "abc", "abc"))
    assert (planned.facts, list(planned.entries)) == (0, version("abc"))


@pytest.mark.parametrize("kind", [ListKind.SET, ListKind.RANKED, ListKind.ARRANGED])
def test_what_came_what_changed_and_what_went(kind: ListKind) -> None:
    planned = plan(version("abc"), read(kind, "axC", "abc"))
    assert (dict(planned.recorded), names(planned.removed.values()), names(planned.entries)) == (
        {1: 1, 2: 2},
        "b",
        "axc",
    )
    assert {entry.identity for entry in planned.entries if entry.key.startswith(SOURCE.started_at)} == {"x", "c"}


def test_what_moved_in_a_playlist_is_told_by_the_fewest_moves() -> None:
    planned = plan(version("abcd"), read(ListKind.ARRANGED, "dabc", "abcd"))
    (move,) = planned.moves
    assert (move.entry.identity, move.position, move.old_key) == ("d", 0, EARLIER.key("d"))
    assert (names(planned.entries), planned.facts) == ("dabc", 1)
    assert planned.entries[0].key == move.entry.key != move.old_key


def test_what_moved_in_a_set_is_nothing_to_tell() -> None:
    assert plan(version("abcd"), read(ListKind.SET, "dabc", "abcd")).facts == 0


def test_a_page_that_is_lost_removes_nothing() -> None:
    """And what is new in a playlist is recorded at its place in the list, not among what was read."""
    planned = plan(version("abcdef"), read(ListKind.SET, "ab..xf", "abcdef", complete=False))
    assert (names(planned.entries), planned.facts) == ("abxcdef", 1)
    planned = plan(version("abcdef"), read(ListKind.ARRANGED, "ab..xf", "abcdef", complete=False))
    assert (dict(planned.recorded), names(planned.entries), planned.facts) == ({2: 4}, "abcdxef", 1)


def test_what_is_missing_in_a_doubtful_set_keeps_its_place_behind_what_is_new() -> None:
    """By its neighbours the next sync tells whether another entry stands in its place, so new ones stay in front."""
    assert names(plan(version("f"), read(ListKind.SET, "g", "f", complete=False)).entries) == "gf"
    assert names(plan(version("abc"), read(ListKind.SET, "xyac", "abc", complete=False)).entries) == "xyabc"
    assert names(plan(version("abc"), read(ListKind.SET, "xbz", "abc", complete=False)).entries) == "xabzc"


def test_no_two_entries_claim_one_rank() -> None:
    """A top list of which a part is missing stays what it was, unless all that it held was given."""
    planned = plan(version("abc"), read(ListKind.RANKED, "xa.", "abc", complete=False))
    assert (names(planned.entries), planned.facts) == ("abc", 0)
    planned = plan(version("ab"), read(ListKind.RANKED, "XAB", complete=False))
    assert (names(planned.entries), planned.facts) == ("xab", 3)


def test_a_list_without_entries_is_a_plan_of_removals() -> None:
    planned = plan(version("ab"), read(ListKind.ARRANGED, ""))
    assert (names(planned.removed.values()), list(planned.entries)) == ("ab", [])
    keys = [SOURCE.key(f"removed#list#{name}") for name in "ab"]
    assert list(planned.removed) == keys


def plays(*numbers: int, source: Source = EARLIER) -> list[Entry]:
    """Plays, a second each."""
    names = [f"2026-11-27T00:{number // 60:02}:{number % 60:02}.000Z#song" for number in numbers]
    return [Entry(name, "", source.key(name)) for name in names]


def log(entries: list[Entry], remembered_from: str | None = None, *, full: bool = False) -> ReadList:
    listed = [Listed(entry, position) for position, entry in enumerate(entries)]
    return ReadList(SOURCE, endpoint(ListKind.LOG), listed, intent(remembered_from, full=full))


def test_a_play_is_recorded_once_and_never_removed() -> None:
    planned = plan(plays(2, 1), log(plays(3, 2, source=SOURCE)))
    assert (dict(planned.recorded), planned.removed) == ({0: 0}, {})
    assert list(planned.entries) == [*plays(3, source=SOURCE), *plays(2, 1)]


def test_the_oldest_plays_are_forgotten_many_at_a_time() -> None:
    """None of those that the provider still gives is forgotten."""
    many = plays(*range(REMEMBERED + SPARE_PLAYS, 0, -1))
    assert list(plan(many, log([])).entries) == many
    planned = plan(many, log(plays(REMEMBERED + SPARE_PLAYS + 1)))
    assert list(planned.entries) == [*plays(REMEMBERED + SPARE_PLAYS + 1), *many][:REMEMBERED]
    assert len(plan(many, log(plays(999), remembered_from="")).entries) == len(many) + 1


@pytest.mark.parametrize(
    ("known", "given", "full", "gap"),
    [
        ((2, 1), (9, 8), True, (2, 8)),
        ((2, 1), (9, 8), False, None),
        ((2, 1), (9, 2), True, None),
        ((), (9, 8), True, None),
    ],
    ids=["nothing in common", "fewer than it remembers", "one in common", "the first sync"],
)
def test_plays_that_may_be_missing_are_a_gap(
    known: tuple[int, ...], given: tuple[int, ...], full: bool, gap: tuple[int, int] | None
) -> None:
    planned = plan(plays(*known), log(plays(*given, source=SOURCE), full=full)).gap
    ends = [play.identity.partition("#")[0] for play in plays(*gap)] if gap else []
    assert planned == (Gap(SOURCE.key(f"hole#{ends[1]}"), *ends) if gap else None)


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("kind", ListKind)
def test_a_plan_follows_from_version_and_list_alone(kind: ListKind, complete: bool) -> None:
    """It asks neither a clock nor the settings nor AWS, leaves what it is given as it is, and is the same each time."""
    if kind is ListKind.LOG:
        before, given = plays(*range(REMEMBERED + SPARE_PLAYS, 0, -1)), log(plays(999, 998, source=SOURCE), full=True)
    else:
        before, given = version("abcd"), read(kind, "dxaC", "abcd", complete=complete)
    copies = list(before), replace(given, entries=list(given.entries))
    plans = []
    used = modules_used(lambda: plans.append(plan(before, given)))
    assert "blendify.collecting.plan" in used
    assert {module for module in used if module.partition(".")[0] == "blendify"} <= PURE
    assert used - PURE <= {"_bisect", "re", "sys"}
    assert (before, given) == copies
    assert plans == [plan(*copies)]
    assert plans[0].facts > 0 or kind is ListKind.RANKED
