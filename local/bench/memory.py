"""Whether a collector's memory depends on how much it collects."""

import json
import subprocess
import sys
from dataclasses import dataclass

from blendify.core.data_types import DataType, Outcome
from local.bench.apart import simulator_apart
from local.bench.in_process import bench_at


@dataclass(frozen=True)
class Memory:
    """Peaks in MB."""

    imported: float
    """Before the first call: interpreter and packages."""
    collected: float


def of_collector(saved_tracks: int) -> Memory:
    """What collecting so many saved tracks takes at most, in a new process, with writes that cost nothing."""
    with simulator_apart("--saved-tracks", str(saved_tracks)) as address, bench_at(address) as here:
        job = here.begin(here.connect("listener"), DataType.SAVED_TRACKS)
        # The shell between is small: a process inherits the peak of the one that it was forked from.
        command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "local.bench.collector"]
        done = subprocess.run(
            [*command, DataType.SAVED_TRACKS, json.dumps(vars(job))], capture_output=True, text=True, check=True
        )
    told = json.loads(done.stdout.splitlines()[-1])
    if told["outcome"] != Outcome.COMPLETE:
        raise RuntimeError(f"the collector was not measured to its end: {told}")
    return Memory(told["imported"], told["collected"])
