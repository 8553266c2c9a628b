"""What a file has, told before anything of it is stored."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from blendify.importing.counting import CountingRule, counts
from blendify.importing.formats import registry
from blendify.importing.formats.format import Format, Options
from blendify.importing.formats.rows import Play, Row, Skipped

MOST_ARTISTS = 2_000
"""Of whom plays are counted at a time; the rarest go when more come."""
SHOWN_ARTISTS = 5


@dataclass(frozen=True)
class Preview:
    """The content of one file in figures, with the artists by which listeners see whose history it is."""

    format: Format
    rows: int
    plays: int
    counting_plays: int
    """By the rule."""
    saved: int
    """Tracks, albums, artists and playlists."""
    skipped: Mapping[str, int]
    """Rows that are not stored, by reason."""
    first: datetime | None
    last: datetime | None
    artists: tuple[str, ...]
    """Those with the most plays."""


def preview(format_: Format, stream: BinaryIO, options: Options, rule: CountingRule) -> Preview:
    """
    The whole file in figures.

    Raises  ImportRefused, as reading does
    """
    kinds, skipped, artists = Counter[str](), Counter[str](), Counter[str]()
    first: datetime | None = None
    last: datetime | None = None
    for _, row in registry.read(format_, stream, options):
        kinds[_kind(row)] += 1
        if isinstance(row, Skipped):
            skipped[row.reason] += 1
        elif isinstance(row, Play):
            kinds["counting"] += counts(rule, row.flags, row.ms_played, row.duration_ms)
            first, last = min(first or row.at, row.at), max(last or row.at, row.at)
            _count(artists, row.artist_name)
    return Preview(
        format=format_,
        rows=kinds["play"] + kinds["saved"] + kinds["skipped"],
        plays=kinds["play"],
        counting_plays=kinds["counting"],
        saved=kinds["saved"],
        skipped=dict(skipped),
        first=first,
        last=last,
        artists=tuple(name for name, _ in artists.most_common(SHOWN_ARTISTS)),
    )


def _kind(row: Row) -> str:
    return "skipped" if isinstance(row, Skipped) else "play" if isinstance(row, Play) else "saved"


def _count(artists: Counter[str], name: str | None) -> None:
    if not name:
        return
    artists[name] += 1
    if len(artists) > MOST_ARTISTS:
        for rare, _ in artists.most_common()[: -MOST_ARTISTS // 2 : -1]:
            del artists[rare]
