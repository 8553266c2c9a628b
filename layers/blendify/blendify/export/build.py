"""Preparing an export: everything that is kept of one user, streamed into one zip."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.telemetry import logger
from blendify.export import account, record_files, status
from blendify.export.archive import Archive, Sink
from blendify.export.status import Superseded
from blendify.export.upload import Upload, key
from blendify.history.stored_facts import StoredFact

FORMAT = 1
"""Of files, names and lines; raised when a reader has to know of a change."""
RESERVE_SECONDS = 30
"""Kept for the last part and the end of the upload."""
TELL_EVERY = 2_000
"""Records between two signs of life: half a second's work."""
MOST_NAMED = 1_000
"""Unreadable records that the manifest names; it counts all."""


class TooLarge(Exception):
    """There is more history than one Lambda can pack in its time."""


class ExportProgress:
    """What went into the archive so far, and telling it to whoever waits."""

    def __init__(self, user_id: str, export_id: str, seconds_left: Callable[[], float]) -> None:
        self._whose, self._seconds_left = (user_id, export_id), seconds_left
        self.records = self.unreadable = 0
        self.by_provider: dict[str, dict[str, int]] = {data_type: {} for data_type in DataType}
        self.named: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._done: list[str] = []

    def count(self, data_type: DataType, fact: StoredFact, readable: bool) -> None:
        """
        One more record.

        Raises  Superseded, TooLarge
        """
        here = self.by_provider[data_type]
        here[fact.provider] = here.get(fact.provider, 0) + 1
        self.records += 1
        if not readable:
            self.unreadable += 1
            if self.unreadable <= MOST_NAMED:
                self.named[data_type].append({"key": fact.fetched_at, "why": record_files.UNREADABLE})
        if self.records % TELL_EVERY == 0:
            self.tell()

    def ended(self, data_type: DataType) -> None:
        """All of one data type is written; raises as `count` does."""
        self._done.append(data_type)
        self.tell()

    def tell(self) -> None:
        """Say how far it is, and stop if there is no time or no wish for more; raises as `count` does."""
        if self._seconds_left() < RESERVE_SECONDS:
            raise TooLarge(
                f"There is more in your history than can be packed in one go: {self.records:,} records were packed"
                " when the time was up. Please tell the operator."
            )
        status.tell(*self._whose, self.records, self._done)

    @property
    def counts(self) -> dict[str, int]:
        """Records by data type."""
        return {data_type: sum(providers.values()) for data_type, providers in self.by_provider.items()}


def build(event: Mapping[str, Any], bucket: str, seconds_left: Callable[[], float]) -> dict[str, Any]:
    """
    Prepare the export that `event` names: {"user_id", "export_id"}.

    Answers `{"status": "ready" | "superseded" | "failed", ...}`; a later export, or an erased user, supersedes it
    """
    user_id, export_id = event.get("user_id"), event.get("export_id")
    if not (isinstance(user_id, str) and isinstance(export_id, str)):
        return {"status": "failed", "cause": "The input must be {user_id, export_id}, as GET /me/export gives it."}
    census = ExportProgress(user_id, export_id, seconds_left)
    try:
        # An archive is begun only for who still wants it, and a second try begins its count anew.
        census.tell()
        with Upload(bucket, key(user_id, export_id)) as upload:
            write(upload, user_id, census)
            census.tell()
            upload.complete()
        status.finish(user_id, export_id, upload.bytes, census.counts, census.unreadable)
    except Superseded:
        return {"status": "superseded"}
    except TooLarge as error:
        return failed(user_id, export_id, str(error))
    logger.info("Exported", extra={"records": census.records, "bytes": upload.bytes})
    return {"status": "ready", "records": census.records, "bytes": upload.bytes}


def failed(user_id: str, export_id: str, why: str) -> dict[str, str]:
    """The export could not be prepared: the listener reads why, unless it has been superseded meanwhile."""
    try:
        status.fail(user_id, export_id, why)
    except Superseded:
        return {"status": "superseded"}
    logger.error("An export could not be prepared: %s", why)
    return {"status": "failed", "cause": why}


def write(sink: Sink, user_id: str, census: ExportProgress) -> None:
    """The whole zip; the manifest comes last, as it tells of all others. Raises as `Census.count` does."""
    now = times.now()
    with Archive.writing(sink, now) as archive:
        with archive.file("README.txt") as entry:
            entry.write(resources.files("blendify.export").joinpath("readme.txt").read_bytes())
        account.write(archive, user_id)
        for data_type in DataType:
            record_files.write(archive, user_id, data_type, partial(census.count, data_type))
            census.ended(data_type)
        manifest = {
            "format": FORMAT,
            "user_id": user_id,
            "created_at": times.iso(now),
            "files": dict(archive.files),
            "counts": census.by_provider,
            "unreadable": {"records": census.unreadable, "named": census.named},
        }
        with archive.file("manifest.json") as entry:
            entry.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n")
