"""Which lists can be skipped: by the provider's own version, or because they were read a short while ago."""

from datetime import datetime, timedelta
from zlib import crc32

from blendify.core import times
from blendify.core.settings import settings
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import POLL, Job
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
    The moment from which on a log is asked for; None for all of it.

    That is a little before the last sync that read all it asked for. Now and then it is earlier, for what has come in
    late: as far back as plays are promised to be looked for, counted from the last time that they were. A log whose
    past is not finished is read whole by each sync, and by no poll.
    """
    memory, signals = endpoint.log_window, version.signals
    if memory is None or memory.entries is not None or not signals.read_at or job.mode == "full":
        return None
    new = times.parse(signals.read_at) - memory.overlap
    if not signals.full_read_at:
        return new if job.mode == POLL else None
    late = times.parse(signals.full_read_at) - memory.late_window
    return min(new, late) if _full_read_due(version, job) else new


def remembered_from(signals: Signals, endpoint: Endpoint, job: Job) -> str | None:
    """
    From which moment on a log's version tells all plays: as far back as the next look for late ones reaches. What it
    told before it need not have kept. None where the provider itself forgets.
    """
    memory = endpoint.log_window
    if memory is None or memory.entries is not None:
        return None
    needed = times.iso(times.parse(signals.full_read_at or job.fetched_at) - memory.late_window)
    return max(signals.remembered_from or "", needed)


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
