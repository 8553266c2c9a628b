"""Import times of a cold start: handlers from the built layers, with bytecode, as ratios to boto3."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.paths import LOCAL

RUNS, MOST_RUNS = 12, 72
"""The machine's pace changes by half within seconds: what seems too slow is measured again, in more runs."""
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
BASELINE = "import boto3; boto3.client('dynamodb')"
STEPS = ("sync.begin", "sync.finish", "sync.dispatch", "erase.erase", "export.build", "export.fail")
COLLECTORS = ("collectors.top_tracks", "collectors.playlist_tracks", "collectors.recently_played")
_LAYERS = ("BlendifyLayer", "DependenciesLayer")
_PYTHON = LOCAL / "emulator" / "venv" / "bin" / "python"


def import_ratios(build: Path, bounds: Mapping[str, float]) -> dict[str, float]:
    """
    CPU time of importing each handler, as a ratio to importing boto3 and making a client; the least of several.

    bounds  by handler the ratio above which it is measured in more runs
    """
    # Every function's folder holds all handlers.
    path = os.pathsep.join(
        str(folder) for folder in (build / "Dispatch", *(build / name / "python" for name in _LAYERS))
    )
    baseline, seconds = float("inf"), dict.fromkeys(bounds, float("inf"))
    for run in range(MOST_RUNS):
        measured = [name for name, most in bounds.items() if run < RUNS or seconds[name] > most * baseline]
        if not measured:
            break
        # They alternate, so that the machine's other work slows all of them alike.
        baseline = min(baseline, _measure(BASELINE, path))
        for name in measured:
            seconds[name] = min(seconds[name], _measure(f"import {name}", path))
    return {name: least / baseline for name, least in seconds.items()}


def _measure(code: str, path: str) -> float:
    timed = f"import time; began = time.process_time(); {code}; print(time.process_time() - began)"
    done = subprocess.run(
        [str(_PYTHON if _PYTHON.exists() else sys.executable), "-c", timed],
        env={**ENVIRONMENT, "PYTHONPATH": path, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
