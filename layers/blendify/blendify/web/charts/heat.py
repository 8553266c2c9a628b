"""Squares in five steps of one colour: a calendar, and a grid of rows and columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from blendify.taste.days import days_between, monday, weekday
from blendify.web.charts.svg import element, frame

SIDE, PITCH = 13.0, 16.0
CALENDAR_LEFT, CALENDAR_TOP = 34.0, 22.0
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_LABEL_WEEKS = 3
"""Weeks that a month's name needs."""


@dataclass(frozen=True)
class Square:
    """A square: its step from 0 to 5, or None where nothing is known, and what it says."""

    step: int | None
    words: str


def calendar(name: str, label: str, description: str, days: Mapping[str, Square], months: Mapping[str, str]) -> Markup:
    """
    A column for each week, a row for each weekday.

    days    each day in a row
    months  month → its short name above its first week
    """
    ordered = sorted(days)
    start = monday(ordered[0]) if ordered else ""
    weeks = days_between(start, ordered[-1]) // 7 + 1 if ordered else 1

    def x(day: str) -> float:
        return CALENDAR_LEFT + PITCH * (days_between(start, day) // 7)

    squares = [_square(days[day], x(day), CALENDAR_TOP + PITCH * weekday(day), SIDE) for day in ordered]
    width = CALENDAR_LEFT + PITCH * weeks + 2
    first_days: dict[str, str] = {}
    for day in ordered:
        first_days.setdefault(day[:7], day)
    lefts = [(month, x(day)) for month, day in first_days.items()]
    # A month of which the calendar has a week only has no room for its name before the next.
    names = [
        element("text", months[month], x=left, y=13, class_="axis")
        for (month, left), (_, following) in pairwise([*lefts, ("", width)])
        if following - left >= MONTH_LABEL_WEEKS * PITCH
    ]
    rows = [
        element(
            "text",
            WEEKDAYS[row],
            x=CALENDAR_LEFT - 8,
            y=CALENDAR_TOP + PITCH * row + 10.5,
            class_="axis",
            text_anchor="end",
        )
        for row in (0, 2, 4, 6)
    ]
    return frame(name, label, description, (width, CALENDAR_TOP + 7 * PITCH), *rows, *names, *squares)


@dataclass(frozen=True)
class Axis:
    """Names of rows or columns; an empty one is not written."""

    names: Sequence[str]


@dataclass(frozen=True)
class GridSize:
    """The size of a square, the distance to the next, and the room for the names of rows."""

    side: float = 30.0
    pitch: float = 33.0
    left: float = 46.0


def grid(
    name: str,
    words: tuple[str, str],
    squares: Sequence[Sequence[Square]],
    axes: tuple[Axis, Axis],
    size: GridSize = GridSize(),
) -> Markup:
    """
    Rows of squares.

    words   the chart's label and description
    axes    names of rows and of columns
    """
    rows, columns = axes
    top = 22.0
    drawn = [
        _square(square, size.left + size.pitch * column, top + size.pitch * row, size.side)
        for row, line in enumerate(squares)
        for column, square in enumerate(line)
    ]
    middle = size.side / 2
    labels = [
        element("text", text, x=size.left - 10, y=top + size.pitch * row + middle + 4, class_="axis", text_anchor="end")
        for row, text in enumerate(rows.names)
        if text
    ] + [
        element("text", text, x=size.left + size.pitch * column + middle, y=13, class_="axis", text_anchor="middle")
        for column, text in enumerate(columns.names)
        if text
    ]
    height = top + size.pitch * max(1, len(squares))
    width = size.left + size.pitch * max(1, len(columns.names)) + 14
    return frame(name, words[0], words[1], (width, height), *labels, *drawn)


def _square(square: Square, x: float, y: float, side: float) -> Markup:
    fill = "unknown" if square.step is None else f"q{square.step}"
    title = element("title", square.words) if square.words else None
    return element("rect", title, x=x, y=y, width=side, height=side, rx=min(3.0, side / 5), class_=fill)
