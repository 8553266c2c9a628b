"""Where a collector goes on, as its progress keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from blendify.fetching.page_consistency import Observed


@dataclass
class Noted:
    """What a reader notes of a list beside its pages."""

    lost: int = 0
    """Pages that could not be read."""
    repeated: int = 0
    """Entries that were left out, as they came before; of a ranked list."""
    met_again: int = 0
    """Entries that came again where two pages meet."""
    again_from: int = 0
    """The position from which a set was read again, as it had changed."""
    given_before: int = 0
    """How many entries came before that."""


@dataclass(frozen=True)
class Position:
    """Where to continue: the list by its number in the plan, its next page, and what is known of the pages before."""

    number: int = 0
    offset: int = 0
    cursor: str | None = None
    window: tuple[int, int] | None = None
    """The part of a log that is asked for by time, as in `paging.Window`."""
    observed: Observed = field(default_factory=Observed)
    noted: Noted = field(default_factory=Noted)
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
    def of(cls, text: str) -> Self:
        """The position of its stored form; that of an empty one is the first."""
        return cls._of(json.loads(text or "{}"))

    @classmethod
    def _of(cls, stored: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = {name: tuple(it) if isinstance(it, list) else it for name, it in stored.items()}
        values["aside"] = tuple(map(cls._of, stored.get("aside", ())))
        values |= {"observed": Observed(**stored.get("observed", {})), "noted": Noted(**stored.get("noted", {}))}
        return cls(**values)

    def text(self) -> str:
        """The stored form: JSON, without fields that have their initial values."""
        return json.dumps(self, default=_unlike_initial, separators=(",", ":"))

    def read_again(self, observed: Observed) -> "Position":
        """The start of the list, with what outlives one reading of it: this, and what is counted."""
        return Position(observed=observed, records=self.records, expected=self.expected, tries=self.tries)

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
        """Whether something of the list was asked for; pages that a cursor leads past may hold nothing."""
        return self.offset > 0 or self.cursor is not None or self.observed.attempt > 1

    def is_behind(self, other: "Position") -> bool:
        """Whether a worker comes to this position after the other one."""
        return (self.number, self.offset) > (other.number, other.offset)


def _unlike_initial(values: object) -> dict[str, Any]:
    """The fields with other than their initial values."""
    initial = vars(type(values)())
    return {name: value for name, value in vars(values).items() if value != initial[name]}
