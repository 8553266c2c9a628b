"""The statements of `statements.sql`, with day and batch filled in: digits and letters alone."""

import re
from functools import cache
from pathlib import Path

from blendify.fleet import shelf

LISTENERS_A_BATCH = 2_500
"""As many were measured to need at most 6 GB of memory with 100,000 listeners."""
MOST_BATCHES = 256
"""A state machine has 25,000 events in its history: a batch takes some forty."""
LISTENERS_A_LETTER = 5_000
"""Up to so many listeners all letters go into one statement of near artists; from 64 times as many each into one."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LETTERS = re.compile(r"[-_0-9A-Za-z]+")
_NAMED = re.compile(r"^-- name: (\w+)\n(.*?);$", re.MULTILINE | re.DOTALL)


@cache
def texts() -> dict[str, str]:
    """The text of each statement by its name, with its places open."""
    return dict(_NAMED.findall(Path(__file__).with_suffix(".sql").read_text()))


def listeners(day: str) -> str:
    """How many listeners have a profile: `listeners`."""
    return texts()["listeners"].format(day=_checked(day))


def audience(day: str) -> str:
    """How many have each artist, from three on: `artist`, `listeners`."""
    return texts()["audience"].format(day=_checked(day))


def neighbours(day: str, batch: int, batches: int) -> str:
    """Who is like each listener of a batch: `u`, `other`, `likeness`; the most alike first. Batches begin with 0."""
    first, last = (shelf.NUMBERS * number // batches for number in (batch, batch + 1))
    return texts()["neighbours"].format(day=_checked(day), first=int(first), last=int(last))


def near(day: str, letters: str) -> str:
    """Who is near each artist whose key begins with one of these: `artist`, `other`, `name`, `image`, `nearness`,
    `shared`; the nearest first."""
    if not _LETTERS.fullmatch(letters):
        raise ValueError("no letters of keys")
    return texts()["near"].format(day=_checked(day), letters=letters)


def batches_of(count: int) -> int:
    """In how many batches the neighbours of so many listeners are looked for."""
    return max(1, min(MOST_BATCHES, -(-count // LISTENERS_A_BATCH)))


def letters_of(count: int) -> list[str]:
    """The letters that go into each statement of near artists, with so many listeners."""
    parts = max(1, min(len(shelf.LETTERS), -(-count // LISTENERS_A_LETTER)))
    size = -(-len(shelf.LETTERS) // parts)
    return [shelf.LETTERS[start : start + size] for start in range(0, len(shelf.LETTERS), size)]


def _checked(day: str) -> str:
    if not _DAY.fullmatch(day):
        raise ValueError("no day")
    return day
