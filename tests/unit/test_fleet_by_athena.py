"""The daily run by Athena leaves what the one in one Lambda leaves, and of who is erased nothing, at any moment."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from blendify.access import users
from blendify.affinity.profile import Profile
from blendify.core import aws
from blendify.core.settings import fleet_bucket, fleet_queue
from blendify.fleet import by_athena, files, numbers, profile_rows, removing, results, statements
from blendify.fleet.files import Part
from blendify.sharing import consent
from tests.unit.athena_in_memory import Athena
from tests.unit.counted_listeners import counted
from tests.unit.erasures import leave, machine
from tests.unit.sync_steps import plenty
from tests.unit.test_fleet_run import run as run_in_one
from tests.unit.test_fleet_run import texts, told
from tests.unit.visible import items

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")

BUCKET = "fleet"


@pytest.fixture
def athena(messages: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Athena]:
    """Athena over an empty bucket; the queue of insights stays as it is."""
    monkeypatch.setenv("FLEET_BUCKET", BUCKET)
    monkeypatch.setenv("FLEET_QUEUE", "https://sqs/files")
    fleet_bucket.cache_clear()
    fleet_queue.cache_clear()
    made, client = Athena(tmp_path), aws.client

    class Queues:
        def send_message_batch(self, **request: Any) -> Any:
            chosen: Any = made if request["QueueUrl"].endswith("/files") else client("sqs")
            return chosen.send_message_batch(**request)

    instead: Mapping[str, object] = {"athena": made, "sqs": Queues()}
    monkeypatch.setattr(aws, "client", lambda service: instead.get(service) or client(service))
    aws.client("s3").create_bucket(Bucket=BUCKET)
    yield made
    fleet_bucket.cache_clear()
    fleet_queue.cache_clear()


def keys() -> list[str]:
    return [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def of(profiles: Mapping[str, Profile]) -> Callable[[str], Profile]:
    return lambda user_id: profiles[user_id]


def test_both_ways_leave_the_same(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    """In several files, batches and statements; and no file stays."""
    monkeypatch.setattr(files, "LISTENERS_A_FILE", 8)
    monkeypatch.setattr(statements, "LISTENERS_A_BATCH", 8)
    monkeypatch.setattr(statements, "ARTISTS_A_STATEMENT", 40)
    profiles = counted(30)
    run_in_one(profiles)
    expected = told()
    files_of_days: set[str] = set()
    assert athena.run(of(profiles), lambda _: files_of_days.update(keys())) == 2 + 4 + 4
    assert told() == expected
    ended = results.last_run()
    assert ended is not None
    assert (ended.by, ended.listeners, ended.artists) == ("athena", 30, len(results.audience().of))
    assert keys() == []
    assert len({key for key in files_of_days if key.startswith(f"profiles/day={ended.day}/")}) == 4


@pytest.mark.parametrize("listeners", [21, 19])
def test_an_answer_stays_until_what_it_says_is_written(
    athena: Athena, monkeypatch: pytest.MonkeyPatch, listeners: int
) -> None:
    """Files and answers go when the run has ended: a step that dies before is done once more, with the same query."""
    profiles = dict(counted(21))
    for user_id in list(profiles)[listeners:]:
        profiles[user_id] = Profile(user_id)
    remove, ended = files.remove_all, list[bool]()

    def noted() -> None:
        ended.append(results.last_run() is not None)
        remove()

    monkeypatch.setattr(files, "remove_all", noted)
    athena.run(of(profiles))
    assert ended == [False, True]


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
    assert {item["bucket"]["S"].partition("#")[0] for item in items("insights")} <= {
        "run",
        "audience",
        "counted",
        "who",
    }
    assert keys() == []


def test_files_name_nobody(athena: Athena) -> None:
    """Random numbers stand in place of the ids of users."""
    profiles = counted(20)
    by_number = {
        number: profile_rows.counted(profiles[user_id]) for number, user_id in numbers.all_counted(plenty).items()
    }
    content = profile_rows.file_of(by_number)
    (part,) = Part.all("2026-11-28", 20)
    assert files.write(part, of(profiles), plenty) == 20
    assert aws.client("s3").get_object(Bucket=BUCKET, Key=part.key)["Body"].read() == content
    all_told = str([part.key, part.mark, part.body(), profile_rows.columns(by_number)])
    assert not [user_id for user_id in profiles if user_id in all_told]


@pytest.mark.parametrize("stage", ["files", "neighbours", "near"])
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


def test_who_is_erased_while_their_file_is_written_is_not_in_it(athena: Athena) -> None:
    """The worker looks once more when it has written."""
    profiles = counted(20)
    numbers.all_counted(plenty)
    (part,) = Part.all("2026-11-28", 20)
    erased = next(iter(profiles))

    def profile_of(user_id: str) -> Profile:
        if users.exists(erased) and user_id != erased:
            machine(leave(erased))
        return profiles[user_id]

    assert files.write(part, profile_of, plenty) == 19


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
    """Sums, numbers and files; as far as the time goes."""
    profiles = counted(22)
    athena.run(of(profiles))
    files.ask_for(Part.all("2026-11-28", 22))
    athena.work(of(profiles))
    assert removing.remove(lambda: 0.0) is False
    assert removing.remove(plenty) is True
    assert keys() == []
    assert {item["bucket"]["S"].partition("#")[0] for item in items("insights")} == {"run", "audience"}
    assert results.audience().of == {}
