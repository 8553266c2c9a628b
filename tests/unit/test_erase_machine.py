"""The erase state machine: it ends, stores nothing about the erased user, and waits where it must."""

import json
import re
from typing import Any

from blendify.core.state_machines import LAMBDA_BUSY
from local.paths import ROOT
from local.template import resources

TEXT = (ROOT / "statemachine" / "erase.asl.json").read_text()
MACHINE: dict[str, Any] = json.loads(TEXT)
STATES: dict[str, Any] = MACHINE["States"]
PROPERTIES = resources("AWS::Serverless::StateMachine")["EraseStateMachine"]


def test_a_pass_is_repeated_until_it_was_the_last() -> None:
    """With more to do the next pass runs at once. With nothing left it runs after a wait, and knows that it does."""
    assert MACHINE["StartAt"] == "Erase"
    assert STATES["Erase"]["Next"] == "PassEnded"
    ways = {re.findall(r"'(\w+)'", choice["Condition"])[0]: choice["Next"] for choice in STATES["PassEnded"]["Choices"]}
    assert ways == {"erased": "Erased", "wait": "WaitForWorkers", "unknown": "UnknownErasure"}
    assert STATES["PassEnded"]["Default"] == "Erase"
    wait = STATES["WaitForWorkers"]
    assert (wait["Type"], wait["Next"], wait["Output"]) == ("Wait", "Erase", {"waited": True})
    assert wait["Seconds"] == "{% $states.input.seconds %}"
    assert STATES["Erased"]["Type"] == "Succeed"
    assert set(STATES) == {"Erase", "PassEnded", "WaitForWorkers", "Erased", "UnknownErasure"}


def test_a_wrong_id_fails_at_once() -> None:
    """A typing error of an operator does not run for hours, and the execution says what to give."""
    assert STATES["UnknownErasure"]["Type"] == "Fail"
    assert "erasure_id" in STATES["UnknownErasure"]["Cause"]
    given = STATES["Erase"]["Arguments"]["erasure_id"]
    assert given.endswith(": '' %}"), "an input without an id is no error of the expression, but an unknown id"


def test_only_the_erasures_id_passes_through() -> None:
    """Executions can be read for 90 days, so they contain no user, account or count."""
    assert set(STATES["Erase"]["Arguments"]) == {"erasure_id", "waited"}


def test_an_eraser_that_crashes_is_tried_until_an_alarm_is_due() -> None:
    """Lambda's own errors for minutes, a defect for less than half an hour: then the execution fails, which is seen."""
    busy, retry = STATES["Erase"]["Retry"]
    assert set(busy["ErrorEquals"]) == LAMBDA_BUSY
    assert retry["ErrorEquals"] == ["States.ALL"]
    for retrier, least, most in ((busy, 480, 900), (retry, 600, 1800)):
        waits = [
            min(retrier["IntervalSeconds"] * retrier["BackoffRate"] ** turn, retrier["MaxDelaySeconds"])
            for turn in range(retrier["MaxAttempts"])
        ]
        assert least <= sum(waits) <= most
        assert retrier["JitterStrategy"] == "FULL"


def test_the_machine_outlives_its_function_and_calls_no_other() -> None:
    """The task ends after its Lambda; the role invokes that one alone."""
    assert STATES["Erase"]["TimeoutSeconds"] > resources("AWS::Serverless::Function")["Erase"]["Timeout"]
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(PROPERTIES["DefinitionSubstitutions"]) == {"EraseArn"}
    invoked = [policy for policy in PROPERTIES["Policies"] if "LambdaInvokePolicy" in policy]
    assert invoked == [{"LambdaInvokePolicy": {"FunctionName": {"Ref": "Erase"}}}]
    assert MACHINE["TimeoutSeconds"] > STATES["Erase"]["TimeoutSeconds"]
