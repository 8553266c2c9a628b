"""A question about a listener's records, independent of how it was asked."""

from dataclasses import dataclass

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS

MAX_VALUE_CHARACTERS = 2_048
"""Longest value of a parameter."""
MAX_KEY_BYTES = 1_024
"""Longest value that is compared with sort keys. DynamoDB refuses longer ones."""
MAX_LIST_ID_BYTES = 900
"""Longest id of a list, which is part of a sort key."""
MAX_ITEMS = 1_000
"""Most items of one page."""
DEFAULT_ITEMS = 100
VIEWS = ("current", "distinct")


class BadParameter(ValueError):
    """An unknown parameter, or a value that is not allowed; the message names the parameter and what is allowed."""


@dataclass(frozen=True)
class Question:
    """What a listener asks about one data type."""

    data_type: DataType
    provider: str | None = None
    time_range: str | None = None
    playlist_id: str | None = None
    as_of: str | None = None
    """ISO 8601, UTC, milliseconds."""
    view: str = VIEWS[0]
    raw: bool = False
    limit: int = DEFAULT_ITEMS
    cursor: str | None = None

    @property
    def list_id(self) -> str | None:
        """The list that the question is limited to; None for all."""
        return self.time_range or self.playlist_id

    @property
    def providers(self) -> list[str]:
        """The providers that the question includes and that offer the data type."""
        return [
            name
            for name, provider in PROVIDERS.items()
            if self.data_type in provider.endpoints and self.provider in (None, name)
        ]
