"""Deleting many items: who may do that in the history is the eraser alone."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from blendify.core import aws

Key = dict[str, Any]
"""A key in DynamoDB's own notation."""
BATCH = 25
PAGE = 500
"""Items that are looked at before anything of them is deleted."""
LONGEST_PAUSE = 5.0


def pages(table: str, partition: tuple[str, str], sort: str, attributes: Sequence[str] = ()) -> Iterator[list[Key]]:
    """
    The items of a partition, a page at a time: its keys, and these attributes.

    partition   name and value of the partition key; `sort` is the name of the sort key
    """
    wanted = [partition[0], sort, *attributes]
    names = {f"#n{number}": name for number, name in enumerate(wanted)}
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
        answer: Mapping[str, Any] = aws.client("dynamodb").query(**request)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def delete(table: str, keys: Sequence[Key]) -> None:
    """Delete up to `BATCH` items by their keys; what DynamoDB leaves over is sent again until nothing is."""
    left: dict[str, Any] = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
    pause = 0.05
    while left:
        left = aws.client("dynamodb").batch_write_item(RequestItems=left).get("UnprocessedItems", {})
        if left:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def delete_objects(bucket: str, prefix: str) -> int:
    """
    Delete all objects under a prefix; answers how many there were.

    Raises  ClientError, also when the bucket keeps one of them
    """
    client, deleted = aws.client("s3"), 0
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        found = [{"Key": one["Key"]} for one in page.get("Contents", [])]
        if found:
            answer = client.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            if errors := answer.get("Errors"):
                raise ClientError({"Error": {"Code": errors[0]["Code"]}}, "DeleteObjects")
            deleted += len(found)
    return deleted
