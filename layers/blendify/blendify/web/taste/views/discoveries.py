"""What did I find, and did it stay?"""

from blendify.taste.days import later
from blendify.taste.discoveries import CENSORED_DAYS, Fate, MonthOfDiscoveries, Signs, discoveries
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, View
from blendify.web.taste.visible import Visible

MONTHS = 24
COVERS = 8
"""Discoveries that are shown of a month; the others are counted."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The last two years, or the calendar year that is asked for."""
    known = visible.known
    signs = Signs(visible.plays(), visible.all_lists("artists"), visible.library())
    every = discoveries(visible.firsts, known, signs, visible.today)
    if not every:
        return Shown(empty=_empty(visible))
    years = list(dict.fromkeys(month.month[:4] for month in every))
    year = asked.period[:4] if asked.period else None
    months = [month for month in every if month.month.startswith(year)] if year else every[:MONTHS]
    return Shown(
        {
            "choices": [
                [
                    Choice("Latest", asked.link(period=None), year is None),
                    *(Choice(name, asked.link(period=name), name == year) for name in years[:12]),
                ]
            ],
            "months": [
                (words.month(month.month), month.discoveries[:COVERS], max(0, len(month.discoveries) - COVERS))
                for month in months
            ],
            "year": year,
            "lead": _lead(months),
        },
        (
            "From the first play, like, follow or ranking of each artist, whichever is earliest. What you heard before "
            "and nobody wrote down is not known.",
            f"In the first {CENSORED_DAYS} days everything is new, so nothing is called a discovery, unless an older "
            "date says so.",
            "Stayed means: five plays, a place in a top list, or an addition to your library, more than 90 days later.",
        ),
    )


def _empty(visible: Visible) -> str:
    start = visible.known.connected_on
    if start is None:
        return "Nothing has been collected yet. Discoveries are here about two months after you connect."
    day = later(start, CENSORED_DAYS)
    if day > visible.today:
        return f"In the first weeks everything is new. From {words.day(day)} on, artists who are new to you are here."
    return "No artist has been new for a while. The next who is appears here after a few plays or a like."


def _lead(months: list[MonthOfDiscoveries]) -> str:
    fates = [discovery.fate for month in months for discovery in month.discoveries]
    stayed, went = fates.count(Fate.STAYED), fates.count(Fate.WENT)
    if not fates:
        return "Nothing was new in these months."
    early = fates.count(Fate.EARLY)
    text = f"{words.count(len(fates), 'artist was', 'artists were')} new to you"
    if stayed + went:
        text += f"; {stayed} stayed, {went} did not"
    return f"{text}. Of {words.number(early)} it is too early to say." if early else f"{text}."


VIEW = View("discoveries", "Discoveries", "What did I find, and did it stay?", ("period",), build)
