"""One data type of one provider: the row of a table that says where it is read and how JSON becomes records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from blendify.core.data_types import DataType
from blendify.core.errors import UnexpectedShape, Unreadable
from blendify.providers.change_checks import ChangeCheck
from blendify.providers.paging import Page, PageRequest, Paging


@dataclass(frozen=True)
class ListPosition:
    """Where an entry stood: its list (a time range, a playlist) and its 0-based index in it."""

    list_id: str
    index: int


@dataclass(frozen=True)
class Record:
    """One entry as it is stored: a key, unique within sync and data type, and the named fields."""

    key: str
    fields: Mapping[str, Any]
    compared: tuple[Any, ...] = ()
    """The values whose change makes a new record; all others change without any act of a listener."""
    answer: Any = None
    """The provider's, whole: `Endpoint.records` adds it."""


@dataclass(frozen=True)
class ListRef:
    """The list behind an entry, as the entry describes it: a playlist's tracks."""

    list_id: str
    total: int | None
    """The list's length; None when the provider does not give it, which does not mean zero."""
    readable: bool
    """False when the provider already says that this application may not read the list for this listener."""
    version: str | None = None
    """Unchanged as long as the list is unchanged; None where the provider's version cannot be trusted."""


class ListKind(StrEnum):
    """How the lists of a data type behave, and so what counts as a change in them."""

    SET = "set"
    """Membership counts, the order does not."""
    RANKED = "ranked"
    """The rank is a field of the record: another rank is another record."""
    ARRANGED = "arranged"
    """The listener chose the order: moves are recorded."""
    LOG = "log"
    """Entries are only ever added; the provider drops the oldest."""

    @property
    def ordered(self) -> bool:
        """Whether an entry's position is part of its record: such a list is read in one piece, or again."""
        return self in (ListKind.RANKED, ListKind.ARRANGED)


class LogOrder(StrEnum):
    """How a log's entries tell when they were made."""

    DATED = "dated"
    """Each entry has its own time."""
    UNDATED = "undated"
    """Only the order is known: each sync works out by it which entries are new."""
    MOVE_TO_FRONT = "move_to_front"
    """Undated, and each record stands in the list once, where it was played last: played again, it moves to the front
    and nothing else moves. Such a log shows no rate of plays and has no gaps."""


@dataclass(frozen=True)
class LogWindow:
    """How much of a log the provider still shows, and how far back a sync reads to continue from the last one."""

    entries: int | None
    """The provider drops all older entries; None when it drops none, so that no gap can arise."""
    order: LogOrder = LogOrder.DATED
    overlap: timedelta = timedelta(0)
    """Where nothing is dropped, a sync asks for the time since the last one, and for this much before it."""
    late_window: timedelta = timedelta(0)
    """How far back a full refresh looks for late arrivals; the log's entries are remembered for as long."""
    repeats: bool = False
    """Whether entries of one page with the same record and time are separate plays: the times are coarse."""

    @property
    def dated(self) -> bool:
        """Whether each entry has its own time."""
        return self.order is LogOrder.DATED

    @property
    def moves_to_front(self) -> bool:
        """Whether each record stands in the log once, where it was played last."""
        return self.order is LogOrder.MOVE_TO_FRONT


@dataclass(frozen=True)
class RequestContext:
    """What some providers need in each request, or repeat in each response."""

    provider_user_id: str
    """The listener's id at the provider."""
    started_at: datetime
    """The start of the sync."""
    since: datetime | None = None
    """Read a log from this time on; None for all of it."""
    until: int | None = None
    """Read a log before this second since 1970; None for all of it."""
    cursor: str | None = None
    """The cursor that leads to the page; None for the first one."""


@dataclass(frozen=True)
class RecentlyAdded:
    """
    Another list, in which the latest additions to this one come first.

    If any of its entries is missing in what an incremental check found, the list is read in full. An entry that left
    and came back has another moment.
    """

    path: str
    parameters: Mapping[str, str]
    entries: Callable[[Any], Sequence[Any] | None]
    """
    The entries in a response that must be in this list; None if it does not tell them. Raises UnexpectedShape when the
    response is not a page.
    """


@dataclass(frozen=True)
class OtherCount:
    """
    Another call that counts a list as a whole.

    A log's own count may be too low, and then its past is not finished. Of other lists, whose pages tell no length,
    only the changes of this count tell something: it may include what no page shows.
    """

    path: str
    parameters: Mapping[str, str]
    dynamic_parameters: Callable[[RequestContext], Mapping[str, str]]
    count: Callable[[Any], int | None]
    """The count in a response; None if it has none."""


@dataclass(frozen=True)
class Completion:
    """Another call that tells more of the entries of a page, of all of them at once."""

    path: str
    parameters: Callable[[Sequence[Any]], Mapping[str, str] | None]
    """The query for these entries; None when there is nothing to ask."""
    joined: Callable[[Sequence[Any], Any], list[Any]]
    """The entries, each with what the response tells of it; raises UnexpectedShape when it tells nothing."""


@dataclass(frozen=True)
class Endpoint:
    """One data type of one provider."""

    path: str
    """Below the API's address; `{list_id}` is replaced by the list's id."""
    paging: Paging
    to_page: Callable[[Any], Page]
    """Splits a response into entries and counts; raises UnexpectedShape when it is not a page."""
    to_record: Callable[[Any, ListPosition], Record]
    scopes: tuple[str, ...]
    """All of them must be granted, else the data type is not permitted."""
    lists: tuple[str, ...] = ("",)
    """The lists of a fixed set, e.g. the three time ranges."""
    list_parameter: str | None = None
    """The query parameter that names the list, where the path does not."""
    provider_list_names: Mapping[str, str] = field(default_factory=dict)
    """The provider's names for our list ids, where they differ."""
    parent: DataType | None = None
    """The data type whose entries name the lists (playlists, for playlist tracks)."""
    child_list: Callable[[Any], ListRef | None] | None = None
    """The list behind an entry of this data type; None for an entry without one."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    dynamic_parameters: Callable[[RequestContext], Mapping[str, str]] | None = None
    """Further parameters that depend on listener and sync."""
    belongs_to: Callable[[Any], str | None] | None = None
    """The provider user id that a response names as its owner, where a response may be another user's."""
    list_kind: ListKind = ListKind.SET
    log_window: LogWindow | None = None
    """For logs only."""
    other_count: OtherCount | None = None
    """For logs of which the provider drops nothing, and for lists whose pages tell no length."""
    completion: Completion | None = None
    """Tells what the list itself leaves out of its entries. An entry of which it tells nothing stays as it is."""
    shown_at_most: int | None = None
    """From so many entries on the provider may show the latest alone: what is missing then may still be there."""
    change_check: ChangeCheck | None = None
    """Finds changes in a few calls, where the provider's responses allow that."""
    recently_added: RecentlyAdded | None = None
    """Where the change check alone could miss one entry added and one removed."""
    at_most_every: timedelta | None = None
    """A list without a version is not read more often than this."""
    dispensable: frozenset[str] = frozenset()
    """Query parameters that only add to the entries, and make a page heavy."""
    entry_time: Callable[[Any], int | None] | None = None
    """Seconds since 1970 of an entry, where a log can be asked for until a moment."""
    missing_when_empty: bool = False
    """Whether a 404 that repeats means an empty list, as long as the list has never held anything."""
    no_content_when_empty: bool = False
    """Whether a 204 means an empty list; elsewhere a 204 is an error."""
    separate_lists: Mapping[str, "Endpoint"] = field(default_factory=dict)
    """The lists that the provider has at another path, by list id: they have their own record, page and log window."""

    def for_list(self, list_id: str) -> "Endpoint":
        """The endpoint at which this list is read."""
        return self.separate_lists.get(list_id, self)

    @property
    def ordered(self) -> bool:
        """As its kind is."""
        return self.list_kind.ordered

    def records(self, entries: Sequence[Any], list_id: str, start: int) -> list[Record]:
        """The records of a page whose first entry is at position `start` of the list."""
        return [
            replace(self.to_record(entry, ListPosition(list_id, start + index)), answer=entry)
            for index, entry in enumerate(entries)
        ]

    def child_lists(self, entries: Sequence[Any]) -> list[ListRef]:
        """The lists behind these entries."""
        return [child for entry in entries if self.child_list and (child := self.child_list(entry))]

    def parse(self, body: Any, context: RequestContext, *, no_content: bool) -> Page:
        """
        A response as a page; `no_content` says that it was a 204.

        Raises  UnexpectedShape when it is not a page, or another user's; one that names no owner is taken for theirs
        """
        if not no_content:
            page = self.to_page(body)
            owner = self.belongs_to(body) if self.belongs_to else None
            if owner is not None and owner.casefold() != context.provider_user_id.casefold():
                raise UnexpectedShape("the provider sent the data of another user")
            return page
        if self.no_content_when_empty:
            return Page(entries=[], total=None, more=False)
        raise UnexpectedShape("the provider sent an empty response instead of a page")

    def request(self, page_request: PageRequest, context: RequestContext) -> tuple[str, dict[str, str]]:
        """
        Path and query of one page.

        Raises  Unreadable for a list id that cannot stand in a path
        """
        list_id = page_request.list_id
        if list_id and not list_id.strip("."):
            # `.` and `..` would change the path, and percent-encoding does not prevent that.
            raise Unreadable("the provider gave this list an id that cannot be part of an address")
        named = {self.list_parameter: self.provider_list_names.get(list_id, list_id)} if self.list_parameter else {}
        left_out = self.dispensable if page_request.trimmed else frozenset()
        return self.path.format(list_id=quote(list_id, safe="")), {
            **{name: value for name, value in self.parameters.items() if name not in left_out},
            **(self.dynamic_parameters(context) if self.dynamic_parameters else {}),
            **named,
            **self.paging.params(page_request),
        }
