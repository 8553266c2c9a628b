"""State transitions and history events of one sync, counted by walking the state machine's definition."""

import json
from typing import Any

from local.paths import ROOT


def transitions() -> int:
    """State transitions of a sync in one round without waits or retries. Each is billed once."""
    definition = json.loads((ROOT / "statemachine" / "sync.asl.json").read_text())
    return _steps(definition)


def _steps(machine: dict[str, Any]) -> int:
    """Steps from the first state to the last. The way of a sync without troubles has no Choice."""
    count, name = 0, machine["StartAt"]
    while name:
        state = machine["States"][name]
        if state["Type"] == "Choice":
            raise ValueError(f"{name} chooses: it is not known which way a sync goes")
        count += 1 + sum(_steps(branch) for branch in state.get("Branches", ()))
        name = state.get("Next")
    return count


HISTORY_QUOTA = 25_000
"""Events that one execution may have. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


BUSY, CRASHES = 0, -1
"""The retriers of a task: for a Lambda that has no room, and for all other errors."""


def events(rounds: int, *, failing: int | None = None) -> int:
    """
    Events in the history of an execution with this number of rounds, counted from the definition.

    `failing` is a worst case: in every round this retrier of every collector is used up, and the error is caught.
    """
    definition = json.loads((ROOT / "statemachine" / "sync.asl.json").read_text())
    states = definition["States"]
    everything = states["CollectEverything"]
    collectors = [state for branch in everything["Branches"] for state in branch["States"].values()]
    # A Parallel is entered and exited, and begins and succeeds in between.
    a_round = 4 + sum(
        _events(state, failing=failing) for state in collectors if failing is not None or state["Type"] != "Pass"
    )
    # A round that waits: no output is the failed evaluation of one.
    waiting = ("FinishSync", "SyncNotOver", "SyncFinished", "WaitUntil")
    a_round += 1 + sum(_events(states[name], failing=None) for name in waiting)
    return 2 + _events(states["BeginSync"], failing=None) + rounds * a_round


def _events(state: dict[str, Any], *, failing: int | None) -> int:
    """A state is entered and exited. A Lambda is scheduled, started and ended as often as it is tried."""
    if state["Type"] != "Task":
        return 2
    return 2 + 3 * (1 + (0 if failing is None else state["Retry"][failing]["MaxAttempts"]))
