"""Short lists whose order alone shows what is new: one page is not enough, so all pages are joined into one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from blendify.core.errors import ProviderUnavailable
from blendify.providers.endpoint import Endpoint
from blendify.providers.paging import Page, PageRequest


def whole(
    ask: PageRequest,
    page: Page,
    endpoint: Endpoint,
    fetch: Callable[[PageRequest], Page],
    rest_is_known: Callable[[Sequence[str]], bool],
) -> Page:
    """
    A list as one page, from its first page on, as far as it can have changed.

    rest_is_known   whether no more need be read behind these record ids, the first of the list

    Raises  ProviderUnavailable when one page is served twice, and what `fetch` raises
    """
    entries, ids = page.entries, _ids(page, ask, endpoint)
    full, end, early = max(len(entries), ask.size or endpoint.paging.limit), ask.offset + len(entries), 0
    while (following := endpoint.paging.next_requests(ask, page)) and not rest_is_known(ids):
        before = page
        ask = replace(following[0], size=ask.size, way=ask.way, trimmed=ask.trimmed)
        page = fetch(ask)
        if not page.entries:
            # The page before promised more: what stands here must not seem to be new behind it the next time.
            page = fetch(ask)
        if page.entries == before.entries and any(entry != page.entries[0] for entry in page.entries):
            raise ProviderUnavailable(f"the provider serves one page twice, the second time from {ask.offset} on")
        here = _ids(page, ask, endpoint)
        # A page that is larger than the first one begins so many entries too early; a short one behind it as well.
        early = max(early, len(here) - full)
        start = ask.offset - early
        common = overlap(ids, here, max(0, end - start))
        end = start + len(here)
        entries, ids = [*entries, *page.entries[common:]], [*ids, *here[common:]]
    return Page(entries, total=None, more=False)


def overlap(before: Sequence[str], now: Sequence[str], least: int = 0) -> int:
    """
    How many entries at the head of a page were at the end of the page before: new entries have moved them on.

    least   number of entries that were asked for again; mostly nothing new came in between. Without them, a song that
            was played twice in a row looks like one that was moved on; one play too few is better than an invented one
    """
    most = min(len(before), len(now))
    lengths = [*range(least, most + 1), *range(min(least - 1, most), 0, -1)] if least else range(most, 0, -1)
    return next((length for length in lengths if list(before[-length:]) == list(now[:length])), 0)


def _ids(page: Page, ask: PageRequest, endpoint: Endpoint) -> list[str]:
    records = endpoint.records(page.entries, ask.list_id, ask.offset)
    return [str(record.fields.get("record_id")) for record in records]
