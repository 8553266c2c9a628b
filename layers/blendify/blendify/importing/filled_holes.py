"""Gaps in what was polled that an import fills: plays are no longer missing there."""

from blendify.core.data_types import DataType
from blendify.history import lookup
from blendify.importing import imports
from blendify.importing.import_item import State


def filled(user_id: str, provider: str, sync_began_at: str) -> int:
    """How many of the gaps that one sync recorded lie as a whole within what an import covers of that service."""
    spans = [
        each.report.covers[provider]
        for each in imports.newest(user_id)
        if each.state in (State.SUCCEEDED, State.PARTIAL) and provider in each.report.covers
    ]
    if not spans:
        return 0
    holes = lookup.holes(user_id, DataType.RECENTLY_PLAYED, f"{sync_began_at}#{provider}#")
    return sum(any(first <= start and end <= last for first, last in spans) for start, end in holes)
