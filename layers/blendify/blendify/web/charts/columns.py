"""Columns over time: stacked upwards, and what was lost below the line."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from blendify.web.charts import scales
from blendify.web.charts.svg import element, frame, joined

LEFT, TOP, LABELS = 40.0, 14.0, 24.0
LABEL_WIDTH = 52.0
WIDEST = 44.0
SERIES = 4
"""Different fills in the stylesheet, `s0` to `s3`."""


@dataclass(frozen=True)
class Column:
    """A column: what it is called below the line, and in words for the tooltip."""

    label: str
    words: str
    parts: tuple[float, ...]
    below: float = 0
    link: str | None = None
    hot: bool = False


@dataclass(frozen=True)
class Box:
    """The size of a chart, and whether it has a grid and labels."""

    width: float = 920.0
    height: float = 260.0
    plain: bool = False


def columns(name: str, label: str, description: str, items: Sequence[Column], box: Box = Box()) -> Markup:
    """The chart; columns of equal distance, the tallest as high as there is room."""
    highest = max((sum(column.parts) for column in items), default=0)
    lowest = max((column.below for column in items), default=0)
    step = scales.nice_step(max(highest, lowest, 1))
    top, left = (4.0, 0.0) if box.plain else (TOP, LEFT)
    bottom = box.height - (2.0 if box.plain else LABELS)
    scale = (bottom - top) / ((highest + lowest) or 1)
    zero = bottom - lowest * scale
    room = box.width - left
    pitch = room / max(1, len(items))
    width = min(WIDEST, pitch * (0.8 if pitch > 4 else 0.96))

    def column(place: int, item: Column) -> Markup:
        x = left + pitch * place + (pitch - width) / 2
        y, rects = zero, []
        for series, part in enumerate(item.parts):
            if part > 0:
                y -= part * scale
                rects.append(element("rect", x=x, y=y, width=width, height=part * scale, class_=f"s{series % SERIES}"))
        if item.below > 0:
            rects.append(element("rect", x=x, y=zero, width=width, height=item.below * scale, class_="below"))
        # An invisible mark as high as the chart, so that short columns can be pointed at.
        target = element(
            "rect", x=left + pitch * place, y=top, width=pitch, height=bottom - top, fill="none", class_="target"
        )
        parts = [element("title", item.words), target, *rects]
        classes = "column hot" if item.hot else "column"
        if item.link:
            return element("a", *parts, href=item.link, class_=classes, aria_label=item.words)
        return element("g", *parts, class_=classes)

    drawn = [column(place, item) for place, item in enumerate(items)]
    axes: list[Markup] = [element("line", x1=left, x2=box.width, y1=zero, y2=zero, class_="base")]
    if not box.plain:
        axes += _grid(step, (highest, lowest), zero, scale, box.width)
        labelled = [place for place, item in enumerate(items) if item.label]
        skip = scales.every(len(labelled), room, LABEL_WIDTH)
        axes += [
            element(
                "text",
                items[place].label,
                x=left + pitch * (place + 0.5),
                y=box.height - 6,
                class_="axis",
                text_anchor="middle",
            )
            # The newest always has its label, and so the others count from there.
            for place in labelled[::-1][::skip]
            if LABEL_WIDTH / 2 < left + pitch * (place + 0.5) < box.width - 14
        ]
    role = "group" if any(item.link for item in items) else "img"
    return frame(name, label, description, (box.width, box.height), *axes, *drawn, role=role)


def _grid(step: int, ends: tuple[float, float], zero: float, scale: float, right: float) -> list[Markup]:
    lines = []
    highest, lowest = ends
    for value in range(-int(lowest // step) * step, int(highest // step) * step + 1, step):
        y = zero - value * scale
        lines.append(
            joined(
                [
                    element("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid") if value else Markup(""),
                    element("text", f"{abs(value):,}", x=LEFT - 8, y=y + 4, class_="axis", text_anchor="end"),
                ]
            )
        )
    return lines
