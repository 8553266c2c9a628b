"""A sync's requests for one data type: pages, and the latest additions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blendify.calling.fetch import NO_CONTENT
from blendify.core.errors import NotFound, Outage, ProviderUnavailable, Refused, Unreadable
from blendify.fetching.fallbacks import tries
from blendify.fetching.provider_client import ProviderClient
from blendify.fetching.whole_list import whole
from blendify.providers.endpoint import Completion, Endpoint, OtherCount, RecentlyAdded, RequestContext
from blendify.providers.paging import Page, PageRequest


@dataclass(frozen=True)
class ListMemory:
    """What earlier syncs leave to one that asks for a list."""

    since: datetime | None = None
    """The moment from which on a log is asked for; None for all of it."""
    empty: bool = False
    """Whether it was read, and held nothing."""
    rest_is_known: Callable[[Sequence[str]], bool] = lambda _: False
    """Of a log without moments: whether all is known behind these record ids, which are the first of the list."""


@dataclass(frozen=True)
class Fetcher:
    """Shared by the threads that fetch pages concurrently."""

    caller: ProviderClient
    account: str
    """The listener's id at the provider."""
    started_at: datetime
    """The start of the sync."""
    memory: Callable[[str], ListMemory]
    """By the list's id."""
    last_time: bool = False
    """Whether the list is not read again in this sync: then fields may be left out."""

    def page(self, ask: PageRequest, endpoint: Endpoint) -> Page:
        """
        One page; if the list's plays have no moments, all of the list.

        Raises  as `Caller.get`
        """
        page = self._page(ask, endpoint)
        memory = self.memory(ask.list_id)
        if endpoint.other_count and ask.offset == 0 and ask.cursor is None and memory.since is None:
            return replace(page, other_total=self._other_total(endpoint.other_count))
        if endpoint.log_window is None or endpoint.log_window.dated:
            return page
        # Without moments, only the whole list shows what is new in it.
        return whole(ask, page, endpoint, lambda request: self._page(request, endpoint), memory.rest_is_known)

    def newest(self, newest: RecentlyAdded) -> Sequence[Any] | None:
        """What was added to a list last; None if the provider does not tell it."""
        return self.caller.get(newest.path, newest.parameters, newest.entries)

    def _other_total(self, other: OtherCount) -> int | None:
        """The length of a list by another call; None where that does not tell it."""
        context = RequestContext(self.account, self.started_at)
        parameters = {**other.parameters, **other.dynamic_parameters(context)}
        try:
            return self.caller.get(other.path, parameters, other.count, tries=2)
        except Outage:
            raise
        except (ProviderUnavailable, Refused):
            return None

    def _page(self, ask: PageRequest, endpoint: Endpoint) -> Page:
        window = ask.window
        until = window.until if window else None
        inquiry = RequestContext(self.account, self.started_at, self.memory(ask.list_id).since, until, ask.cursor)

        def take(body: object) -> Page:
            page = endpoint.parse(body, inquiry, no_content=body is NO_CONTENT)
            if window and page.total is not None:
                page = replace(page, total=page.total + window.start)
            # The size of a page that is small on purpose says nothing of full pages.
            return replace(page, size=None) if ask.size else page

        page = self.caller.get(
            *endpoint.request(ask, inquiry),
            take,
            tries=tries(ask, endpoint, last_time=self.last_time),
            final=self._final(ask, endpoint),
        )
        return self._completed(page, endpoint.completion) if endpoint.completion else page

    def _completed(self, page: Page, completion: Completion) -> Page:
        """The page with what another call tells of its entries; as it is where that fails the last time."""
        parameters = completion.parameters(page.entries)
        if parameters is None:
            return page
        try:
            entries = self.caller.get(
                completion.path, parameters, lambda body: completion.joined(page.entries, body), tries=2
            )
        except Outage:
            raise
        except (ProviderUnavailable, Refused):
            if not self.last_time:
                raise
            return page
        return replace(page, entries=entries)

    def _final(self, ask: PageRequest, endpoint: Endpoint) -> type[Refused] | tuple[()]:
        """Refusals that are not asked about again at once."""
        if endpoint.parent:
            # It is asked once more when all other playlists have been read.
            return Unreadable
        return NotFound if endpoint.missing_when_empty and self.memory(ask.list_id).empty else ()
