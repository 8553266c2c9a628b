"""Exports as listeners get them in tests: prepared by the real builder, from a bucket in memory."""

from typing import Any

from blendify.core import aws
from blendify.export import build as export_build
from blendify.export import status, upload
from blendify.export.status import Export
from local.exported import Exported
from tests.unit.spotify_world import plenty

BUCKET = "exports"


def create_bucket() -> None:
    """The template's bucket, empty; moto keeps what earlier tests put into it."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for found in objects():
        s3.delete_object(Bucket=BUCKET, Key=found)


def objects() -> list[str]:
    """The keys of all objects."""
    return [one["Key"] for one in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def unfinished() -> list[Any]:
    """Uploads that were begun and neither ended nor taken back."""
    return list(aws.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


def begun(user_id: str) -> Export:
    """An export that is asked for."""
    return status.begin(user_id, status.export(user_id))[0]


def event(user_id: str, export: Export) -> dict[str, str]:
    """What the state machine passes."""
    return {"user_id": user_id, "export_id": export.export_id}


def build(user_id: str, export: Export) -> dict[str, Any]:
    """Prepare it, as the Lambda does."""
    return export_build.build(event(user_id, export), BUCKET, plenty)


def exported(user_id: str) -> Exported:
    """Everything of this user, asked for, prepared and opened."""
    one = begun(user_id)
    assert build(user_id, one)["status"] == "ready"
    body = aws.client("s3").get_object(Bucket=BUCKET, Key=upload.key(user_id, one.export_id))["Body"].read()
    return Exported.of(body)
