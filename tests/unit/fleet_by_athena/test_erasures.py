"""A listener is erased while Athena runs: nothing of them is left, and nothing of anybody else is lost."""

import pytest

from blendify.access import users
from blendify.affinity.profile import Profile
from blendify.core.same_names import artist_key
from blendify.fleet import files, forgetting, numbers, results, shelf, steps, turn
from blendify.fleet.files import Part
from tests.unit.athena_in_memory import Athena, keys, of
from tests.unit.counted_listeners import KNOWN_TO_ALL, counted
from tests.unit.erasures import leave, machine
from tests.unit.sync_steps import plenty
from tests.unit.test_fleet_run import run as run_in_one
from tests.unit.test_fleet_run import texts

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")


@pytest.mark.parametrize("stage", ["listeners", "neighbours", "near"])
def test_who_is_erased_while_a_run_goes_on_is_in_nothing(athena: Athena, stage: str) -> None:
    """In no file from then on, and in no result; the others in the file are written again."""
    profiles = counted(23)
    erased = next(iter(profiles))

    def between(now: str) -> None:
        if now == stage and users.exists(erased):
            athena.work(of(profiles))
            number = numbers.number_of(erased)
            assert number is not None
            machine(leave(erased))
            athena.work(of(profiles))
            in_files = athena.results[athena.query("SELECT DISTINCT u FROM profiles")]
            assert len(in_files) == 1 + 22
            assert [str(number)] not in in_files

    athena.run(of(profiles), between)
    assert erased not in texts()
    assert not any(erased == each.user_id for user_id in profiles for each in results.neighbours(user_id))


@pytest.mark.parametrize("late", [False, True])
def test_who_is_erased_while_their_file_is_written_is_not_in_it(
    athena: Athena, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """The worker looks once more when it has written; a list of numbers may be that of a moment before."""
    profiles = counted(20)
    numbers.all_counted(plenty)
    (part,) = Part.all(turn.begin(), 20)
    erased = next(iter(profiles))
    if late:
        before = {each: list(numbers.of_part(each)) for each in range(shelf.PARTS)}
        monkeypatch.setattr(numbers, "of_part", before.__getitem__)

    def profile_of(user_id: str) -> Profile:
        if users.exists(erased) and user_id != erased:
            machine(leave(erased))
        return profiles[user_id]

    assert files.write(part, profile_of, plenty) == 19


@pytest.mark.parametrize("stage", ["listeners", "neighbours"])
def test_others_stay_counted_while_somebody_is_erased(athena: Athena, stage: str) -> None:
    """The file that is written again is waited for, and what was asked without it is asked again."""
    profiles = dict(counted(23))
    erased = next(iter(profiles))

    def between(now: str) -> None:
        if now == stage and users.exists(erased):
            athena.work(of(profiles))
            machine(leave(erased))

    queries = athena.run(of(profiles), between)
    assert queries == (4 if stage == "listeners" else 5)
    assert erased not in texts()
    del profiles[erased]
    alike = {user_id: results.neighbours(user_id) for user_id in profiles}
    assert all(alike.values())
    if stage == "listeners":
        run_in_one(profiles)
        assert alike == {user_id: results.neighbours(user_id) for user_id in profiles}


@pytest.mark.parametrize("stage", ["audience", "neighbours"])
def test_who_is_erased_before_an_answer_is_loaded_is_not_in_it(athena: Athena, stage: str) -> None:
    """The answer has them still: it is not taken, and the query is asked again."""
    profiles = dict(counted(23))
    erased = next(iter(profiles))

    def after(now: str) -> None:
        if now == stage and users.exists(erased):
            machine(leave(erased))

    assert athena.run(of(profiles), after=after) == 5
    assert erased not in texts()
    if stage == "audience":
        assert results.audience().of[artist_key(KNOWN_TO_ALL)] == 22


def test_files_that_change_again_and_again_do_not_keep_a_run_from_its_end(athena: Athena) -> None:
    """The run asks Athena three times, and then uses the last answer. Listeners whom it lacks keep their results."""
    profiles = dict(counted(30))
    athena.run(of(profiles))
    before = {user_id: results.neighbours(user_id) for user_id in profiles}
    erased = list(profiles)[:3]

    def between(now: str) -> None:
        if now == "neighbours" and erased and not athena.waiting:
            machine(leave(erased.pop()))

    assert athena.run(of(profiles), between) == 4 + 2
    assert not [user_id for user_id in list(profiles)[:3] if user_id in texts()]
    stayed = list(profiles)[3:]
    assert all(results.neighbours(user_id) for user_id in stayed if before[user_id])


class _Died(Exception):
    """A Lambda was stopped."""


def _dies(_parts: object) -> None:
    raise _Died


def test_an_erasure_that_dies_before_it_asks_for_the_file_asks_again(
    athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the others in the file would be in no sum until the next run."""
    profiles = counted(20)
    step = steps.step(steps.ATHENA, None, None, plenty)
    athena.work(of(profiles))
    erased = next(iter(profiles))
    with monkeypatch.context() as died:
        died.setattr(files, "ask_for", _dies)
        with pytest.raises(_Died):
            forgetting.forget(erased)
    assert keys() == []
    forgetting.forget(erased)
    assert [part.run for part in athena.waiting] == [step["place"]["run"]]
    athena.work(of(profiles))
    assert len(keys()) == 2
