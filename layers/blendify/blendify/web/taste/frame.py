"""What all views have in common: choices as links, tables, where numbers come from, and what to say without any."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from blendify.importing import service_names
from blendify.insights.buckets import Known, TopList
from blendify.providers import PROVIDERS
from blendify.taste.rankings import histories
from blendify.web.taste import words
from blendify.web.taste.asked import Asked
from blendify.web.taste.visible import Visible

ARTISTS_COUNT = "A play counts 1 for the first artist of a song, and a quarter for a guest."


@dataclass(frozen=True)
class View:
    """A page below `/taste`."""

    name: str
    title: str
    question: str
    parameters: tuple[str, ...]
    build: Callable[[Asked, Visible], "Shown"]


@dataclass(frozen=True)
class Shown:
    """What a view shows."""

    values: dict[str, Any] = field(default_factory=dict)
    """For its template; not used when it is empty."""
    basis: tuple[str, ...] = ()
    """Sentences: where the numbers come from, and since when they are known."""
    empty: str | None = None
    """In place of the view: when there will be something."""
    title: str | None = None
    """In place of the view's own."""


@dataclass(frozen=True)
class Choice:
    """A link to the same view with another choice."""

    label: str
    link: str
    current: bool


@dataclass(frozen=True)
class Table:
    """The numbers of a chart, in words. The first column names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Series:
    """One top list: its snapshots by day, and what else could be chosen."""

    what: str
    time_range: str
    provider: str
    providers: tuple[str, ...]
    """With such a list."""
    ranges: tuple[str, ...]

    def choices(self, asked: Asked) -> list[list[Choice]]:
        """Rows of links: what, over which time, of which service; a row without a choice is left out."""
        nouns = {"artists": "Artists", "tracks": "Songs"}
        rows = [
            [Choice(title, asked.link(what=name, artist=None), name == self.what) for name, title in nouns.items()],
            [
                Choice(words.RANGES[name], asked.link(range=name), name == self.time_range)
                for name in words.RANGES
                if name in self.ranges
            ],
            [
                Choice(PROVIDERS[name].title, asked.link(provider=name), name == self.provider)
                for name in self.providers
            ],
        ]
        return [row for row in rows if len(row) > 1]

    def basis(self, known: Known) -> str:
        """Where the ranks come from, and since when."""
        source = f"From your top {'artists' if self.what == 'artists' else 'songs'} at {PROVIDERS[self.provider].title}"
        span = words.RANGES[self.time_range].lower()
        since = f", known since {words.day(known.rankings_since)}" if known.rankings_since else ""
        return f"{source} over {span}{since}. What ranks below the end of a list is not known."


def series(asked: Asked, current: Sequence[TopList]) -> Series | None:
    """The list that is asked for, or the nearest there is; None without any."""
    what = asked.what or "artists"
    of_kind = [snapshot for snapshot in current if snapshot.what == what and snapshot.entries]
    if asked.provider:
        of_kind = [snapshot for snapshot in of_kind if snapshot.provider == asked.provider]
    ranges = tuple(dict.fromkeys(snapshot.time_range for snapshot in of_kind))
    if not ranges:
        return None
    order = (asked.range, "short_term", *words.RANGES)
    time_range = next(name for name in order if name in ranges)
    every = [snapshot for snapshot in current if snapshot.what == what and snapshot.entries]
    providers = tuple(name for name in PROVIDERS if any(snapshot.provider == name for snapshot in every))
    provider = next(snapshot.provider for snapshot in of_kind if snapshot.time_range == time_range)
    return Series(what, time_range, provider, providers, ranges)


def history_of(chosen: Series, lists: Iterable[TopList]) -> list[TopList]:
    """The snapshots of the chosen list, by day."""
    return histories(lists).get((chosen.provider, chosen.what, chosen.time_range), [])


def no_ranks(known: Known) -> str:
    """Without a top list."""
    if known.connected_on is None:
        return "Nothing has been collected yet. Once your first sync is over, your top songs and artists are here."
    return (
        "Your services have told no top songs or artists so far. Where one does, they are here a minute or two "
        "after the sync that read them."
    )


def no_plays(known: Known) -> str:
    """Without a play whose moment is known."""
    if known.connected_on is None:
        return "Nothing has been collected yet. After your first sync, what you play appears here day by day."
    return (
        "No play is known so far whose moment a service tells. What you play where a service tells moments is here a "
        "few hours later."
    )


def plays_basis(known: Known) -> str:
    """Where plays come from, and since when; that there are none."""
    if known.plays_since is None:
        return "No play is known so far whose moment a service tells."
    since = f", known since {words.day(known.plays_since)}" if known.plays_since else ""
    return f"From your plays{since}. A play that two services tell of counts once."


def library_basis(visible: Visible) -> str:
    """Where additions come from, and since when."""
    since = f" since {words.day(visible.known.library_since)}" if visible.known.library_since else ""
    text = f"From the dates on which you added things{since}, as your services give them."
    names = list(dict.fromkeys(service_names.title(each.service) for each in visible.lists_of_files))
    return f"{text} Those of {words.listed(names)} are from the files that you imported." if names else text
