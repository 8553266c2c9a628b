"""A listener takes their own application away: what was connected through it is disconnected."""

from blendify.access import connections, dropped_applications
from blendify.leaving.disconnect import disconnect
from blendify.providers.application import DEFAULT


def remove(user_id: str, provider: str) -> bool:
    """Disconnect what uses it, then delete it with its secret; returns whether there was one."""
    for connection in connections.connections(user_id):
        if connection.provider == provider and connection.application != DEFAULT:
            disconnect(user_id, provider)
    return dropped_applications.drop(user_id, provider)
