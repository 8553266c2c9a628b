"""The sync's definition: nothing waits forever, and one failure does not stop the others."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bench.machine import BUSY, CRASHES, HISTORY_QUOTA, events, transitions
from blendify.core.data_types import DataType, Status
from blendify.core.state_machines import LAMBDA_BUSY
from blendify.syncing.finish_sync import GROWTH, MAX_DURATION, MAX_ROUNDS, MAX_SHORTEST_WAIT
from blendify.syncing.lease import LEASE
from local.paths import ROOT
from local.template import resources

TEXT = (ROOT / "statemachine" / "sync.asl.json").read_text()
MACHINE: dict[str, Any] = json.loads(TEXT)
EVERYTHING: dict[str, Any] = MACHINE["States"]["CollectEverything"]

State = dict[str, Any]


def machines() -> Iterator[dict[str, Any]]:
    """The state machine and each of its branches."""
    yield MACHINE
    yield from EVERYTHING["Branches"]


STATES: dict[str, State] = {name: state for machine in machines() for name, state in machine["States"].items()}
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
COLLECTORS = [name for name in TASKS if name.startswith("Collect")]
NO_OUTPUT = "States.QueryEvaluationError"
ASKED_AGAIN = {"BeginSync": "SyncNotBegun", "FinishSync": "SyncNotOver"}
"""The tasks whose output is missing where a sync does not go the usual way, and the tasks that ask for the reason."""


def function_of(task: str) -> str:
    """The logical name of the Lambda that a task invokes."""
    return str(TASKS[task]["Resource"]).removeprefix("${").removesuffix("Arn}")


def followers(state: State) -> Iterator[str]:
    """The names of the states that may follow."""
    for transition in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in transition:
            yield transition["Next"]
    if "Default" in state:
        yield state["Default"]


def expressions(value: Any) -> Iterator[str]:
    """All JSONata expressions in a value."""
    if isinstance(value, str) and ("{%" in value or "%}" in value):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def longest_waits(retry: dict[str, Any]) -> float:
    """Seconds of all waits of a retrier."""
    waits = (retry["IntervalSeconds"] * retry["BackoffRate"] ** turn for turn in range(retry["MaxAttempts"]))
    return float(sum(min(wait, retry.get("MaxDelaySeconds", wait)) for wait in waits))


def longest_duration(task: State) -> timedelta:
    """The longest duration of a task with all of its retries. A function that finds no room takes no time."""
    crashes = task["Retry"][CRASHES]
    runs = task["TimeoutSeconds"] * (crashes["MaxAttempts"] + 1)
    return timedelta(seconds=runs + sum(map(longest_waits, task["Retry"])))


def test_every_name_is_used_once() -> None:
    """The console finds a state by its name, also within branches."""
    assert len(STATES) == sum(len(machine["States"]) for machine in machines())


def test_every_transition_leads_to_a_state() -> None:
    """Every `Next`, `Default` and `StartAt` names a state of its own machine, and every state can be reached."""
    for machine in machines():
        named = {machine["StartAt"]} | {name for state in machine["States"].values() for name in followers(state)}
        assert named == set(machine["States"])


def test_every_state_has_a_next_one_or_ends() -> None:
    """No execution gets stuck in a state."""
    for name, state in STATES.items():
        ends = state.get("End") or state["Type"] in ("Succeed", "Fail", "Choice")
        assert ends or "Next" in state, name


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_an_end_and_a_retry_with_jitter(name: str) -> None:
    """A task that hangs times out; retries are few, spread out, and slower each time."""
    task = TASKS[name]
    assert 0 < task["TimeoutSeconds"] <= 920
    evaluation = [retry for retry in task["Retry"] if retry["ErrorEquals"] == [NO_OUTPUT]]
    assert [retry["MaxAttempts"] for retry in evaluation] == [0] * (name in ASKED_AGAIN)
    for retry in (task["Retry"][BUSY], task["Retry"][CRASHES]):
        assert retry["BackoffRate"] >= 2
        assert retry["JitterStrategy"] == "FULL"
    assert task["Retry"][CRASHES]["ErrorEquals"] == ["States.ALL"]
    assert 1 <= task["Retry"][CRASHES]["MaxAttempts"] <= 5


@pytest.mark.parametrize("name", TASKS)
def test_a_throttled_function_is_tried_for_minutes(name: str) -> None:
    """The first retrier is for what is no error of ours. A collector has the next round as well, other steps do not."""
    busy = TASKS[name]["Retry"][BUSY]
    assert set(busy["ErrorEquals"]) == LAMBDA_BUSY
    assert busy["MaxDelaySeconds"] <= 60
    assert longest_waits(busy) >= (120 if name in COLLECTORS else 480)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_outlives_its_function(name: str) -> None:
    """The state times out after the Lambda, so that the function's own error shows."""
    function = resources("AWS::Serverless::Function")[function_of(name)]
    assert TASKS[name]["TimeoutSeconds"] > function["Timeout"]


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_crash_of_a_collector_does_not_stop_the_others(name: str) -> None:
    """Every error is caught in its own branch, and reported with its data type."""
    (catch,) = TASKS[name]["Catch"]
    assert catch["ErrorEquals"] == ["States.ALL"]
    data_type = re.sub(r"(?<!^)(?=[A-Z])", "_", name.removeprefix("Collect")).lower()
    assert data_type in set(DataType)
    assert re.search(rf"data_type['\"]: ['\"]{data_type}['\"]", json.dumps(catch["Output"]).replace('\\"', '"'))
    assert "$states.errorOutput.Error" in json.dumps(catch["Output"])
    skipped = STATES[catch["Next"]]
    assert skipped["Type"] == "Pass"


def test_a_sync_costs_eleven_transitions() -> None:
    """Begin, the parallel state, eight collectors and finish."""
    assert transitions() == 11


@pytest.mark.parametrize(("name", "again"), ASKED_AGAIN.items())
def test_a_sync_that_goes_another_way_is_asked_about_again(name: str, again: str) -> None:
    """The same function with the same arguments says why; only a missing output leads there, and is not tried again."""
    task, reason = TASKS[name], TASKS[again]
    (catch,) = task["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == ([NO_OUTPUT], again)
    assert task["Resource"] == reason["Resource"]
    assert {**reason["Arguments"], "again": True, "results": []} == {**task["Arguments"], "again": True, "results": []}
    assert "Catch" not in reason
    assert "Output" not in reason
    assert STATES[reason["Next"]]["Type"] == "Choice"


def test_the_usual_ends_alone_give_an_output() -> None:
    """Each status that the last step may return ends the execution, fails it, or makes it wait."""
    (listed,) = re.findall(r"status in (\[.+?\])", STATES["FinishSync"]["Output"])
    ended = set(re.findall(r"'(\w+)'", listed))
    others = {re.findall(r"= '(\w+)'", choice["Condition"])[0] for choice in STATES["SyncFinished"]["Choices"]}
    assert others == {"waiting", "failed"}
    assert ended | others == {*Status, "gone"} - {"running"}


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_collectors_input_is_the_job_alone(name: str) -> None:
    """Ids and moments go in, the outcome comes out: no page and no token passes through the state machine."""
    assert TASKS[name]["Arguments"] == "{% $job %}"


def test_playlist_tracks_follow_playlists_in_one_branch() -> None:
    """They need the list of playlists; all others are in parallel branches of their own."""
    branches = [[name for name in COLLECTORS if name in branch["States"]] for branch in EVERYTHING["Branches"]]
    assert ["CollectPlaylists", "CollectPlaylistTracks"] in branches
    assert sorted(map(len, branches)) == [1] * (len(DataType) - 2) + [2]
    playlists = STATES["CollectPlaylists"]
    assert playlists["Next"] == STATES[playlists["Catch"][0]["Next"]]["Next"] == "CollectPlaylistTracks"


def test_nothing_collected_is_a_failed_execution() -> None:
    """The console shows it in red with the reason; a partial sync is a success."""
    assert STATES["NothingCollected"]["Type"] == STATES["SyncRefused"]["Type"] == "Fail"
    assert STATES["SyncEnded"]["Type"] == STATES["AlreadyRunning"]["Type"] == "Succeed"
    assert STATES["FinishSync"]["End"]
    for name in ("NothingCollected", "SyncRefused"):
        assert STATES[name]["Cause"] == "{% $states.input.cause %}"


def test_a_long_wait_is_a_wait_state_before_the_next_round() -> None:
    """The state machine waits until the moment given by the last step, then starts the next round."""
    wait = STATES["WaitUntil"]
    assert (wait["Type"], wait["Next"]) == ("Wait", "CollectEverything")
    assert wait["Timestamp"] == "{% $states.input.until %}"
    waiting = next(choice for choice in STATES["SyncFinished"]["Choices"] if choice["Next"] == "WaitUntil")
    assert waiting["Assign"] == {"round": "{% $states.input.round %}"}


def test_an_execution_times_out_after_its_sync_has_given_up() -> None:
    """The state machine has a timeout, later than the sync's, which gives a reason."""
    assert timedelta(seconds=MACHINE["TimeoutSeconds"]) > MAX_DURATION


def test_the_longest_sync_stays_far_below_the_quota_of_events() -> None:
    """All rounds of a sync fit into one execution, even if every try of every collector crashes, or finds no room."""
    assert events(MAX_ROUNDS) < HISTORY_QUOTA * 0.3
    assert events(MAX_ROUNDS, failing=CRASHES) < HISTORY_QUOTA * 0.65
    assert events(MAX_ROUNDS, failing=BUSY) < HISTORY_QUOTA * 0.95


def test_many_rounds_are_spread_over_hours() -> None:
    """A sync that makes few calls in each round gives up for its age, hours later, and not for its rounds."""
    least = sum(min(GROWTH**number, MAX_SHORTEST_WAIT) for number in range(1, MAX_ROUNDS))
    assert timedelta(hours=4) < timedelta(seconds=least) < MAX_DURATION


def test_a_lease_outlives_the_longest_round() -> None:
    """No second sync of a connection begins while a round of the first still retries."""
    branches = [
        [longest_duration(TASKS[name]) for name in COLLECTORS if name in branch["States"]]
        for branch in EVERYTHING["Branches"]
    ]
    longest = max(sum(branch, timedelta()) for branch in branches)
    assert longest + sum(map(longest_duration, (TASKS["FinishSync"], TASKS["SyncNotOver"])), timedelta()) <= LEASE


def test_substitutions_are_all_defined_and_all_used() -> None:
    """The template gives exactly what the definition uses."""
    used = set(re.findall(r"\$\{(\w+)\}", TEXT))
    machine = resources("AWS::Serverless::StateMachine")["SyncStateMachine"]
    assert used == set(machine["DefinitionSubstitutions"])
    for name, value in machine["DefinitionSubstitutions"].items():
        assert value == {"Fn::GetAtt": [name.removesuffix("Arn"), "Arn"]}


def test_the_role_may_invoke_the_functions_of_its_tasks() -> None:
    """The role may invoke exactly those."""
    policies = resources("AWS::Serverless::StateMachine")["SyncStateMachine"]["Policies"]
    allowed = sorted(policy["LambdaInvokePolicy"]["FunctionName"]["Ref"] for policy in policies if "Ref" not in policy)
    assert allowed == sorted({function_of(name) for name in TASKS})


@pytest.mark.parametrize("expression", sorted(set(expressions(MACHINE))))
def test_an_expression_is_well_formed(expression: str) -> None:
    """It has Step Functions' delimiters, and its brackets and quotes are balanced."""
    assert re.fullmatch(r"\{% .+ %\}", expression)
    inside = re.sub(r"'[^']*'", "", expression.removeprefix("{%").removesuffix("%}"))
    assert "'" not in inside
    for opening, closing in ("()", "[]", "{}"):
        depth = 0
        for character in inside:
            depth += (character == opening) - (character == closing)
            assert depth >= 0
        assert depth == 0


def test_every_variable_is_assigned_before_it_is_used() -> None:
    """Job and round are assigned where the sync begins; no other variable is used."""
    used = set(re.findall(r"\$(\w+)(?=[\s.%,)\]])", " ".join(expressions(MACHINE)))) - {"states", "append"}
    started = next(choice for choice in STATES["SyncBegun"]["Choices"] if choice["Next"] == "CollectEverything")
    assert used == set(started["Assign"]) == set(STATES["BeginSync"]["Assign"]) == {"job", "round"}
