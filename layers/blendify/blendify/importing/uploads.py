"""
What a listener uploads: straight to S3 by a form that we signed, read from there by ranges, deleted after the import.

Key     `uploads/<user>/<import>`; the bucket's lifecycle rule deletes what is seven days old. A key names its owner, so
        a form that was signed for one listener serves no other
Source  https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import io
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from botocore.exceptions import ClientError

from blendify.core import aws
from blendify.core.settings import uploads_bucket
from blendify.importing.imports import UPLOAD_WITHIN

MOST_BYTES = 2 * 1024**3
"""Of one upload; S3 itself takes 5 GB by a form."""
BLOCK = 4 * 1024 * 1024
"""Bytes of one request."""
BLOCKS = 4
"""Blocks in memory: an archive is read at its end, at an entry's head, and on from there."""


class UploadGone(Exception):
    """There is no such upload: it never came, or it is deleted."""


@dataclass(frozen=True)
class UploadForm:
    """Where a browser or a program sends the file: a POST of `multipart/form-data`, the fields first, `file` last."""

    url: str
    fields: dict[str, str]


def key(user_id: str, import_id: str) -> str:
    """The upload's key in the bucket."""
    return f"uploads/{user_id}/{import_id}"


def form(user_id: str, import_id: str, redirect: str | None = None) -> UploadForm:
    """
    A form for one upload of 1 to `MOST_BYTES` bytes, signed for some hours.

    redirect    Where the browser goes when the file has arrived
    """
    fields = {"success_action_redirect": redirect} if redirect else {"success_action_status": "201"}
    conditions: list[Any] = [
        ["content-length-range", 1, MOST_BYTES],
        *({name: value} for name, value in fields.items()),
    ]
    signed = aws.client("s3").generate_presigned_post(
        uploads_bucket(),
        key(user_id, import_id),
        Fields=dict(fields),
        Conditions=conditions,
        ExpiresIn=int(UPLOAD_WITHIN.total_seconds()),
    )
    return UploadForm(signed["url"], signed["fields"])


def size(user_id: str, import_id: str) -> int | None:
    """The bytes of an upload; None when there is none."""
    # HeadObject would need the permission to read what is in it.
    name = key(user_id, import_id)
    listed = aws.client("s3").list_objects_v2(Bucket=uploads_bucket(), Prefix=name, MaxKeys=1)
    return next((int(each["Size"]) for each in listed.get("Contents", []) if each["Key"] == name), None)


def remove(user_id: str, import_id: str) -> None:
    """Delete an upload, if it is there."""
    aws.client("s3").delete_object(Bucket=uploads_bucket(), Key=key(user_id, import_id))


def opened(user_id: str, import_id: str) -> BinaryIO:
    """
    The upload as a file that is read by ranges: it is never in memory as a whole, nor on disk.

    Raises  UploadGone
    """
    length = size(user_id, import_id)
    if length is None:
        raise UploadGone
    return cast(BinaryIO, io.BufferedReader(_Ranges(key(user_id, import_id), length), 64 * 1024))


class _Ranges(io.RawIOBase):
    """An object of the bucket as a seekable stream."""

    def __init__(self, name: str, length: int) -> None:
        self._name, self._length, self._position = name, length, 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._length:
            return 0
        number, start = divmod(self._position, BLOCK)
        piece = self._block(number)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            first = number * BLOCK
            last = min(first + BLOCK, self._length) - 1
            try:
                answer = aws.client("s3").get_object(
                    Bucket=uploads_bucket(), Key=self._name, Range=f"bytes={first}-{last}"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404", "AccessDenied"):
                    raise UploadGone from error
                raise
            self._blocks[number] = answer["Body"].read()
            while len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]
