"""How a page names the listener who is logged in: providers know names, Blendify has none of its own."""

from blendify.access import connections
from blendify.providers import PROVIDERS
from blendify.sharing.legible import isolated


def of(user_id: str) -> str:
    """The names of the listener's accounts, such as `ana (Provider)`; empty without a connection."""
    names = (
        f"{isolated(connection.display_name)} ({PROVIDERS[connection.provider].title})"
        for connection in connections.connections(user_id)
    )
    return ", ".join(names)
