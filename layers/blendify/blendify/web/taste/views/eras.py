"""Which decades? Likes and plays side by side."""

from blendify.taste.eras import Eras, Side, eras
from blendify.web.charts.pairs import Pair, pairs
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Shown, Table, View
from blendify.web.taste.visible import Visible


def build(_asked: Asked, visible: Visible) -> Shown:
    """All likes that are still there, and all plays."""
    told = eras(visible.plays(), visible.library())
    if not (told.likes.enough or told.plays.enough):
        return Shown(empty=_empty(told))
    notes = [_coverage(told.likes, "liked songs"), _coverage(told.plays, "plays")]
    notes.append("The year is that of the release you have: a reissue or a best-of counts as new.")
    return Shown(
        {
            "chart": _chart(told),
            "table": _table(told),
            "lead": _lead(told),
            "likes": told.likes.enough,
            "plays": told.plays.enough,
        },
        tuple(notes),
    )


def _empty(told: Eras) -> str:
    if not told.likes.total and not told.plays.total:
        return "Nothing is here yet. Once you like or play songs whose year is known, their decades are here."
    return "The year is known for less than half of your songs, too few to say something. Not every service tells it."


def _coverage(side: Side, noun: str) -> str:
    if not side.total:
        return f"There are no {noun} yet."
    hidden = "" if side.enough else ", too few to show them"
    return f"The year is known for {words.percent(side.coverage)} of {words.number(side.total)} {noun}{hidden}."


def _share(side: Side, decade: int) -> float | None:
    return side.share(decade) if side.enough else None


def _sides(told: Eras, decade: int) -> str:
    parts = [
        f"{words.percent(side.share(decade))} of {noun}"
        for side, noun in ((told.likes, "likes"), (told.plays, "plays"))
        if side.enough
    ]
    return f"{decade}s: {', '.join(parts)}"


def _chart(told: Eras) -> str:
    rows = [
        Pair(f"{decade}s", _sides(told, decade), _share(told.likes, decade), _share(told.plays, decade))
        for decade in told.decades
    ]
    return pairs("decades", "Decades", "A row for each decade: the share of your likes and of your plays.", rows)


def _lead(told: Eras) -> str:
    side, verb = (told.plays, "play") if told.plays.enough else (told.likes, "like")
    best = max(side.by_decade, key=lambda decade: (side.by_decade[decade], decade))
    share = side.share(best)
    what, than = ("Most", "") if share > 0.5 else ("More", " than in any other decade")
    text = f"{what} of what you {verb} was released in the {best}s{than} ({words.percent(share)})."
    if told.plays.enough and told.likes.enough:
        gap = max(told.decades, key=lambda decade: abs(told.likes.share(decade) - told.plays.share(decade)))
        more = told.likes.share(gap) > told.plays.share(gap)
        if abs(told.likes.share(gap) - told.plays.share(gap)) >= 0.05:
            text += f" The {gap}s are {'more liked than played' if more else 'more played than liked'}."
    return text


def _table(told: Eras) -> Table:
    rows = [
        [
            f"{decade}s",
            words.number(told.likes.by_decade.get(decade, 0)) if told.likes.enough else "–",
            words.number(told.plays.by_decade.get(decade, 0)) if told.plays.enough else "–",
        ]
        for decade in told.decades[::-1]
    ]
    return Table(["Decade", "Liked songs", "Plays"], rows)


VIEW = View("eras", "Decades", "Which times is my music from?", (), build)
