"""
Exports in S3: uploaded once, part by part as they are built, and downloaded through links that soon expire.

Key     `exports/<user id>/<export id>.zip`; the bucket's lifecycle rule deletes what is a day old
Source  https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import aws
from blendify.core.telemetry import logger

PART_BYTES = 8 * 1024 * 1024
"""S3 takes 10,000 parts of at least 5 MB for one object: 80 GB with this size."""
LINK_SECONDS = 15 * 60


def key(user_id: str, export_id: str) -> str:
    """The export's key in the bucket."""
    return f"exports/{user_id}/{export_id}.zip"


def link(bucket: str, user_id: str, export_id: str, filename: str) -> str:
    """A link that downloads the export as `filename`, for 15 minutes. It works for anybody: give it to its owner."""
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
    One object, written like a file; each full part is sent at once, so the whole is never in memory.

    The object exists only after `complete`. Leaving the `with` block earlier aborts the upload.
    Raises  ClientError, BotoCoreError
    """

    def __init__(self, bucket: str, name: str) -> None:
        self._where = {"Bucket": bucket, "Key": name}
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._open = False
        self.bytes = 0

    def __enter__(self) -> Self:
        upload = aws.client("s3").create_multipart_upload(**self._where, ContentType="application/zip")
        self._where["UploadId"] = upload["UploadId"]
        self._open = True
        return self

    def write(self, data: bytes) -> int:
        """Append bytes; full parts are sent at once."""
        self._buffer += data
        self.bytes += len(data)
        while len(self._buffer) >= PART_BYTES:
            self._send(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Do nothing: only the last part may be small, so an incomplete one cannot be sent before the end."""

    def complete(self) -> None:
        """Send the rest and create the object."""
        if self._buffer or not self._parts:
            self._send(bytes(self._buffer))
            self._buffer.clear()
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
            logger.warning("An unfinished upload could not be aborted: %s", type(refused).__name__)

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        response = aws.client("s3").upload_part(**self._where, PartNumber=number, Body=part)
        # botocore adds checksums by itself; S3 expects them again at completion.
        sums = {
            name: value for name, value in response.items() if name.startswith("Checksum") and name != "ChecksumType"
        }
        self._parts.append({"PartNumber": number, "ETag": response["ETag"], **sums})
