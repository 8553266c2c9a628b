"""How did it come to this? The ranks of today as lines over the weeks."""

from itertools import pairwise
from math import ceil

from blendify.insights.buckets import Known
from blendify.sharing.legible import isolated
from blendify.taste import rank_lines
from blendify.taste.days import Period, days_between, later
from blendify.web.charts.rank_chart import RankLine, Steps, rank_chart
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, Table, View, history_of, no_ranks, plays_basis, series
from blendify.web.taste.visible import Visible

WEEKS = 26
LEAST_DAYS = 8
"""Two weeks have an end by then: fewer are no line."""
MOST_TICKS = 12


def build(asked: Asked, visible: Visible) -> Shown:
    """Lines from a top list, or from plays when that is asked for or there is no list."""
    last = min(asked.to or visible.today, visible.today)
    first = asked.from_ or later(last, 1 - 7 * WEEKS)
    chosen = series(asked, visible.current_lists)
    from_plays = chosen is None or (asked.source or _longer(visible.known, visible.today)) == "plays"
    what = asked.what or "artists"
    if first > last:
        return Shown(empty="These days are still to come.")
    if from_plays:
        since = visible.known.plays_since
        if since is None:
            return Shown(empty=no_ranks(visible.known))
        if days_between(since, last) < LEAST_DAYS:
            return Shown(empty=_too_early(since))
        period = Period(max(first, since), max(last, since))
        plays = visible.plays(later(period.first, -rank_lines.WINDOW)[:7], period.last[:7])
        lines = rank_lines.from_plays(plays, what, period, asked.artist)
        counted = "the 28 days before its end" if lines.unit == "week" else "its plays"
        basis = f"{plays_basis(visible.known)} The rank of a {lines.unit} counts {counted}."
    else:
        assert chosen is not None  # noqa: S101 -- else from_plays
        since = visible.known.rankings_since or last
        if days_between(since, last) < LEAST_DAYS:
            return Shown(empty=_too_early(since))
        history = history_of(chosen, visible.lists(what, chosen.time_range, first, last))
        period = Period(max(first, history[0].day), last) if history and history[0].day <= last else Period(first, last)
        lines = rank_lines.from_lists(history, period, asked.artist)
        basis = chosen.basis(visible.known)
    if not lines.lines:
        return Shown(empty="No ranks are known of these days. " + no_ranks(visible.known))
    rows = [*(chosen.choices(asked) if chosen and not from_plays else _what(asked, what)), _spans(asked, visible)]
    sources = [
        Choice("From top lists", asked.link(source="lists"), not from_plays),
        Choice("From plays", asked.link(source="plays"), from_plays),
    ]
    if chosen and visible.known.plays_since:
        rows.append(sources)
    return Shown(
        {
            "choices": rows,
            "artists": what == "artists",
            "chart": _chart(asked, lines),
            "lead": _lead(lines),
            "lines": visible.pictured(lines.lines, of_artists=what == "artists"),
            "table": _table(lines),
            "unit": lines.unit,
        },
        (basis,),
    )


def _longer(known: Known, today: str) -> str:
    """Lists, unless they are of the last weeks alone and plays tell of more."""
    lists, plays = known.rankings_since or today, known.plays_since or today
    return "plays" if days_between(lists, today) < LEAST_DAYS and plays < lists else "lists"


def _too_early(since: str) -> str:
    return (
        f"Ranks are known since {words.day(since)}. A line needs two weeks: from {words.day(later(since, LEAST_DAYS))} "
        "on, you see here who rises and who falls."
    )


def _what(asked: Asked, what: str) -> list[list[Choice]]:
    names = {"artists": "Artists", "tracks": "Songs"}
    return [[Choice(title, asked.link(what=name, artist=None), name == what) for name, title in names.items()]]


def _spans(asked: Asked, visible: Visible) -> list[Choice]:
    spans = {"3 months": 13, "Half a year": WEEKS, "A year": 52, "Two years": 104}
    chosen = [
        (title, None if weeks == WEEKS else later(visible.today, 1 - 7 * weeks)) for title, weeks in spans.items()
    ]
    known = min(filter(None, (visible.known.plays_since, visible.known.rankings_since)), default=visible.today)
    if days_between(known, visible.today) > 7 * max(spans.values()):
        chosen.append(("Everything", known))
    return [
        Choice(title, asked.link(from_=first, to=None), asked.from_ == first and not asked.to)
        for title, first in chosen
    ]


def _chart(asked: Asked, lines: rank_lines.RankLines) -> str:
    hot = asked.artist if any(line.key == asked.artist for line in lines.lines) else lines.lines[0].key
    return rank_chart(
        "rank-lines",
        "Ranks over time",
        f"{words.count(len(lines.lines), 'line')} over {words.count(len(lines.ends), lines.unit)}. "
        f"Number 1 is at the top. A line ends where the rank is not known.",
        Steps(labels_of(lines), ticks(lines.ends, lines.unit)),
        [RankLine(line.name, asked.link(artist=line.key), line.ranks, hot=line.key == hot) for line in lines.lines],
    )


def labels_of(lines: rank_lines.RankLines) -> list[str]:
    """The steps in words."""
    before = "week to" if lines.unit == "week" else "in"
    return [f"{before} {_name(end, lines.unit)}" for end in lines.ends]


def _name(end: str, unit: rank_lines.Unit) -> str:
    return {"week": words.day(end), "month": words.month(end[:7]), "year": end[:4]}[unit]


def ticks(ends: tuple[str, ...], unit: rank_lines.Unit) -> dict[int, str]:
    """The steps at which a month begins, of many months a year; few enough to be read."""
    if unit == "year":
        return {step: ends[step][:4] for step in range(len(ends))[:: -ceil(len(ends) / MOST_TICKS)]}
    starts = [step for step, end in enumerate(ends) if step == 0 or end[:7] != ends[step - 1][:7]]
    if len(starts) > words.MANY_MONTHS:
        years = [step for step in starts if ends[step][5:7] == "01"]
        return {step: ends[step][:4] for step in years[:: -ceil(len(years) / MOST_TICKS)]}
    every = ceil(len(starts) / MOST_TICKS)
    chosen = starts[::-every][::-1]
    # A month of which the chart has its last week only would stand on the next.
    if len(chosen) > 1 and chosen[1] - chosen[0] < 1.5 * len(ends) / MOST_TICKS:
        chosen.pop(0)
    before = {step: ends[earlier][:4] for earlier, step in pairwise(chosen)}
    return {step: words.month(ends[step])[:3] + _year(ends[step][:4], before.get(step)) for step in chosen}


def _year(year: str, before: str | None) -> str:
    return "" if year == before else f" {year}"


def _lead(lines: rank_lines.RankLines) -> str:
    unit = lines.unit
    longest = max(lines.lines, key=lambda line: (line.points, line.name))
    kings = [line for line in lines.lines if line.ranks.count(1)]
    text = f"{isolated(longest.name)} held the most ground: in {words.count(longest.steps, unit)} of {len(lines.ends)}"
    most = max((line.ranks.count(1) for line in kings), default=0)
    longest_kings = [line for line in kings if line.ranks.count(1) == most]
    if len(longest_kings) == 1:
        return f"{text}. Of these, {longest_kings[0].name} was number one the longest, for {words.count(most, unit)}."
    return f"{text}."


def _table(lines: rank_lines.RankLines) -> Table:
    head = ["Week to" if lines.unit == "week" else lines.unit.capitalize(), *(line.name for line in lines.lines)]
    rows = [
        [
            _name(end, lines.unit),
            *(str(line.ranks[step]) if line.ranks[step] else "–" for line in lines.lines),
        ]
        for step, end in enumerate(lines.ends)
    ]
    return Table(head, rows[::-1])


VIEW = View(
    "ranks",
    "How it came to this",
    "Who rose, who fell, and who was always there?",
    ("what", "range", "provider", "source", "from", "to", "artist"),
    build,
)
