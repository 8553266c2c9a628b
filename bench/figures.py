"""A figure of the design: what is measured, what it should be, what it is."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    what: str
    today: str
    """What was measured; it begins with the number."""
    aim: str = ""
    """What the design asks for."""
    value: float | None = None
    """The number that has a bound; None for a figure without one."""
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

    @property
    def bound(self) -> str:
        """The bound in words; a check fails beyond it."""
        bounds = {"at least": self.least, "at most": self.most}
        return " and ".join(f"{word} {number(bound)}" for word, bound in bounds.items() if bound is not None)


def at_most(what: str, value: float, most: float, today: str = "", aim: str = "") -> Figure:
    """A figure that is worse when it grows."""
    return Figure(what, today or number(value), aim, value, most=most)


def at_least(what: str, value: float, least: float, today: str, aim: str = "") -> Figure:
    """A figure that is worse when it falls."""
    return Figure(what, today, aim, value, least=least)


def markdown(figures: Iterable[Figure]) -> str:
    """The table as Markdown."""
    rows = [f"| {each.what} | {each.aim} | {each.bound} | {each.today} |" for each in figures]
    return "\n".join(["| what | aim | bound | measured |", "|---|---|---|---|", *rows])


def number(value: float) -> str:
    """A number as it stands in the table."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}" if value < 0.1 else f"{value:,.2f}"
