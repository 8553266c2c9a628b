"""Since when, how much, where? One artist."""

from dataclasses import replace

from blendify.insights.buckets import TopList
from blendify.sharing.legible import isolated
from blendify.taste import rank_lines
from blendify.taste.artist import Everything, Portrait, list_with, portrait
from blendify.taste.days import Period
from blendify.web.charts.columns import Box, Column, columns
from blendify.web.charts.rank_chart import RankLine, Steps, rank_chart
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import ARTISTS_COUNT, Shown, Table, View, library_basis, plays_basis
from blendify.web.taste.views.ranks import labels_of, ticks
from blendify.web.taste.visible import Visible

MOST_WEEKS, MOST_MONTHS = 110, 240
"""A single line has room for more steps than ten."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The artist whose key is asked for; empty when nothing is known of them."""
    key = asked.artist or ""
    lists = visible.all_lists("artists")
    everything = Everything(visible.plays(), lists, visible.library(), visible.first(key))
    told = portrait(key, everything)
    if told is None:
        return Shown(empty="Nothing is known of this artist here.", title="An artist that is not in your history")
    ranks = _ranks(told, list_with(told.key, lists), visible.today)
    notes = [plays_basis(visible.known), library_basis(visible)]
    notes.append(ARTISTS_COUNT)
    return Shown(
        {
            "portrait": replace(told, songs=tuple(visible.pictured(told.songs, of_artists=False))),
            "facts": _facts(told),
            "first": _first(told),
            "last": words.day(told.last_day) if told.last_day else None,
            "plays": _plays(told) if told.by_month else None,
            "plays_table": Table(
                ["Month", "Plays"], [[words.month(month), f"{value:,.10g}"] for month, value in told.by_month[::-1]]
            ),
            "ranks": ranks[0] if ranks else None,
            "ranks_table": ranks[1] if ranks else None,
            "best": f"number {told.best_rank[0]} on {words.day(told.best_rank[1])}" if told.best_rank else None,
        },
        tuple(notes),
        title=told.name,
    )


def _facts(told: Portrait) -> list[tuple[str, str]]:
    facts = []
    if told.weight:
        facts.append((words.number(told.weight), "play" if round(told.weight) == 1 else "plays"))
    if told.place:
        facts.append((f"No. {told.place:,}", "of all your artists"))
    if told.likes:
        facts.append((words.number(told.likes), "liked song" if told.likes == 1 else "liked songs"))
    if told.albums:
        facts.append((words.number(told.albums), "album" if told.albums == 1 else "albums"))
    if told.playlists:
        facts.append((words.number(len(told.playlists)), "playlist" if len(told.playlists) == 1 else "playlists"))
    return facts


def _first(told: Portrait) -> str | None:
    if told.first is None:
        return None
    source = words.SOURCES.get(told.first.source, "your history")  # type: ignore[call-overload]
    return f"First known on {words.day(told.first.day)}, by {source}."


def _plays(told: Portrait) -> str:
    labels = words.month_labels([month for month, _ in told.by_month])
    return columns(
        "plays",
        f"Plays of {isolated(told.name)} by month",
        f"A column for each month from {words.month(told.by_month[0][0])} to {words.month(told.by_month[-1][0])}.",
        [
            Column(label, f"{words.month(month)}: {words.count(value, 'play')}", (value,))
            for label, (month, value) in zip(labels, told.by_month, strict=True)
        ],
        Box(height=200.0),
    )


def _ranks(told: Portrait, history: list[TopList], today: str) -> tuple[str, Table] | None:
    if not history:
        return None
    lines = rank_lines.from_lists(history, Period(history[0].day, today), told.key, MOST_WEEKS, MOST_MONTHS)
    line = next((line for line in lines.lines if line.key == told.key), None)
    if line is None:
        return None
    labels = labels_of(lines)
    chart = rank_chart(
        "ranks",
        f"Ranks of {isolated(told.name)}",
        "Number 1 is at the top. The line ends where the rank is not known.",
        Steps(labels, ticks(lines.ends, lines.unit)),
        [RankLine(told.name, f"../ranks?artist={told.key}", line.ranks, hot=True)],
    )
    rows = [[label, str(rank or "–")] for label, rank in zip(labels, line.ranks, strict=True)]
    return chart, Table(["When", "Rank"], rows[::-1])


VIEW = View("artists", "An artist", "Since when, how much, where?", ("artist",), build)
