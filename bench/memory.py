"""Whether a collector's memory depends on how much it collects."""

import json
import subprocess
import sys
from dataclasses import dataclass

from bench.apart import simulator_apart
from bench.in_process import bench_at
from blendify.core.data_types import DataType, Outcome
from local.providers import LASTFM, SPOTIFY, Provider


@dataclass(frozen=True)
class Memory:
    """Peaks in MB."""

    imported: float
    """Before the first call: interpreter and packages."""
    collected: float


def of_likes(count: int) -> Memory:
    """Peak memory of collecting this number of saved tracks, without the cost of writes."""
    return _of_collector(SPOTIFY, DataType.SAVED_TRACKS, "--saved-tracks", str(count))


def of_plays(count: int) -> Memory:
    """The same of a first sync of this number of scrobbles."""
    return _of_collector(LASTFM, DataType.RECENTLY_PLAYED, "--scrobbles", str(count))


def _of_collector(provider: Provider, data_type: DataType, *options: str) -> Memory:
    """Peak memory of a collector in a new process."""
    with simulator_apart(*options, provider=provider) as address, bench_at(address, provider=provider) as here:
        job = here.begin(here.connect("listener"), data_type)
        # A process inherits the peak of the process that forked it, so a small shell stands between.
        command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "bench.collector"]
        done = subprocess.run([*command, data_type, json.dumps(vars(job))], capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout.splitlines()[-1])
    if measured["outcome"] != Outcome.COMPLETE:
        raise RuntimeError(f"the measured collector did not complete: {measured}")
    return Memory(measured["imported"], measured["collected"])
