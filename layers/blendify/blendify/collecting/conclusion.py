"""Conclusion: what a list that was read to its end shows for its judgement, and leaves to later syncs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blendify.collecting import freshness
from blendify.collecting.judgement import SHORTFALLS_BELIEVED, Evidence, Judgement, is_usual
from blendify.collecting.list_reader import ListReader
from blendify.collecting.plan import Rules
from blendify.core import times
from blendify.fetching.page_consistency import Habits
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.jobs.job import Job
from blendify.providers.change_checks import Count, newest_first
from blendify.providers.endpoint import Endpoint, ListKind, LogWindow
from blendify.providers.paging import Numbered, Paging

MOST_ABSENT = 100
"""So many entries that were not given are remembered by name. With more, the list is read whole until it is sound."""


@dataclass(frozen=True)
class ListEnd:
    """How the reading of a list ended."""

    total: int | None = None
    """Length by the provider's latest count."""
    other_total: int | None = None
    """Length by another call."""
    provider_version: str | None = None
    """What the provider calls the list's state."""
    listed_total: int | None = None
    """Its length as the data type that names the lists tells it."""
    attempt: int = 1
    changed: bool = False
    """It changed while it was read, up to the last attempt."""
    grown: bool = False
    """Entries came in while it was read."""
    unsteady: bool = False
    """The count differs from page to page, and the list has not changed."""
    full: bool = False
    """Its last page was full."""
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
        endpoint.list_kind,
        newest_first=endpoint.change_check is newest_first,
        once_each=memory is not None and memory.moves_to_front,
        undated=memory is not None and not memory.dated,
    )


def habits(version: ListVersion) -> Habits:
    """How the provider miscounted the list in the syncs before."""
    before = version.signals
    usual = is_usual(before.shortfall, before.shortfall_syncs)
    return Habits(before.shortfall if usual else 0, before.unsteady_syncs >= SHORTFALLS_BELIEVED)


def trusted_count(version: ListVersion, paging: Paging) -> Count:
    """What the provider's count of the list is worth in a look for changes."""
    before = version.signals
    usual = before.shortfall == 0 or is_usual(before.shortfall, before.shortfall_syncs)
    return Count(paging.limit, before.shortfall, usual=usual, numbered=isinstance(paging, Numbered))


def evidence(reader: ListReader, end: ListEnd, endpoint: Endpoint) -> Evidence:
    """What the list shows as it was read, against its version."""
    came = [listed.entry.identity for listed in reader.listed()]
    given, known = set(came), {entry.identity for entry in reader.entries}
    counted, paging = end.total, endpoint.paging
    if paging.depth and counted and counted > paging.depth:
        # Lists that are read to a chosen depth have been seen counted in thousands, and empty after a full page.
        counted = paging.depth if len(given) % paging.limit else None
    version, doubled = reader.version, endpoint.list_kind in (ListKind.SET, ListKind.RANKED)
    repeated = len(came) - len(given) + reader.repeated if doubled else 0
    gone = known - given
    uncounted = counted is None or counted > len(given)
    return Evidence(
        given=len(given),
        counted=counted,
        known=len(known),
        gone=len(gone),
        new=len(given - known),
        # A reading that went back meets entries again that came once.
        repeated=repeated if end.attempt == 1 else 0,
        hidden=_hidden(reader, came, endpoint) if repeated and uncounted else 0,
        attempt=end.attempt,
        changed=end.changed,
        grown=end.grown,
        unsteady=end.unsteady,
        broken_off=end.broken_off,
        log=endpoint.list_kind is ListKind.LOG,
        by_cursor=not paging.offset_based,
        open_end=end.full and end.attempt == 1 and paging.depth is None,
        known_to_be_gone=end.known_to_be_gone,
        asked_twice=end.asked_twice,
        shortfall=version.signals.shortfall,
        shortfall_syncs=version.signals.shortfall_syncs,
    )


def _hidden(reader: ListReader, came: Sequence[str], endpoint: Endpoint) -> int:
    """How many known entries may be hidden behind others that came twice."""
    known = [entry.identity for entry in reader.entries]
    before = reader.version.signals
    if endpoint.list_kind is ListKind.RANKED and not is_usual(before.shortfall, before.shortfall_syncs):
        # Ranks change, so an entry's old neighbours tell nothing. A list that stays like this is the list.
        return len(set(known).difference(came))
    return possibly_hidden(known, came)


def possibly_hidden(known: Sequence[str], came: Sequence[str]) -> int:
    """
    How many entries that are missing may be hidden behind others that came a second time in their place.

    An entry stood between two others that came as well. If no entry comes a second time between these, it is gone.

    known   identities that the list held, in its order
    came    identities as they came, some of them more than once
    """
    first: dict[str, int] = {}
    doubles = [place for place, name in enumerate(came) if first.setdefault(name, place) != place]
    hidden, before = 0, -1
    behind = len(came)
    # The place of the next known entry that came, for each known one.
    following = []
    for name in reversed(known):
        following.append(behind)
        behind = first.get(name, behind)
    for name, after in zip(known, reversed(following), strict=True):
        if name in first:
            before = first[name]
        elif after < before or any(before < place < after for place in doubles):
            hidden += 1
    return hidden


def signals(reader: ListReader, judged: Judgement, end: ListEnd, endpoint: Endpoint, job: Job) -> Signals:
    """What later syncs go by."""
    before = reader.version.signals
    absent: tuple[str, ...] = ()
    if not judged.removals and endpoint.change_check:
        given = reader.names()
        absent = tuple(entry.identity for entry in reader.entries if entry.identity not in given)
    # Where it is known what the provider gives, a look for changes is enough, also under a wrong count.
    steady = judged.sound or (not end.broken_off and not end.changed and len(absent) <= MOST_ABSENT)
    return Signals(
        read_at=job.fetched_at,
        full_read_at=(job.fetched_at if end.entry_by_entry else before.full_read_at) if steady else None,
        total=end.total if end.listed_total is None else end.listed_total,
        provider_version=end.provider_version if judged.sound else None,
        shortfall=judged.shortfall,
        shortfall_syncs=judged.shortfall_syncs,
        unsteady_syncs=before.unsteady_syncs + 1 if end.unsteady or end.changed else 0,
        absent=absent if steady else (),
    )


def log_evidence(version: ListVersion, end: ListEnd, given: int, window: LogWindow, *, whole: bool) -> Evidence:
    """
    What a log shows that was read as far as it was asked for.

    given   different plays, of all workers of the sync
    whole   whether all of it was asked for: then it is held against what another call counts
    """
    totals = [total for total in (end.total, end.other_total) if total is not None]
    # Of a log that forgets nobody knows how much it should hold.
    counted = max(totals, default=None) if window.entries is None else None
    return Evidence(
        given=given,
        counted=counted,
        log=True,
        changed=end.changed,
        broken_off=end.broken_off,
        shortfall=version.signals.shortfall if whole else 0,
        shortfall_syncs=version.signals.shortfall_syncs if whole else 0,
    )


def log_signals(
    version: ListVersion, judged: Judgement | None, endpoint: Endpoint, job: Job, since: datetime | None
) -> Signals:
    """
    What later syncs go by.

    judged  None while more of the log is to be read, and when it could not be read to its end
    since   from which moment on it was asked for; None for all of it
    """
    before, memory, after = version.signals, endpoint.log_window, version.signals
    if judged is not None:
        # Another sync may have read on meanwhile.
        after = replace(after, read_at=max(before.read_at or "", job.fetched_at))
    if judged is not None and since is None:
        after = replace(after, shortfall=judged.shortfall, shortfall_syncs=judged.shortfall_syncs)
        finished = judged.shortfall <= 0 or is_usual(judged.shortfall, judged.shortfall_syncs)
        after = replace(after, full_read_at=job.fetched_at if finished else before.full_read_at)
    elif judged is not None and since and before.full_read_at and memory:
        looked_back = since <= times.parse(before.full_read_at) - memory.late_window
        after = replace(after, full_read_at=job.fetched_at if looked_back else before.full_read_at)
    return replace(after, remembered_from=freshness.remembered_from(after, endpoint, job))
