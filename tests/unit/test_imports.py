"""Imports: each row is stored once, whatever dies, comes twice or overlaps; nothing of a file of somebody else."""

from datetime import datetime, timedelta

import pytest
from botocore.client import BaseClient
from hypothesis import given, settings
from hypothesis import strategies as st

from blendify.access import users
from blendify.core import times
from blendify.db import keys as names
from blendify.db.state_table import state_table
from blendify.importing import imports
from blendify.importing import work as importing_work
from blendify.importing.import_item import DEAD_AFTER, State
from blendify.importing.imports import NotNow, Superseded
from tests.unit import import_stories
from tests.unit.import_stories import Line, begun, brought, files, nobody, now, plays, series, uploaded, work

pytestmark = pytest.mark.usefixtures("aws_in_memory")
MORNING = "2014-03-01T08:00:00.000Z"


@pytest.fixture
def ada() -> str:
    return users.find_or_create_user("spotify", "ada")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_work, "PART", 3)


def keys(user_id: str) -> list[str]:
    return [str(play.fetched_at) for play in plays(user_id)]


def test_rows_are_stored_with_what_they_say(ada: str) -> None:
    """Fields, flags, the whole answer, and where they come from; the upload is deleted."""
    done = brought(ada, [Line("2014-03-01T08:03:20.000Z", "The Four/Glass", ms=1_000, reason_end="fwdbtn")])
    (play,) = plays(ada)
    assert play.fields["track_name"] == "Glass"
    assert play.fields["flags"] == {"reason_end": "fwdbtn"}
    assert (play.origin, play.import_id, play.ms_played) == ("import", done.import_id, 1_000)
    assert play.answer() == {"ts": "2014-03-01T08:03:20.000Z", "ms": 1_000}
    assert "played_at" not in play.fields
    assert (done.state, done.report.stored, done.report.read) == (State.SUCCEEDED, 1, 1)
    assert done.report.covers == {"spotify": ("2014-03-01T08:03:19.000Z", "2014-03-01T08:03:19.000Z")}
    assert uploaded() == []


def test_the_same_file_twice_changes_nothing(ada: str) -> None:
    """All rows are known the second time, and none has another key."""
    lines = series(MORNING, 20)
    first = brought(ada, lines)
    before = keys(ada)
    second = brought(ada, lines)
    assert (first.report.stored, first.report.known) == (20, 0)
    assert (second.report.stored, second.report.known) == (0, 20)
    assert keys(ada) == before
    assert {str(play.import_id) for play in plays(ada)} == {first.import_id}


def test_files_that_overlap_store_each_row_once(ada: str) -> None:
    """In one archive and over several, in any order."""
    lines = series(MORNING, 30)
    together = brought(ada, lines[:20], lines[10:])
    assert (together.report.stored, together.report.known) == (30, 10)
    bea = users.find_or_create_user("spotify", "bea")
    brought(bea, lines[15:])
    brought(bea, lines[:20])
    assert keys(bea) == keys(ada)


def test_what_is_skipped_is_told_with_its_reason(ada: str) -> None:
    """And a file that ends in its middle makes the import one in part."""
    lines = [*series(MORNING, 2), Line(MORNING, reason="time_missing"), Line(MORNING, reason="cut_off")]
    done = brought(ada, lines)
    assert done.report.skipped == {"time_missing": 1, "cut_off": 1}
    assert (done.state, done.report.read, done.report.stored) == (State.PARTIAL, 4, 2)


@pytest.mark.usefixtures("small_parts")
def test_a_death_at_every_request_loses_and_doubles_nothing(ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever AWS request a worker dies at, before or after it was done, the next one ends with the same."""

    class Died(BaseException):
        pass

    real = BaseClient._make_api_call  # type: ignore[attr-defined]
    lines = series(MORNING, 8)
    expected = brought(ada, lines[:5], lines[3:]).report
    numbers = 0
    for after in (False, True):
        for at in range(1, 200):
            user_id = users.find_or_create_user("spotify", f"{after} {at}")
            held, started, requests = files(lines[:5], lines[3:]), begun(user_id), 0

            def call(client: object, operation: str, parameters: object, at: int = at, after: bool = after) -> object:
                nonlocal requests
                requests += 1
                if requests == at and not after:
                    raise Died
                answer = real(client, operation, parameters)
                if requests == at:
                    raise Died
                return answer

            monkeypatch.setattr(BaseClient, "_make_api_call", call)
            try:
                work(started, held)
                died = False
            except Died:
                died = True
            monkeypatch.setattr(BaseClient, "_make_api_call", real)
            if not died:
                break
            numbers += 1
            assert work(started, held) == "ended"
            report = now(started).report
            assert keys(user_id) == keys(ada)
            counts = (report.read, report.stored, report.known, report.covers, report.years)
            assert counts == (expected.read, expected.stored, expected.known, expected.covers, expected.years), at
            assert not [name for name in uploaded() if user_id in name]
    assert numbers > 40


@pytest.mark.usefixtures("small_parts")
def test_a_worker_without_time_leaves_the_rest_to_the_next(ada: str) -> None:
    """It goes on at the row behind the last part, and reads no entry again that is done."""
    held, started, calls = files(series(MORNING, 7), series("2015-03-01T08:00:00.000Z", 2)), begun(ada), 0

    def one_part() -> float:
        nonlocal calls
        calls += 1
        return 900.0 if calls % 2 else 0.0

    workers = 0
    while work(started, held, one_part) == "more":
        workers += 1
    assert workers >= 3
    assert (now(started).report.stored, now(started).report.known) == (9, 0)


def test_a_worker_that_wakes_up_late_changes_nothing(ada: str) -> None:
    """Its successor has moved the import on: its write is refused, and its rows meet their keys."""
    started, held = begun(ada), files(series(MORNING, 5))
    late = importing_work.Worker(now(started), held.readers, import_stories.plenty)
    assert work(started, held) == "ended"
    before = now(started)
    assert late.run() == "superseded"
    assert now(started) == before
    assert len(plays(ada)) == 5


def test_somebody_elses_file_is_asked_about_before_anything_is_stored(ada: str) -> None:
    """By the account that the file names, which nobody is told; it goes on when the listener says it is theirs, too."""
    own = {"provider": "spotify", "account_id": "ada", "application": "default"}
    state_table().put(names.user(ada), names.own_account("spotify", "ada"), own)
    held, started = files(series(MORNING, 3), accounts=frozenset({"somebody"})), begun(ada)
    assert work(started, held) == "question"
    asked = now(started)
    assert asked.question == {"kind": "another_account", "format": "Tiny"}
    assert (asked.report.stored, plays(ada), len(uploaded())) == (0, [], 1)
    assert "somebody" not in str(asked)
    imports.begin(ada, started.import_id, 1, {"another_account": True}, nobody)
    assert work(started, held) == "ended"
    assert len(plays(ada)) == 3
    assert uploaded() == []


def test_a_question_stops_the_import_until_it_is_answered(ada: str) -> None:
    """The file stays, nothing is stored; the answer begins another run."""
    held, started = files(series(MORNING, 3), asks_zone=True), begun(ada)
    assert work(started, held) == "question"
    asked = now(started)
    assert (asked.state, asked.question) == (State.QUESTION, {"kind": "zone", "format": "Tiny"})
    assert plays(ada) == []
    assert len(uploaded()) == 1
    answered = imports.begin(ada, started.import_id, 1, {"zone": "Europe/Berlin"}, nobody)
    assert (answered.runs, answered.options) == (2, {"zone": "Europe/Berlin"})
    assert work(started, held) == "ended"
    assert len(plays(ada)) == 3


def test_a_table_is_asked_for_its_columns(ada: str) -> None:
    """Once: what the listener says is given to the reader."""
    held, started = files(series(MORNING, 1), asks_columns=True), begun(ada)
    assert work(started, held) == "question"
    assert now(started).question == {"kind": "columns", "columns": ["when", "what"], "fields": []}
    imports.begin(ada, started.import_id, 1, {"columns": {"time": "when", "title": "what"}}, nobody)
    assert work(started, held) == "ended"
    assert len(plays(ada)) == 1


def test_a_better_file_is_advised(ada: str) -> None:
    """What was uploaded is stored all the same."""
    done = brought(ada, series(MORNING, 1), advice=("wrong_package", "There is more."))
    assert (done.state, done.code, done.why, done.report.stored) == ("succeeded", "wrong_package", "There is more.", 1)


def test_one_import_at_a_time(ada: str, stopped_clock: list[datetime]) -> None:
    """Another waits for its end, or until nobody works on it any more."""
    first = begun(ada)
    with pytest.raises(NotNow, match=first.import_id):
        begun(ada)
    stopped_clock[0] += DEAD_AFTER + timedelta(seconds=1)
    second = begun(ada)
    assert second.state is State.READING
    assert (now(first).state, now(first).code) == (State.FAILED, "interrupted")


def test_a_user_who_has_left_imports_nothing(ada: str) -> None:
    """Neither does an import begin, nor does a worker go on."""
    started = begun(ada)
    state_table().delete(names.user(ada), names.one_import(started.import_id))
    with pytest.raises(Superseded):
        imports.save(started, started.place, started.report)
    state_table().delete(names.user(ada), names.profile())
    with pytest.raises(LookupError):
        begun(ada)


def test_an_upload_that_is_gone_is_told(ada: str) -> None:
    """The import ends, and says what to do."""
    made = imports.announce(ada)
    started = imports.begin(ada, made.import_id, 1, {}, nobody)
    assert work(started, files(series(MORNING, 1))) == "ended"
    assert (now(started).state, now(started).code) == (State.FAILED, "upload_gone")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=4))
def test_any_files_in_any_order_store_the_union(spans: list[tuple[int, int]]) -> None:
    """However files overlap, what is stored is each row once."""
    user_id = users.find_or_create_user("spotify", times.iso(times.now()) + str(spans))
    lines = series(MORNING, 13)
    for first, last in spans:
        brought(user_id, lines[first:last])
    wanted = {line.end for first, last in spans for line in lines[first:last]}
    assert [str(play.ended_at) for play in plays(user_id)] == sorted(wanted)
