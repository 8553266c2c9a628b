"""Imports as the API and the pages show them."""

from typing import Any

from blendify.importing import uploads
from blendify.importing.formats import guides
from blendify.importing.formats.rows import REASONS
from blendify.importing.import_item import Import, State
from blendify.importing.imports import UPLOAD_WITHIN

STATES = {
    State.AWAITING_UPLOAD: "Waiting for the file",
    State.READING: "Being read",
    State.QUESTION: "Waiting for your answer",
    State.SUCCEEDED: "Complete",
    State.PARTIAL: "Complete in part",
    State.FAILED: "Not imported",
    State.TAKING_BACK: "Being taken back",
    State.TAKEN_BACK: "Taken back",
}


def view(each: Import) -> dict[str, Any]:
    """An import with its report, as far as it is."""
    report = each.report
    return {
        "import_id": each.import_id,
        "status": each.state.value,
        "created_at": each.created_at,
        "started_at": each.started_at,
        "finished_at": each.finished_at,
        "bytes": each.bytes,
        "code": each.code,
        "why": each.why,
        "steps": list(guides.steps(each.code)),
        "question": each.question,
        "files": [dict(named) for named in report.recognised],
        "ignored_files": report.ignored,
        "read": report.read,
        "stored": report.stored,
        "known": report.known,
        "skipped": [
            {"reason": reason, "rows": rows, "words": REASONS.get(reason, reason)}
            for reason, rows in sorted(report.skipped.items())
        ],
        "by_data_type": dict(sorted(report.by_data_type.items())),
        "covers": [
            {"service": service, "from": first, "until": last}
            for service, (first, last) in sorted(report.covers.items())
        ],
        "linked": report.linked,
        "differences": [
            {"near": near, "seconds_from": int(bound), "plays": plays}
            for near, counts in sorted(report.differences.items())
            for bound, plays in sorted(counts.items(), key=lambda pair: int(pair[0]))
        ],
    }


def upload(each: Import, redirect: str | None) -> dict[str, Any]:
    """Where the import's file is to be sent."""
    form = uploads.form(each.user_id, each.import_id, redirect)
    return {
        "url": form.url,
        "fields": form.fields,
        "most_bytes": uploads.MOST_BYTES,
        "within_seconds": int(UPLOAD_WITHIN.total_seconds()),
    }
