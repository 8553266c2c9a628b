"""Events on the account's default EventBridge bus, for the operator's own programs. Their source is `blendify`."""

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from blendify.core import aws


def put(detail_type: str, detail: Mapping[str, object]) -> str | None:
    """The reason when EventBridge did not take the event, else None. Never raises for AWS."""
    entry = {"Source": "blendify", "DetailType": detail_type, "Detail": json.dumps(detail)}
    try:
        response = aws.client("events").put_events(Entries=[entry])
    except (BotoCoreError, ClientError) as error:
        return str(error)
    return response["Entries"][0].get("ErrorCode", "no reason given") if response["FailedEntryCount"] else None
