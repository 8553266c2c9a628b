"""`/me/imports`: uploads, their reports, taking them back."""

from blendify.importing.import_item import State as ImportState
from tests.openapi.schemas import COUNT, MOMENT, TEXT, Schema, in_json, in_path, object_of, operation, page_of


def imports() -> Schema:
    item: Schema = {"$ref": "#/components/schemas/Import"}
    import_id = in_path("import_id", "The import's id")
    upload = object_of(
        {
            "url": {"type": "string", "format": "uri"},
            "fields": {"type": "object", "additionalProperties": TEXT},
            "most_bytes": COUNT,
            "within_seconds": COUNT,
        }
    )
    announced = {"allOf": [item, object_of({"upload": upload}, closed=False)]}
    options = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "zone": {**TEXT, "description": "The time zone of a file whose times have none, an IANA name"},
            "columns": {
                "type": "object",
                "additionalProperties": TEXT,
                "description": "Of a table of no known kind: which of its columns is what; time and title are needed",
            },
            "another_account": {
                "type": "boolean",
                "description": "Whether a file of another account than the connected one is meant all the same",
            },
        },
    }
    return {
        "/me/imports": {
            "get": operation("What the listener has imported, newest first", {200: in_json(page_of(item))}),
            "post": operation(
                "Where to upload a file: `multipart/form-data` to `upload.url`, its fields first, `file` last",
                {201: in_json(announced)},
                errors=(403,),
                session=True,
            ),
        },
        "/me/imports/{import_id}": {
            "get": operation("One import with its report", {200: in_json(item)}, [import_id], errors=(404,)),
            "post": operation(
                "Start an import whose file is uploaded, or answer its question; it goes on in the background",
                {202: in_json(item)},
                [import_id],
                body=options,
                errors=(400, 403, 404, 409, 503),
                session=True,
            ),
            "delete": operation(
                "Take an import back: everything that it stored is erased. 204 for one that never began",
                {202: in_json(object_of({"erasure_id": TEXT})), 204: {"description": "Forgotten"}},
                [import_id],
                errors=(403, 404, 409, 503),
                session=True,
            ),
        },
    }


def import_() -> Schema:
    nullable = {**TEXT, "nullable": True}
    moment = {**MOMENT, "nullable": True}
    lists: Schema = {
        "files": object_of(dict.fromkeys(("path", "format", "title", "generation", "service"), TEXT)),
        "skipped": object_of({"reason": TEXT, "rows": COUNT, "words": TEXT}),
        "covers": object_of({"service": TEXT, "from": MOMENT, "until": MOMENT}),
        "differences": object_of({"near": TEXT, "seconds_from": {"type": "integer"}, "plays": COUNT}),
    }
    return object_of(
        {
            "import_id": TEXT,
            "status": {"type": "string", "enum": list(ImportState)},
            "created_at": MOMENT,
            "started_at": moment,
            "finished_at": moment,
            "bytes": COUNT,
            "code": nullable,
            "why": nullable,
            "steps": {"type": "array", "items": TEXT, "description": "How to get the file that `why` recommends"},
            "question": {"type": "object", "nullable": True},
            "files": {"type": "array", "items": lists["files"]},
            "ignored_files": COUNT,
            "read": COUNT,
            "stored": COUNT,
            "known": COUNT,
            "skipped": {"type": "array", "items": lists["skipped"]},
            "by_data_type": {"type": "object", "additionalProperties": COUNT},
            "covers": {"type": "array", "items": lists["covers"]},
            "linked": COUNT,
            "differences": {"type": "array", "items": lists["differences"]},
        },
        closed=False,
    )
