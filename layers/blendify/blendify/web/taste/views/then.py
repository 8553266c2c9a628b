"""Who was I on that day? Two days of a top list, or the plays up to each; and the library between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from blendify.importing import service_names
from blendify.insights.buckets import MonthOfPlays, TopList
from blendify.taste import listening
from blendify.taste.days import Period, later
from blendify.taste.growth import gathered
from blendify.taste.rankings import in_force
from blendify.taste.then_and_now import ThenAndNow, by_plays, then_and_now
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import (
    ARTISTS_COUNT,
    Choice,
    Series,
    Shown,
    View,
    history_of,
    library_basis,
    no_plays,
    no_ranks,
    plays_basis,
    series,
)
from blendify.web.taste.visible import Visible

MOST_CHANGES = 16
SHOWN = 20
"""Entries that are shown of each list."""
BEFORE = {"4 weeks": 28, "Half a year": 182, "A year": 365, "5 years": 1_826, "10 years": 3_652}
"""Days from the earlier one to the later one."""
DAYS, FEW_DAYS = 365, 28
"""How far back the earlier day is, unless it is chosen; lists that are known for fewer days have little to compare."""
SPANS = {"short_term": 28, "medium_term": 182, "long_term": 365}
"""Days of plays up to each of the two days, by the name of the range of a top list that has as many."""
NOUNS = {"artists": "Artists", "tracks": "Songs"}


@dataclass(frozen=True)
class _Sides:
    """The two days, and what there is of each."""

    first: str
    last: str
    lists: tuple[TopList | None, TopList | None]
    heads: tuple[str, str]
    """Above each list."""
    unknown: tuple[str, str]
    """In place of each that is not known."""


def build(asked: Asked, visible: Visible) -> Shown:
    """Today against a year ago, or as far back as is known, or the days that are asked for."""
    chosen, known = series(asked, visible.current_lists), visible.known
    if asked.source == "plays" or (asked.source is None and _plays_tell_more(asked, visible, chosen)):
        if known.plays_since is None:
            return Shown(empty=no_plays(known))
        return _of_plays(asked, visible, known.plays_since, has_lists=chosen is not None)
    if chosen is None:
        return Shown(empty=no_ranks(known))
    return _of_lists(asked, visible, chosen)


def _plays_tell_more(asked: Asked, visible: Visible, chosen: Series | None) -> bool:
    """Whether plays go further back than lists, which tell of few days or are none."""
    known = visible.known
    if known.plays_since is None or asked.provider:
        return False
    since = known.rankings_since or visible.today
    return chosen is None or (since > later(visible.today, -FEW_DAYS) and known.plays_since < since)


def _of_lists(asked: Asked, visible: Visible, chosen: Series) -> Shown:
    since = visible.known.rankings_since or visible.today
    first, last = _days(asked, visible.today, visible.today, since)
    if first > last:
        return Shown(empty="This day is still to come.")
    history = history_of(chosen, visible.lists(chosen.what, chosen.time_range, first, last))
    unknown = f"No list is known of this day. The first is of {words.day(since)}."
    lists = in_force(history, first), in_force(history, last)
    sides = _Sides(first, last, lists, (words.day(first), words.day(last)), (unknown, unknown))
    both = _compared(visible, sides)
    choices = [*chosen.choices(asked), _sources(asked, visible, by_plays=False), _before(asked, last, since)]
    values = {"choices": choices, "artists": chosen.what == "artists", "lead": _lead(both, first)}
    basis = chosen.basis(visible.known), library_basis(visible)
    return Shown({**values, **_values(asked, visible, sides, both)}, basis)


def _of_plays(asked: Asked, visible: Visible, since: str, *, has_lists: bool) -> Shown:
    """What was played most in the time up to each day. Only the months of that time are read."""
    what = asked.what or "artists"
    name = asked.range if asked.range in SPANS else "short_term"
    days, span = SPANS[name], words.RANGES[name]
    # A file may end long ago. What is asked for behind its end is compared with today.
    newest = visible.last_play or visible.today
    newest = visible.today if asked.from_ and asked.from_ > newest else newest
    first, last = _days(asked, visible.today, newest, later(since, days - 1))
    if first > last:
        return Shown(empty="This day is still to come.")
    periods = [Period(later(day, 1 - days), day) for day in (first, last)]
    plays = [visible.plays(period.first[:7], period.last[:7]) for period in periods]
    then, now = (_most_played(visible, what, each, period) for each, period in zip(plays, periods, strict=True))
    sides = _Sides(
        first,
        last,
        (then, now),
        (f"{span} up to {words.day(first)}", f"{span} up to {words.day(last)}"),
        (_no_play(since, first), _no_play(since, last)),
    )
    both = _compared(visible, sides)
    whats = [Choice(title, asked.link(what=each), each == what) for each, title in NOUNS.items()]
    ranges = [Choice(words.RANGES[each], asked.link(range=each), each == name) for each in SPANS]
    sources = _sources(asked, visible, by_plays=True) if has_lists else []
    choices = [row for row in (whats, ranges, sources, _before(asked, last, since)) if row]
    values = {"choices": choices, "artists": what == "artists", "lead": _lead_of_plays(both, what)}
    made_of = f"Each list is what you played most in the time up to its day{_told_by(plays)}."
    notes = [plays_basis(visible.known), made_of, *([ARTISTS_COUNT] if what == "artists" else [])]
    return Shown({**values, **_values(asked, visible, sides, both)}, (*notes, library_basis(visible)))


def _most_played(visible: Visible, what: str, plays: Sequence[MonthOfPlays], period: Period) -> TopList | None:
    of_artists = what == "artists"
    every = list((listening.artists if of_artists else listening.songs)(plays, period).values())
    shown = visible.pictured(every[:SHOWN], of_artists=of_artists)
    return by_plays([*shown, *every[SHOWN:]], what, period.last)


def _no_play(since: str, day: str) -> str:
    if day < since:
        return f"No play is known of this time. The first is of {words.day(since)}."
    return "No play of this time is known."


def _told_by(plays: Sequence[Sequence[MonthOfPlays]]) -> str:
    names = sorted({service_names.title(name) for months in plays for month in months for name in month.providers})
    return f", as told by {words.listed(names)} or by files that you imported" if names else ""


def _days(asked: Asked, today: str, newest: str, since: str) -> tuple[str, str]:
    """The two days. Unless it is chosen, the later one is the newest, and something is known of the earlier one."""
    last = min(asked.to or newest, today)
    return asked.from_ or min(max(later(last, -DAYS), since), last), last


def _compared(visible: Visible, sides: _Sides) -> ThenAndNow:
    library = visible.library(sides.first[:7], sides.last[:7])
    return then_and_now(sides.lists, library, sides.first, sides.last)


def _values(asked: Asked, visible: Visible, sides: _Sides, both: ThenAndNow) -> dict[str, object]:
    added, removed = (
        gathered(change for change in changes if change.data_type in words.ADDITIONS)
        for changes in (both.added, both.removed)
    )
    return {
        "asked": asked,
        "first": sides.first,
        "last": sides.last,
        "today": visible.today,
        "heads": sides.heads,
        "unknown": sides.unknown,
        "shown": SHOWN,
        "then": both.then,
        "now": both.now,
        "came": {entry.key for entry in both.came},
        "went": {entry.key for entry in both.went},
        "ranks_now": {item.entry.key: item.entry.rank for item in both.stayed},
        "ranks_then": {item.entry.key: item.rank_then for item in both.stayed},
        "added": added[:MOST_CHANGES],
        "removed": removed[:MOST_CHANGES],
        "more": max(len(added), len(removed)) > MOST_CHANGES,
    }


def _sources(asked: Asked, visible: Visible, *, by_plays: bool) -> list[Choice]:
    if visible.known.plays_since is None:
        return []
    return [
        Choice("By top lists", asked.link(source="lists", range=None), not by_plays),
        Choice("By plays", asked.link(source="plays", range=None, provider=None), by_plays),
    ]


def _before(asked: Asked, last: str, since: str) -> list[Choice]:
    days = {f"{title} before": later(last, -days) for title, days in BEFORE.items()}
    return [Choice(title, asked.link(from_=day), asked.from_ == day) for title, day in days.items() if day >= since]


def _lead(both: ThenAndNow, first: str) -> str:
    stayed, came = len(both.stayed), len(both.came)
    if both.then is None:
        return f"No list is known of {words.day(first)}."
    if not stayed:
        return f"Nothing of {words.day(first)} is left: all {came} are new since."
    if not came:
        return f"All {stayed} favourites of {words.day(first)} are still there. Give it time, or choose an earlier day."
    return f"{stayed} of your favourites of {words.day(first)} are still there; {came} came since."


def _lead_of_plays(both: ThenAndNow, what: str) -> str:
    """Of the first ones of each list, who is played at all at the other time."""
    if both.then is None or both.now is None:
        return f"Nothing is known to have been played {'then' if both.then is None else 'now'}."
    noun = "artist" if what == "artists" else "song"
    then, now = both.then.entries[:SHOWN], both.now.entries[:SHOWN]
    went, came = ({entry.key for entry in entries} for entries in (both.went, both.came))
    stayed = sum(entry.key not in went for entry in then)
    new = sum(entry.key in came for entry in now)
    still = f"Of the {words.count(len(then), noun)} that you played most then, you still play {stayed or 'none'}."
    return f"{still} {new or 'None'} of the {len(now)} of now {'was' if new == 1 else 'were'} not played then."


VIEW = View(
    "then",
    "Then and now",
    "Who was I on that day?",
    ("what", "range", "provider", "source", "from", "to"),
    build,
)
