"""Which lists can be skipped: by the provider's own version, or because they were read a short while ago."""

from datetime import datetime, timedelta
from zlib import crc32

from blendify.collecting.job import Job
from blendify.core import times
from blendify.core.settings import settings
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, ListRef


def unchanged(listed: ListRef, version: ListVersion, endpoint: Endpoint, job: Job) -> bool:
    """Whether the list is as it was read last, or is asked only once in a while; the same in all rounds of a sync."""
    if version.commit is None or job.mode == "full" or is_done(version, job):
        return False
    signals = version.signals
    if listed.version is not None:
        same = listed.version == signals.provider_version and listed.total in (None, signals.total)
        return same and not _full_read_due(version, job)
    return endpoint.at_most_every is not None and _within(signals.read_at, job, endpoint.at_most_every)


def is_done(version: ListVersion, job: Job) -> bool:
    """Whether this sync has committed the list, or one that began later has."""
    return version.commit is not None and version.commit.started_at >= job.fetched_at


def may_check(version: ListVersion, job: Job) -> bool:
    """Whether it is enough to look for what changed since the list was last read whole."""
    return bool(version.signals.full_read_at) and job.mode != "full" and not _full_read_due(version, job)


def since(version: ListVersion, endpoint: Endpoint, job: Job) -> datetime | None:
    """
    The moment from which on a log is asked for: a little before the last sync that read all it asked for; now and then
    earlier, for what has come in late. None for all of it, as long as it was never read whole.
    """
    memory, signals = endpoint.log_window, version.signals
    if memory is None or memory.entries is not None or not signals.full_read_at or not signals.read_at:
        return None
    new = times.parse(signals.read_at) - memory.overlap
    full = job.mode == "full" or _full_read_due(version, job)
    return min(new, times.parse(job.fetched_at) - memory.late_window) if full else new


def remembered_from(version: ListVersion, endpoint: Endpoint, job: Job, *, complete: bool) -> str | None:
    """
    From which moment on what is known of a log is needed by later syncs, once this one has ended: all of it ("") until
    it was read whole. None where the provider itself forgets.
    """
    memory, signals = endpoint.log_window, version.signals
    if memory is None or memory.entries is not None:
        return None
    whole = job.fetched_at if complete else signals.read_at
    if not complete and not signals.full_read_at:
        return ""
    ends = [times.parse(job.fetched_at) - memory.late_window]
    return times.iso(min([*ends, times.parse(whole) - memory.overlap] if whole else ends))


def _full_read_due(version: ListVersion, job: Job) -> bool:
    """
    Reading everything now and then finds what no signal shows. Lists take turns: each is due at its own time in the
    last quarter of the interval.
    """
    interval = settings().full_sweep_every
    share = crc32(f"{version.user_id} {version.list_id}".encode(errors="backslashreplace")) % 1000 / 1000
    return not _within(version.signals.full_read_at, job, interval * (0.75 + share / 4))


def _within(moment: str | None, job: Job, span: timedelta) -> bool:
    return moment is not None and times.parse(job.fetched_at) - times.parse(moment) < span
