"""The daily run by Athena leaves what the one in one Lambda leaves; of two at a time, the later one counts."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from blendify.affinity.profile import Profile
from blendify.core import aws, times
from blendify.fleet import by_athena, files, numbers, profile_rows, results, statements, steps, turn
from blendify.fleet.files import Part
from blendify.sharing import consent
from tests.unit.athena_in_memory import BUCKET, Athena, keys, of
from tests.unit.counted_listeners import counted
from tests.unit.sync_steps import plenty
from tests.unit.test_fleet_run import outcome, texts
from tests.unit.test_fleet_run import run as run_in_one
from tests.unit.visible import items

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")


def test_both_ways_leave_the_same(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    """In several files, batches and statements; and no file stays."""
    monkeypatch.setattr(files, "LISTENERS_A_FILE", 8)
    monkeypatch.setattr(statements, "LISTENERS_A_BATCH", 8)
    monkeypatch.setattr(statements, "ARTISTS_A_STATEMENT", 40)
    profiles = counted(30)
    run_in_one(profiles)
    expected = outcome()
    all_files: set[str] = set()
    assert athena.run(of(profiles), lambda _: all_files.update(keys())) == 2 + 4 + 4
    assert outcome() == expected
    ended = results.last_run()
    assert ended is not None
    assert (ended.by, ended.listeners, ended.artists) == ("athena", 30, len(results.audience().of))
    assert keys() == []
    assert len({key for key in all_files if key.startswith(f"profiles/run={ended.version}/")}) == 4


@pytest.mark.parametrize("listeners", [21, 19])
def test_an_answer_stays_until_what_it_says_is_written(
    athena: Athena, monkeypatch: pytest.MonkeyPatch, listeners: int
) -> None:
    """Files and answers go when the run has ended: a step that dies before is done once more, with the same query."""
    profiles = dict(counted(21))
    for user_id in list(profiles)[listeners:]:
        profiles[user_id] = Profile(user_id)
    remove, ended = files.remove, list[bool]()

    def noted(run: str) -> None:
        ended.append(results.last_run() is not None)
        remove(run)

    monkeypatch.setattr(files, "remove", noted)
    athena.run(of(profiles))
    assert ended == [True]


def test_a_listener_without_neighbours_has_none_left(athena: Athena) -> None:
    """A run says so, also when the one before found some."""
    profiles = dict(counted(21))
    athena.run(of(profiles))
    loner = next(iter(profiles))
    assert results.neighbours(loner)
    profiles[loner] = Profile(loner, profiles[loner].artists[:1])
    athena.run(of(profiles))
    assert results.neighbours(loner) == []


def test_who_withdrew_is_in_no_sum_after_the_next_run(athena: Athena) -> None:
    profiles = counted(24)
    athena.run(of(profiles))
    gone = next(iter(profiles))
    consent.change(gone, {"count": False})
    athena.run(of(profiles))
    assert results.audience().listeners == 23
    assert gone not in texts()


@pytest.mark.parametrize("listeners", [19, 21])
def test_below_twenty_listeners_nothing_is_left(athena: Athena, listeners: int) -> None:
    """Neither when fewer agree, nor when fewer of those who agree care for anything."""
    profiles = dict(counted(21))
    athena.run(of(profiles))
    for user_id in list(profiles)[:2]:
        if listeners < 20:
            consent.change(user_id, {"count": False})
        profiles[user_id] = Profile(user_id)
    athena.run(of(profiles))
    assert results.audience().of == {}
    assert not any(results.neighbours(user_id) for user_id in profiles)
    kinds = {item["bucket"]["S"].partition("#")[0] for item in items("insights")}
    assert kinds <= {"turn", "files", "run", "audience", "counted", "who"}
    assert keys() == []


def test_files_name_nobody(athena: Athena) -> None:
    """Random numbers stand in place of the ids of users."""
    profiles = counted(20)
    by_number = {
        number: profile_rows.counted(profiles[user_id]) for number, user_id in numbers.all_counted(plenty).items()
    }
    content = profile_rows.file_of(by_number)
    (part,) = Part.all(turn.begin(), 20)
    assert files.write(part, of(profiles), plenty) == 20
    assert aws.client("s3").get_object(Bucket=BUCKET, Key=part.key)["Body"].read() == content
    all_told = str([part.key, part.mark, part.body(), profile_rows.columns(by_number)])
    assert not [user_id for user_id in profiles if user_id in all_told]


def test_files_that_never_come_end_the_run(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits longer and longer, but not for ever."""
    monkeypatch.setattr(by_athena, "MOST_LOOKS", 20)
    counted(20)
    step = by_athena.step(None, None, plenty)
    waits = [step["wait"]]
    for _ in range(20):
        step = by_athena.step(step["place"], None, plenty)
        waits.append(step["wait"])
    with pytest.raises(by_athena.FilesNotWritten):
        by_athena.step(step["place"], None, plenty)
    assert waits[:4] == [5, 5, 10, 15]
    assert max(waits) == by_athena.LONGEST_WAIT
    assert len(athena.waiting) == 1


def test_switched_off_it_removes_everything(athena: Athena) -> None:
    """Sums, numbers and files; as far as the time goes. A run that is under way ends."""
    profiles = counted(22)
    athena.run(of(profiles))
    under_way = steps.step(steps.ATHENA, None, None, plenty)
    athena.work(of(profiles))
    place = steps.step(steps.OFF, None, None, lambda: 0.0)["place"]
    assert place is not None
    assert steps.step(steps.OFF, place, None, plenty)["place"] is None
    assert steps.step(steps.ATHENA, under_way["place"], None, plenty)["place"] is None
    assert keys() == []
    kinds = {item["bucket"]["S"].partition("#")[0] for item in items("insights")}
    assert kinds == {"turn", "files", "run", "audience"}
    assert results.audience().of == {}


@pytest.mark.parametrize("stage", ["listeners", "near"])
def test_of_two_runs_at_a_time_the_one_that_began_last_counts(athena: Athena, stage: str) -> None:
    """The other one mixes nothing into it: it ends, and who withdrew between the two is in nothing that is left."""
    profiles = dict(counted(24))
    gone = next(iter(profiles))

    def another(now: str) -> None:
        if now == stage and consent.consent(gone).count:
            consent.change(gone, {"count": False})
            athena.run(of(profiles))

    athena.run(of(profiles), after=another)
    left = outcome()
    assert gone not in texts()
    assert keys() == []
    run_in_one(profiles)
    assert outcome() == left
    assert results.audience().listeners == 23


def test_a_run_that_is_superseded_leaves_the_files_of_the_other(athena: Athena) -> None:
    """Both are between two steps: the first one ends, and deletes nothing but its own."""
    profiles = counted(20)
    first = steps.step(steps.ATHENA, None, None, plenty)
    athena.work(of(profiles))
    assert keys()
    second = steps.step(steps.ATHENA, None, None, plenty)
    assert keys() == []
    athena.work(of(profiles))
    assert steps.step(steps.ATHENA, first["place"], None, plenty) == {"place": None, "wait": None, "sql": None}
    assert len(keys()) == 2
    assert all(f"/run={second['place']['run']}/" in key for key in keys())
    # Also one Lambda that computes all supersedes a run.
    run_in_one(profiles)
    assert steps.step(steps.ATHENA, second["place"], None, plenty)["place"] is None
    assert keys() == []


def test_the_last_step_done_twice_says_the_same(athena: Athena) -> None:
    """As when its answer was lost: the run has ended, and stays so."""
    profiles = counted(20)
    step, query, given = steps.step(steps.ATHENA, None, None, plenty), None, None
    while step["place"]:
        athena.work(of(profiles))
        query = athena.query(step["sql"]) if step["sql"] else None
        given = step["place"], query
        step = steps.step(steps.ATHENA, *given, plenty)
    left, ended = outcome(), results.last_run()
    assert given is not None
    assert steps.step(steps.ATHENA, *given, plenty)["place"] is None
    assert ended is not None
    assert (outcome(), results.last_run()) == (left, ended)


@pytest.mark.parametrize("delivered", ["twice", "late"])
def test_a_message_that_comes_again_leaves_no_file(athena: Athena, delivered: str) -> None:
    """Neither when the run has ended, nor when it ends while the file is written."""
    profiles = counted(20)
    asked: list[Part] = []
    athena.run(of(profiles), lambda _: asked.extend(athena.waiting))
    assert keys() == []
    if delivered == "twice":
        assert files.write(asked[0], of(profiles), plenty) == 0
        assert keys() == []
        return
    (part,) = files.divide(turn.begin(), 20)

    def ends_meanwhile(user_id: str) -> Profile:
        run_in_one(profiles)
        files.remove(part.run)
        return profiles[user_id]

    assert files.write(part, ends_meanwhile, plenty) == 0
    assert keys() == []


def test_a_query_that_fails_is_asked_again_but_not_for_ever(athena: Athena) -> None:
    profiles = counted(20)
    step = steps.step(steps.ATHENA, None, None, plenty)
    athena.work(of(profiles))
    for _ in range(by_athena.MOST_ASKED):
        step = steps.step(steps.ATHENA, step["place"], None, plenty)
        assert step["sql"] is not None
    with pytest.raises(by_athena.QueryFailed):
        steps.step(steps.ATHENA, step["place"], None, plenty)


def test_a_run_keeps_its_day(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    """Midnight may pass between any two steps."""
    profiles = counted(20)
    hours = count(22)
    monkeypatch.setattr(times, "now", lambda: datetime(2026, 11, 28, tzinfo=UTC) + timedelta(hours=next(hours)))
    athena.run(of(profiles))
    ended = results.last_run()
    assert ended is not None
    assert (ended.day, ended.listeners) == ("2026-11-28", 20)
    assert ended.ended_at > "2026-11-29"
    assert results.audience().listeners == 20
