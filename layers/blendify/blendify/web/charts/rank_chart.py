"""Ranks over time as lines that cross: one in the accent colour, all others quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from blendify.sharing.legible import isolated
from blendify.web.charts import scales
from blendify.web.charts.svg import element, frame, joined, number

WIDTH, LEFT, TOP, BOTTOM = 920.0, 30.0, 16.0, 26.0
NAMES = 190.0
"""Room for names at the ends of lines."""
STEP, TAIL = 34.0, 76.0
NAME_CHARACTERS = 26
CHARACTER, LINE = 7.0, 14.0
"""About how wide a character of a name is, and how high."""
_Runs = list[list[tuple[int, float, float]]]


@dataclass(frozen=True)
class RankLine:
    """A line: its name, where a click leads, and its ranks by step; None where it is unknown."""

    name: str
    link: str
    ranks: Sequence[int | None]
    hot: bool = False
    """Whether it has the accent colour."""


@dataclass(frozen=True)
class Steps:
    """The steps of all lines."""

    labels: Sequence[str]
    """In words for the tooltip, such as `week to 28 November`."""
    ticks: Mapping[int, str]
    """Short names below some of the steps."""


def rank_chart(name: str, label: str, description: str, steps: Steps, lines: Sequence[RankLine]) -> Markup:
    """The chart. Names stand at the ends of lines; a rank that is unknown breaks a line."""
    count = len(steps.labels)
    deepest = max((rank for line in lines for rank in line.ranks if rank), default=10)
    tail = TAIL if deepest > 10 else 0.0
    right = WIDTH - NAMES
    floor = TOP + 9 * STEP + tail

    def x(step: int) -> float:
        return LEFT + (right - LEFT) * (step / (count - 1) if count > 1 else 1.0)

    def y(rank: int) -> float:
        return TOP + scales.rank_height(rank, max(deepest, 11), STEP, tail)

    grid = [_grid_line(rank, y(rank), right) for rank in (1, 5, 10, *([deepest] if deepest > 10 else []))]
    ticks = [
        element("text", words, x=x(step), y=floor + 22, class_="axis", text_anchor="middle" if step else "start")
        for step, words in steps.ticks.items()
    ]
    # The line in the accent colour is painted last, above all others.
    ordered = sorted(lines, key=lambda line: line.hot)
    runs = [list(scales.runs(line.ranks, x, y)) for line in ordered]
    crowded = _crowded(ordered, runs, count)
    drawn = [
        _line(line, steps, of_line, crowded=place in crowded)
        for place, (line, of_line) in enumerate(zip(ordered, runs, strict=True))
    ]
    size = (WIDTH, floor + BOTTOM)
    return frame(name, label, description, size, *grid, *ticks, *filter(None, drawn), role="group")


def _grid_line(rank: int, y: float, right: float) -> Markup:
    return joined(
        [
            element("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid"),
            element("text", rank, x=LEFT - 10, y=y + 4, class_="axis", text_anchor="end"),
        ]
    )


def _crowded(lines: Sequence[RankLine], runs: Sequence[_Runs], count: int) -> set[int]:
    """The places of the lines whose name would stand on another's; the picked line is named first."""
    crowded, named = set[int](), list[tuple[float, float, float]]()
    for place in reversed(range(len(lines))):
        if not runs[place]:
            continue
        step, x, y = runs[place][-1][-1]
        width = CHARACTER * min(len(lines[place].name), NAME_CHARACTERS)
        left = x if step == count - 1 or x <= WIDTH / 2 else x - width
        if any(abs(y - other) < LINE and left < end and begin < left + width for begin, end, other in named):
            crowded.add(place)
        else:
            named.append((left, left + width, y))
    return crowded


def _line(line: RankLine, steps: Steps, runs: _Runs, *, crowded: bool) -> Markup | None:
    if not runs:
        return None
    paths = [
        element("path", d=scales.bump([(x, y) for _, x, y in run]), fill="none", stroke="gray")
        for run in runs
        if len(run) > 1
    ]
    marks = [
        element(
            "circle",
            element("title", f"{isolated(line.name)}: number {line.ranks[step]}, {steps.labels[step]}"),
            cx=x,
            cy=y,
            r=3.5,
        )
        for run in runs
        for step, x, y in run
    ]
    last, x, y = runs[-1][-1]
    ends_early = last < len(steps.labels) - 1
    # A line that ends inside the chart has its name above its end, on the side that has room.
    at = (
        {"x": number(x), "y": number(y - 9), "text_anchor": "end" if x > WIDTH / 2 else "start"}
        if ends_early
        else {"x": number(x + 12), "y": number(y + 4.5)}
    )
    name = element("text", shortened(line.name, NAME_CHARACTERS), **at, class_="name crowded" if crowded else "name")
    known = [rank for rank in line.ranks if rank]
    spoken = f"{isolated(line.name)}: number {known[-1]}, {steps.labels[last]}; best rank {min(known)}"
    classes = " ".join(["line", *(["hot"] if line.hot else []), *(["ended"] if ends_early else [])])
    return element("a", *paths, *marks, name, href=line.link, class_=classes, aria_label=spoken)


def shortened(name: str, characters: int) -> str:
    """The name, or its beginning and an ellipsis."""
    return name if len(name) <= characters else f"{name[: characters - 1].rstrip()}…"
