"""Which lists need not be asked: by the provider's own version, or because they were read a short while ago."""

from datetime import timedelta
from zlib import crc32

from blendify import times
from blendify.jobs import Job
from blendify.providers.table import Contents, Endpoint
from blendify.settings import settings
from blendify.storage.inventories import Inventory


def unchanged(one: Contents, seen: Inventory, endpoint: Endpoint, job: Job) -> bool:
    """Whether the list is as it was read last, or is asked only once in a while; the same in all rounds of a run."""
    if not seen.revision or job.mode == "full" or seen.settled == job.sync_id:
        return False
    if one.version is not None:
        same = one.version == seen.version and one.total in (None, seen.total)
        return same and not _sweep_due(seen, job)
    return endpoint.at_most_every is not None and _within(seen.read_at, job, endpoint.at_most_every)


def may_glance(seen: Inventory, job: Job) -> bool:
    """Whether it is enough to look for what changed since the list was last read whole."""
    return bool(seen.swept_at) and job.mode != "full" and seen.suspected is None and not _sweep_due(seen, job)


def _sweep_due(seen: Inventory, job: Job) -> bool:
    """
    What no signal shows is found by reading everything now and then. Lists take turns: each is due at a time of its own
    in the last quarter of the interval.
    """
    interval = settings().full_sweep_every
    share = crc32(f"{seen.user_id} {seen.list_id}".encode(errors="backslashreplace")) % 1000 / 1000
    return not _within(seen.swept_at, job, interval * (0.75 + share / 4))


def _within(moment: str | None, job: Job, span: timedelta) -> bool:
    return moment is not None and times.parse(job.fetched_at) - times.parse(moment) < span
