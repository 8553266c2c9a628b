"""The lists of a data type: one, a few fixed ones (time ranges), or those that another type names (playlists)."""

from collections.abc import Callable, Iterator

from blendify.collecting import discovered_lists
from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, MustWait
from blendify.fetching.page_reader import Failed, read
from blendify.jobs.job import Job
from blendify.jobs.progress import progress
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListRef
from blendify.providers.paging import Page, PageRequest

Fetch = Callable[[PageRequest, Endpoint], Page]


def targets(job: Job, endpoint: Endpoint, fetch: Fetch) -> Iterator[ListRef]:
    """
    The lists in a stable order, with their length as far as it is known before reading.

    Raises  MustWait while the data type that names them still waits; CollectError when that one could not be read
    """
    if endpoint.parent is None:
        for list_id in endpoint.lists:
            yield ListRef(list_id, None, readable=True)
        return
    naming = progress(job.user_id, job.sync_id, endpoint.parent)
    if naming is None:
        # Once per sync: a resumed collector relies on the order of the lists with which it began.
        if not discovered_lists.closed(job.user_id, job.sync_id):
            _list(job, endpoint.parent, fetch)
    elif naming.outcome is Outcome.WAITING and naming.until:
        raise MustWait(f"the {endpoint.parent.words} have to wait", naming.until)
    elif not naming.outcome.final:
        raise MustWait(f"the {endpoint.parent.words} have to be read first", times.now())
    elif naming.outcome is not Outcome.COMPLETE and not naming.counts["lost"]:
        raise CollectError(f"the {endpoint.parent.words} themselves could not be read: {naming.why or naming.outcome}")
    yield from discovered_lists.stored(job.user_id, job.sync_id)


def _list(job: Job, naming: DataType, fetch: Fetch) -> None:
    """Read only the names of the lists: this sync does not collect the data type that names them."""
    endpoint = PROVIDERS[job.provider].endpoints[naming]
    for step in read([PageRequest("", 0)], lambda ask: fetch(ask, endpoint), endpoint.paging):
        if isinstance(step.result, Failed):
            raise step.result.error
        assert isinstance(step.result, Page)  # noqa: S101 -- for the type checker: no page is passed over here
        entries = step.result.entries
        lists = [child for entry in entries if endpoint.child_list and (child := endpoint.child_list(entry))]
        discovered_lists.save(job.user_id, job.sync_id, step.ask.offset, lists)
    discovered_lists.close(job.user_id, job.sync_id)
