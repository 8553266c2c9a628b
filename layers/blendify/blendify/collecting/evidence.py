"""Evidence: what a list shows that was read to its end, or as far as possible."""

from collections.abc import Sequence

from blendify.collecting.judgement import Evidence, ListEnd, is_usual
from blendify.collecting.read import ListReader
from blendify.history.intents import Signals
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, ListKind, LogWindow


def evidence(reader: ListReader, end: ListEnd, endpoint: Endpoint) -> Evidence:
    """What the list shows as it was read, against its version."""
    came = [listed.entry.identity for listed in reader.listed()]
    given, known = set(came), {entry.identity for entry in reader.entries}
    observed, paging = end.observed, endpoint.paging
    counted = observed.total
    if paging.depth and counted and counted > paging.depth:
        # Lists that are read to a chosen depth have been seen counted in thousands, and empty after a full page.
        counted = paging.depth if len(given) % paging.limit else None
    doubled = endpoint.list_kind in (ListKind.SET, ListKind.RANKED)
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
        repeated=repeated if observed.attempt == 1 else 0,
        hidden=_hidden(reader, came, endpoint) if repeated and uncounted else 0,
        by_cursor=not paging.offset_based,
        open_end=observed.full and observed.attempt == 1 and paging.depth is None,
        end=end,
        before=reader.version.signals,
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


def log_evidence(version: ListVersion, end: ListEnd, given: int, window: LogWindow, *, whole: bool) -> Evidence:
    """
    What a log shows that was read as far as it was asked for.

    given   different plays, of all workers of the sync
    whole   whether all of it was asked for: then it is held against what another call counts
    """
    totals = [total for total in (end.observed.total, end.observed.other_total) if total is not None]
    # Of a log that forgets nobody knows how much it should hold.
    counted = max(totals, default=None) if window.entries is None else None
    before = version.signals if whole else Signals()
    return Evidence(given, counted, log=True, end=end, before=before)
