"""Which lists need not be asked: by the provider's own version, or because they were read a short while ago."""

from datetime import datetime, timedelta
from zlib import crc32

from blendify.collecting.job import Job
from blendify.core import times
from blendify.core.settings import settings
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, ListRef


def unchanged(one: ListRef, seen: ListVersion, endpoint: Endpoint, job: Job) -> bool:
    """Whether the list is as it was read last, or is asked only once in a while; the same in all rounds of a run."""
    if not seen.revision or job.mode == "full" or seen.settled == job.sync_id:
        return False
    if one.version is not None:
        same = one.version == seen.version and one.total in (None, seen.total)
        return same and not _sweep_due(seen, job)
    return endpoint.at_most_every is not None and _within(seen.read_at, job, endpoint.at_most_every)


def may_glance(seen: ListVersion, job: Job) -> bool:
    """Whether it is enough to look for what changed since the list was last read whole."""
    return bool(seen.swept_at) and job.mode != "full" and seen.suspected is None and not _sweep_due(seen, job)


def since(seen: ListVersion, endpoint: Endpoint, job: Job) -> datetime | None:
    """
    The moment from which on a log is asked for: a little before the last run that read all it asked for; now and then
    earlier, for what has come in late. None for all of it, as long as it was never read whole.
    """
    memory = endpoint.log_window
    if memory is None or memory.entries is not None or not seen.swept_at or not seen.read_at:
        return None
    if seen.settled == job.sync_id:
        # The worker that read it to its end died before it said so: another one reads the same part.
        return times.parse(seen.since) if seen.since else None
    new = times.parse(seen.read_at) - memory.overlap
    sweeps = job.mode == "full" or _sweep_due(seen, job)
    return min(new, times.parse(job.fetched_at) - memory.late_window) if sweeps else new


def remembered_from(seen: ListVersion, endpoint: Endpoint, job: Job, *, complete: bool) -> str | None:
    """
    From which moment on what is known of a log is needed by later runs, once this one has ended: all of it ("") until
    it was read whole. None where the provider itself forgets.
    """
    memory = endpoint.log_window
    if memory is None or memory.entries is not None:
        return None
    whole = job.fetched_at if complete else seen.read_at
    if not complete and not seen.swept_at:
        return ""
    ends = [times.parse(job.fetched_at) - memory.late_window]
    return times.iso(min([*ends, times.parse(whole) - memory.overlap] if whole else ends))


def _sweep_due(seen: ListVersion, job: Job) -> bool:
    """
    What no signal shows is found by reading everything now and then. Lists take turns: each is due at a time of its own
    in the last quarter of the interval.
    """
    interval = settings().full_sweep_every
    share = crc32(f"{seen.user_id} {seen.list_id}".encode(errors="backslashreplace")) % 1000 / 1000
    return not _within(seen.swept_at, job, interval * (0.75 + share / 4))


def _within(moment: str | None, job: Job, span: timedelta) -> bool:
    return moment is not None and times.parse(job.fetched_at) - times.parse(moment) < span
