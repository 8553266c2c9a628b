"""What shall I share? A month or a year on one page, and as a picture."""

from dataclasses import replace

from blendify.sharing.legible import isolated
from blendify.taste.growth import gathered
from blendify.taste.review import Review, Sources, name_after, name_before, review
from blendify.web.charts.review_picture import Facts, picture
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Choice, Shown, View, library_basis, plays_basis
from blendify.web.taste.visible import LONG, SHORT, Visible

PARAMETERS = ("period",)
COVERS = 8
"""Additions that are shown; the others are counted."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The last whole month, or the month or year that is asked for."""
    known = visible.known
    dates = [day for day in (known.plays_since, known.rankings_since, known.library_since) if day]
    if not dates:
        return Shown(empty="Nothing has been collected yet. Your first month in review is here when it ends.")
    name = asked.period or period_now(visible)
    review = _review(visible, name)
    following = name_after(name)
    notes = [plays_basis(known), library_basis(visible)]
    if review.sums and known.plays_since and known.plays_since > review.period.first:
        notes.insert(0, f"Plays are known since {words.day(known.plays_since)}, so this counts from that day on.")
    if not review.over:
        notes.insert(0, "This time is not over yet: the numbers still grow.")
    else:
        notes.append(
            f"{words.month(name)} is over, and this page stays as it is. It is counted anew only when plays of that "
            "time arrive late or are imported, or when your time zone changes."
        )
    return Shown(
        {
            "choices": [_links(asked, visible, name)],
            "before": Choice(words.month(name_before(name)), asked.link(period=name_before(name)), False),
            "after": Choice(words.month(following), asked.link(period=following), False)
            if following <= visible.today[: len(following)]
            else None,
            "review": replace(
                review,
                artists=tuple(visible.pictured(review.artists, of_artists=True)),
                songs=tuple(visible.pictured(review.songs, of_artists=False)),
            ),
            "facts": _facts(review),
            "added": gathered(review.added)[:COVERS],
            "picture": f"review.svg{asked.link(period=name)}" if _worth_a_picture(review) else None,
            "busiest": _busiest(review),
            "obsession": _obsession(review),
        },
        tuple(notes),
        title=f"{words.month(name)} in review",
    )


def svg(asked: Asked, visible: Visible) -> str | None:
    """The picture of the same month or year; None when nothing is known of it."""
    name = asked.period or period_now(visible)
    review = _review(visible, name)
    if not _worth_a_picture(review):
        return None
    return picture(
        Facts(
            title=words.month(name),
            numbers=_facts(review),
            artists=[favourite.name for favourite in review.artists],
            songs=[(favourite.name, favourite.artist_line or "") for favourite in review.songs],
            sentences=list(filter(None, (_busiest(review), _obsession(review)))),
            rhythm=review.rhythm,
        )
    )


def period_now(visible: Visible) -> str:
    """The last month; for a listener who came since then, the one that goes on."""
    this_month = visible.today[:7]
    known = [day for day in (visible.known.plays_since, visible.known.rankings_since) if day]
    begun = min(known, default="")[:7]
    return this_month if begun == this_month else name_before(this_month)


def _review(visible: Visible, name: str) -> Review:
    first, last = (name, name) if len(name) == 7 else (f"{name}-01", f"{name}-12")
    plays, ranges = visible.plays(first, last), (SHORT, LONG)
    lists = [] if plays else [*visible.all_lists("artists", ranges), *visible.all_lists("tracks", ranges)]
    sources = Sources(plays, lists, visible.library(first, last), visible.firsts, visible.known)
    return review(sources, name, visible.today)


def _worth_a_picture(review: Review) -> bool:
    return bool(review.artists or review.songs)


def _links(asked: Asked, visible: Visible, name: str) -> list[Choice]:
    month, year = visible.today[:7], visible.today[:4]
    names = [name_before(month), month, year, name_before(year)]
    titles = {names[0]: "Last month", month: "This month", year: "This year", names[3]: "Last year"}
    return [Choice(titles[item], asked.link(period=item), item == name) for item in names]


def _facts(review: Review) -> list[tuple[str, str]]:
    facts = []
    if review.sums:
        facts.append((words.number(review.sums.plays), "plays"))
        if review.sums.minutes:
            minutes = review.sums.minutes.minutes
            hours = minutes >= 180
            facts.append(
                (words.number(minutes / 60 if hours else minutes), "hours (about)" if hours else "minutes (about)")
            )
        facts.append((words.number(review.sums.artists), "artists"))
        if review.sums.new_artists:
            facts.append(
                (words.number(review.sums.new_artists), "new artists" if review.sums.new_artists > 1 else "new artist")
            )
    if review.added:
        facts.append((words.number(len(review.added)), "added to library"))
    return facts


def _busiest(review: Review) -> str | None:
    if not review.busiest_day:
        return None
    day, plays = review.busiest_day
    return f"The fullest day was {words.weekday_and_day(day)}: {words.count(plays, 'play')}."


def _obsession(review: Review) -> str | None:
    if not review.obsession:
        return None
    song = review.obsession.song
    week = words.day(review.obsession.first_day)
    named = f"“{isolated(song.title)}” by {isolated(song.artist_line)}"
    return f"{named} was the song of the week from {week}: {review.obsession.plays} plays."


VIEW = View("review", "In review", "What shall I remember, and share?", PARAMETERS, build)
