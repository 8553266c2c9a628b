"""What a run recorded that never came to its end: later runs must know it, or they would record it again."""

from blendify.data_types import DataType
from blendify.jobs import Job
from blendify.ordering import arranged
from blendify.providers.table import Shape
from blendify.storage import drafts, inventories
from blendify.storage.drafts import Draft
from blendify.storage.entries import Entry
from blendify.storage.history import Fact
from blendify.storage.inventories import Inventory, Settlement, keep


def recover(job: Job, data_type: DataType, shape: Shape) -> None:
    """Add what the last run has recorded of lists that it did not read to their end; then the data type is ours."""
    last = drafts.open_run(job.user_id, job.provider, data_type)
    if last == job.sync_id:
        return
    if last:
        known = inventories.inventories(job.user_id, job.provider, data_type)
        lists: dict[str, list[Draft]] = {}
        for draft in drafts.kept(job.user_id, last, data_type):
            lists.setdefault(draft.list_id, []).append(draft)
        for list_id, pages in lists.items():
            seen = known.get(list_id, Inventory(job.user_id, job.provider, data_type, list_id))
            if seen.settled != last:
                _add(seen, pages, last, shape)
    drafts.open_for(job.user_id, job.provider, data_type, job.sync_id)


def _add(seen: Inventory, pages: list[Draft], sync_id: str, shape: Shape) -> None:
    before = seen.entries()
    if shape in (Shape.RANKED, Shape.ARRANGED):
        newest = max(page.reading for page in pages)
        pages = [page for page in pages if page.reading == newest]
    recorded: dict[str, Entry] = {}
    places: dict[str, int] = {}
    for page in pages:
        for index, one in enumerate(page.entries):
            known = before.get(one.identity)
            # A page is noted before its facts are written, and the run may have ended in between.
            if (known is None or known.key != one.key) and (
                page is not pages[-1] or Fact.holds(seen.user_id, seen.data_type, one.key)
            ):
                recorded[one.identity] = one
                places[one.identity] = page.offset + index
    everything = {**before, **recorded}
    order = arranged(list(before), places) if shape is Shape.ARRANGED else list(everything)
    found = Settlement(sync_id, seen.read_at or "", 0, seen.swept_at, seen.total, None)
    keep(seen, [everything[name] for name in order], found)
