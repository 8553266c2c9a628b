"""What a run has recorded of a list already, by the history: for whoever goes on where a worker died."""

from collections.abc import Iterable, Iterator, Mapping

from blendify.collecting.job import Job
from blendify.core.data_types import DataType
from blendify.history.facts import REMOVED, fact_key, key_begin, moment_of, removal_key
from blendify.history.list_entries import Entry
from blendify.history.list_states import list_of
from blendify.history.stored_facts import StoredFact
from blendify.providers.endpoint import ListKind


def removals(job: Job, data_type: DataType) -> list[StoredFact]:
    """That entries have left their lists."""
    return list(StoredFact.of_run(job.user_id, data_type, key_begin(job.fetched_at, job.provider, REMOVED)))


def left(job: Job, list_id: str, entries: Mapping[str, Entry], removed: Iterable[StoredFact]) -> set[str]:
    """
    Which of these entries, by identity, the run has recorded as `removed`, and not as there again.

    The removal's key says so, as it holds the whole identity.
    """
    keys = {str(one.fetched_at) for one in removed}
    if not keys:
        return set()
    return {
        name
        for name, one in entries.items()
        if moment_of(one.key) != job.fetched_at
        and fact_key(job.fetched_at, job.provider, removal_key(list_id, name)) in keys
    }


def readings(job: Job, data_type: DataType, list_id: str, shape: ListKind) -> Iterator[StoredFact]:
    """Entries and moves of an ordered list, in all its readings; their keys begin with the list's id."""
    begin = key_begin(job.fetched_at, job.provider, f"{list_id}#")
    for one in StoredFact.of_run(job.user_id, data_type, begin):
        if list_of(one.attribute_values, shape) == list_id:
            yield one
