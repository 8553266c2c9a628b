"""A check for changes in one list: its first pages and, where there is one, the list of what came last."""

from collections.abc import Sequence
from dataclasses import replace

from blendify.collecting.judgement import is_usual
from blendify.collecting.read import ListReader
from blendify.collecting.recognition import KnownList
from blendify.fetching.page_consistency import Observed
from blendify.fetching.page_fetcher import Fetcher
from blendify.providers.change_checks import Count, PageDigest
from blendify.providers.endpoint import Endpoint, Record
from blendify.providers.paging import Numbered, PageRequest
from blendify.providers.record_identity import changed, digest, identity


def add_changes(reader: ListReader, ask: PageRequest, endpoint: Endpoint, fetcher: Fetcher) -> Observed | None:
    """
    Add the list as a few calls tell it, its changes and what is as before; answers what was observed.

    ask     the first page

    None, and nothing is added, when only reading all of the list can tell.
    """
    if endpoint.change_check is None:
        return None
    before, paging = reader.version.signals, endpoint.paging
    usual = before.shortfall == 0 or is_usual(before)
    count = Count(paging.limit, before.shortfall, usual=usual, numbered=isinstance(paging, Numbered))
    absent = set(before.absent)
    known = {entry.identity: entry.digest for entry in reader.entries if entry.identity not in absent}
    given: dict[str, Record] = {}
    totals: list[int | None] = []
    known_list = KnownList(known.keys())

    def look(offset: int) -> PageDigest:
        page = fetcher.page(replace(ask, offset=offset), endpoint)
        rows = known_list.recognized(endpoint.records(page.entries, ask.list_id, offset))
        names = [identity(row.fields) for row in rows]
        given.update(zip(names, rows, strict=True))
        totals.append(page.total)
        digests = [digest(row.compared) for row in rows]
        # A digest that says no change is as good as the known one.
        same = [
            known[name] if name in known and not changed(known[name], now) else now
            for name, now in zip(names, digests, strict=True)
        ]
        return PageDigest(list(zip(names, same, strict=True)), page.total)

    changes = endpoint.change_check(known, look, count)
    if changes is None or not _has_newest(changes.current, endpoint, fetcher):
        return None
    reader.add_changes(changes.current, {name: given[name] for name in changes.to_record})
    return Observed(total=totals[0])


def _has_newest(now: Sequence[str], endpoint: Endpoint, fetcher: Fetcher) -> bool:
    """Whether the latest additions are among the assumed contents of the list; identities end with the record's id."""
    if endpoint.recently_added is None:
        return True
    return {name.partition("#")[2] or name for name in now}.issuperset(fetcher.newest(endpoint.recently_added))
