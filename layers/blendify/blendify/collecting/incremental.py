"""A check for changes in one list: its first pages and, where there is one, the list of what came last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from blendify.collecting.recognition import KnownList
from blendify.fetching.page_fetcher import Fetcher
from blendify.providers.change_checks import Count, PageDigest
from blendify.providers.endpoint import Endpoint, Record
from blendify.providers.paging import PageRequest
from blendify.providers.record_identity import changed, digest, identity


@dataclass(frozen=True)
class CheckedList:
    """A list whose changes are known, as far as a few calls can be trusted to tell them."""

    names: Sequence[str]
    """The identities of all that it holds, in its order."""
    changes: Mapping[str, Record]
    """What is new or has changed, by identity."""
    total: int | None
    """Its length by the provider's count."""


def checked(
    ask: PageRequest, known: Mapping[str, str], endpoint: Endpoint, fetcher: Fetcher, count: Count
) -> CheckedList | None:
    """
    The list as a few calls tell it; None when only reading all of it does.

    known   identities with digests of what the provider gave last time, in its order
    count   what its count is worth
    """
    if endpoint.change_check is None:
        return None
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
    return CheckedList(changes.current, {name: given[name] for name in changes.to_record}, totals[0])


def _has_newest(now: Sequence[str], endpoint: Endpoint, fetcher: Fetcher) -> bool:
    """Whether the latest additions are among the assumed contents of the list; identities end with the record's id."""
    if endpoint.recently_added is None:
        return True
    return {name.partition("#")[2] or name for name in now}.issuperset(fetcher.newest(endpoint.recently_added))
