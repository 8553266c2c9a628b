"""What do I love these weeks? The top list now, and how it moved in seven days."""

from blendify.taste import movement
from blendify.taste.days import later
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.frame import Shown, View, history_of, no_ranks, series
from blendify.web.taste.visible import Visible

HISTORY_DAYS = 90
"""How far back an entry counts as one that came back."""


def build(asked: Asked, visible: Visible) -> Shown:
    """The list that is asked for."""
    chosen = series(asked, visible.current_lists)
    if chosen is None:
        return Shown(empty=no_ranks(visible.known))
    first = later(visible.today, -HISTORY_DAYS)
    history = history_of(chosen, visible.lists(chosen.what, chosen.time_range, first, visible.today))
    top = movement.top_now(history, visible.today)
    if top is None:
        return Shown(empty=no_ranks(visible.known))
    return Shown(
        {
            "choices": chosen.choices(asked),
            "artists": chosen.what == "artists",
            "moved": top.moved,
            "left": top.left,
            "lead": _lead(top, chosen.what),
        },
        (chosen.basis(visible.known), f"The list is as it was on {words.day(top.day)}."),
    )


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
        sentences.append(f"{climber.entry.name} climbed the most in seven days: {climb}.")
    if new:
        sentences.append(f"{words.count(new, f'{noun} is', f'{noun}s are')} new.")
    return " ".join(sentences)


VIEW = View("top", "Your music now", "What do I love these weeks?", ("what", "range", "provider"), build)
