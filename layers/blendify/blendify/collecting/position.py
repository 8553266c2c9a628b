"""Where a collector goes on, as its progress keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True)
class Position:
    """Where to continue: the list by its number in the plan, its next page, and what is known of the pages before."""

    number: int = 0
    offset: int = 0
    cursor: str | None = None
    window: tuple[int, int] | None = None
    """The part of a log that is asked for by time, as in `paging.Window`."""
    attempt: int = 1
    """1 for the first reading of the list; one more each time it is begun anew."""
    total: int | None = None
    """Its length by the provider's latest count."""
    changed: bool = False
    """It changed while it was read, up to the last attempt."""
    other_total: int | None = None
    """Its length by another call."""
    grown: bool = False
    """Entries came in while it was read."""
    unsteady: bool = False
    """Its count differs from page to page, and it has not changed."""
    full: bool = False
    """Its last page was full."""
    fingerprint: str | None = None
    """Identifies its last page, to notice a page that is served twice."""
    lost: int = 0
    """Pages of it that could not be read."""
    asked_twice: bool = False
    """Most of it was missing in an earlier look of this sync."""
    since: str | None = None
    """From which moment on a log is asked for; ISO 8601, None for all of it."""
    revision: int | None = None
    """Revision of the version that its staged pages were compared with; None without staged pages."""
    staged: tuple[str, ...] = ()
    """Names of its staged pages."""
    records: int = 0
    """Number of its records that are in the counts already."""
    expected: int | None = None
    """Number of its records that are in the counts as expected; None before its first page."""
    tries: int = 0
    """How often in a row it failed or was refused without a new page."""
    aside: "tuple[Position, ...]" = ()
    """Lists that failed, as far as they were read: each is read once more behind all others, in this order."""
    broken: tuple[int, ...] = ()
    """Numbers of the lists that failed to the end."""
    closed: tuple[int, ...] = ()
    """Numbers of the lists that were refused to the end."""
    limited: int = 0
    """Rounds in a row in which a call was answered 429 and no page came."""

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        """The position in an item; missing fields have their initial values."""
        start: dict[str, Any] = {name: item.get(name, value) for name, value in vars(cls()).items()}
        numbers = {name: int(start[name]) for name in _NUMBERS if start[name] is not None}
        lists: dict[str, Any] = {name: tuple(int(number) for number in start[name]) for name in ("broken", "closed")}
        aside, window = tuple(map(cls.of, start["aside"])), start["window"]
        lists["window"] = (int(window[0]), int(window[1])) if window else None
        return cls(**{**start, **numbers, **lists, "aside": aside, "staged": tuple(start["staged"])})

    def item(self) -> dict[str, Any]:
        """The stored form, without fields that have their initial values."""
        start = Position()
        item = {name: value for name, value in vars(self).items() if value != getattr(start, name)}
        lists = {name: list(item[name]) for name in ("staged", "broken", "closed", "window") if name in item}
        return item | lists | ({"aside": [listed.item() for listed in self.aside]} if self.aside else {})

    def read_again(self) -> "Position":
        """The start of the list, with what outlives one reading of it."""
        return Position(
            attempt=self.attempt,
            asked_twice=self.asked_twice,
            records=self.records,
            expected=self.expected,
            tries=self.tries,
        )

    def at(self, number: int, list_state: "Position | None" = None) -> "Position":
        """The position at another list, of which nothing is known but this; what concerns the other lists stays."""
        return replace(
            list_state or Position(),
            number=number,
            aside=self.aside,
            broken=self.broken,
            closed=self.closed,
            limited=self.limited,
        )

    @property
    def begun(self) -> bool:
        """Whether something of the list was asked for."""
        return self.offset > 0 or self.attempt > 1

    def is_behind(self, other: "Position") -> bool:
        """Whether this position is further along than the other one."""
        return (self.number, self.offset) > (other.number, other.offset)


_NUMBERS = (
    "number",
    "offset",
    "attempt",
    "total",
    "other_total",
    "lost",
    "revision",
    "records",
    "expected",
    "tries",
    "limited",
)
