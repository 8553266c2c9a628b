"""The event of an import that has ended, for the operator's own programs."""

from blendify.core import events
from blendify.core.telemetry import logger
from blendify.importing.import_item import Import


def announce(ended: Import) -> None:
    """Put it on the bus: ids, status, counts and kinds, nothing out of the file. Who misses it asks the API."""
    report = ended.report
    detail = {
        "user_id": ended.user_id,
        "import_id": ended.import_id,
        "status": ended.state,
        "code": ended.code,
        "started_at": ended.started_at,
        "finished_at": ended.finished_at,
        "formats": sorted({named["format"] for named in report.recognised}),
        "services": sorted({named["service"] for named in report.recognised}),
        "read": report.read,
        "stored": report.stored,
        "known": report.known,
        "skipped": sum(report.skipped.values()),
        "linked": report.linked,
        "data_types": {data_type: {"records": records} for data_type, records in sorted(report.by_data_type.items())},
    }
    if error := events.put("Import finished", detail):
        logger.warning("The end of an import could not be announced: %s", error)
