"""One data type of one provider: the row of a table that says where it is read and how JSON becomes records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape, Unreadable
from blendify.providers.change_checks import Glance
from blendify.providers.paging import Page, PageRequest, Paging


@dataclass(frozen=True)
class Place:
    """Where an entry stood: in which list (time range, playlist), at which 0-based position."""

    list_id: str
    position: int
    reading: int = 1
    """2, 3 when the list was read anew because it changed: the highest reading of a list is the one that counts."""


@dataclass(frozen=True)
class Record:
    """One entry as it is stored: a key unique within run and data type, and the fields that have names."""

    key: str
    fields: Mapping[str, Any]
    uncompared: frozenset[str] = frozenset()
    """Fields that change without the listener's doing: alone they are no new record."""


@dataclass(frozen=True)
class ListRef:
    """What an entry of one data type says of the list behind it: a playlist's tracks."""

    list_id: str
    total: int | None
    """Length as far as it is told; None is not zero."""
    readable: bool
    """False when the provider already says that this listener's application may not read it."""
    version: str | None = None
    """Stays the same as long as the list does; None where the provider's word for it cannot be trusted."""


class ListKind(StrEnum):
    """What kind of list a data type is, and so what a change in it is."""

    SET = "set"
    """What is in it counts, not where."""
    RANKED = "ranked"
    """The rank is a field of the record: another rank is another record."""
    ARRANGED = "arranged"
    """The order is the listener's: what moved is recorded."""
    LOG = "log"
    """Only ever grows; the provider forgets its old end."""


@dataclass(frozen=True)
class Memory:
    """How far back a provider tells a log, and how far back a run looks that goes on with it."""

    entries: int | None
    """It forgets all but so many; None when it forgets nothing: there are no holes then."""
    dated: bool = True
    """Whether an entry tells when it was; else only the order is known, and each run tells what is new by it."""
    overlap: timedelta = timedelta(0)
    """Where nothing is forgotten a run asks for what is new since the last one, and so much of what was before it."""
    late: timedelta = timedelta(0)
    """How far back a full sweep looks for what has come in late; so much of the log is remembered."""
    repeats: bool = False
    """Whether entries of one page that name the same record and moment are several: moments are coarse, and no more."""
    once: bool = False
    """Whether each record stands in it once, where it was last: what comes again moves to the front, and nothing else
    moves. It tells no pace, and has no holes."""


@dataclass(frozen=True)
class Inquiry:
    """What some providers must be told with each call, or tell in each answer."""

    account: str
    """The listener's id at the provider."""
    began_at: datetime
    """The run's start."""
    since: datetime | None = None
    """Which part of a log is asked for; None for all of it."""


@dataclass(frozen=True)
class Newest:
    """Another list, in which what has come into this one stands first: a glance that misses some of it is no glance."""

    path: str
    parameters: Mapping[str, str]
    record_ids: Callable[[Any], Sequence[str]]
    """Of an answer, the ids of what must be in this list; raises UnexpectedShape when it is no page."""


@dataclass(frozen=True)
class Endpoint:
    """One data type of one provider."""

    path: str
    """Below the API's address; `{list_id}` is replaced by the list's id."""
    paging: Paging
    page: Callable[[Any], Page]
    """Takes an answer apart; raises UnexpectedShape when it is not a page."""
    row: Callable[[Any, Place], Record]
    scopes: tuple[str, ...]
    """All of them must be granted, else the data type is not permitted."""
    lists: tuple[str, ...] = ("",)
    """The lists of a fixed set, e.g. the three time ranges."""
    list_parameter: str | None = None
    """The query parameter that names the list, where the path does not."""
    list_words: Mapping[str, str] = field(default_factory=dict)
    """The provider's names of lists, where ours are others."""
    within: DataType | None = None
    """The data type whose entries name the lists (playlists, for playlist tracks)."""
    contents: Callable[[Any], ListRef | None] | None = None
    """What an entry of this data type says of the list behind it; None for an entry without one."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[Inquiry], Mapping[str, str]] | None = None
    """More parameters, where they depend on the listener and the run."""
    about: Callable[[Any], str | None] | None = None
    """Whose data an answer says that it is, where some are somebody else's."""
    shape: ListKind = ListKind.SET
    memory: Memory | None = None
    """Of a log."""
    glance: Glance | None = None
    """How to see in a few calls what has changed, where the provider's answers allow that."""
    newest: Newest | None = None
    """Where a glance alone could take something new and something gone for no change."""
    at_most_every: timedelta | None = None
    """A list without a version is not asked more often than this."""
    silent_when_empty: bool = False
    """Whether a 204 means that there is nothing; elsewhere it is no answer."""
    apart: Mapping[str, "Endpoint"] = field(default_factory=dict)
    """By name those of the lists that the provider has at another path: their rows, pages and memory are their own."""

    def of(self, list_id: str) -> "Endpoint":
        """Where a list is read."""
        return self.apart.get(list_id, self)

    @property
    def ordered(self) -> bool:
        """Whether an entry's position is part of what is recorded: such a list is read in one piece, or again."""
        return self.shape in (ListKind.RANKED, ListKind.ARRANGED)

    def taken(self, body: Any, inquiry: Inquiry, *, nothing: bool) -> Page:
        """
        An answer as a page; `nothing` says that it was a 204.

        Raises  UnexpectedShape when it is none, or says that it is about somebody else
        """
        if not nothing:
            page = self.page(body)
            if self.about and (self.about(body) or "").casefold() != inquiry.account.casefold():
                raise UnexpectedShape("the provider answered with somebody else's data")
            return page
        if self.silent_when_empty:
            return Page(entries=[], total=None, more=False)
        raise UnexpectedShape("the provider answered nothing where a page was asked for")

    def request(self, ask: PageRequest, inquiry: Inquiry) -> tuple[str, dict[str, str]]:
        """Path and query of one page."""
        listed = {self.list_parameter: self.list_words.get(ask.list_id, ask.list_id)} if self.list_parameter else {}
        if ask.list_id and not ask.list_id.strip("."):
            # Dots alone would lead elsewhere in the path, and no encoding keeps them from it.
            raise Unreadable("the provider gave a list an id that no address can hold")
        return self.path.format(list_id=quote(ask.list_id, safe="")), {
            **self.parameters,
            **(self.told(inquiry) if self.told else {}),
            **listed,
            **self.paging.params(ask),
        }
