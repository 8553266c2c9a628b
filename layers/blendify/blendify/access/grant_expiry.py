"""When a consent ends, and telling so in time: afterwards only the listener can give a new one."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections
from blendify.access.connections import Connection
from blendify.core import aws, telemetry, times
from blendify.providers import PROVIDERS

NOTICES = (30, 7)
"""Days before the end at which it is announced, the first one first."""


def ends_at(owner: Connection) -> datetime | None:
    """When the grant ends, whatever happens to its tokens; None when it has no end."""
    lifetime = PROVIDERS[owner.provider].access.grant_lifetime
    return times.parse(owner.authorized_at) + lifetime if lifetime else None


def announce(owner: Connection) -> None:
    """
    One event on the default bus when the grant ends soon, and another shortly before; each once a grant.

    Shape   {"user_id", "provider", "ends_at", "days_left", "notice": 30 or 7}, source `blendify`, type `Grant ending`
    Never raises for AWS: what could not be announced is tried again at the next sync
    """
    end, now = ends_at(owner), times.now()
    if end is None or end <= now or owner.status != connections.ACTIVE:
        return
    notice = min((days for days in NOTICES if end - now <= timedelta(days=days)), default=None)
    if notice is None or (owner.announced is not None and owner.announced <= notice):
        return
    detail = {
        "user_id": owner.user_id,
        "provider": owner.provider,
        "ends_at": times.iso(end),
        "days_left": (end - now).days,
        "notice": notice,
    }
    try:
        refused = _put(detail)
        if refused:
            telemetry.logger.warning("That a grant ends soon could not be announced: %s", refused)
            return
        # Remembered afterwards: twice is better than never.
        connections.remember_announced(owner, notice)
    except (BotoCoreError, ClientError) as error:
        telemetry.logger.warning("That a grant ends soon could not be announced: %s", error)


def _put(detail: Mapping[str, object]) -> str | None:
    """Why EventBridge did not take the event; None when it did."""
    entry = {"Source": "blendify", "DetailType": "Grant ending", "Detail": json.dumps(detail)}
    answer = aws.client("events").put_events(Entries=[entry])
    return answer["Entries"][0].get("ErrorCode", "no reason given") if answer["FailedEntryCount"] else None
