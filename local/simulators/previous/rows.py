"""Lists of a listener as an endpoint cuts them into pages."""

from collections.abc import Callable
from dataclasses import dataclass

from local.simulators.previous.answers import Json


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of JSON values that is rendered only where it is cut."""

    total: int
    cut: Callable[[int, int], list[Json]]
    """From the first position to before the second; shorter at the end of the list."""

    def all(self) -> list[Json]:
        return self.cut(0, self.total)


def rows_of(values: list[Json]) -> Rows:
    """Rows that exist already."""
    return Rows(len(values), lambda start, stop: values[start:stop])
