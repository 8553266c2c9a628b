"""What may be shown of a listener: the insights, without the providers whose views the operator has turned off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

from blendify.access import connections, users
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.settings import allowed_for
from blendify.importing import imports
from blendify.importing.precedence import said_by_provider
from blendify.insights import queue, shelves, store
from blendify.insights.buckets import First, Known, LibraryChange, ListBrought, MonthOfLibrary, MonthOfPlays, TopList
from blendify.insights.calendar import Calendar
from blendify.providers import NAMES
from blendify.taste.firsts import firsts

SHORT, LONG = "short_term", "long_term"
"""The ranges that are read from their beginning: each costs a read and its unpacking."""


class Pictured(Protocol):
    """A row of a song or an artist: a dataclass."""

    @property
    def key(self) -> str:
        """Of the song or artist."""

    @property
    def image(self) -> str | None:
        """Address of a picture."""


Row = TypeVar("Row", bound=Pictured)


@dataclass(frozen=True)
class Visible:
    """The insights of one listener, as far as they may be shown. Each is read once."""

    user_id: str
    shelf: str
    """Which of the listener's is shown."""
    providers: frozenset[str]
    """Those whose views are on."""
    is_renewed: bool = False
    """Whether a rebuild goes on, whose results are not shown yet."""
    is_old: bool = False
    """Whether what there is, if anything, is of an earlier release of Blendify."""

    @classmethod
    def of(cls, user_id: str) -> "Visible":
        """What the settings of this deployment allow."""
        now = shelves.shelves(user_id)
        return cls(user_id, now.shown, allowed_for("views") & frozenset(NAMES), now.filling is not None, now.is_old)

    @classmethod
    def asked_for(cls, user_id: str) -> "Visible":
        """The same for a listener who looks; what an earlier release made is asked for anew."""
        visible = cls.of(user_id)
        if visible.is_old:
            queue.renew(user_id)
        return visible

    @property
    def is_limited(self) -> bool:
        """Whether a provider's views are off: then what is joined of all providers is made anew from the rest."""
        return self.providers != frozenset(NAMES)

    @cached_property
    def lists_of_files(self) -> list[ListBrought]:
        """The lists of which files say what is in them, as no connected provider says more."""
        return [
            each
            for each in store.lists_brought(self.shelf)
            if (each.service in self.providers or each.service not in NAMES)
            and not said_by_provider(self.user_id, DataType(each.data_type), each.service, each.imported_at)
        ]

    @cached_property
    def left_out(self) -> list[str]:
        """The providers whose views are off, of which the listener has something: an account, or an import."""
        off = [name for name in NAMES if name not in self.providers]
        if not off:
            return off
        held = {account.provider for account in users.own_accounts(self.user_id)}
        held |= {connection.provider for connection in connections.connections(self.user_id)}
        for each in imports.newest(self.user_id, consistent=False):
            held |= {str(recognised.get("service")) for recognised in each.report.recognised}
        return [name for name in off if name in held]

    @cached_property
    def known(self) -> Known:
        """Since when things are known, of what may be shown."""
        known = store.known(self.shelf)
        if not self.is_limited:
            days = [known.library_since, *(each.since for each in self.lists_of_files)]
            return replace(known, library_since=min(filter(None, days), default=None))
        plays = [f"{month.month}-{min(month.by_day, default=1):02}" for month in self.plays()]
        ranked = [snapshot.day for snapshot in self.all_lists()]
        changes = (change for month in self.library() for change in month.added)
        added = [change.day for change in changes if change.dated or change.origin is None]
        return replace(
            known,
            plays_since=min(plays, default=None),
            rankings_since=min(ranked, default=None),
            library_since=min(added, default=None),
        )

    @cached_property
    def today(self) -> str:
        """The listener's day."""
        return Calendar(store.known(self.shelf).time_zone).day(times.iso(times.now()))

    def plays(self, first_month: str | None = None, last_month: str | None = None) -> list[MonthOfPlays]:
        """The plays by month. A play that several services told of stays while the views of one of them are on."""
        return store.plays(self.shelf, first_month, last_month, self.providers)

    @cached_property
    def last_play(self) -> str | None:
        """The day of the last play that is known."""
        return store.last_play(self.shelf, self.providers)

    def lists(self, what: str, time_range: str, first_day: str, last_day: str) -> list[TopList]:
        """The snapshots of a top list, by day; with the one in force on the first day."""
        return self._shown(store.top_lists(self.shelf, what, time_range, first_day, last_day))

    def all_lists(self, what: str = "artists", ranges: Sequence[str] = (SHORT,)) -> list[TopList]:
        """The snapshots of several lists, from the beginning."""
        return [
            snapshot for time_range in ranges for snapshot in self.lists(what, time_range, "0001-01-01", "9999-12-31")
        ]

    @cached_property
    def current_lists(self) -> list[TopList]:
        """The newest of each list."""
        return self._shown(store.current_top_lists(self.user_id))

    def library(self, first_month: str | None = None, last_month: str | None = None) -> list[MonthOfLibrary]:
        """The library's changes by month, with what came by files."""
        months = store.library(self.shelf, first_month, last_month)
        if self.is_limited:
            months = [
                MonthOfLibrary(month.month, self._changes(month.added), self._changes(month.removed))
                for month in months
            ]
        if self.lists_of_files:
            return store.with_files(self.shelf, months, self.lists_of_files, (first_month, last_month))
        return months

    @cached_property
    def firsts(self) -> list[First]:
        """When artists are first known of."""
        return self._limited_firsts if self.is_limited else store.firsts_of_artists(self.shelf)

    def first(self, artist: str) -> First | None:
        """When an artist is first known of; None when nothing is known of them."""
        if self.is_limited:
            return next((first for first in self._limited_firsts if first.key == artist), None)
        return store.first_of_artist(self.shelf, artist)

    def pictured(self, rows: Iterable[Row], *, of_artists: bool) -> list[Row]:
        """
        The rows, with pictures: files bring plays without, and much of it is known from lists, likes or later plays.

        A few rows at a time: each that has none costs a read.
        """
        given = list(rows)
        missing = {row.key for row in given if not row.image}
        if not missing or self.is_limited:
            return given
        known = store.pictures(self.shelf, missing, of_artists=of_artists)
        return [row if row.image else _with_image(row, known.get(row.key)) for row in given]

    @cached_property
    def _limited_firsts(self) -> list[First]:
        every = firsts(self.plays(), [*self.all_lists("artists"), *self.all_lists("tracks")], self.library())
        return [first for first in every if first.is_artist]

    def _shown(self, lists: Iterable[TopList]) -> list[TopList]:
        return [snapshot for snapshot in lists if snapshot.provider in self.providers]

    def _changes(self, changes: Iterable[LibraryChange]) -> tuple[LibraryChange, ...]:
        return tuple(change for change in changes if change.provider in self.providers)


def _with_image(row: Row, image: str | None) -> Row:
    changed: Any = row
    with_image: Row = replace(changed, image=image)
    return with_image
