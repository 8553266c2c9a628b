"""What one sync costs in state transitions, by walking the state machine's definition."""

import json
from typing import Any

from local.paths import ROOT


def transitions() -> int:
    """Steps of a run in one round without waits or retries; each is billed once."""
    definition = json.loads((ROOT / "statemachine" / "sync.asl.json").read_text())
    return _steps(definition, {"SyncBegun": "CollectEverything", "SyncFinished": "SyncEnded"})


def _steps(machine: dict[str, Any], chosen: dict[str, str]) -> int:
    """Steps from the first state to the last; `chosen` says where each Choice goes."""
    count, name = 0, machine["StartAt"]
    while name:
        state = machine["States"][name]
        count += 1 + sum(_steps(branch, chosen) for branch in state.get("Branches", ()))
        name = chosen.get(name) or state.get("Next")
    return count
