"""The daily run, in one Lambda and by Athena: who leaves is in no sum after the next, and who is erased in nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import pytest

from blendify.access import users
from blendify.affinity.profile import Profile
from blendify.core.same_names import artist_key
from blendify.fleet import in_one, numbers, profile_rows, results, shelf, steps
from blendify.fleet.sums import Sums
from blendify.insights import table
from blendify.sharing import consent
from tests.unit.counted_listeners import KNOWN_TO_ALL, counted
from tests.unit.erasures import leave, machine
from tests.unit.sync_steps import plenty
from tests.unit.visible import items

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")


def run(profiles: Mapping[str, Profile], seconds_left: Callable[[], float] = plenty) -> int:
    """A whole run; returns how many Lambdas it took."""
    place = None
    for lambdas in count(1):
        place = in_one.run(place, lambda user_id: profiles[user_id], seconds_left)
        if place is None:
            return lambdas
    raise AssertionError


def outcome() -> dict[str, object]:
    """All that the run left, without what differs between two runs."""
    audience = results.audience()
    return {
        "audience": audience,
        "near": results.near(audience.of),
        "neighbours": {user_id: results.neighbours(user_id) for user_id in consent.counted_listeners()},
    }


def texts() -> str:
    """All that the insights table holds, by keys and packed rows."""
    shelves = {item["user_id"]["S"] for item in items("insights")}
    return str([(shelf_, rows) for shelf_ in sorted(shelves) for rows in table.read(shelf_, "", "~")])


def test_a_run_leaves_what_the_sums_say() -> None:
    profiles = counted(30)
    assert run(profiles) == 1
    number = {user_id: numbers.number_of(user_id) for user_id in profiles}
    by_number = {
        value: profile_rows.counted(profiles[user_id]) for user_id, value in number.items() if value is not None
    }
    assert len(by_number) == 30
    sums = Sums(by_number)
    assert results.audience() == sums.audience
    assert results.near(sums.audience.of) == {key: near for key in sums.audience.of if (near := sums.near(key))}
    for value, profile in by_number.items():
        expected = [(by_number[each.number].user_id, each.likeness) for each in sums.neighbours(value)]
        assert results.neighbours(profile.user_id) == expected
        assert expected
    ended = results.last_run()
    assert ended is not None
    assert (ended.listeners, ended.artists, ended.by) == (30, len(sums.audience.of), "lambda")


def test_a_run_that_is_cut_short_goes_on_where_it_was() -> None:
    profiles = counted(30)
    run(profiles)
    expected = outcome()
    for shelf_ in {item["user_id"]["S"] for item in items("insights")} - {shelf.SHELF}:
        table.remove(shelf_, "alike", "alike")
        table.remove(shelf_, "near#", "near#~")
    calls = count()
    # So little time that a Lambda ends after every step.
    assert run(profiles, lambda: 30.0 if next(calls) % 40 == 39 else 900.0) > 3
    assert outcome() == expected


def test_a_run_that_was_overtaken_writes_nothing_more() -> None:
    """Another one began, and ended, between two Lambdas of the first: who withdrew in between stays away."""
    profiles = dict(counted(24))
    times_left = iter([900.0] * (1 + 24))
    place = in_one.run(None, profiles.__getitem__, lambda: next(times_left, 30.0))
    assert place is not None
    assert place["after"] >= 0
    gone = next(iter(profiles))
    consent.change(gone, {"count": False})
    run(profiles)
    left, ended = outcome(), results.last_run()
    assert steps.step(steps.LAMBDA, place, None, plenty) == {"place": None, "wait": None, "sql": None}
    assert (outcome(), results.last_run()) == (left, ended)
    assert gone not in texts()


def test_numbers_are_random_and_stay() -> None:
    profiles = counted(20)
    run(profiles)
    before = {user_id: numbers.number_of(user_id) for user_id in profiles}
    run(profiles)
    assert {user_id: numbers.number_of(user_id) for user_id in profiles} == before
    assert len(set(before.values())) == 20


def test_who_leaves_is_in_no_sum_after_the_next_run() -> None:
    """Artists who had three listeners with them have none now, and are near to nobody."""
    profiles = dict(counted(24))
    run(profiles)
    before = results.audience()
    gone = next(iter(profiles))
    consent.change(gone, {"count": False})
    run(profiles)
    del profiles[gone]
    after = results.audience()
    assert after.listeners == 23
    assert after.of[artist_key(KNOWN_TO_ALL)] == before.of[artist_key(KNOWN_TO_ALL)] - 1
    lost = before.of.keys() - after.of.keys()
    assert lost
    assert results.near(lost) == {}
    assert results.neighbours(gone) == []
    assert gone not in texts()


def test_below_twenty_listeners_nothing_is_left() -> None:
    profiles = dict(counted(20))
    run(profiles)
    artists = list(results.audience().of)
    gone = next(iter(profiles))
    consent.change(gone, {"count": False})
    run(profiles)
    assert results.audience().of == {}
    assert results.near(artists) == {}
    assert not any(results.neighbours(user_id) for user_id in profiles)
    kinds = {item["bucket"]["S"].partition("#")[0] for item in items("insights")}
    assert kinds <= {"turn", "run", "audience", "counted", "who"}


def test_who_cares_for_nothing_yet_does_not_count() -> None:
    profiles = dict(counted(20))
    profiles[next(iter(profiles))] = Profile("nobody")
    run(profiles)
    ended = results.last_run()
    assert ended is not None
    assert (ended.listeners, results.audience().of) == (19, {})


def test_more_listeners_than_one_lambda_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_one, "MOST_LISTENERS", 20)
    with pytest.raises(in_one.TooManyListeners):
        run(counted(21))


def test_an_erased_listener_leaves_nothing() -> None:
    """Neither own buckets nor a place in the lists of others: what is left there is a number that is nobody's."""
    profiles = counted(22)
    run(profiles)
    erased = next(iter(profiles))
    near = [user_id for user_id in profiles if erased in [each.user_id for each in results.neighbours(user_id)]]
    assert near
    number = numbers.number_of(erased)
    machine(leave(erased))
    assert erased not in texts()
    assert numbers.whose([number or 0]) == {}
    for user_id in near:
        assert erased not in [each.user_id for each in results.neighbours(user_id)]


def test_who_is_erased_while_a_run_goes_on_is_not_written_again() -> None:
    profiles = dict(counted(22))
    run(profiles)
    erased = next(iter(profiles))

    def profile_of(user_id: str) -> Profile:
        if user_id == erased and users.exists(erased):
            machine(leave(erased))
        return profiles[user_id]

    assert in_one.run(None, profile_of, plenty) is None
    assert erased not in texts()


def test_two_runs_at_once_count_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both give numbers to the same listeners; the one that ends last leaves each of them one."""
    profiles = counted(20)
    read = table.read_across
    others: list[str] = []

    def another_run_first(places: Sequence[table.Place]) -> dict[table.Place, object]:
        stored = read(places)
        if not others:
            others.append("begun")
            others.extend(numbers.all_counted(plenty).values())
        return stored

    monkeypatch.setattr(table, "read_across", another_run_first)
    assert sorted(numbers.all_counted(plenty).values()) == sorted(profiles)
    assert sorted(user_id for _, user_id in numbers.of_remainder(0, 1)) == sorted(profiles)


def test_numbers_are_given_by_what_stands_there_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is late would lack the number that another run gave a moment ago: somebody would be two people."""
    counted(3)
    asked: list[bool] = []
    read = table.read

    def noted(shelf_: str, first: str, last: str, **more: bool) -> Iterator[Any]:
        asked.append(more["consistent"])
        return read(shelf_, first, last, **more)

    monkeypatch.setattr(table, "read", noted)
    assert len(numbers.all_counted(plenty)) == 3
    assert asked == [True] * (2 * shelf.PARTS)


def test_a_second_number_of_somebody_who_left_is_deleted() -> None:
    """Although their first one leads there alone: no id stays behind an erasure."""
    profiles = counted(20)
    run(profiles)
    erased = next(iter(profiles))
    table.write_across({shelf.who(7): [7, erased]})
    machine(leave(erased))
    run(profiles)
    assert erased not in texts()


def test_who_is_erased_while_a_number_is_given_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = counted(20)
    erased = next(iter(profiles))
    write = table.write_across

    def erased_first(buckets: Mapping[table.Place, object]) -> None:
        if users.exists(erased):
            machine(leave(erased))
        write(buckets)

    monkeypatch.setattr(table, "write_across", erased_first)
    assert erased not in numbers.all_counted(plenty).values()
    assert erased not in texts()
