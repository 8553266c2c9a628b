"""Charts are well-formed, escaped, inside their box, and hold every kind of data."""

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from blendify.taste.days import Period, days_of, months
from blendify.web.charts import scales, svg
from blendify.web.charts.columns import Box, Column, columns
from blendify.web.charts.heat import Axis, Square, calendar, grid
from blendify.web.charts.pairs import Pair, pairs
from blendify.web.charts.rank_chart import RankLine, Steps, rank_chart
from blendify.web.taste import words
from blendify.web.taste.views.ranks import ticks

NAMES = [
    "<script>alert(1)</script>",
    "Tyler, The \"Gardener\" & 'Co'",
    "🎧 ☃",
    "שלום عالم",
    "\ud800 lone",
    "nul\x00\x1b\uffff",
]
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def ranks(*lines: Sequence[int | None], name: str = "Ada", link: str = "?artist=a") -> Markup:
    count = max(map(len, lines), default=0)
    steps = Steps([f"week {step}" for step in range(count)], {0: "Jan"} if count else {})
    return rank_chart(
        "ranks", name, name, steps, [RankLine(name, link, line, hot=not place) for place, line in enumerate(lines)]
    )


def bars(*parts: tuple[float, ...], name: str = "2026", below: float = 0, link: str | None = None) -> Markup:
    return columns("bars", name, name, [Column(name, name, part, below, link) for part in parts])


def year(last: str, step: int | None, name: str = "words") -> Markup:
    days = days_of(Period("2025-11-29", last))
    return calendar("year", name, name, {day: Square(step, name) for day in days}, {day[:7]: "Nov" for day in days})


def squares(count: int, step: int | None, name: str = "words") -> Markup:
    return grid(
        "grid", (name, name), [[Square(step, name)] * count] * count, (Axis([name] * count), Axis([name] * count))
    )


def shares(*both: tuple[float | None, float | None], name: str = "1990s") -> Markup:
    return pairs("eras", name, name, [Pair(name, name, upper, lower) for upper, lower in both])


CHARTS: dict[str, Callable[[], Markup]] = {
    "no line": lambda: ranks(),
    "a line of one point": lambda: ranks([3]),
    "all at the same rank": lambda: ranks([1, 1, 1], [1, 1, 1]),
    "gaps": lambda: ranks([None, 2, None, None, 5, 40], [None] * 6, [50, None, 1, 1, 1, None]),
    "1,000 lines": lambda: ranks(*([rank + 1, 1000 - rank] for rank in range(1000))),
    "no column": lambda: bars(),
    "an empty column": lambda: bars((0, 0)),
    "a column with removals": lambda: bars((3, 4), (0, 0), below=9),
    "1,000 columns": lambda: bars(*([(1, 2, 3, 4)] * 1000)),
    "a huge column": lambda: bars((10**9,), (1,)),
    "a plain chart": lambda: columns("bars", "x", "x", [Column("x", "x", (1.5,))] * 9, Box(200, 40, plain=True)),
    "no day": lambda: calendar("year", "x", "x", {}, {}),
    "one day": lambda: year("2025-11-29", 5),
    "a year": lambda: year("2026-11-28", 0),
    "an unknown year": lambda: year("2026-11-28", None),
    "no square": lambda: squares(0, None),
    "squares": lambda: squares(24, 3),
    "no share": lambda: shares(),
    "shares": lambda: shares((0.5, 0.25), (None, 0.1), (0.0, None)),
}


def parsed(chart: Markup) -> ElementTree.Element:
    # Our own text.
    return ElementTree.fromstring(chart)  # noqa: S314


def places(element: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """The corners of a mark; of text the point at which it is fixed."""
    values = {name: float(value) for name, value in element.attrib.items() if NUMBERS.fullmatch(value)}
    match element.tag:
        case "rect":
            yield values["x"], values["y"]
            yield values["x"] + values["width"], values["y"] + values["height"]
        case "circle":
            yield values["cx"] - values["r"], values["cy"] - values["r"]
            yield values["cx"] + values["r"], values["cy"] + values["r"]
        case "line":
            yield values["x1"], values["y1"]
            yield values["x2"], values["y2"]
        case "text":
            yield values["x"], values["y"]
        case "path":
            numbers = list(map(float, NUMBERS.findall(element.attrib["d"])))
            yield from zip(numbers[::2], numbers[1::2], strict=True)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_whole_xml_with_every_mark_inside_its_box(name: str) -> None:
    """No inline style, no script, ids unique, a description for screen readers."""
    chart = CHARTS[name]()
    root = parsed(chart)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert width > 0
    assert height > 0
    outside = [
        (element.tag, x, y)
        for element in root.iter()
        for x, y in places(element)
        if not (-0.2 <= x <= width + 0.2 and -0.2 <= y <= height + 0.2)
    ]
    assert outside == []
    attributes = {attribute for element in root.iter() for attribute in element.attrib}
    assert not {attribute for attribute in attributes if attribute == "style" or attribute.startswith("on")}
    assert {element.tag for element in root.iter()} <= {
        "svg",
        "desc",
        "title",
        "g",
        "a",
        "rect",
        "circle",
        "line",
        "path",
        "text",
    }
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert root.attrib["aria-describedby"] in ids
    assert root.attrib["role"] in ("img", "group")


@pytest.mark.parametrize("name", NAMES)
def test_names_come_out_escaped(name: str) -> None:
    """Angle brackets, quotes, emoji, other directions, lone surrogates, control characters: text, in every chart."""
    charts = [
        ranks([1, 2], name=name, link=f"?artist={name}"),
        bars((1,), name=name, link=name),
        year("2025-12-01", 1, name),
    ]
    for chart in [*charts, squares(2, 1, name), shares((0.5, 0.5), name=name)]:
        root = parsed(chart)
        assert chart.encode()
        assert "<script" not in chart
        readable = str(svg.text(name).unescape())
        assert root.attrib["aria-label"] == readable
        assert any(element.text and readable in element.text for element in root.iter() if element.tag == "title")


def test_an_unknown_rank_breaks_the_line() -> None:
    """Two stretches are two paths; a single point is a mark without a path."""
    root = parsed(ranks([1, 2, None, 3, 4, None, 5]))
    assert len(root.findall("a/path")) == 2
    assert len(root.findall("a/circle")) == 5


def test_the_picked_line_is_painted_last() -> None:
    """So it lies above all others; and it alone is hot."""
    lines = parsed(ranks([1, 1], [2, 2], [3, 3])).findall("a")
    assert [line.attrib["class"] for line in lines] == ["line", "line", "line hot"]
    assert lines[-1].attrib["aria-label"] == "Ada: number 1, week 1; best rank 1"


def test_names_at_the_ends_of_lines_do_not_stand_on_each_other() -> None:
    """The picked line's is shown; of two that end in one place the other waits until it is pointed at."""
    ended = [[3, 3, None, None], [1, 3, None, None], [None, 8, None, None]]
    names = [line.findall("text")[-1].attrib["class"] for line in parsed(ranks(*ended)).findall("a")]
    assert names == ["name crowded", "name", "name"]


def test_names_of_months_can_be_told_apart() -> None:
    """A year of months has names, three years have names with years, and of ten years only years are named."""
    names = months("2016-03", "2025-10")
    assert words.month_labels(names[-12:])[:2] == ["Nov", "Dec"]
    assert words.month_labels(names[-30:])[0] == "May 23"
    assert [label for label in words.month_labels(names) if label] == [str(year) for year in range(2017, 2026)]
    chart = columns("bars", "x", "x", [Column(label, "x", (1.0,)) for label in words.month_labels(names)])
    texts = [text.text for text in parsed(chart).iter("text")]
    assert sorted(text for text in texts if text and len(text) == 4) == [str(year) for year in range(2017, 2026)]


def test_steps_of_ten_years_have_the_years_below_them() -> None:
    """Of two years every name of a month whose year is another than that before has its year."""
    ends = tuple(f"{month}-28" for month in months("2016-03", "2026-02"))
    by_year = tuple(f"{year}-12-31" for year in range(1999, 2027))
    assert list(ticks(by_year, "year").values()) == [str(year) for year in range(2026, 1998, -3)]
    assert list(ticks(ends, "month").values()) == [str(year) for year in range(2026, 2016, -1)]
    assert list(ticks(ends[-24:], "month").values()) == [
        *("Jun 2024", "Aug", "Oct", "Dec", "Feb 2025", "Apr", "Jun", "Aug", "Oct", "Dec", "Feb 2026"),
    ]


RANKS = st.lists(st.one_of(st.none(), st.integers(1, 200)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(RANKS)
def test_a_path_starts_and_ends_at_its_points_and_runs_forward(values: list[int | None]) -> None:
    """It is level at each point, so it stays between the ranks that it connects."""
    for run in scales.runs(values, lambda step: step * 10.0, lambda rank: rank * 1.0):
        points = [(x, y) for _, x, y in run]
        numbers = list(map(float, NUMBERS.findall(scales.bump(points))))
        path = list(zip(numbers[::2], numbers[1::2], strict=True))
        assert (path[0], path[-1]) == (points[0], points[-1])
        assert [x for x, _ in path] == sorted(x for x, _ in path)
        assert {y for _, y in path} <= {y for _, y in points}
    known = sum(value is not None for value in values)
    assert sum(len(run) for run in scales.runs(values, float, float)) == known


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500), st.integers(11, 500))
def test_a_better_rank_is_never_lower(rank: int, depth: int) -> None:
    """Heights grow with ranks, up to the height of the chart."""
    height = scales.rank_height(rank, depth, 30, 70)
    assert 0 <= height <= scales.rank_height(rank + 1, depth, 30, 70) <= 9 * 30 + 70 + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e12, allow_nan=False))
def test_grid_lines_are_few_and_round(largest: float) -> None:
    """At most four above the base, at 1, 2 or 5 times a power of ten."""
    step = scales.nice_step(largest)
    assert largest / step <= 4
    assert str(step)[0] in "125"
    assert set(str(step)[1:]) <= {"0"}
