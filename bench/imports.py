"""Import times of a cold start: handlers from the built layers, with bytecode, as ratios to boto3."""

import os
import subprocess
import sys
from pathlib import Path

from local.paths import LOCAL

RUNS = 12
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


def import_ratios(build: Path, handlers: tuple[str, ...]) -> dict[str, float]:
    """CPU time of importing each handler, as a ratio to importing boto3 and making a client; the least of several."""
    # Every function's folder holds all handlers.
    path = os.pathsep.join(
        str(folder) for folder in (build / "Dispatch", *(build / name / "python" for name in _LAYERS))
    )
    code = {"": BASELINE, **{handler: f"import {handler}" for handler in handlers}}
    seconds: dict[str, list[float]] = {name: [] for name in code}
    for _ in range(RUNS):
        # They alternate, so that the machine's other work slows all of them alike.
        for name in code:
            seconds[name].append(_measure(code[name], path))
    baseline = min(seconds[""])
    return {handler: min(seconds[handler]) / baseline for handler in handlers}


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
