"""
Which rows of two files tell of one play: one the minute, the other the second.

The short history of an account has minutes and no ids, the long one seconds: so the long one supersedes it, row by row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LENGTHS_DIFFER = 1_000
"""Milliseconds by which two files may differ about how long one play was heard."""


@dataclass(frozen=True)
class EndedRow:
    """What is needed of an imported play whose end is known."""

    key: str
    service: str
    song: str
    """By title and first artist."""
    ended_at: datetime
    precision: str
    ms_played: int


def superseded(rows: Iterable[EndedRow]) -> dict[str, str]:
    """
    The key of each row that tells the minute alone of a play of which another row tells the second, and that one's key.

    A minute is cut off, not rounded; the length must be the same. Each exact row replaces one.
    """
    every = list(rows)
    exact: dict[tuple[str, str, str], list[EndedRow]] = {}
    for row in every:
        if row.precision == "second":
            exact.setdefault(_place(row), []).append(row)
    pairs: dict[str, str] = {}
    for row in sorted(every, key=lambda row: row.key):
        if row.precision != "minute":
            continue
        same = exact.get(_place(row), [])
        near = [(abs(other.ms_played - row.ms_played), other.key, other) for other in same]
        difference, _, other = min(near, key=lambda each: each[:2], default=(LENGTHS_DIFFER + 1, "", row))
        if difference <= LENGTHS_DIFFER:
            same.remove(other)
            pairs[row.key] = other.key
    return pairs


def _place(row: EndedRow) -> tuple[str, str, str]:
    return row.service, row.song, row.ended_at.isoformat()[: len("2026-11-28T12:34")]
