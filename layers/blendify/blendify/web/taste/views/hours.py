"""When do I listen? A year of days, and the hours of the week."""

from blendify.taste.days import Period, later
from blendify.taste.rhythm import Rhythm, rhythm, step_of
from blendify.web.charts.heat import WEEKDAYS, Axis, GridSize, Square, calendar, grid
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, Table, View, no_plays, plays_basis
from blendify.web.taste.visible import Visible

DAYS = 365


def build(asked: Asked, visible: Visible) -> Shown:
    """The last year, or the calendar year that is asked for."""
    known, today = visible.known, visible.today
    if known.plays_since is None:
        return Shown(empty=no_plays(known))
    year = asked.period[:4] if asked.period else None
    period = Period(f"{year}-01-01", min(f"{year}-12-31", today)) if year else Period(later(today, 1 - DAYS), today)
    if period.last < known.plays_since or period.first > today:
        return Shown(empty=f"No plays are known of these days. They are known since {words.day(known.plays_since)}.")
    listening = rhythm(visible.plays(period.first[:7], period.last[:7]), known, period)
    if not listening.hours:
        return Shown(empty=f"Nothing was played in these days, as far as is known. {no_plays(known)}")
    return Shown(
        {
            "choices": [_years(asked, visible, year)],
            "calendar": _calendar(listening),
            "grid": _grid(listening),
            "lead": _lead(listening),
            "days": _days(listening),
            "hours": _hours(listening),
        },
        (plays_basis(known), f"Days and hours are those of {known.time_zone.replace('_', ' ')}."),
    )


def _years(asked: Asked, visible: Visible, year: str | None) -> list[Choice]:
    first = (visible.known.plays_since or visible.today)[:4]
    years = [f"{number:04}" for number in range(int(visible.today[:4]), int(first) - 1, -1)][:12]
    return [
        Choice("Last 365 days", asked.link(period=None), year is None),
        *(Choice(name, asked.link(period=name), name == year) for name in years),
    ]


def _calendar(listening: Rhythm) -> str:
    squares = {
        day: Square(
            None if plays is None else step_of(plays, listening.day_steps),
            f"{words.short_day(day)}: " + ("not known" if plays is None else words.count(plays, "play")),
        )
        for day, plays in listening.days
    }
    months = {day[:7]: words.MONTHS[int(day[5:7]) - 1][:3] for day in squares}
    return calendar(
        "days", "Plays by day", f"A square for each day, darker with more plays. {_lead(listening)}", squares, months
    )


def _grid(listening: Rhythm) -> str:
    def square(weekday: int, hour: int) -> Square:
        plays = listening.hours.get((weekday, hour), 0)
        text = f"{words.WEEKDAYS[weekday]} {words.hour(hour)}: {words.count(plays, 'play')}"
        return Square(step_of(plays, listening.hour_steps), text)

    squares = [[square(weekday, hour) for hour in range(24)] for weekday in range(7)]
    hours = [f"{hour:02}" if hour % 3 == 0 else "" for hour in range(24)]
    text = "Plays by weekday and hour", f"A row for each weekday, a column for each hour. {_lead(listening)}"
    return grid("hours", text, squares, (Axis(WEEKDAYS), Axis(hours)), GridSize())


def _lead(listening: Rhythm) -> str:
    sentences = []
    if listening.busiest_hour:
        weekday, hour = listening.busiest_hour
        sentences.append(f"You listen most on {words.WEEKDAYS[weekday]}s {words.hour(hour)}.")
    if listening.busiest_day:
        day, plays = listening.busiest_day
        sentences.append(f"Your fullest day was {words.weekday_and_day(day)}, with {words.count(plays, 'play')}.")
    return " ".join(sentences)


def _days(listening: Rhythm) -> Table:
    months: dict[str, list[int]] = {}
    for day, plays in listening.days:
        if plays is not None:
            months.setdefault(day[:7], []).append(plays)
    rows = [
        [
            words.month(month),
            words.number(sum(plays)),
            words.number(max(plays)),
            str(sum(bool(count) for count in plays)),
        ]
        for month, plays in months.items()
    ]
    return Table(["Month", "Plays", "Most in a day", "Days with music"], rows[::-1])


def _hours(listening: Rhythm) -> Table:
    rows = [
        [f"{hour:02}:00", *(words.number(listening.hours.get((weekday, hour), 0)) for weekday in range(7))]
        for hour in range(24)
    ]
    return Table(["Hour", *WEEKDAYS], rows)


VIEW = View("hours", "When you listen", "Which days and hours are mine?", ("period",), build)
