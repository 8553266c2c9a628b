"""When a consent ends, and announcing it in time: only the listener can give a new one."""

from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from blendify.access import connections
from blendify.access.connections import Connection
from blendify.core import events, telemetry, times
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
    if error := events.put("Grant ending", detail):
        telemetry.logger.warning("The end of a grant could not be announced: %s", error)
        return
    try:
        # Recorded after the event: announced twice is better than never.
        connections.record_announcement(connection, notice)
    except (BotoCoreError, ClientError) as failure:
        telemetry.logger.warning("The announced end of a grant could not be recorded: %s", failure)
