"""What a run recorded that never came to its end: later runs must know it, or history and inventory would part."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from blendify.collecting import drafts
from blendify.collecting.drafts import Draft
from blendify.collecting.job import Job
from blendify.collecting.run_facts import left, readings, removals
from blendify.core.data_types import DataType
from blendify.history import list_versions, lookup
from blendify.history.list_entries import Entry
from blendify.history.list_states import ListState, list_of
from blendify.history.list_versions import ListVersion, Settlement, keep
from blendify.history.stored_facts import StoredFact
from blendify.providers.endpoint import ListKind
from blendify.reading.lists import folded
from blendify.syncing import syncs


def recover(job: Job, data_type: DataType, shape: ListKind) -> None:
    """Bring up to date what is known of lists that the last run did not come to the end of; then it is our turn."""
    last = drafts.open_run(job.user_id, job.provider, data_type)
    if last == job.sync_id:
        return
    if last:
        _note_recorded(replace(job, sync_id=last, fetched_at=syncs.started_at(last)), data_type, shape)
    drafts.open_for(job.user_id, job.provider, data_type, job.sync_id)


def _note_recorded(died: Job, data_type: DataType, shape: ListKind) -> None:
    known = list_versions.inventories(died.user_id, died.provider, data_type)
    removed = removals(died, data_type)
    pages: dict[str, list[Draft]] = {}
    for draft in drafts.kept(died.user_id, died.sync_id, data_type):
        pages.setdefault(draft.list_id, []).append(draft)
    # Who only glanced at a list, or found it gone, has noted no page of it.
    for list_id in {*pages, *(list_of(one.attribute_values, shape) for one in removed)}:
        seen = known.get(list_id, ListVersion(died.user_id, died.provider, data_type, list_id))
        before = seen.entries()
        if shape in (ListKind.RANKED, ListKind.ARRANGED):
            gone = [one for one in removed if list_of(one.attribute_values, shape) == list_id]
            held = _arranged(died, seen, before, gone, shape)
            entries = list(_known(held, before, pages.get(list_id, [])))
        else:
            entries = _added(died, seen, before, pages.get(list_id, []), removed, shape)
        if seen.settled == died.sync_id and entries == list(before.values()):
            # It came to the end of this list, and nobody has recorded more of it since.
            continue
        # It has not come to the list's end; and in which order a set stands only all of it tells.
        swept_at = None if shape is ListKind.SET else seen.swept_at
        keep(seen, entries, Settlement(died.sync_id, seen.read_at or "", 0, swept_at, seen.total, None))


def _arranged(
    died: Job, seen: ListVersion, before: dict[str, Entry], gone: Sequence[StoredFact], shape: ListKind
) -> dict[str, str]:
    """The keys of an ordered list as the history tells it: several readings may have recorded some, moves besides."""
    state = ListState.of({name: one.key for name, one in before.items()})
    facts = [*readings(died, seen.data_type, seen.list_id, shape), *gone]
    if seen.settled != died.sync_id:
        state.apply(facts, shape)
        return state.held
    again = ListState.of(state.held)
    again.apply(facts, shape)
    if list(again.held.items()) == list(state.held.items()):
        return state.held
    # More was recorded after the list's end: what counts of it does so from what the list held before the run.
    lists = folded(died.user_id, died.provider, seen.data_type, died.fetched_at, seen.list_id, consistent=True)
    return lists.get(seen.list_id, {})


def _known(held: dict[str, str], before: dict[str, Entry], pages: Sequence[Draft]) -> Iterator[Entry]:
    """With their digests, by the pages; what moved is what it was. What is not known of (notes expire) is news."""
    digests = {one.key: one.digest for page in pages for one in page.entries}
    for name, key in held.items():
        yield Entry(name, digests.get(key) or (before[name].digest if name in before else ""), key)


def _added(
    died: Job,
    seen: ListVersion,
    before: dict[str, Entry],
    pages: Sequence[Draft],
    removed: Sequence[StoredFact],
    shape: ListKind,
) -> list[Entry]:
    """A set or a log, which may be too long to be folded at once: what the pages brought, without what has left."""
    settled = seen.settled == died.sync_id
    # Of a log that came to its end no more than the newest need be known.
    oldest = min(before, default="") if settled and shape is ListKind.LOG else ""
    recorded: dict[str, Entry] = {}
    for page in pages:
        for one in page.entries:
            known = before.get(one.identity)
            if one.identity < oldest or (known is not None and known.key == one.key):
                continue
            # A page is noted before its facts are written, and the run may have ended in between.
            if (page is not pages[-1] and not settled) or lookup.holds(seen.user_id, seen.data_type, one.key):
                recorded[one.identity] = one
    gone = left(died, seen.list_id, before, removed)
    return [*({name: one for name, one in before.items() if name not in gone} | recorded).values()]
