"""What a list that was read shows: every case of the table, and what follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.evidence import possibly_hidden
from blendify.collecting.judgement import CASES, SHORTFALLS_BELIEVED, Evidence, Verdict, judge
from blendify.fetching.page_consistency import MOST_ATTEMPTS

COMPLETE, MISCOUNTED, DOUBTFUL, AGAIN = Verdict.COMPLETE, Verdict.MISCOUNTED, Verdict.DOUBTFUL, Verdict.AGAIN

ROWS = [
    ("a list as it was", Evidence(10, counted=10, known=10), COMPLETE),
    ("a first list", Evidence(10, counted=10, new=10), COMPLETE),
    ("a list without a count", Evidence(10, known=10), COMPLETE),
    ("more than counted", Evidence(10, counted=8, known=8, new=2), COMPLETE),
    ("one gone", Evidence(9, counted=9, known=10, gone=1), COMPLETE),
    ("half of it gone", Evidence(5, counted=5, known=10, gone=5), COMPLETE),
    ("most of it gone", Evidence(4, counted=4, known=10, gone=6), AGAIN),
    ("all of it gone", Evidence(0, counted=0, known=10, gone=10), AGAIN),
    ("all of it gone, asked twice", Evidence(0, counted=0, known=10, gone=10, asked_twice=True), COMPLETE),
    ("all of it replaced", Evidence(10, counted=10, known=10, gone=10, new=10), COMPLETE),
    ("a playlist that its owner has deleted", Evidence(0, known=10, gone=10, known_to_be_gone=True), COMPLETE),
    ("changed to the end", Evidence(9, counted=9, known=10, gone=1, changed=True), DOUBTFUL),
    ("pages that cannot be read", Evidence(7, counted=10, known=10, gone=3, broken_off=True), Verdict.UNFINISHED),
    ("one short", Evidence(9, counted=10, known=10, gone=1), DOUBTFUL),
    ("one short, by cursors", Evidence(9, counted=10, known=10, gone=1, by_cursor=True), AGAIN),
    ("one short, by cursors, again", Evidence(9, counted=10, known=10, gone=1, by_cursor=True, attempt=2), DOUBTFUL),
    ("one gone, and a full page last", Evidence(9, counted=9, known=10, gone=1, open_end=True), AGAIN),
    ("none gone, and a full page last", Evidence(10, counted=10, known=10, open_end=True), COMPLETE),
    ("one came twice", Evidence(9, counted=10, known=9, repeated=1), MISCOUNTED),
    ("one came twice, in place of another", Evidence(9, counted=10, known=10, gone=1, repeated=1, hidden=1), DOUBTFUL),
    ("one came twice, another is gone", Evidence(9, counted=10, known=10, gone=1, repeated=1), MISCOUNTED),
    ("one came twice as the list grew", Evidence(9, counted=10, known=9, repeated=1, grown=True), DOUBTFUL),
    ("one came twice, two are missing", Evidence(8, counted=10, known=10, gone=2, repeated=1), DOUBTFUL),
    ("counted differently by each page", Evidence(9, counted=9, known=10, gone=1, unsteady=True), MISCOUNTED),
    (
        "one short, as always",
        Evidence(9, counted=10, known=10, gone=1, shortfall=1, shortfall_syncs=SHORTFALLS_BELIEVED),
        MISCOUNTED,
    ),
    (
        "one short, and always more",
        Evidence(9, counted=10, known=10, gone=1, shortfall=3, shortfall_syncs=SHORTFALLS_BELIEVED),
        MISCOUNTED,
    ),
    (
        "two short, and one before",
        Evidence(8, counted=10, known=10, gone=2, shortfall=1, shortfall_syncs=9),
        DOUBTFUL,
    ),
    (
        "most of it gone, and one short as always",
        Evidence(3, counted=4, known=10, gone=7, shortfall=1, shortfall_syncs=9),
        AGAIN,
    ),
    ("plays that are fewer than counted", Evidence(9, counted=90, new=9, log=True), DOUBTFUL),
    ("plays", Evidence(50, counted=3, known=100, gone=90, new=40, log=True), COMPLETE),
    ("plays with a page that is short", Evidence(9, known=100, log=True, changed=True), DOUBTFUL),
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
        Evidence,
        given=COUNT,
        counted=st.one_of(st.none(), COUNT),
        known=COUNT,
        gone=COUNT,
        new=COUNT,
        repeated=COUNT,
        hidden=COUNT,
        attempt=st.integers(1, MOST_ATTEMPTS),
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
        assert not evidence.broken_off
        assert not evidence.changed
        assert not evidence.hidden
        usual = evidence.shortfall if evidence.shortfall_syncs >= SHORTFALLS_BELIEVED else 0
        assert evidence.missing <= max(0, usual, evidence.repeated)
        assert evidence.asked_twice or (evidence.gone - evidence.new) * 2 <= evidence.known
    assert not (judged.again and evidence.attempt == MOST_ATTEMPTS and evidence.asked_twice)
    assert judged.verdict is COMPLETE or judged.why


@pytest.mark.parametrize(
    ("shortfalls", "syncs"),
    [([1], 1), ([1, 1], 2), ([1, 0, 1], 1), ([3, 2, 1], 3), ([1, 2], 1), ([-2, -2], 2), ([-2, -1], 1), ([0, 0], 0)],
)
def test_a_shortfall_that_repeats_becomes_normal(shortfalls: list[int], syncs: int) -> None:
    """The same one, or fewer and fewer missing entries. A larger one is news."""
    judged = judge(Evidence(10, counted=10))
    for shortfall in shortfalls:
        shown = Evidence(10, counted=10 + shortfall, shortfall=judged.shortfall, shortfall_syncs=judged.shortfall_syncs)
        judged = judge(shown)
    assert (judged.shortfall, judged.shortfall_syncs) == (shortfalls[-1], syncs)


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
        ("", "aa", 0),
    ],
)
def test_an_entry_may_be_hidden_where_another_came_twice(known: str, came: str, hidden: int) -> None:
    """If the entries around it came without another one twice between them, it is gone."""
    assert possibly_hidden(known, came) == hidden
