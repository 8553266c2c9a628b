"""More, less, other? A period against the one before."""

from dataclasses import dataclass

from blendify.taste.comparison import Comparison, Sums, compare, period_before
from blendify.taste.days import Period, later
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, View, no_plays, plays_basis
from blendify.web.taste.visible import Visible

DAYS = 28
MOST_DAYS = 3_660
SPANS = {"7 days": 7, "4 weeks": 28, "12 weeks": 84, "A year": 364}


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and how it differs from the period before."""

    label: str
    value: str
    difference: str
    direction: str
    """`more`, `less` or `same`; empty where there is nothing to compare."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The last four weeks, or the days that are asked for."""
    known = visible.known
    if known.plays_since is None:
        return Shown(empty=no_plays(known))
    last = min(asked.to or visible.today, visible.today)
    period = Period(asked.from_ or later(last, 1 - DAYS), last)
    if period.first > period.last:
        return Shown(empty="These days are still to come.")
    if period.days > MOST_DAYS:
        period = Period(later(last, 1 - MOST_DAYS), last)
    compared = compare(visible.plays(period_before(period).first[:7], period.last[:7]), visible.firsts, known, period)
    if compared.now is None:
        return Shown(empty=_too_early(known.plays_since, period))
    notes = [plays_basis(known), "An artist counts as new once the first 60 days are over, in which everything is."]
    if compared.now.minutes and compared.now.minutes.coverage < 1:
        notes.append(f"The length is known for {words.percent(compared.now.minutes.coverage)} of these plays.")
    return Shown(
        {
            "choices": [_spans(asked, visible)],
            "period": period,
            "before": compared.before,
            "figures": _figures(compared),
            "compared": compared.then is not None,
            "gained": compared.gained,
            "lost": compared.lost,
            "most": max(
                [shift.now for shift in compared.gained] + [shift.before for shift in compared.lost], default=1
            ),
            "lead": _lead(compared),
        },
        tuple(notes),
    )


def _too_early(since: str, period: Period) -> str:
    ready = later(since, period.days)
    return (
        f"Plays are known since {words.day(since)}, and this counts {words.count(period.days, 'whole day')}: they are "
        f"here from {words.day(ready)} on, and from {words.day(later(since, 2 * period.days))} on beside those before."
    )


def _spans(asked: Asked, visible: Visible) -> list[Choice]:
    first_days = {title: None if days == DAYS else later(visible.today, 1 - days) for title, days in SPANS.items()}
    return [
        Choice(title, asked.link(from_=first, to=None), asked.from_ == first and not asked.to)
        for title, first in first_days.items()
    ]


def _figures(compared: Comparison) -> list[Figure]:
    now, then = compared.now, compared.then
    assert now is not None  # noqa: S101 -- the view is empty otherwise
    figures = [_figure("plays", now.plays, then.plays if then else None)]
    if now.minutes:
        before = then.minutes.minutes if then and then.minutes else None
        hours = now.minutes.minutes >= 180
        scale = 60 if hours else 1
        label = "hours (about)" if hours else "minutes (about)"
        figures.append(_figure(label, now.minutes.minutes / scale, before / scale if before is not None else None))
    figures.append(_figure("artists", now.artists, then.artists if then else None))
    if now.new_artists is not None:
        figures.append(_figure("new artists", now.new_artists, then.new_artists if then else None))
    return figures


def _figure(label: str, now: float, then: float | None) -> Figure:
    if then is None:
        return Figure(label, words.number(now), "", "")
    difference = round(now) - round(then)
    if not difference:
        return Figure(label, words.number(now), "as before", "same")
    return Figure(
        label,
        words.number(now),
        f"{words.number(abs(difference))} {'more' if difference > 0 else 'fewer'}",
        "more" if difference > 0 else "less",
    )


def _lead(compared: Comparison) -> str:
    now, then = compared.now, compared.then
    if now is None or then is None:
        return "There is nothing to compare with yet: the period before is not known as a whole."
    return f"{_amount(now, then)}{_tastes(compared)}"


def _amount(now: Sums, then: Sums) -> str:
    if not then.plays:
        return "You played nothing in the period before."
    change = now.plays / then.plays - 1
    if abs(change) < 0.05:
        return "You listened about as much as in the period before."
    return f"You listened {words.percent(abs(change))} {'more' if change > 0 else 'less'} than in the period before."


def _tastes(compared: Comparison) -> str:
    risers = [shift.artist.name for shift in compared.gained[:1]]
    fallers = [shift.artist.name for shift in compared.lost[:1]]
    if risers and fallers:
        return f" More {risers[0]}, less {fallers[0]}."
    return ""


VIEW = View("compare", "More, less, other?", "How do these weeks differ from those before?", ("from", "to"), build)
