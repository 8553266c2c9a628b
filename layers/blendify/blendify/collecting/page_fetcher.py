"""A sync's requests for one data type: pages, and the latest additions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blendify.calling.fetch import NO_CONTENT
from blendify.collecting import freshness
from blendify.collecting.job import Job
from blendify.collecting.other_ways import tries
from blendify.collecting.provider_client import ProviderClient
from blendify.collecting.undated_plays.move_to_front import latest
from blendify.collecting.undated_plays.whole_list import whole
from blendify.core import times
from blendify.core.errors import NotFound, Outage, ProviderUnavailable, Refused, Unreadable
from blendify.history.list_versions import ListVersion
from blendify.providers.endpoint import Endpoint, OtherCount, RecentlyAdded, RequestContext
from blendify.providers.paging import Page, PageRequest
from blendify.providers.record_identity import record_id


@dataclass(frozen=True)
class Fetcher:
    """Shared by the threads that fetch pages concurrently."""

    job: Job
    caller: ProviderClient
    account: str
    """The listener's id at the provider."""
    version: Callable[[str], ListVersion]
    """What is known of a list, by its id."""
    since: Callable[[str], datetime | None]
    """The moment from which a log is asked for, by its id; None for all of it."""
    last_time: bool = False
    """Whether the list is not read again in this sync: then fields may be left out."""

    def page(self, ask: PageRequest, endpoint: Endpoint) -> Page:
        """
        One page; if the list's plays have no moments, all of the list.

        Raises  as `Caller.get`
        """
        page = self._page(ask, endpoint)
        if endpoint.other_count and ask.offset == 0 and self.since(ask.list_id) is None:
            return replace(page, other_total=self._other_total(endpoint.other_count))
        if endpoint.log_window is None or endpoint.log_window.dated:
            return page
        # Without moments, only the whole list shows what is new in it.
        version = self.version(ask.list_id)
        known: list[str] = []
        if endpoint.log_window.moves_to_front and freshness.may_check(version, self.job):
            known = list(map(record_id, latest([entry.identity for entry in version.entries()])))
        return whole(ask, page, endpoint, lambda request: self._page(request, endpoint), known)

    def newest(self, newest: RecentlyAdded) -> Sequence[str]:
        """Ids of the records that were added to a list last."""
        return self.caller.get(newest.path, newest.parameters, newest.record_ids)

    def _other_total(self, other: OtherCount) -> int | None:
        """The length of a log by another call; None where that does not tell it."""
        context = RequestContext(self.account, times.parse(self.job.fetched_at))
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
        inquiry = RequestContext(self.account, times.parse(self.job.fetched_at), self.since(ask.list_id), until)

        def take(body: object) -> Page:
            page = endpoint.parse(body, inquiry, no_content=body is NO_CONTENT)
            if window and page.total is not None:
                page = replace(page, total=page.total + window.start)
            # The size of a page that is small on purpose says nothing of full pages.
            return replace(page, size=None) if ask.size else page

        return self.caller.get(
            *endpoint.request(ask, inquiry),
            take,
            tries=tries(ask, endpoint, last_time=self.last_time),
            final=self._final(ask, endpoint),
        )

    def _final(self, ask: PageRequest, endpoint: Endpoint) -> type[Refused] | tuple[()]:
        """Refusals that are not asked about again at once."""
        if endpoint.parent:
            # It is asked once more when all other playlists have been read.
            return Unreadable
        version = self.version(ask.list_id)
        known_empty = endpoint.missing_when_empty and version.commit and not version.count
        return NotFound if known_empty else ()
