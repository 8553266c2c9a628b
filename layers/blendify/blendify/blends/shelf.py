"""Where the playlist of a blend stands in the insights table; and deleting it, which needs nothing of what is in it."""

from blendify.insights import table


def shelf(blend_id: str) -> str:
    """The blend's own partition."""
    return f"blend#{blend_id}"


def forget(blend_id: str) -> int:
    """Delete what is stored of a blend; returns the number of items."""
    return table.remove_everything(shelf(blend_id))
