"""Two bars a row, side by side: the same shares of two things."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from blendify.web.charts.svg import element, frame, joined

WIDTH, LEFT, RIGHT = 920.0, 84.0, 64.0
ROW, BAR, GAP = 52.0, 16.0, 3.0


@dataclass(frozen=True)
class Pair:
    """A row: its name and two shares from 0 to 1; None where there is nothing to compare."""

    label: str
    words: str
    upper: float | None
    lower: float | None


def pairs(name: str, label: str, description: str, rows: Sequence[Pair]) -> Markup:
    """The longest bar of all is as long as there is room."""
    longest = max((share for row in rows for share in (row.upper, row.lower) if share), default=1.0)
    room = WIDTH - LEFT - RIGHT

    def bar(share: float | None, y: float, series: str) -> Markup:
        if share is None:
            return Markup("")
        width = max(1.0, room * share / longest)
        return joined(
            [
                element("rect", x=LEFT, y=y, width=width, height=BAR, rx=2, class_=series),
                element("text", f"{100 * share:.0f} %", x=LEFT + width + 8, y=y + BAR - 3.5, class_="axis"),
            ]
        )

    def row(place: int, pair: Pair) -> Markup:
        y = place * ROW + 8
        both = pair.upper is not None and pair.lower is not None
        return element(
            "g",
            element("title", pair.words),
            element("text", pair.label, x=LEFT - 14, y=y + BAR + 6, class_="rowname", text_anchor="end"),
            bar(pair.upper, y, "s0"),
            bar(pair.lower, y + (BAR + GAP if both else 0), "s1"),
        )

    drawn = [row(place, pair) for place, pair in enumerate(rows)]
    return frame(name, label, description, (WIDTH, max(1, len(rows)) * ROW), *drawn)
