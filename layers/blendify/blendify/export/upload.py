"""
Exports in S3: written once, in parts as they come, and read through links that soon expire.

Key     `exports/<user id>/<export id>.zip`; the bucket's lifecycle rule deletes what is a day old
Source  https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import aws
from blendify.core.telemetry import logger

PART_BYTES = 8 * 1024 * 1024
"""S3 takes 10,000 parts of an object, of 5 MB at least: 80 GB in all."""
LINK_SECONDS = 15 * 60


def key(user_id: str, export_id: str) -> str:
    """Where an export lies in its bucket."""
    return f"exports/{user_id}/{export_id}.zip"


def link(bucket: str, user_id: str, export_id: str, filename: str) -> str:
    """A link that downloads the export under this name, for 15 minutes; to whoever has it, so it is for its owner."""
    address: str = aws.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket,
            "Key": key(user_id, export_id),
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
        },
        ExpiresIn=LINK_SECONDS,
    )
    return address


class Upload:
    """
    One object, written like a file and never held whole: what is a part is sent.

    There is an object only after `complete`; leaving the `with` block before takes back what was sent.
    Raises  ClientError, BotoCoreError
    """

    def __init__(self, bucket: str, name: str) -> None:
        self._where = {"Bucket": bucket, "Key": name}
        self._held = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._open = False
        self.bytes = 0

    def __enter__(self) -> Self:
        begun = aws.client("s3").create_multipart_upload(**self._where, ContentType="application/zip")
        self._where["UploadId"] = begun["UploadId"]
        self._open = True
        return self

    def write(self, data: bytes) -> int:
        """Take these bytes; a part of them may leave at once."""
        self._held += data
        self.bytes += len(data)
        while len(self._held) >= PART_BYTES:
            self._send(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """What is no part yet cannot leave before the end: only the last one may be small."""

    def complete(self) -> None:
        """Everything is written: the object is there."""
        if self._held or not self._parts:
            self._send(bytes(self._held))
            self._held.clear()
        aws.client("s3").complete_multipart_upload(**self._where, MultipartUpload={"Parts": self._parts})
        self._open = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._open:
            return
        try:
            aws.client("s3").abort_multipart_upload(**self._where)
        except (BotoCoreError, ClientError) as refused:
            # The bucket's lifecycle rule removes it within a day.
            logger.warning("An unfinished upload could not be taken back: %s", type(refused).__name__)

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        answer = aws.client("s3").upload_part(**self._where, PartNumber=number, Body=part)
        # botocore adds checksums by itself; S3 wants to see them again at the end.
        sums = {name: value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"}
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"], **sums})
