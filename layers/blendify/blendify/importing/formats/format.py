"""What a format is: the signatures that all readers share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Literal, Protocol

from blendify.importing.formats.rows import Row

NEEDED_COLUMNS = frozenset({"time", "title"})
"""Of a table whose columns the listener names."""


class Entry(Protocol):
    """A file, alone or out of an archive."""

    @property
    def path(self) -> str:
        """Its name, with the archives and folders that it is in: a hint, and never a reason to trust it."""

    def open(self) -> BinaryIO:
        """A stream of its bytes from the beginning; each call opens another. Only `read` can be relied on."""


@dataclass(frozen=True)
class Options:
    """What a reader cannot know from its file alone."""

    zone: str = "UTC"
    """IANA name of the zone in which times without one are meant: the listener chooses it."""
    latest: datetime | None = None
    """Times after this are wrong. The import gives the moment at which it began."""
    columns: Mapping[str, str] | None = None
    """For a CSV without a known header: from one of `csv_columns.FIELDS` to the column's name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What other files of the same upload say: see `registry.names_in`."""


@dataclass(frozen=True)
class Format:
    """A kind of file, of one generation."""

    name: str
    """`spotify_extended`; stable, as keys of rows have it."""
    title: str
    """For the report: `Spotify, extended streaming history`."""
    generation: str
    """Since when files look like this, or how they differ: `2023`, `endsong`."""
    service: str
    read: Callable[[BinaryIO, Options], Iterator[Row]]
    """The rows, in the file's order, always the same for the same bytes. It raises nothing for what a file contains."""
    holds: Literal["plays", "library", "names"] = "plays"
    """`names`: no rows of its own, but what others need."""
    asks_zone: bool = False
    """Whether its times are without a zone, so that the listener is asked."""
    asks_columns: bool = False
    """Whether the listener says which column is which: `csv_columns.suggest` begins."""
    superseded_by: frozenset[str] = frozenset()
    """Names of formats that tell the same better: in an upload with one of them, this one is not read for its rows."""
    names: Callable[[BinaryIO], Iterator[tuple[str, str]]] | None = None
    """What the file says that rows of other files lack, such as the artists of titles."""
    accounts: Callable[[BinaryIO], frozenset[str]] = lambda _: frozenset()
    """The provider's user ids of the accounts that the file is of, where it has them: compared, and never stored."""
