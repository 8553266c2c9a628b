"""A check for changes in one list: its first pages and, where there is one, the list of what came last."""

from collections.abc import Sequence
from dataclasses import replace

from blendify.collecting.comparison import Comparison
from blendify.collecting.evidence import is_usual, surplus
from blendify.collecting.plan import Listed
from blendify.collecting.read import ListReader
from blendify.collecting.recognition import KnownList
from blendify.fetching.page_consistency import Observed
from blendify.fetching.page_fetcher import Fetcher
from blendify.history.list_versions import ListVersion
from blendify.providers.change_checks import Count, PageDigest
from blendify.providers.endpoint import Endpoint
from blendify.providers.paging import Numbered, Page, PageRequest
from blendify.providers.record_identity import identity


def add_changes(reader: ListReader, ask: PageRequest, fetcher: Fetcher) -> Observed | None:
    """
    Add the list as a few calls tell it, its changes and what is as before; answers what was observed.

    ask     the first page

    None, and nothing is added, when only reading all of the list can tell.
    """
    endpoint = reader.endpoint
    if endpoint.change_check is None:
        return None
    absent = set(reader.version.signals.absent)
    known = {entry.identity: entry.digest for entry in reader.entries if entry.identity not in absent}
    came: dict[str, Listed] = {}
    pages: list[Page] = []

    def look(offset: int) -> PageDigest:
        if offset and not endpoint.paging.offset_based:
            return PageDigest([], None)
        page = fetcher.page(replace(ask, offset=offset), endpoint)
        comparison = Comparison(reader.source, endpoint, reader.before)
        compared = comparison.page(endpoint.records(page.entries, ask.list_id, offset), offset)
        came.update({listed.entry.identity: listed for listed in compared})
        pages.append(page)
        total = page.other_total if page.total is None else page.total
        return PageDigest([(listed.entry.identity, listed.entry.digest) for listed in compared], total, page.more)

    changes = endpoint.change_check(known, look, _count(reader.version, endpoint))
    if changes is None or not _has_newest(changes.current, endpoint, fetcher, ask):
        return None
    new = {name: came[name] for name in changes.to_record}
    rows = enumerate(new.get(name) or Listed(reader.before[name], 0) for name in changes.current)
    reader.add([replace(listed, position=position) for position, listed in rows])
    return Observed(total=pages[0].total, other_total=pages[0].other_total)


def _count(version: ListVersion, endpoint: Endpoint) -> Count:
    """What the provider's count of the list is worth."""
    before, paging = version.signals, endpoint.paging
    if endpoint.other_count:
        more = surplus(version)
        # By a count that is higher by what is absent, all that is absent would seem to be gone.
        return Count(paging.limit, more or 0, usual=more is not None and not before.absent)
    usual = before.shortfall == 0 or is_usual(before.shortfall_syncs)
    return Count(paging.limit, before.shortfall, usual=usual, numbered=isinstance(paging, Numbered))


def _has_newest(now: Sequence[str], endpoint: Endpoint, fetcher: Fetcher, ask: PageRequest) -> bool:
    """Whether the latest additions are among the assumed contents of the list, with the moment of each."""
    if endpoint.recently_added is None or not now:
        return True
    newest = fetcher.newest(endpoint.recently_added)
    if newest is None:
        return False
    known = KnownList(dict.fromkeys(now))
    records = known.recognized(endpoint.records(newest, ask.list_id, 0))
    return all(identity(record.fields) in known.names for record in records)
