"""Conclusion: what a list that was read to its end shows for its judgement, and leaves to later syncs."""

from dataclasses import dataclass, replace
from datetime import datetime

from blendify.collecting import freshness
from blendify.collecting.job import Job
from blendify.collecting.judgement import MOST_ATTEMPTS, Evidence, Judgement
from blendify.collecting.list_reader import ListReader
from blendify.collecting.plan import Rules
from blendify.core import times
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.providers.change_checks import newest_first
from blendify.providers.endpoint import Endpoint, ListKind


@dataclass(frozen=True)
class ListEnd:
    """How the reading of a list ended."""

    total: int | None = None
    """Length by the provider's latest count."""
    provider_version: str | None = None
    """What the provider calls the list's state."""
    attempt: int = 1
    changed: bool = False
    """It changed while it was read, up to the last attempt."""
    short: bool = False
    """A page repeatedly holds fewer entries than the provider counts."""
    broken_off: bool = False
    """Reading ended before the list did, or pages of it could not be read."""
    known_to_be_gone: bool = False
    asked_twice: bool = False
    """Most of it was missing in an earlier look of the same sync."""
    entry_by_entry: bool = True
    """Whether every entry was asked for, and not its changes alone."""


def rules(endpoint: Endpoint) -> Rules:
    """The rules for a list of this endpoint, independent of its contents."""
    memory = endpoint.log_window
    return Rules(
        endpoint.list_kind, endpoint.change_check is newest_first, memory is not None and memory.moves_to_front
    )


def evidence(reader: ListReader, end: ListEnd, endpoint: Endpoint) -> Evidence:
    """What the list shows as it was read, against its version."""
    given, known = reader.names(), {entry.identity for entry in reader.entries}
    counted, depth = end.total, endpoint.paging.depth
    if depth and counted and counted > depth:
        # Lists that are read to a chosen depth have been seen counted in thousands, and empty after fifty.
        counted = depth if end.short else None
    version = reader.version
    return Evidence(
        given=len(given),
        counted=counted,
        known=len(known),
        gone=len(known - given),
        new=len(given - known),
        # A page that is short was asked again as often as the list would be.
        attempt=MOST_ATTEMPTS if end.short else end.attempt,
        changed=end.changed,
        broken_off=end.broken_off,
        log=endpoint.list_kind is ListKind.LOG,
        countable=endpoint.list_kind is not ListKind.LOG,
        known_to_be_gone=end.known_to_be_gone,
        asked_twice=end.asked_twice,
        shortfall=version.signals.shortfall,
        shortfall_syncs=version.signals.shortfall_syncs,
    )


def signals(version: ListVersion, judged: Judgement, end: ListEnd, job: Job) -> Signals:
    """What later syncs go by."""
    before = version.signals
    syncs = before.shortfall_syncs + 1 if judged.missing == before.shortfall else 1
    return Signals(
        read_at=job.fetched_at,
        full_read_at=job.fetched_at if judged.sound and end.entry_by_entry else before.full_read_at,
        total=end.total,
        provider_version=end.provider_version if judged.sound else None,
        shortfall=judged.missing,
        shortfall_syncs=syncs if judged.missing else 0,
    )


def log_signals(
    version: ListVersion, end: ListEnd | None, endpoint: Endpoint, job: Job, since: datetime | None
) -> tuple[Signals, str | None]:
    """
    What later syncs go by, and from which moment on (ISO 8601) the log's version tells all plays.

    end     None while more of the log is to be read
    since   from which moment on it was asked for; None for all of it
    """
    before = version.signals
    complete = end is not None and not (end.changed or end.short or end.broken_off)
    remembered = freshness.remembered_from(version, endpoint, job, complete=complete)
    if not complete:
        return before, remembered
    late = endpoint.log_window.late_window if endpoint.log_window else None
    whole = since is None or (late is not None and since <= times.parse(job.fetched_at) - late)
    # Another sync may have read on meanwhile.
    after = replace(before, read_at=max(before.read_at or "", job.fetched_at), total=end.total if end else None)
    return replace(after, full_read_at=job.fetched_at) if whole else after, remembered
