"""Building an export: everything that we store about one user, streamed into one zip."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.telemetry import logger
from blendify.export import account, record_files, status, taste
from blendify.export.archive import Archive, Sink
from blendify.export.status import ExportSuperseded
from blendify.export.upload import Upload, key
from blendify.history.stored_facts import StoredFact

FORMAT = 1
"""Of files, names and lines; raised when a reader has to know about a change."""
RESERVE_SECONDS = 30
"""Left for the last part and the end of the upload."""
REPORT_EVERY = 2_000
"""Records between two progress reports: half a second's work."""
MAX_NAMED = 1_000
"""Unreadable records that the manifest names; it counts all."""


class ExportTooLarge(Exception):
    """One Lambda cannot pack the whole history in its time."""


class ExportProgress:
    """What the archive holds so far; reports it to the listener who waits, and stops a build that should not go on."""

    def __init__(self, user_id: str, export_id: str, seconds_left: Callable[[], float]) -> None:
        self._user_id, self._export_id, self._seconds_left = user_id, export_id, seconds_left
        self.records = self.unreadable = 0
        self.by_provider: dict[str, dict[str, int]] = {data_type: {} for data_type in DataType}
        self.imported: dict[str, dict[str, int]] = {}
        self.named: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._data_types_done: list[str] = []

    def count(self, data_type: DataType, fact: StoredFact, readable: bool) -> None:
        """
        Count one more record.

        Raises  ExportSuperseded, ExportTooLarge
        """
        self._count(self.by_provider[data_type], data_type, fact, readable)

    def count_imported(self, data_type: DataType, fact: StoredFact, readable: bool) -> None:
        """The same of a record that the listener imported."""
        self._count(self.imported.setdefault(data_type, {}), data_type, fact, readable)

    def _count(self, counts: dict[str, int], data_type: DataType, fact: StoredFact, readable: bool) -> None:
        counts[fact.provider] = counts.get(fact.provider, 0) + 1
        self.records += 1
        if not readable:
            self.unreadable += 1
            if self.unreadable <= MAX_NAMED:
                self.named[data_type].append({"key": fact.fetched_at, "why": record_files.UNREADABLE})
        if self.records % REPORT_EVERY == 0:
            self.report()

    def data_type_done(self, data_type: DataType) -> None:
        """All records of a data type are written. Raises as `count` does."""
        self._data_types_done.append(data_type)
        self.report()

    def report(self) -> None:
        """Store the progress. Raises ExportTooLarge when the time is up, ExportSuperseded as `count` does."""
        if self._seconds_left() < RESERVE_SECONDS:
            raise ExportTooLarge(
                f"Your history is larger than what can be packed in one go: {self.records:,} records were packed"
                " when the time was up. Please tell the operator."
            )
        status.report_progress(self._user_id, self._export_id, self.records, self._data_types_done)

    @property
    def counts(self) -> dict[str, int]:
        """Records by data type."""
        return {data_type: sum(providers.values()) for data_type, providers in self.by_provider.items()}


def build(event: Mapping[str, Any], bucket: str, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Build the export that `event` names: {"user_id", "export_id"}.

    Returns {"status": "ready" | "superseded" | "failed", ...}; superseded by a later export or the user's erasure
    """
    user_id, export_id = event.get("user_id"), event.get("export_id")
    if not (isinstance(user_id, str) and isinstance(export_id, str)):
        return {"status": "failed", "cause": "The input must be {user_id, export_id}, as GET /me/export passes it."}
    progress = ExportProgress(user_id, export_id, seconds_left)
    try:
        # First of all: stops before the upload when the export is superseded. A second try begins its count anew.
        progress.report()
        with Upload(bucket, key(user_id, export_id)) as upload:
            write(upload, user_id, progress)
            progress.report()
            upload.complete()
        status.finish(user_id, export_id, upload.bytes, progress.counts, progress.unreadable)
    except ExportSuperseded:
        return {"status": "superseded"}
    except ExportTooLarge as error:
        return failed(user_id, export_id, str(error))
    logger.info("Exported", extra={"records": progress.records, "bytes": upload.bytes})
    return {"status": "ready", "records": progress.records, "bytes": upload.bytes}


def failed(user_id: str, export_id: str, why: str) -> dict[str, str]:
    """Mark the export as failed with `why` for the listener, unless it is superseded by now; the Lambda's result."""
    try:
        status.fail(user_id, export_id, why)
    except ExportSuperseded:
        return {"status": "superseded"}
    logger.error("An export could not be built: %s", why)
    return {"status": "failed", "cause": why}


def write(sink: Sink, user_id: str, progress: ExportProgress) -> None:
    """Write the whole zip; the manifest is last, because it describes all other files. Raises as `count` does."""
    now = times.now()
    with Archive.writing(sink, now) as archive:
        with archive.file("README.txt") as file:
            file.write(resources.files("blendify.export").joinpath("readme.txt").read_bytes())
        account.write(archive, user_id)
        taste.write(archive, user_id)
        for data_type in DataType:
            record_files.write(archive, user_id, data_type, partial(progress.count, data_type))
            record_files.write_imported(archive, user_id, data_type, partial(progress.count_imported, data_type))
            record_files.write_imported_lists(archive, user_id, data_type)
            progress.data_type_done(data_type)
        manifest = {
            "format": FORMAT,
            "user_id": user_id,
            "created_at": times.iso(now),
            "files": dict(archive.files),
            "counts": progress.by_provider,
            "imported": progress.imported,
            "unreadable": {"records": progress.unreadable, "named": progress.named},
        }
        with archive.file("manifest.json") as file:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n")
