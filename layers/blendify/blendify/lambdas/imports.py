"""
The steps of an import's state machine, and what follows from its end: insights of it, and whoever is told.

A worker that finds its import ended says all of that again: whoever ended it may have died before it did.
"""

from collections.abc import Callable
from typing import Any

from blendify.core.data_types import DataType
from blendify.importing import announcement, imports
from blendify.importing.import_item import ENDED, Import, State
from blendify.importing.imported_facts import LISTED
from blendify.importing.imports import Superseded
from blendify.importing.readers import ALL
from blendify.importing.work import Readers, Worker
from blendify.insights import queue
from blendify.insights.queue import Ask
from blendify.lambdas.steps import Event, Result
from blendify.webhooks import runs

INTERRUPTED = (
    "The import was interrupted by an error on our side. What was stored until then stays; upload the file again, and"
    " what is stored already is passed over."
)


def read(event: Event, seconds_left: Callable[[], float], readers: Readers = ALL) -> Result:
    """
    Work on an import until it ends or the time does.

    event   {"user_id", "import_id"}

    Returns {"status": "more" | "ended" | "question" | "superseded"}
    """
    worker = _worker(event, seconds_left, readers)
    if worker is None:
        return {"status": "superseded"}
    status = worker.run()
    if status == "ended":
        _tell(worker.now)
    return {"status": status}


def fail(event: Event) -> Result:
    """End an import whose last try has failed; the upload is deleted, and the report says it."""
    worker = _worker(event, lambda: 0.0, ALL)
    if worker is None or worker.now.state not in (State.READING, *ENDED):
        return {"status": "superseded"}
    try:
        if worker.now.state is State.READING:
            worker.fail("interrupted", INTERRUPTED)
    except Superseded:
        return {"status": "superseded"}
    _tell(worker.now)
    return {"status": "failed"}


def _worker(event: Event, seconds_left: Callable[[], float], readers: Readers) -> Worker | None:
    given: dict[str, Any] = {name: event.get(name) for name in ("user_id", "import_id")}
    if not all(isinstance(value, str) and value for value in given.values()):
        return None
    import_: Import | None = imports.find(given["user_id"], given["import_id"])
    return Worker(import_, readers, seconds_left) if import_ else None


def _tell(ended: Import) -> None:
    # One message a year of plays: so a song's first is written once a year of it and not once a play.
    queue.send(Ask.bucket(ended.user_id, DataType.RECENTLY_PLAYED, year) for year in ended.report.years)
    queue.send(Ask.bucket(ended.user_id, name, queue.FILES) for name in ended.data_types if name in LISTED)
    if ended.told_at:
        runs.forward_import(ended.user_id, ended.import_id, ended.told_at)
    announcement.announce(ended)
