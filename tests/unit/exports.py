"""Exports in tests: built by the real builder, into a bucket in memory."""

from typing import Any

from blendify.core import aws
from blendify.export import build as export_build
from blendify.export import status, upload
from blendify.export.status import Export
from operations.export_reader import ExportReader
from tests.unit.sync_steps import plenty

BUCKET = "exports"


def create_bucket() -> None:
    """The template's bucket, empty: moto still has the objects of earlier tests."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key in objects():
        s3.delete_object(Bucket=BUCKET, Key=key)


def objects() -> list[str]:
    """The keys of all objects."""
    return [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def unfinished() -> list[Any]:
    """Uploads that were begun, and neither completed nor aborted."""
    return list(aws.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


def begun(user_id: str) -> Export:
    """A new export, as a request begins it."""
    return status.begin(user_id, status.export(user_id))[0]


def event(user_id: str, export: Export) -> dict[str, str]:
    """What the state machine passes to the builder."""
    return {"user_id": user_id, "export_id": export.export_id}


def build(user_id: str, export: Export) -> dict[str, Any]:
    """Build it, as the Lambda does."""
    return export_build.build(event(user_id, export), BUCKET, plenty)


def exported(user_id: str) -> ExportReader:
    """This user's export: requested, built, downloaded and opened."""
    export = begun(user_id)
    assert build(user_id, export)["status"] == "ready"
    body = aws.client("s3").get_object(Bucket=BUCKET, Key=upload.key(user_id, export.export_id))["Body"].read()
    return ExportReader.of(body)
