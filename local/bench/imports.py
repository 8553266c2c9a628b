"""Cold start as far as it can be told here: importing handlers from the built layers, with bytecode, beside boto3."""

import os
import subprocess
import sys
from pathlib import Path

from local.paths import LOCAL

RUNS = 11
ENVIRONMENT = {
    "HISTORY_TABLE": "h",
    "ACCOUNTS_TABLE": "a",
    "TOKENS_KEY": "k",
    "APPLICATIONS": "s",
    "TOP_LIST_DEPTH": "50",
    "FULL_SWEEP_DAYS": "7",
    "SYNC_STATE_MACHINE": "m",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
BASELINE = "import boto3; boto3.client('dynamodb')"
_PYTHON = LOCAL / "emulator" / "venv" / "bin" / "python"


def import_ratios(build: Path, handlers: list[str]) -> dict[str, float]:
    """Least time of importing each handler and making its client, as a ratio to boto3 with one client."""
    path = os.pathsep.join(
        str(build / part) for part in ("CollectTopTracks", "BlendifyLayer/python", "DependenciesLayer/python")
    )
    clients = "from blendify import aws; aws.client('dynamodb')"
    code = {handler: f"import {handler}; {clients}" for handler in handlers}
    seconds: dict[str, list[float]] = {name: [] for name in ("", *handlers)}
    for _ in range(RUNS):
        # Interleaved, so that the machine's other work falls on all of them alike.
        for name in seconds:
            seconds[name].append(_measure(code.get(name, BASELINE), path))
    base = min(seconds[""])
    return {name: min(seconds[name]) / base for name in handlers}


def _measure(code: str, path: str) -> float:
    timed = f"import time; began = time.perf_counter(); {code}; print(time.perf_counter() - began)"
    done = subprocess.run(
        [str(_PYTHON if _PYTHON.exists() else sys.executable), "-c", timed],
        env={**ENVIRONMENT, "PYTHONPATH": path, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
