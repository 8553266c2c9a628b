"""
The two shelves of a listener's buckets: one is shown, and a rebuild fills the other one and then shows it.

So a change of the time zone takes nothing out of view, and what is in view is of one calendar. A shelf is a partition
of the insights table; the first one is named as the user. Meanwhile changes of the history go to the shelf that is
filled.
"""

from dataclasses import astuple, dataclass, replace
from typing import Any

from blendify.core.data_types import DataType
from blendify.insights import table

MADE = 3
"""
The number of what is derived. Raise it, or the format of buckets, when a release derives more, or something otherwise:
what an earlier one made is then made anew by itself, of each listener when something is computed for them or they look.
"""
NAME = "~shelves"
"""Behind all buckets, in the first shelf."""
FIRST_BUCKET, LAST_BUCKET = "firsts", "tops"
"""By name. Before them, in the first shelf, are buckets that are of no calendar: of codes, and the current lists."""


@dataclass(frozen=True)
class Shelves:
    """Both shelves, by the names of their partitions."""

    shown: str
    filling: str | None = None
    """The other one, while a rebuild goes on."""
    listed: tuple[str, ...] = ()
    """The data types of which the rebuild has asked for all buckets."""
    made: int = MADE
    """The number of what is shown, or will be when the other one is filled; 0 where none was ever made."""
    rebuild: int = 0
    """The number of the rebuild that goes on, or was the last. What an earlier one left in the queue is passed over."""

    @property
    def is_old(self) -> bool:
        """Whether what there is, if anything, is of an earlier release."""
        return self.made < MADE

    @property
    def written(self) -> str:
        """Where buckets are put that are computed now."""
        return self.filling or self.shown


def shelves(user_id: str) -> Shelves:
    """What pages and the API read: eventually consistent."""
    return _of(user_id, next(table.read(user_id, NAME, NAME), None))


def of_writer(user_id: str) -> Shelves:
    """The same as it was last written."""
    return _of(user_id, table.read_named(user_id, [NAME]).get(NAME))


def begin(user_id: str) -> int:
    """
    Empty the shelf that is not shown, and fill it from now on; with nothing to show, the one that is.

    Returns the number of this rebuild, which takes the place of one that goes on
    """
    before = of_writer(user_id)
    shown = before.shown
    other = f"{user_id}#2" if shown == user_id else user_id
    _empty(other)
    something = bool(table.read_named(shown, ["known"]))
    if not something:
        # Buckets of another format, perhaps: they are as none.
        _empty(shown)
    number = before.rebuild + 1
    _put(user_id, Shelves(shown, other if something else None, made=MADE, rebuild=number))
    return number


def settle(user_id: str) -> None:
    """What there is, is of this release: of a listener of whom nothing was derived yet."""
    _put(user_id, Shelves(user_id, made=MADE, rebuild=of_writer(user_id).rebuild))


def note_listed(user_id: str, data_type: str) -> bool:
    """Note that all buckets of a data type are asked for; returns whether those of all are."""
    now = of_writer(user_id)
    if now.filling is None:
        return False
    now = replace(now, listed=tuple(sorted({*now.listed, data_type})))
    _put(user_id, now)
    return set(now.listed) >= {data_type.value for data_type in DataType}


def show(user_id: str, rebuild: int) -> None:
    """
    Show the shelf that this rebuild filled, and empty the other one. Without one it is shown already.

    One whose place another has taken shows nothing: what it filled is not whole any more.
    """
    now = of_writer(user_id)
    if now.filling is not None and now.rebuild == rebuild:
        _put(user_id, Shelves(now.filling, made=now.made, rebuild=rebuild))
        _empty(now.shown)


def remove_everything(user_id: str) -> int:
    """Delete all that is derived of a listener; returns the number of items."""
    return sum(table.remove_everything(shelf) for shelf in (f"{user_id}#2", user_id))


def _of(user_id: str, row: Any) -> Shelves:
    if row is None:
        return Shelves(user_id, made=0)
    # Rows of earlier releases are shorter.
    shown, filling, listed, *numbers = row
    return Shelves(shown, filling, tuple(listed), *(numbers or [0]))


def _put(user_id: str, now: Shelves) -> None:
    table.write(user_id, NAME, list(astuple(now)))


def _empty(shelf: str) -> None:
    table.remove(shelf, FIRST_BUCKET, LAST_BUCKET)
