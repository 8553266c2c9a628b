"""What was I collecting in 2019? Additions to the library by month or year, and what left it."""

from blendify.importing import service_names
from blendify.taste import growth
from blendify.web.charts.columns import Column, columns
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, Table, View, library_basis
from blendify.web.taste.visible import Visible

COVERS = 36
"""Additions that are shown of one month or year."""
REMOVALS = 24


def build(asked: Asked, visible: Visible) -> Shown:
    """The columns, and what was added in the month or year that is picked, or in the last one."""
    library, known = visible.library(), visible.known
    by_years = None if asked.by is None else asked.by == "year"
    grown = growth.growth(library, known, visible.today[:7], by_years=by_years)
    if not grown.columns:
        return Shown(empty=_empty(grown))
    shown = growth.Growth(grown.columns[-240:], grown.by_years, grown.data_types, grown.undated)
    labels = [column.label for column in shown.columns]
    latest = next((column.label for column in shown.columns[::-1] if sum(column.added)), labels[-1])
    picked = asked.period if asked.period in labels else latest
    added, removed = map(growth.gathered, growth.changes_in(library, known, picked))
    providers = sorted({change.provider for month in library for change in (*month.added, *month.removed)})
    notes = [library_basis(visible)]
    if any(column.removed for column in grown.columns) or known.connected_on:
        notes.append(
            "What left your library is known since you connected"
            + (f" on {words.day(known.connected_on)}." if known.connected_on else ".")
        )
    if grown.undated:
        notes.append(
            f"{words.count(grown.undated, 'thing')} without a date were there at the first sync, or in a file: "
            "in no column."
        )
    return Shown(
        {
            "choices": [
                [
                    Choice("By year", asked.link(by="year", period=None), grown.by_years),
                    Choice("By month", asked.link(by="month", period=None), not grown.by_years),
                ]
            ],
            "chart": _chart(asked, shown, picked),
            "legend": [words.ADDITIONS[name] for name in grown.data_types],
            "has_removals": any(column.removed for column in grown.columns),
            "table": _table(shown),
            "lead": _lead(grown),
            "picked": words.month(picked),
            "added": added[:COVERS],
            "more_added": max(0, len(added) - COVERS),
            "removed": removed[:REMOVALS],
            "more_removed": max(0, len(removed) - REMOVALS),
            "additions": words.ADDITIONS,
            "services": {name: service_names.title(name) for name in providers} if len(providers) > 1 else {},
        },
        tuple(notes),
    )


def _empty(grown: growth.Growth) -> str:
    if grown.undated:
        return (
            f"{words.count(grown.undated, 'thing')} in your library came without a date. What you add from now on is "
            "here after the next sync."
        )
    return "Nothing is in your library yet. What you like, save or follow is here after the next sync."


def _lead(grown: growth.Growth) -> str:
    unit = "year" if grown.by_years else "month"
    best = max(grown.columns, key=lambda column: (sum(column.added), column.label))
    total = sum(sum(column.added) for column in grown.columns)
    removed = sum(column.removed for column in grown.columns)
    text = f"You added {words.count(total, 'thing')}. Your richest {unit} was {words.month(best.label)}, "
    text += f"with {words.number(sum(best.added))}."
    return text + (f" {words.number(removed)} left again." if removed else "")


def _chart(asked: Asked, grown: growth.Growth, picked: str) -> str:
    def words_of(column: growth.Column) -> str:
        parts = [
            f"{words.ADDITIONS[name].lower()} {words.number(value)}"
            for name, value in zip(grown.data_types, column.added, strict=True)
            if value
        ]
        removed = [f"removed {words.number(column.removed)}"] if column.removed else []
        return f"{words.month(column.label)}: {', '.join([*parts, *removed]) or 'nothing'}"

    names = [column.label for column in grown.columns]
    return columns(
        "library",
        "Your library over time",
        "A column for each "
        + ("year" if grown.by_years else "month")
        + ": additions upwards, removals below the line.",
        [
            Column(
                label,
                words_of(column),
                tuple(map(float, column.added)),
                column.removed,
                asked.link(period=column.label),
                hot=column.label == picked,
            )
            for label, column in zip(names if grown.by_years else words.month_labels(names), grown.columns, strict=True)
        ],
    )


def _table(grown: growth.Growth) -> Table:
    head = ["Year" if grown.by_years else "Month", *(words.ADDITIONS[name] for name in grown.data_types), "Removed"]
    rows = [
        [words.month(column.label), *map(words.number, column.added), words.number(column.removed)]
        for column in grown.columns[::-1]
    ]
    return Table(head, rows)


VIEW = View("library", "Your library over time", "What was I collecting in 2019?", ("by", "period"), build)
