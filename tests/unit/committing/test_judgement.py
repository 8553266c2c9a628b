"""What a list that was read shows: every case of the table, and what follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blendify.collecting.judgement import CASES, MOST_ATTEMPTS, SHORTFALLS_BELIEVED, Evidence, Verdict, judge

COMPLETE, DOUBTFUL, AGAIN = Verdict.COMPLETE, Verdict.DOUBTFUL, Verdict.AGAIN

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
    ("one short", Evidence(9, counted=10, known=10, gone=1), AGAIN),
    ("one short, the last time", Evidence(9, counted=10, known=10, gone=1, attempt=MOST_ATTEMPTS), DOUBTFUL),
    ("short where no count holds", Evidence(9, counted=10, known=10, gone=1, countable=False), COMPLETE),
    (
        "one short, as always",
        Evidence(9, counted=10, known=10, gone=1, shortfall=1, shortfall_syncs=SHORTFALLS_BELIEVED),
        Verdict.MISCOUNTED,
    ),
    (
        "two short, and one before",
        Evidence(8, counted=10, known=10, gone=2, shortfall=1, shortfall_syncs=9, attempt=MOST_ATTEMPTS),
        DOUBTFUL,
    ),
    (
        "most of it gone, and one short as always",
        Evidence(3, counted=4, known=10, gone=7, shortfall=1, shortfall_syncs=9),
        AGAIN,
    ),
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
        attempt=st.integers(1, MOST_ATTEMPTS),
        changed=st.booleans(),
        broken_off=st.booleans(),
        asked_twice=st.booleans(),
        shortfall=COUNT,
        shortfall_syncs=COUNT,
    )
)
def test_nothing_is_removed_that_may_be_there(evidence: Evidence) -> None:
    """Removals need a list that was read to its end, at rest, with a count that holds or never held."""
    judged = judge(evidence)
    if judged.removals:
        assert not evidence.broken_off
        assert not evidence.changed
        assert evidence.missing in (0, evidence.shortfall)
        assert evidence.asked_twice or (evidence.gone - evidence.new) * 2 <= evidence.known
    assert judged.removals == judged.sound
    assert not (judged.again and evidence.attempt == MOST_ATTEMPTS and evidence.asked_twice)
    assert judged.verdict is COMPLETE or judged.why
