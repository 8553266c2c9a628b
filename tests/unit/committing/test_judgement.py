"""What a list that was read shows: every case of the table, and what follows from it."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.evidence import SHORTFALLS_BELIEVED, Evidence, ListEnd, possibly_hidden
from blendify.collecting.judgement import CASES, Verdict, judge
from blendify.fetching.page_consistency import MOST_ATTEMPTS, Observed
from blendify.history.intents import Signals

COMPLETE, MISCOUNTED, DOUBTFUL, AGAIN = Verdict.COMPLETE, Verdict.MISCOUNTED, Verdict.DOUBTFUL, Verdict.AGAIN

LOOKED: dict[str, Any] = {"attempt": 2, "came_twice": 0}
"""Of a list that was read to its end once before in this sync."""


def shown(given: int, **more: Any) -> Evidence:
    """Evidence with these values, each in its place; a page holds 50 entries."""
    more = {"page": 50, **more}

    def values(part: type) -> dict[str, Any]:
        return {place.name: more[place.name] for place in fields(part) if place.name in more}

    assert more.keys() <= {place.name for part in (Observed, ListEnd, Signals, Evidence) for place in fields(part)}
    end = ListEnd(Observed(**values(Observed)), **values(ListEnd))
    return Evidence(given, end=end, before=Signals(**values(Signals)), **values(Evidence))


def after_counted(given: int, **more: Any) -> Evidence:
    """The same of a list without a count that had ten entries, and was counted, in the sync before."""
    return replace(shown(given, known=10, **more), before=Signals(total=10))


ROWS = [
    ("a list as it was", shown(10, counted=10, known=10), COMPLETE),
    ("a first list", shown(10, counted=10, new=10), COMPLETE),
    ("a list without a count", shown(10, known=10), COMPLETE),
    ("more than counted", shown(10, counted=8, known=8, new=2), COMPLETE),
    ("one gone", shown(9, counted=9, known=10, gone=1), COMPLETE),
    ("half of it gone", shown(5, counted=5, known=10, gone=5), COMPLETE),
    ("most of it gone", shown(4, counted=4, known=10, gone=6), AGAIN),
    ("all of it gone", shown(0, counted=0, known=10, gone=10), AGAIN),
    ("all of it gone, asked twice", shown(0, counted=0, known=10, gone=10, asked_twice=True), COMPLETE),
    ("all of it replaced", shown(10, counted=10, known=10, gone=10, new=10), COMPLETE),
    ("a playlist that its owner has deleted", shown(0, known=10, gone=10, known_to_be_gone=True), COMPLETE),
    ("changed to the end", shown(9, counted=9, known=10, gone=1, changed=True), DOUBTFUL),
    ("pages that cannot be read", shown(7, counted=10, known=10, gone=3, broken_off=True), Verdict.UNFINISHED),
    ("one short", shown(9, counted=10, known=10, gone=1), DOUBTFUL),
    ("one short, by cursors", shown(9, counted=10, known=10, gone=1, by_cursor=True), AGAIN),
    (
        "one short, by cursors, again",
        shown(9, counted=10, known=10, gone=1, by_cursor=True, **LOOKED, missed=1),
        DOUBTFUL,
    ),
    (
        "two short, by cursors, and one in the look before",
        shown(8, counted=10, by_cursor=True, **LOOKED, missed=1),
        AGAIN,
    ),
    ("one short, by cursors, as in the sync before", shown(9, counted=10, by_cursor=True, shortfall_syncs=1), DOUBTFUL),
    ("one short, and empty twice at the end", shown(9, counted=10, barren=1), AGAIN),
    ("a page short", shown(60, counted=110), AGAIN),
    ("a page short, in three looks", shown(60, counted=110, came_twice=0, attempt=MOST_ATTEMPTS, missed=2), DOUBTFUL),
    ("one gone, by cursors and uncounted", shown(9, known=10, gone=1, by_cursor=True), AGAIN),
    ("one gone, by cursors and uncounted, again", shown(9, known=10, gone=1, by_cursor=True, **LOOKED), COMPLETE),
    ("one gone, and never counted", shown(9, known=10, gone=1), COMPLETE),
    ("one gone, and not counted today", after_counted(9, gone=1), AGAIN),
    ("one gone, and not counted today, again", after_counted(9, gone=1, **LOOKED), COMPLETE),
    ("one gone, and a full page last", shown(9, counted=9, known=10, gone=1, open_end=True), AGAIN),
    ("none gone, and a full page last", shown(10, counted=10, known=10, open_end=True), COMPLETE),
    ("one came twice", shown(9, counted=10, known=9, repeated=1), AGAIN),
    ("one came twice, and now no more", shown(10, counted=10, known=9, attempt=2), COMPLETE),
    ("one came twice, again", shown(9, counted=10, known=9, repeated=1, came_twice=1, attempt=2), MISCOUNTED),
    (
        "one came twice, as before",
        shown(9, counted=10, known=9, repeated=1, shortfall=1, shortfall_syncs=1),
        MISCOUNTED,
    ),
    ("one came twice, in place of another", shown(9, counted=10, known=10, gone=1, repeated=1, hidden=1), DOUBTFUL),
    ("one came twice, another is gone", shown(9, counted=10, known=10, gone=1, repeated=1), AGAIN),
    ("one came twice as the list grew", shown(9, counted=10, known=9, repeated=1, grown=True), DOUBTFUL),
    ("one came twice, two are missing", shown(8, counted=10, known=10, gone=2, repeated=1), DOUBTFUL),
    ("counted differently by each page", shown(9, counted=9, known=10, gone=1, unsteady=True), AGAIN),
    ("counted differently, again", shown(9, counted=9, known=10, gone=1, unsteady=True, **LOOKED), MISCOUNTED),
    (
        "counted differently, as before",
        shown(9, counted=9, known=10, gone=1, unsteady=True, unsteady_syncs=1),
        MISCOUNTED,
    ),
    (
        "one short, as always",
        shown(9, counted=10, known=10, gone=1, shortfall=1, shortfall_syncs=SHORTFALLS_BELIEVED),
        MISCOUNTED,
    ),
    (
        "one short, and always more",
        shown(9, counted=10, known=10, gone=1, shortfall=3, shortfall_syncs=SHORTFALLS_BELIEVED),
        MISCOUNTED,
    ),
    (
        "two short, and one before",
        shown(8, counted=10, known=10, gone=2, shortfall=1, shortfall_syncs=9),
        DOUBTFUL,
    ),
    (
        "most of it gone, and one short as always",
        shown(3, counted=4, known=10, gone=7, shortfall=1, shortfall_syncs=9),
        AGAIN,
    ),
    ("one more than others count", shown(10, known=9, new=1, more=1), AGAIN),
    ("one more than others count, again", shown(10, known=9, new=1, more=1, **LOOKED), COMPLETE),
    ("one fewer than others count, at first", shown(9, new=9, fewer=1), AGAIN),
    ("one fewer than others count, at first, again", shown(9, new=9, fewer=1, **LOOKED, missed=1), COMPLETE),
    ("fewer than others count, and not as before", shown(7, new=7, fewer=3, **LOOKED, missed=0), AGAIN),
    (
        "fewer than others count, and otherwise in each look",
        shown(7, new=7, fewer=3, came_twice=0, attempt=MOST_ATTEMPTS, missed=0),
        DOUBTFUL,
    ),
    ("half a page again", shown(8, counted=10, known=10, gone=2, met_again=2), AGAIN),
    ("half a page again, in other pages", shown(8, counted=10, met_again=2, attempt=2, came_twice=2), DOUBTFUL),
    ("likes of which the latest are shown", shown(5000, counted=6055, known=5000, gone=7, latest_alone=True), DOUBTFUL),
    ("as many likes as are shown", shown(5000, counted=5000, known=5000, latest_alone=True), COMPLETE),
    ("plays that are fewer than counted", shown(9, counted=90, new=9, log=True), DOUBTFUL),
    ("plays", shown(50, counted=3, known=100, gone=90, new=40, log=True), COMPLETE),
    ("plays with a page that is short", shown(9, known=100, log=True, changed=True), DOUBTFUL),
]


@pytest.mark.parametrize(("evidence", "verdict"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_list_is_judged_as_a_whole(evidence: Evidence, verdict: Verdict) -> None:
    assert judge(evidence).verdict is verdict


def test_every_case_of_the_table_has_a_row() -> None:
    """None of them is hidden by those above it."""
    assert {judge(evidence).case for _, evidence, _ in ROWS} == {case.name for case in CASES}


COUNT = st.integers(0, 6)


@given(
    st.builds(
        shown,
        given=COUNT,
        counted=st.one_of(st.none(), COUNT),
        known=COUNT,
        gone=COUNT,
        new=COUNT,
        repeated=COUNT,
        more=COUNT,
        met_again=COUNT,
        hidden=COUNT,
        attempt=st.integers(1, MOST_ATTEMPTS),
        came_twice=st.one_of(st.none(), COUNT),
        missed=st.one_of(st.none(), COUNT),
        barren=COUNT,
        page=COUNT,
        changed=st.booleans(),
        unsteady=st.booleans(),
        broken_off=st.booleans(),
        by_cursor=st.booleans(),
        open_end=st.booleans(),
        asked_twice=st.booleans(),
        shortfall=st.integers(-6, 6),
        shortfall_syncs=COUNT,
    )
)
def test_nothing_is_removed_that_may_be_there(evidence: Evidence) -> None:
    """Removals need a list that was read to its end, at rest, with a count that holds or never held."""
    judged = judge(evidence)
    if judged.sound:
        assert not evidence.end.broken_off
        assert not evidence.end.observed.changed
        assert not evidence.hidden
        assert not evidence.met_again
        usual = evidence.before.shortfall if evidence.before.shortfall_syncs >= SHORTFALLS_BELIEVED else 0
        assert evidence.missing <= max(0, usual, evidence.repeated)
        assert evidence.end.observed.asked_twice or (evidence.gone - evidence.new) * 2 <= evidence.known
    observed = evidence.end.observed
    looked = observed.came_twice is not None and observed.asked_twice
    assert not (judged.again and observed.attempt == MOST_ATTEMPTS and looked)
    assert bool(judged.why) == judged.again


@pytest.mark.parametrize(
    ("shortfalls", "syncs"),
    [([1], 1), ([1, 1], 2), ([1, 0, 1], 1), ([3, 2, 1], 3), ([1, 2], 1), ([-2, -2], 2), ([-2, -1], 1), ([0, 0], 0)],
)
def test_a_shortfall_that_repeats_becomes_normal(shortfalls: list[int], syncs: int) -> None:
    """The same one, or fewer and fewer missing entries. A larger one is news."""
    judged = judge(shown(10, counted=10))
    for shortfall in shortfalls:
        judged = judge(
            shown(10, counted=10 + shortfall, shortfall=judged.shortfall, shortfall_syncs=judged.shortfall_syncs)
        )
    assert (judged.shortfall, judged.shortfall_syncs) == (shortfalls[-1], syncs)


@pytest.mark.parametrize(("shortfall", "syncs"), [(0, 0), (1, 1), (-2, 5)])
def test_a_reading_that_broke_off_is_no_shortfall(shortfall: int, syncs: int) -> None:
    """However often the provider fails behind the same page, what stands there is not taken for a miscount."""
    judged = judge(shown(4, counted=10, broken_off=True, shortfall=shortfall, shortfall_syncs=syncs))
    assert (judged.shortfall, judged.shortfall_syncs) == (shortfall, syncs)


@pytest.mark.parametrize(
    ("known", "came", "hidden"),
    [
        ("abcde", "abbde", 1),
        ("abcde", "aabcd", 0),
        ("abcde", "abcdd", 1),
        ("abcde", "abcd", 0),
        ("abcde", "aacde", 1),
        ("abcde", "xabbcd", 0),
        ("abcdef", "abbdf", 1),
        ("abcde", "edbba", 1),
        ("abcde", "bbcde", 1),
        ("abcde", "abdde", 1),
        ("", "aa", 0),
    ],
)
def test_an_entry_may_be_hidden_where_another_came_twice(known: str, came: str, hidden: int) -> None:
    """If the entries around it came without another one twice between them, it is gone."""
    assert possibly_hidden(known, came) == hidden
