"""Whether a collector's memory depends on how much it collects."""

import json
import subprocess
import sys
from dataclasses import dataclass

from bench.apart import simulator_apart
from bench.in_process import bench_at
from blendify.core.data_types import DataType, Outcome


@dataclass(frozen=True)
class Memory:
    """Peaks in MB."""

    imported: float
    """Before the first call: interpreter and packages."""
    collected: float


def of_collector(saved_tracks: int) -> Memory:
    """Peak memory of collecting this number of saved tracks, in a new process, without the cost of writes."""
    with simulator_apart("--saved-tracks", str(saved_tracks)) as address, bench_at(address) as here:
        job = here.begin(here.connect("listener"), DataType.SAVED_TRACKS)
        # A process inherits the peak of the process that forked it, so a small shell stands between.
        command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "bench.collector"]
        done = subprocess.run(
            [*command, DataType.SAVED_TRACKS, json.dumps(vars(job))], capture_output=True, text=True, check=True
        )
    measured = json.loads(done.stdout.splitlines()[-1])
    if measured["outcome"] != Outcome.COMPLETE:
        raise RuntimeError(f"the measured collector did not complete: {measured}")
    return Memory(measured["imported"], measured["collected"])
