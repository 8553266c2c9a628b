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
    artist = portrait(key, everything)
    if artist is None:
        return Shown(empty="Nothing is known of this artist here.", title="An artist that is not in your history")
    ranks = _ranks(artist, list_with(artist.key, lists), visible.today)
    notes = [plays_basis(visible.known), library_basis(visible)]
    notes.append(ARTISTS_COUNT)
    return Shown(
        {
            "portrait": replace(artist, songs=tuple(visible.pictured(artist.songs, of_artists=False))),
            "facts": _facts(artist),
            "first": _first(artist),
            "last": words.day(artist.last_day) if artist.last_day else None,
            "plays": _plays(artist) if artist.by_month else None,
            "plays_table": Table(
                ["Month", "Plays"], [[words.month(month), f"{value:,.10g}"] for month, value in artist.by_month[::-1]]
            ),
            "ranks": ranks[0] if ranks else None,
            "ranks_table": ranks[1] if ranks else None,
            "best": f"number {artist.best_rank[0]} on {words.day(artist.best_rank[1])}" if artist.best_rank else None,
        },
        tuple(notes),
        title=artist.name,
    )


def _facts(artist: Portrait) -> list[tuple[str, str]]:
    facts = []
    if artist.weight:
        facts.append((words.number(artist.weight), "play" if round(artist.weight) == 1 else "plays"))
    if artist.place:
        facts.append((f"No. {artist.place:,}", "of all your artists"))
    if artist.likes:
        facts.append((words.number(artist.likes), "liked song" if artist.likes == 1 else "liked songs"))
    if artist.albums:
        facts.append((words.number(artist.albums), "album" if artist.albums == 1 else "albums"))
    if artist.playlists:
        facts.append((words.number(len(artist.playlists)), "playlist" if len(artist.playlists) == 1 else "playlists"))
    return facts


def _first(artist: Portrait) -> str | None:
    if artist.first is None:
        return None
    source = words.SOURCES.get(artist.first.source, "your history")  # type: ignore[call-overload]
    return f"First known on {words.day(artist.first.day)}, by {source}."


def _plays(artist: Portrait) -> str:
    labels = words.month_labels([month for month, _ in artist.by_month])
    return columns(
        "plays",
        f"Plays of {isolated(artist.name)} by month",
        f"A column for each month from {words.month(artist.by_month[0][0])} to {words.month(artist.by_month[-1][0])}.",
        [
            Column(label, f"{words.month(month)}: {words.count(value, 'play')}", (value,))
            for label, (month, value) in zip(labels, artist.by_month, strict=True)
        ],
        Box(height=200.0),
    )


def _ranks(artist: Portrait, history: list[TopList], today: str) -> tuple[str, Table] | None:
    if not history:
        return None
    lines = rank_lines.from_lists(history, Period(history[0].day, today), artist.key, MOST_WEEKS, MOST_MONTHS)
    line = next((line for line in lines.lines if line.key == artist.key), None)
    if line is None:
        return None
    labels = labels_of(lines)
    chart = rank_chart(
        "ranks",
        f"Ranks of {isolated(artist.name)}",
        "Number 1 is at the top. The line ends where the rank is not known.",
        Steps(labels, ticks(lines.ends, lines.unit)),
        [RankLine(artist.name, f"../ranks?artist={artist.key}", line.ranks, hot=True)],
    )
    rows = [[label, str(rank or "–")] for label, rank in zip(labels, line.ranks, strict=True)]
    return chart, Table(["When", "Rank"], rows[::-1])


VIEW = View("artists", "An artist", "Since when, how much, where?", ("artist",), build)
