"""Who was I on that day? Two days of a top list, and the library between them."""

from blendify.taste.days import later
from blendify.taste.growth import gathered
from blendify.taste.then_and_now import then_and_now
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, View, history_of, library_basis, no_ranks, series
from blendify.web.taste.visible import Visible

MOST_CHANGES = 16
BACK = {"4 weeks ago": 28, "Half a year ago": 182, "A year ago": 365}
DAYS = 365


def build(asked: Asked, visible: Visible) -> Shown:
    """Today against a year ago, or as far back as ranks reach, or the days that are asked for."""
    chosen = series(asked, visible.current_lists)
    if chosen is None:
        return Shown(empty=no_ranks(visible.known))
    last = min(asked.to or visible.today, visible.today)
    since = visible.known.rankings_since or visible.today
    first = asked.from_ or min(max(later(last, -DAYS), since), last)
    if first > last:
        return Shown(empty="This day is still to come.")
    history = history_of(chosen, visible.lists(chosen.what, chosen.time_range, first, last))
    both = then_and_now(history, visible.library(first[:7], last[:7]), first, last)
    added, removed = (
        gathered(change for change in changes if change.data_type in words.ADDITIONS)
        for changes in (both.added, both.removed)
    )
    rows = [*chosen.choices(asked), _days(asked, visible)]
    return Shown(
        {
            "choices": rows,
            "artists": chosen.what == "artists",
            "asked": asked,
            "first": first,
            "last": last,
            "today": visible.today,
            "then": both.then,
            "now": both.now,
            "came": {entry.key for entry in both.came},
            "went": {entry.key for entry in both.went},
            "ranks_now": {item.entry.key: item.entry.rank for item in both.stayed},
            "ranks_then": {item.entry.key: item.rank_then for item in both.stayed},
            "counts": (len(both.came), len(both.went), len(both.stayed)),
            "added": added[:MOST_CHANGES],
            "removed": removed[:MOST_CHANGES],
            "more": max(len(added), len(removed)) > MOST_CHANGES,
            "since": words.day(since),
            "lead": _lead(len(both.stayed), len(both.came), both.then is not None, first),
        },
        (chosen.basis(visible.known), library_basis(visible)),
    )


def _days(asked: Asked, visible: Visible) -> list[Choice]:
    days = {title: later(visible.today, -back) for title, back in BACK.items()}
    return [
        Choice(title, asked.link(from_=day, to=None), asked.from_ == day and not asked.to)
        for title, day in days.items()
        if day >= (visible.known.rankings_since or visible.today)
    ]


def _lead(stayed: int, came: int, known: bool, first: str) -> str:
    if not known:
        return f"No list is known of {words.day(first)}."
    if not stayed:
        return f"Nothing of {words.day(first)} is left: all {came} are new since."
    if not came:
        return f"All {stayed} favourites of {words.day(first)} are still there. Give it time, or choose an earlier day."
    return f"{stayed} of your favourites of {words.day(first)} are still there; {came} came since."


VIEW = View("then", "Then and now", "Who was I on that day?", ("what", "range", "provider", "from", "to"), build)
