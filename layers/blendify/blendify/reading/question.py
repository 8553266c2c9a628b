"""A question about a listener's records, however it was asked."""

from dataclasses import dataclass

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS

LONGEST = 2_048
"""Characters of a value."""
MOST = 1_000
"""Items of an answer."""
DEFAULT = 100
VIEWS = ("current", "distinct")


class BadParameter(ValueError):
    """A parameter that the address does not have, or a value that it may not have; the message says which."""


@dataclass(frozen=True)
class Question:
    """What is asked of one data type."""

    data_type: DataType
    provider: str | None = None
    time_range: str | None = None
    playlist_id: str | None = None
    as_of: str | None = None
    """ISO 8601, UTC, milliseconds."""
    view: str = VIEWS[0]
    raw: bool = False
    limit: int = DEFAULT
    cursor: str | None = None

    @property
    def only(self) -> str | None:
        """The one list that is asked for."""
        return self.time_range or self.playlist_id

    @property
    def providers(self) -> list[str]:
        """Those that offer the data type, as far as they are asked for."""
        return [
            name
            for name, provider in PROVIDERS.items()
            if self.data_type in provider.endpoints and self.provider in (None, name)
        ]
