"""The statements of `statements.sql`, with run and batch filled in: digits, letters and hyphens alone."""

import re
from functools import cache
from pathlib import Path

from blendify.fleet import shelf

LISTENERS_A_BATCH = 2_500
"""As many were measured to need at most 6 GB of memory with 100,000 listeners."""
MOST_BATCHES = 256
"""A state machine has 25,000 events in its history: a batch takes some forty."""
ARTISTS_A_STATEMENT = 5_000
"""So many make 250,000 rows at most, which one Lambda loads."""
_RUN = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}")
_LETTERS = re.compile(r"[-_0-9A-Za-z]+")
_NAMED = re.compile(r"^-- name: (\w+)\n(.*?);$", re.MULTILINE | re.DOTALL)


@cache
def texts() -> dict[str, str]:
    """The text of each statement by its name, with its places open."""
    return dict(_NAMED.findall(Path(__file__).with_suffix(".sql").read_text()))


def listeners(run: str) -> str:
    """How many listeners have a profile: `listeners`."""
    return texts()["listeners"].format(run=_checked(run))


def audience(run: str) -> str:
    """How many have each artist, from three on: `artist`, `listeners`."""
    return texts()["audience"].format(run=_checked(run))


def neighbours(run: str, batch: int, batches: int) -> str:
    """Who is like each listener of a batch: `u`, `other`, `likeness`; the most alike first. Batches begin with 0, and
    one has the numbers that leave its own when they are divided by how many there are."""
    return texts()["neighbours"].format(run=_checked(run), batch=int(batch), batches=int(batches))


def near(run: str, letters: str) -> str:
    """Who is near each artist whose key begins with one of these: `artist`, `other`, `name`, `image`, `nearness`,
    `shared`; the nearest first."""
    if not _LETTERS.fullmatch(letters):
        raise ValueError("no letters of keys")
    return texts()["near"].format(run=_checked(run), letters=letters)


def batches_of(listeners: int) -> int:
    """In how many batches the neighbours of so many listeners are looked for: a power of two."""
    return min(MOST_BATCHES, power_of_two(-(-listeners // LISTENERS_A_BATCH)))


def letters_of(artists: int) -> list[str]:
    """The letters that go into each statement of near artists, where so many artists have an audience."""
    parts = min(len(shelf.LETTERS), power_of_two(-(-artists // ARTISTS_A_STATEMENT)))
    size = len(shelf.LETTERS) // parts
    return [shelf.LETTERS[start : start + size] for start in range(0, len(shelf.LETTERS), size)]


def power_of_two(least: int) -> int:
    """The smallest power of two that is not less."""
    return 1 << max(0, least - 1).bit_length()


def _checked(run: str) -> str:
    if not _RUN.fullmatch(run):
        raise ValueError("no run")
    return run
