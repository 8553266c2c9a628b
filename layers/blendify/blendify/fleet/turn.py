"""
Which run over all listeners goes on: the one that began last.

Two may be under way at a time, as when the operator begins one during the daily one, or redrives one that failed. The
earlier one then writes nothing any more and ends: it would put what is older in place of what is newer, and with it who
has withdrawn between the two.
"""

import secrets

from blendify.core import times
from blendify.fleet import shelf
from blendify.fleet.results import Run
from blendify.insights import table


class Superseded(Exception):
    """Another run has begun since, or this one has ended."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} does not go on any more")
        self.run = run


def begin() -> str:
    """From now on a new run goes on, and no other; returns its name: the day of UTC, and what is random."""
    run = f"{times.iso(times.now())[: len('2026-11-28')]}-{secrets.token_hex(4)}"
    table.write(*shelf.TURN, [run])
    return run


def current() -> str | None:
    """The run that goes on; None when the latest one has ended."""
    rows = table.read_across([shelf.TURN, shelf.RUN])
    run, ended = rows.get(shelf.TURN, [None])[0], rows.get(shelf.RUN)
    return None if ended and Run(*ended).version == run else run


def check(run: str) -> None:
    """
    Nothing, while this run goes on.

    Raises  Superseded
    """
    if current() != run:
        raise Superseded(run)
