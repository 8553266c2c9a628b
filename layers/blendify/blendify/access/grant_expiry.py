"""When a consent ends, and announcing it in time: only the listener can give a new one."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections
from blendify.access.connections import Connection
from blendify.core import aws, telemetry, times
from blendify.providers import PROVIDERS

NOTICES = (30, 7)
"""Days before the end at which it is announced, in this order."""


def ends_at(connection: Connection) -> datetime | None:
    """When the grant ends, however often its tokens are renewed; None when it does not end."""
    lifetime = PROVIDERS[connection.provider].access.grant_lifetime
    return times.parse(connection.authorized_at) + lifetime if lifetime else None


def announce(connection: Connection) -> None:
    """
    Put an event on the default bus when the grant ends soon, and another shortly before; each once per grant.

    Shape   {"user_id", "provider", "ends_at", "days_left", "notice": 30 or 7}, source `blendify`, type `Grant ending`
    Never raises for AWS: a failed announcement is repeated at the next sync
    """
    end, now = ends_at(connection), times.now()
    if end is None or end <= now or connection.status != connections.ACTIVE:
        return
    notice = min((days for days in NOTICES if end - now <= timedelta(days=days)), default=None)
    if notice is None or (connection.announced is not None and connection.announced <= notice):
        return
    detail = {
        "user_id": connection.user_id,
        "provider": connection.provider,
        "ends_at": times.iso(end),
        "days_left": (end - now).days,
        "notice": notice,
    }
    try:
        error = _put(detail)
        if error:
            telemetry.logger.warning("The end of a grant could not be announced: %s", error)
            return
        # Recorded after the event: announced twice is better than never.
        connections.record_announcement(connection, notice)
    except (BotoCoreError, ClientError) as failure:
        telemetry.logger.warning("The end of a grant could not be announced: %s", failure)


def _put(detail: Mapping[str, object]) -> str | None:
    """The reason when EventBridge did not accept the event, else None."""
    entry = {"Source": "blendify", "DetailType": "Grant ending", "Detail": json.dumps(detail)}
    response = aws.client("events").put_events(Entries=[entry])
    return response["Entries"][0].get("ErrorCode", "no reason given") if response["FailedEntryCount"] else None
