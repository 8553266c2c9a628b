"""The way to all views, with a glance at some."""

from blendify.taste import listening
from blendify.taste.days import Period, days_of, later, whole_month
from blendify.web.charts.columns import Box, Column, columns
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Series, Shown, series
from blendify.web.taste.views.review import period_now
from blendify.web.taste.visible import Visible

DAYS = 28
COVERS = 4
GLANCES = ("top", "hours", "review")
"""The views that have a card of their own."""


def build(asked: Asked, visible: Visible) -> Shown:
    """What is cheap to read: the current lists, and the plays of four weeks."""
    known, today = visible.known, visible.today
    chosen = series(asked, visible.current_lists)
    entries = next(
        (
            snapshot.entries
            for snapshot in visible.current_lists
            if chosen and (snapshot.what, snapshot.time_range, snapshot.provider) == _name(chosen)
        ),
        (),
    )
    period = Period(later(today, 1 - DAYS), today)
    in_review = period_now(visible)
    plays = visible.plays(min(in_review, period.first[:7]), today[:7]) if known.plays_since else []
    by_day = listening.by_day(plays, period)
    songs = list(listening.songs(plays, whole_month(in_review)).values())
    return Shown(
        {
            "entries": entries[:COVERS],
            "spark": _spark(period, by_day) if by_day else None,
            "plays": words.count(sum(by_day.values()), "play") if by_day else None,
            "since": words.day(known.library_since) if known.library_since else None,
            "in_review": words.month(in_review),
            "songs": songs[:COVERS],
            "glances": GLANCES,
        }
    )


def _name(chosen: Series) -> tuple[str, str, str]:
    return chosen.what, chosen.time_range, chosen.provider


def _spark(period: Period, by_day: dict[str, int]) -> str:
    items = [
        Column("", f"{words.short_day(day)}: {words.count(by_day.get(day, 0), 'play')}", (float(by_day.get(day, 0)),))
        for day in days_of(period)
    ]
    return columns("glance", "Plays of four weeks", "A column for each day.", items, Box(280.0, 56.0, plain=True))
