"""
The latest playlist of a blend, as the insights table keeps it: the bucket `playlist` in the blend's own partition.

It is derived, and may be deleted at any time: it is made again when somebody looks.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

from blendify.blends.choice import Chosen, Song
from blendify.blends.playlist import Entry, Playlist, Share
from blendify.blends.shelf import shelf
from blendify.blends.worth import Link
from blendify.insights import table

BUCKET = "playlist"
FORMAT = 1
"""Of the rows: a playlist of another release is as none."""


class Score(NamedTuple):
    """How alike two members are."""

    member: str
    """A member's id."""
    other: str
    percent: int
    words: str
    artists: tuple[str, ...]
    """The names of the artists that say most for it."""


@dataclass(frozen=True)
class Daily:
    """A blend's playlist, and what was known when it was made."""

    playlist: Playlist
    made_at: str
    people: str
    """Tells who was in the blend."""
    basis: str
    """Tells what else it was made of: another one when it has to be made anew."""
    services: tuple[str, ...]
    """Whose data are in it."""
    songs: Mapping[str, int]
    """How many songs of each member were known."""
    scores: tuple[Score, ...]
    """Of the pairs who both agreed; who is known too little has none."""


def read(blend_id: str) -> Daily | None:
    """What is stored; None for nothing, or of another release."""
    rows = table.read_named(shelf(blend_id), [BUCKET]).get(BUCKET)
    return _daily(rows[1:]) if rows and rows[0] == FORMAT else None


def write(blend_id: str, daily: Daily) -> None:
    """Keep it in place of the one before."""
    table.write(shelf(blend_id), BUCKET, [FORMAT, *_rows(daily)])


def _rows(daily: Daily) -> list[Any]:
    made = daily.playlist
    entries = [
        [list(astuple(each.chosen.song)), each.chosen.by, each.chosen.since, dict(each.links)] for each in made.entries
    ]
    shares = [list(astuple(share)) for share in made.shares]
    playlist = [made.day, entries, shares, made.together, dict(made.blended)]
    about = [daily.made_at, daily.people, daily.basis, daily.services, dict(daily.songs), daily.scores]
    return [playlist, about]


def _daily(stored: list[Any]) -> Daily:
    (day, entries, shares, together, blended), (made_at, people, basis, services, songs, scores) = stored
    made = Playlist(day, tuple(map(_entry, entries)), tuple(Share(*share) for share in shares), together, blended)
    pairs = tuple(
        Score(member, other, percent, words, tuple(artists)) for member, other, percent, words, artists in scores
    )
    return Daily(made, made_at, people, basis, tuple(services), songs, pairs)


def _entry(row: list[Any]) -> Entry:
    about, by, since, links = row
    song = Song(*[*about[:-1], tuple(about[-1])])
    return Entry(Chosen(song, by, since), {name: Link(*each) for name, each in links.items()})
