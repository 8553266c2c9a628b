"""Which decades? Likes and plays side by side."""

from blendify.taste.eras import Eras, Side, eras
from blendify.web.charts.pairs import Pair, pairs
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Shown, Table, View
from blendify.web.taste.visible import Visible


def build(_asked: Asked, visible: Visible) -> Shown:
    """All likes that are still there, and all plays."""
    shares = eras(visible.plays(), visible.library())
    if not (shares.likes.enough or shares.plays.enough):
        return Shown(empty=_empty(shares))
    notes = [_coverage(shares.likes, "liked songs"), _coverage(shares.plays, "plays")]
    notes.append("The year is that of the release you have: a reissue or a best-of counts as new.")
    return Shown(
        {
            "chart": _chart(shares),
            "table": _table(shares),
            "lead": _lead(shares),
            "likes": shares.likes.enough,
            "plays": shares.plays.enough,
        },
        tuple(notes),
    )


def _empty(shares: Eras) -> str:
    if not shares.likes.total and not shares.plays.total:
        return "Nothing is here yet. Once you like or play songs whose year is known, their decades are here."
    return "The year is known for less than half of your songs, too few to say something. Not every service tells it."


def _coverage(side: Side, noun: str) -> str:
    if not side.total:
        return f"There are no {noun} yet."
    hidden = "" if side.enough else ", too few to show them"
    return f"The year is known for {words.percent(side.coverage)} of {words.number(side.total)} {noun}{hidden}."


def _share(side: Side, decade: int) -> float | None:
    return side.share(decade) if side.enough else None


def _sides(shares: Eras, decade: int) -> str:
    parts = [
        f"{words.percent(side.share(decade))} of {noun}"
        for side, noun in ((shares.likes, "likes"), (shares.plays, "plays"))
        if side.enough
    ]
    return f"{decade}s: {', '.join(parts)}"


def _chart(shares: Eras) -> str:
    rows = [
        Pair(f"{decade}s", _sides(shares, decade), _share(shares.likes, decade), _share(shares.plays, decade))
        for decade in shares.decades
    ]
    return pairs("decades", "Decades", "A row for each decade: the share of your likes and of your plays.", rows)


def _lead(shares: Eras) -> str:
    side, verb = (shares.plays, "play") if shares.plays.enough else (shares.likes, "like")
    best = max(side.by_decade, key=lambda decade: (side.by_decade[decade], decade))
    share = side.share(best)
    what, than = ("Most", "") if share > 0.5 else ("More", " than in any other decade")
    text = f"{what} of what you {verb} was released in the {best}s{than} ({words.percent(share)})."
    if shares.plays.enough and shares.likes.enough:
        gap = max(shares.decades, key=lambda decade: abs(shares.likes.share(decade) - shares.plays.share(decade)))
        more = shares.likes.share(gap) > shares.plays.share(gap)
        if abs(shares.likes.share(gap) - shares.plays.share(gap)) >= 0.05:
            text += f" The {gap}s are {'more liked than played' if more else 'more played than liked'}."
    return text


def _table(shares: Eras) -> Table:
    rows = [
        [
            f"{decade}s",
            words.number(shares.likes.by_decade.get(decade, 0)) if shares.likes.enough else "–",
            words.number(shares.plays.by_decade.get(decade, 0)) if shares.plays.enough else "–",
        ]
        for decade in shares.decades[::-1]
    ]
    return Table(["Decade", "Liked songs", "Plays"], rows)


VIEW = View("eras", "Decades", "Which times is my music from?", (), build)
