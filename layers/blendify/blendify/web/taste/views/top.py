"""What do I love these weeks? The top list now, and how it moved in seven days; or of all time, by plays."""

from collections.abc import Sequence

from blendify.insights.buckets import Ranked
from blendify.sharing.legible import isolated
from blendify.taste import listening, movement
from blendify.taste.days import later
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import (
    ARTISTS_COUNT,
    Choice,
    Series,
    Shown,
    View,
    history_of,
    no_plays,
    no_ranks,
    plays_basis,
    series,
)
from blendify.web.taste.visible import Visible

HISTORY_DAYS = 90
"""How far back an entry counts as one that came back."""
ROWS = 50
"""Of all time, as long as a service's list."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The list that is asked for, or all plays; these too for a listener without lists."""
    chosen = series(asked, visible.current_lists)
    if asked.source == "plays" or not (visible.current_lists or asked.source or visible.known.plays_since is None):
        return _of_all_time(asked, visible, chosen)
    if chosen is None:
        return Shown(empty=no_ranks(visible.known))
    first = later(visible.today, -HISTORY_DAYS)
    history = history_of(chosen, visible.lists(chosen.what, chosen.time_range, first, visible.today))
    top = movement.top_now(history, visible.today)
    if top is None:
        return Shown(empty=no_ranks(visible.known))
    return Shown(
        {
            "choices": [*chosen.choices(asked), _sources(asked, visible, chosen)],
            "artists": chosen.what == "artists",
            "moved": top.moved,
            "left": top.left,
            "lead": _lead(top, chosen.what),
        },
        (chosen.basis(visible.known), f"The list is as it was on {words.day(top.day)}."),
    )


def _of_all_time(asked: Asked, visible: Visible, chosen: Series | None) -> Shown:
    """The songs or artists with the most plays, from the first play that is known."""
    artists = (asked.what or "artists") == "artists"
    plays = visible.plays()
    if not plays:
        return Shown(empty=no_plays(visible.known))
    count = listening.artists if artists else listening.songs
    ranked = visible.pictured(list(count(plays).values())[:ROWS], of_artists=artists)
    nouns = {"artists": "Artists", "tracks": "Songs"}
    whats = [Choice(title, asked.link(what=name), (name == "artists") == artists) for name, title in nouns.items()]
    return Shown(
        {
            "choices": [whats, _sources(asked, visible, chosen)],
            "artists": artists,
            "moved": _standing(ranked),
            "left": (),
            "lead": f"{ranked[0].name} is your number one of all time, with {words.count(ranked[0].plays, 'play')}.",
        },
        (plays_basis(visible.known), *([ARTISTS_COUNT] if artists else [])),
        title="Your music of all time",
    )


def _standing(ranked: Sequence[listening.Played]) -> list[movement.Moved]:
    """Ranks by plays; nothing is told of how they moved."""
    return [
        movement.Moved(
            Ranked(rank, played.key, "", played.name, played.artist_line, played.image, round(played.plays)), None, 0
        )
        for rank, played in enumerate(ranked, start=1)
    ]


def _sources(asked: Asked, visible: Visible, chosen: Series | None) -> list[Choice]:
    if chosen is None or visible.known.plays_since is None:
        return []
    of_all_time = asked.source == "plays"
    return [
        Choice("Now", asked.link(source=None), not of_all_time),
        Choice("Of all time", asked.link(source="plays", range=None, provider=None), of_all_time),
    ]


def _lead(top: movement.TopNow, what: str) -> str:
    first = top.moved[0].entry.name if top.moved else ""
    noun = "artist" if what == "artists" else "song"
    if top.compared_with is None:
        return f"{first} is your number one. Seven days after the first list, arrows show what moved."
    new = sum(item.direction is movement.Direction.NEW for item in top.moved)
    climbers = [item for item in top.moved if item.direction is movement.Direction.UP]
    climber = max(climbers, key=lambda item: item.places, default=None)
    sentences = [f"{first} is your number one."]
    if climber:
        climb = words.count(climber.places, "place")
        sentences.append(f"{isolated(climber.entry.name)} climbed the most in seven days: {climb}.")
    if new:
        sentences.append(f"{words.count(new, f'{noun} is', f'{noun}s are')} new.")
    return " ".join(sentences)


VIEW = View("top", "Your music now", "What do I love these weeks?", ("what", "range", "provider", "source"), build)
