"""Loyal, back, gone, obsessed: four short lists."""

from blendify.insights.buckets import Known, Song, TopList
from blendify.sharing.legible import isolated
from blendify.taste.days import month_of, months, months_later, whole_month
from blendify.taste.patterns import LOYAL_MONTHS, Subject, patterns
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Shown, View, no_plays, plays_basis
from blendify.web.taste.visible import SHORT, Visible


def build(_asked: Asked, visible: Visible) -> Shown:
    """All four; each says how it is meant."""
    known = visible.known
    plays = visible.plays()
    habits = patterns(plays, _lists(visible, {month.month for month in plays}), visible.today)
    if not (habits.loyal or habits.back or habits.gone or habits.obsessions):
        if known.plays_since is None and known.rankings_since is None:
            return Shown(empty=no_plays(known))
        return Shown(empty=_too_early(known))
    loyal = [
        (row.artist, f"{words.count(row.months, 'month')} in a row, since {words.month(row.since)}")
        for row in habits.loyal
    ]
    back = [
        (
            row.artist,
            f"Back since {words.day(row.day)}, after {words.count(row.silent_days / 30.4, 'month')} of silence",
        )
        for row in habits.back
    ]
    gone = [
        (row.artist, f"Once your number {row.rank}; last played on {words.day(row.last_day)}") for row in habits.gone
    ]
    obsessed = [
        (
            row.song,
            f"{words.count(row.plays, 'play')} in the week from {words.day(row.first_day)}: "
            f"{words.percent(row.share)} of all",
        )
        for row in habits.obsessions
    ]
    return Shown(
        {
            "loyal": _pictured(loyal, visible),
            "back": _pictured(back, visible),
            "gone": _pictured(gone, visible),
            "obsessed": obsessed,
            "lead": _lead(loyal, obsessed),
        },
        (plays_basis(known),),
    )


def _pictured(rows: list[tuple[Subject, str]], visible: Visible) -> list[tuple[Subject, str]]:
    subjects = visible.pictured((subject for subject, _ in rows), of_artists=True)
    return [(subject, sentence) for subject, (_, sentence) in zip(subjects, rows, strict=True)]


def _lead(loyal: list[tuple[Subject, str]], obsessed: list[tuple[Song, str]]) -> str:
    text = ""
    if loyal:
        artist, sentence = loyal[0]
        text = f"{isolated(artist.name)} has been with you for {sentence}."
    if obsessed:
        song, _ = obsessed[0]
        text += f" No song had you more than “{isolated(song.title)}”."
    return text.strip()


def _too_early(known: Known) -> str:
    since = min(filter(None, (known.plays_since, known.rankings_since)))
    ready = words.month(months_later(month_of(since), LOYAL_MONTHS))
    return (
        f"Patterns need time, and your plays or top lists are known since {words.day(since)}. Who is with you in every "
        f"month shows from {ready} on; a song that you play ten times in a week shows at once."
    )


def _lists(visible: Visible, played: set[str]) -> list[TopList]:
    """The lists of the months without plays, which alone are asked for."""
    since = visible.known.rankings_since
    silent = (
        [month for month in months(month_of(since), month_of(visible.today)) if month not in played] if since else []
    )
    return visible.lists("artists", SHORT, f"{silent[0]}-01", whole_month(silent[-1]).last) if silent else []


VIEW = View("patterns", "Loyal, back, gone, obsessed", "Who stays, who returns, who is missed?", (), build)
