"""Whatever waits for something lives longer: calls, functions, tasks, executions, messages, schedules, alarms."""

import json
from typing import Any

import pytest

from blendify.access import access_tokens
from blendify.calling.rate_limiter import LONGEST_SLEEP_MS
from blendify.collecting import collector
from blendify.export import build, status
from blendify.fetching import provider_client
from blendify.fleet import files, in_one
from blendify.importing import work
from blendify.importing.import_item import DEAD_AFTER
from blendify.leaving import deletion_pass, living_workers
from blendify.providers import oauth2
from blendify.syncing import dispatch, lease
from local.paths import ROOT
from local.template import resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
MACHINES = {
    "SyncStateMachine": "sync",
    "EraseStateMachine": "erase",
    "ExportStateMachine": "export",
    "ImportStateMachine": "import",
    "RebuildStateMachine": "rebuild",
    "FleetStateMachine": "fleet",
}
GATEWAY_SECONDS, DAY = 29, 86_400


def lives(name: str) -> int:
    """Seconds after which Lambda ends a function."""
    return int(FUNCTIONS[name].get("Timeout", template()["Globals"]["Function"]["Timeout"]))


def tasks(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All tasks of a state machine, also those in branches, by the function that they invoke."""
    every: dict[str, dict[str, Any]] = {}
    for state in machine["States"].values():
        if state["Type"] == "Task" and state["Resource"].startswith("${"):
            every[state["Resource"].removeprefix("${").removesuffix("Arn}")] = state
        for branch in state.get("Branches", []):
            every |= tasks(branch)
    return every


@pytest.mark.parametrize("name", MACHINES)
def test_a_task_outlives_its_function_and_an_execution_its_tasks(name: str) -> None:
    """The function's own error shows, not the state's; and no execution ends while a task may be tried again."""
    machine = json.loads((ROOT / "statemachine" / f"{MACHINES[name]}.asl.json").read_text())
    total = 0.0
    for function, task in tasks(machine).items():
        assert task["TimeoutSeconds"] > lives(function), function
        crashes = task["Retry"][-1]
        total += task["TimeoutSeconds"] * (crashes["MaxAttempts"] + 1)
    assert set(resources("AWS::Serverless::StateMachine")) == set(MACHINES)
    assert machine["TimeoutSeconds"] > total


def test_functions_that_answer_listeners_end_with_api_gateways_patience() -> None:
    """Not sooner, or an answer that is still wanted is lost; hardly later, as nobody waits for it."""
    for name, function in FUNCTIONS.items():
        if any(event["Type"] == "Api" for event in function.get("Events", {}).values()):
            assert GATEWAY_SECONDS <= lives(name) <= GATEWAY_SECONDS + 1, name


def test_a_call_fits_into_what_a_collector_reserves() -> None:
    """The last call that it begins has ended, with its turn and a renewed token, before Lambda ends it."""
    call = sum(provider_client.TIMEOUT) + LONGEST_SLEEP_MS / 1000
    assert call < collector.RESERVE_SECONDS
    assert min(lives(name) for name in FUNCTIONS if name.startswith("Collect")) / 10 > collector.RESERVE_SECONDS
    assert 2 * sum(oauth2.TIMEOUT) + access_tokens.CONFIRM_AFTER < access_tokens.CLAIM_SECONDS
    assert access_tokens.REFRESH_WAIT_SECONDS > access_tokens.CLAIM_SECONDS


def test_functions_that_stop_in_time_have_the_time_to_stop() -> None:
    """Each stops with seconds to spare, of which it lives many times as many."""
    for name, reserve in (
        ("Erase", deletion_pass.RESERVE_SECONDS),
        ("BuildExport", build.RESERVE_SECONDS),
        ("Dispatch", dispatch.RESERVE_SECONDS),
        ("ReadImport", work.RESERVE_SECONDS),
        ("CountListeners", in_one.RESERVE_SECONDS),
        ("WriteProfiles", files.RESERVE_SECONDS),
    ):
        assert 5 * reserve < lives(name), name


def test_a_dispatch_ends_before_the_next_begins() -> None:
    """Its event is not delivered later either: the next minute's does its work."""
    assert lives("Dispatch") < 60
    schedule = resources("AWS::Scheduler::Schedule")["DispatchSchedule"]
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 60


def test_what_is_taken_for_dead_is_dead() -> None:
    """The workers of an export, an import, a sync that an erasure waits for, and the holder of a lease."""
    assert DEAD_AFTER.total_seconds() > 2 * tasks_of("import")["ReadImport"]["TimeoutSeconds"]
    assert status.DEAD_AFTER.total_seconds() > tasks_of("export")["BuildExport"]["TimeoutSeconds"]
    collectors = max(lives(name) for name in FUNCTIONS if name.startswith("Collect"))
    assert living_workers.LONG_WAIT.total_seconds() > collectors
    assert lease.LEASE.total_seconds() > 6 * collectors + lives("FinishSync")


def tasks_of(machine: str) -> dict[str, dict[str, Any]]:
    return tasks(json.loads((ROOT / "statemachine" / f"{machine}.asl.json").read_text()))


def test_an_alarm_looks_back_a_day_at_most() -> None:
    """CloudWatch refuses more, and periods that are no whole minutes."""
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        queries = [query.get("MetricStat", query).get("Period") for query in alarm.get("Metrics", [])]
        periods = {period for period in [alarm.get("Period"), *queries] if period}
        assert len(periods) == 1, f"{name}: one period for all of its metrics"
        (period,) = periods
        assert period % 60 == 0, name
        assert period * alarm["EvaluationPeriods"] <= DAY, name


def test_alarms_ring_while_something_can_be_done() -> None:
    """A silent schedule within a quarter of an hour: the most active listeners' plays last for 2½ hours."""
    silent = resources("AWS::CloudWatch::Alarm")["ScheduleIsSilent"]
    assert silent["Period"] * silent["EvaluationPeriods"] <= 900
