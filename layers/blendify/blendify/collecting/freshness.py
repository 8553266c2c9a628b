"""Freshness: how much of a list a sync reads, by the signals that earlier ones have left; and those that it leaves."""

from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from blendify.collecting.evidence import SHORTFALLS_BELIEVED, ListEnd, is_usual, surplus
from blendify.collecting.judgement import Judgement
from blendify.collecting.read import ListReader
from blendify.collecting.read_log import LogReader
from blendify.core import times
from blendify.core.settings import settings
from blendify.fetching.page_consistency import Habits
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import POLL, Job
from blendify.providers.endpoint import Endpoint, ListRef

MOST_ABSENT = 100
"""So many entries that were not given are remembered by name. With more, the list is read whole until it is sound."""


def unchanged(listed: ListRef, version: ListVersion, endpoint: Endpoint, job: Job) -> bool:
    """Whether the list is as it was read last, or is asked only once in a while; the same in all rounds of a sync."""
    if version.commit is None or job.mode == "full" or is_done(version, job):
        return False
    signals = version.signals
    if listed.total not in (None, signals.total):
        return False
    if listed.version is not None:
        return listed.version == signals.provider_version and not _full_read_due(version, job)
    # What came short, or was in doubt, or was not read to its end, is asked for by the next sync.
    believed = signals.shortfall == 0 or is_usual(signals.shortfall_syncs)
    whole = signals.full_read_at == signals.read_at and believed and not version.commit.counts.get("doubtful")
    return whole and endpoint.at_most_every is not None and _within(signals.read_at, job, endpoint.at_most_every)


def is_done(version: ListVersion, job: Job) -> bool:
    """Whether this sync has committed the list, or one that began later has."""
    return version.commit is not None and version.commit.started_at >= job.fetched_at


def may_check(version: ListVersion, job: Job) -> bool:
    """
    Whether it is enough to look for what changed since the list was last read whole.

    What was missing so often that it is believed to be gone is asked for before it is called removed.
    """
    signals = version.signals
    gone = signals.absent and is_usual(signals.shortfall_syncs)
    return bool(signals.full_read_at) and not gone and job.mode != "full" and not _full_read_due(version, job)


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


def habits(version: ListVersion) -> Habits:
    """How the provider miscounted the list in the syncs before."""
    before = version.signals
    shortfall = before.shortfall if is_usual(before.shortfall_syncs) else 0
    return Habits(shortfall, before.unsteady_syncs >= SHORTFALLS_BELIEVED)


def after_list(reader: ListReader, judged: Judgement, end: ListEnd, job: Job) -> Signals:
    """What later syncs go by."""
    before, observed, listed, given = reader.version.signals, end.observed, end.listed, reader.names()
    absent: tuple[str, ...] = ()
    if not judged.sound and reader.endpoint.change_check:
        absent = tuple(entry.identity for entry in reader.entries if entry.identity not in given)
    # Where it is known what the provider gives, a look for changes is enough, also under a wrong count.
    steady = judged.sound or (not end.broken_off and not observed.changed and len(absent) <= MOST_ABSENT)
    # What left a set while it was read was given before: only the next reading shows that it is gone.
    steady = steady and not (observed.attempt > 1 and judged.shortfall < 0)
    # A list that has another length than where it is named may have come as it was before, unless that repeats.
    off_by = listed.total - len(given) if listed and listed.total is not None else 0
    as_named = judged.sound and off_by in (0, surplus(reader.version))
    return Signals(
        read_at=job.fetched_at,
        full_read_at=(job.fetched_at if end.entry_by_entry else before.full_read_at) if steady else None,
        total=_total(reader, given, judged, end),
        provider_version=listed.version if listed and as_named else None,
        shortfall=judged.shortfall,
        shortfall_syncs=judged.shortfall_syncs,
        unsteady_syncs=before.unsteady_syncs + 1 if observed.unsteady or observed.changed else 0,
        absent=absent if steady else (),
    )


def _total(reader: ListReader, given: set[str], judged: Judgement, end: ListEnd) -> int | None:
    """The length by which a later sync tells whether the list has changed."""
    total, off_by = end.total, surplus(reader.version)
    if end.broken_off or end.observed.changed or (not judged.sound and end.observed.total is None):
        # What was given tells nothing of the count: it is as much off as before.
        return None if off_by is None else len(reader.before.keys() | given) + off_by
    if total is None or end.observed.total is not None or is_usual(judged.shortfall_syncs):
        return total
    # The list may have shrunk meanwhile: that others count too few is believed when it repeats.
    return max(total, len(given) + min(0, off_by or 0))


def after_log(reader: LogReader, version: ListVersion, judged: Judgement | None, job: Job) -> Signals:
    """
    What later syncs go by.

    judged  None while more of the log is to be read, and when it could not be read to its end or showed nothing
    """
    window, since = reader.memory, reader.since
    after = replace(version.signals, repeats_listed=reader.repeats_listed(version))
    full_read_at = after.full_read_at
    if judged is not None:
        if since is None or (full_read_at and since <= times.parse(full_read_at) - window.late_window):
            after = replace(after, shortfall=judged.shortfall, shortfall_syncs=judged.shortfall_syncs)
            # What came short is read as far back once more, until that is usual.
            full_read_at = job.fetched_at if judged.shortfall <= 0 or is_usual(judged.shortfall_syncs) else full_read_at
        read_at = job.fetched_at
        if not judged.sound and (since is not None or version.signals.full_read_at):
            # What is missing is looked for again, as long as late plays are.
            read_at = times.iso(times.parse(job.fetched_at) - window.late_window)
        # Another sync may have read on meanwhile.
        after = replace(after, read_at=max(after.read_at or "", read_at), full_read_at=full_read_at)
    if window.entries is not None:
        # The provider itself forgets.
        return after
    # As far back as the next look for late plays reaches; what the version told before it need not have kept.
    needed = times.iso(times.parse(full_read_at or job.fetched_at) - window.late_window)
    return replace(after, remembered_from=max(after.remembered_from or "", needed))
