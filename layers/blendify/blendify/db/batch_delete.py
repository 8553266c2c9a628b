"""Delete many items. Only the eraser may do this in the history."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from blendify.core import aws

Key = dict[str, Any]
"""A key in DynamoDB's notation."""
BATCH = 25
"""Items that one request may delete."""
OBJECTS = 1_000
"""Objects that one request may delete."""
PAGE = 500
"""Items read at once, before the first of them is deleted."""
MAX_PAUSE = 5.0


def pages(table: str, partition: tuple[str, str], sort: str, attributes: Sequence[str] = ()) -> Iterator[list[Key]]:
    """
    The items of a partition, page by page, with their keys and these attributes alone.

    partition   name and value of the partition key
    sort        name of the sort key
    """
    names = {f"#n{number}": name for number, name in enumerate([partition[0], sort, *attributes])}
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "#n0 = :partition",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":partition": {"S": partition[1]}},
        "ProjectionExpression": ", ".join(names),
        "ConsistentRead": True,
        "Limit": PAGE,
    }
    while True:
        response: Mapping[str, Any] = aws.client("dynamodb").query(**request)
        yield response["Items"]
        if "LastEvaluatedKey" not in response:
            return
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]


def delete(table: str, keys: Sequence[Key]) -> None:
    """Delete up to `BATCH` items by their keys; unprocessed ones are sent again until none is left."""
    unprocessed: dict[str, Any] = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
    pause = 0.05
    while unprocessed:
        unprocessed = aws.client("dynamodb").batch_write_item(RequestItems=unprocessed).get("UnprocessedItems", {})
        if unprocessed:
            time.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE)


def delete_objects(bucket: str, prefix: str) -> int:
    """
    Delete all objects under a prefix; returns their number.

    Raises  ClientError, also if S3 cannot delete one of them
    """
    deleted = 0
    for page in aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys = [content["Key"] for content in page.get("Contents", [])]
        delete_keys(bucket, keys)
        deleted += len(keys)
    return deleted


def delete_keys(bucket: str, keys: Sequence[str]) -> None:
    """
    Delete these objects, also if some do not exist.

    Raises  ClientError, also if S3 cannot delete one of them
    """
    for start in range(0, len(keys), OBJECTS):
        objects: Any = [{"Key": key} for key in keys[start : start + OBJECTS]]
        response = aws.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := response.get("Errors"):
            raise ClientError({"Error": {"Code": errors[0]["Code"]}}, "DeleteObjects")
