"""Who is near to an artist: whom the listeners of that artist also care for."""

from typing import NamedTuple


class Near(NamedTuple):
    """An artist whom the listeners of another artist also care for."""

    key: str
    name: str
    image: str | None
    nearness: float
    """0 to 1."""
    listeners: int
    """How many care for both; at least 3."""
