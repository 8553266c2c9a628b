"""Am I still who I was? Each month against each."""

from blendify.likeness import likeness
from blendify.taste.days import months_later
from blendify.taste.drift import LEAST_PLAYS, MOST_MONTHS, Drift, drift
from blendify.web.charts.columns import Box, Column, columns
from blendify.web.charts.heat import Axis, GridSize, Square, grid
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Shown, Table, View, no_plays, plays_basis
from blendify.web.taste.visible import Visible

STEPS = (10, 30, 45, 65, 85)
"""The same scale for everybody, so that grids can be compared: the least percent of each step."""
RECENT_MONTHS = MOST_MONTHS + 6
"""So many are read first; all of them only when some of these had too few plays."""
WORDS = (*(phrase for _, phrase in likeness.WORDS), "hardly any change")
"""As between friends; and one more, as a listener's months are near each other."""


def build(_asked: Asked, visible: Visible) -> Shown:
    """All months with enough plays, the last two years of them."""
    compared = drift(visible.plays(months_later(visible.today[:7], -RECENT_MONTHS)))
    if len(compared.months) < MOST_MONTHS:
        compared = drift(visible.plays())
    if len(compared.months) < 2:
        if visible.known.plays_since is None:
            return Shown(empty=no_plays(visible.known))
        return Shown(
            empty=f"This compares months with at least {LEAST_PLAYS} plays each. So far there is "
            f"{'one' if compared.months else 'none'}: with two of them, the first comparison is here."
        )
    return Shown(
        {
            "grid": _grid(compared),
            "line": _line(compared),
            "lead": _lead(compared),
            "table": _table(compared),
            "scale": list(zip(range(6), WORDS, strict=True)),
            "last": words.month(compared.months[-1]),
        },
        (
            plays_basis(visible.known),
            "Two months are as alike as the artists they share, each counted by the logarithm of its plays. 100 % is "
            "you compared with yourself, on the scale on which friends are compared.",
        ),
    )


def step_of(percent: int) -> int:
    """0 to 5, on the scale of the words."""
    return sum(percent >= least for least in STEPS)


def _grid(compared: Drift) -> str:
    names = [words.month(month) for month in compared.months]
    squares = [
        [
            Square(step_of(percent), f"{names[row]} and {names[column]}: {percent} %, {WORDS[step_of(percent)]}")
            for column, percent in enumerate(line)
        ]
        for row, line in enumerate(compared.percents)
    ]
    short = [words.MONTHS[int(month[5:7]) - 1][:3] for month in compared.months]
    rows = [
        name + (f" {month[2:4]}" if month[5:7] == "01" or not place else "")
        for place, (name, month) in enumerate(zip(short, compared.months, strict=True))
    ]
    columns_ = [name if len(short) <= 14 or place % 2 == 0 else "" for place, name in enumerate(short)]
    text = "Months against months", f"Darker squares are months that are more alike. {_lead(compared)}"
    return grid("months", text, squares, (Axis(rows), Axis(columns_)), GridSize(side=21, pitch=24, left=60))


def _line(compared: Drift) -> str:
    """The last month against each."""
    last, labels = compared.percents[-1], words.month_labels(compared.months[:-1])
    return columns(
        "last",
        f"{words.month(compared.months[-1])} against each month before",
        "A column for each month, as high as the likeness in percent.",
        [
            Column(label, f"{words.month(month)}: {percent} %", (float(percent),))
            for label, month, percent in zip(labels, compared.months[:-1], last[:-1], strict=True)
        ],
        Box(height=180.0),
    )


def _lead(compared: Drift) -> str:
    ends = compared.nearest_and_farthest
    if ends is None:
        percent = compared.percents[-1][0]
        first, last = words.month(compared.months[0]), words.month(compared.months[1])
        return f"{first} and {last} are {percent} % alike: {WORDS[step_of(percent)]}."
    nearest, farthest = (compared.months.index(name) for name in ends)
    last_row = compared.percents[-1]
    text = (
        f"In {words.month(compared.months[-1])} you are most like {words.month(compared.months[nearest])} "
        f"({last_row[nearest]} %), and least like {words.month(compared.months[farthest])} ({last_row[farthest]} %)."
    )
    if compared.turn:
        text += f" The sharpest turn was from {words.month(compared.turn[0])} to {words.month(compared.turn[1])}."
    return text


def _table(compared: Drift) -> Table:
    names = [words.month(month) for month in compared.months]
    rows = [[name, *(f"{percent} %" for percent in line)] for name, line in zip(names, compared.percents, strict=True)]
    return Table(["", *names], rows)


VIEW = View("drift", "Still you?", "Am I still who I was?", (), build)
