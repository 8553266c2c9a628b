"""A figure of the design: what is measured, what it should be, what it is."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    aim: str
    today: str
    value: float | None = None
    """The number in `today` that has a bound; None for a figure without one."""
    least: float | None = None
    most: float | None = None

    @property
    def is_worse(self) -> bool:
        """Whether the number is beyond its bound."""
        if self.value is None:
            return False
        return (self.most is not None and self.value > self.most) or (
            self.least is not None and self.value < self.least
        )


def at_most(what: str, value: float, most: float, today: str = "") -> Figure:
    """A figure that is worse when it grows."""
    return Figure(what, f"at most {_number(most)}", today or _number(value), value, most=most)


def at_least(what: str, value: float, least: float, today: str) -> Figure:
    """A figure that is worse when it falls."""
    return Figure(what, f"at least {_number(least)}", today, value, least=least)


def markdown(figures: Iterable[Figure]) -> str:
    """The table as Markdown."""
    rows = [f"| {each.what} | {each.aim} | {each.today} |" for each in figures]
    return "\n".join(["| what | aim | today |", "|---|---|---|", *rows])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
