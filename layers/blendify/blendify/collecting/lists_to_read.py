"""
The lists of a data type: one, a few fixed ones (time ranges), or those that another type names (playlists).

Those that are named are stored once per sync, an item a page: a resumed collector relies on the order with which it
began.

Format  zlib (RFC 1950) of a JSON list for each page: [id, length, whether it is readable, the provider's version of it]
"""

import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence

from blendify.core import times
from blendify.core.data_types import DataType, Outcome
from blendify.core.errors import CollectError, MustWait
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.fetching.page_reader import Failed, PageReader
from blendify.jobs.job import Job
from blendify.jobs.progress import progress
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import Endpoint, ListRef
from blendify.providers.paging import Page, PageRequest

RETENTION_SECONDS = 30 * 24 * 3600

Fetch = Callable[[PageRequest, Endpoint], Page]


def lists_to_read(job: Job, endpoint: Endpoint, fetch: Fetch) -> list[ListRef]:
    """
    The lists in a stable order, each once, with their length as far as it is known before reading.

    Raises  MustWait while the data type that names them still waits; CollectError when that one could not be read
    """
    if endpoint.parent is None:
        return [ListRef(list_id, None, readable=True) for list_id in endpoint.lists]
    naming = progress(job.user_id, job.sync_id, endpoint.parent)
    if naming is None:
        _name_lists(job, endpoint.parent, fetch)
    elif naming.outcome is Outcome.WAITING and naming.until:
        raise MustWait(f"the {endpoint.parent.words} have to wait", naming.until)
    elif not naming.outcome.final:
        raise MustWait(f"the {endpoint.parent.words} have to be read first", times.now())
    elif naming.outcome is not Outcome.COMPLETE and not naming.counts["lost"]:
        raise CollectError(f"the {endpoint.parent.words} themselves could not be read: {naming.why or naming.outcome}")
    named: dict[str, ListRef] = {}
    for listed in _saved(job):
        named.setdefault(listed.list_id, listed)
    return list(named.values())


def save(job: Job, number: int, lists: Sequence[ListRef]) -> None:
    """Store the lists that a page names; storing a page again replaces it."""
    rows = [[ref.list_id, ref.total, ref.readable, ref.version] for ref in lists]
    packed = zlib.compress(json.dumps(rows, separators=(",", ":")).encode())
    _put(job, keys.listing(job.sync_id, number), {"packed": packed})


def _name_lists(job: Job, naming: DataType, fetch: Fetch) -> None:
    """Read only the names of the lists, once: this sync does not collect the data type that names them."""
    all_named = keys.listed(job.sync_id)
    if state_table().get(keys.user(job.user_id), all_named):
        return
    endpoint = PROVIDERS[job.provider].endpoints[naming]
    for step in PageReader(lambda ask: fetch(ask, endpoint), endpoint.paging).read([PageRequest("", 0)]):
        if isinstance(step.result, Failed):
            raise step.result.error
        assert isinstance(step.result, Page)  # noqa: S101 -- for the type checker: no page is passed over here
        save(job, step.ask.offset, endpoint.child_lists(step.result.entries))
    _put(job, all_named, {})


def _saved(job: Job) -> Iterator[ListRef]:
    for item in state_table().query(keys.user(job.user_id), keys.listing(job.sync_id)):
        yield from (ListRef(*row) for row in json.loads(zlib.decompress(item["packed"])))


def _put(job: Job, key: str, content: dict[str, object]) -> None:
    state_table().put(keys.user(job.user_id), key, {**content, "expires_at": int(time.time()) + RETENTION_SECONDS})
