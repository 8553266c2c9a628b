"""
Judgement: what a list that was read shows, decided once, for the list as a whole.

Counts are hints: providers count too high, too low, or in one moment this and in the next that. What was given is kept
in any case. Whether an entry that is missing has left the list, whether the list is read once more, what the listener
is told and what later syncs go by: all of it follows from the first case of the table that applies.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_ATTEMPTS = 3
"""Most readings of a list that changes while it is read; then it is taken as it is, and the next sync reads it anew."""
SHORTFALLS_BELIEVED = 2
"""Consecutive syncs with the same shortfall after which it counts as a miscount: the provider hides nothing."""


class Verdict(StrEnum):
    """What a list that was read is worth."""

    COMPLETE = "complete"
    """Every entry was seen: what is missing has left the list."""
    MISCOUNTED = "miscounted"
    """Fewer entries were given than counted, as in the syncs before: what was given is the list."""
    DOUBTFUL = "doubtful"
    """What was given is kept, and nothing is removed."""
    UNFINISHED = "unfinished"
    """The provider or the sync gave up before the end of the list: as doubtful, and the list is said to be missing."""
    AGAIN = "again"
    """The list must be read once more before anything is concluded."""


@dataclass(frozen=True)
class Evidence:
    """What one reading of a list brought, against what the provider counts and what earlier syncs know."""

    given: int
    """Different entries."""
    counted: int | None = None
    """By the provider, as far as the list is read; None where it does not say."""
    known: int = 0
    """Entries of the version."""
    gone: int = 0
    """Entries of the version that were not given."""
    new: int = 0
    """Entries that the version does not have."""
    attempt: int = 1
    changed: bool = False
    """Whether the list changed while it was read, up to the last attempt."""
    broken_off: bool = False
    """Whether reading ended before the list did, or pages of it could not be read."""
    log: bool = False
    """Whether nothing ever leaves the list, but at its old end."""
    countable: bool = True
    """Whether a count can be held against the entries of the list: each of them is given once."""
    known_to_be_gone: bool = False
    """Whether the list itself is gone: the data type that names the lists no longer has it."""
    asked_twice: bool = False
    """Whether most of it was missing in an earlier look of the same sync already."""
    shortfall: int = 0
    """Entries that were counted and not given in the latest sync that committed the list."""
    shortfall_syncs: int = 0
    """How many consecutive syncs ended with exactly this shortfall."""

    @property
    def missing(self) -> int:
        """How many entries were counted and not given."""
        return max(0, (self.counted or 0) - self.given) if self.countable else 0

    @property
    def mostly_gone(self) -> bool:
        """Whether more than half of the list would be removed, and not replaced."""
        return (self.gone - self.new) * 2 > self.known


@dataclass(frozen=True)
class Case:
    """A row of the table: when it applies, and what it means."""

    name: str
    applies: Callable[[Evidence], bool]
    verdict: Verdict
    why: Callable[[Evidence], str | None] = lambda _: None
    """What the listener is told, or why the list is read again."""


@dataclass(frozen=True)
class Judgement:
    """What follows for outcome, note, removals, and the next sync."""

    case: str
    verdict: Verdict
    why: str | None
    missing: int = 0

    @property
    def removals(self) -> bool:
        """Whether entries that were not given have left the list."""
        return self.verdict in (Verdict.COMPLETE, Verdict.MISCOUNTED)

    @property
    def again(self) -> bool:
        """Whether to read the list once more before anything is committed."""
        return self.verdict is Verdict.AGAIN

    @property
    def sound(self) -> bool:
        """Whether later syncs may go by it: look for changes alone, and skip a list that is called the same."""
        return self.verdict in (Verdict.COMPLETE, Verdict.MISCOUNTED)

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to the counts of a sync."""
        noted = self.verdict in (Verdict.DOUBTFUL, Verdict.MISCOUNTED)
        return {"doubtful": int(noted), "lost": int(self.verdict is Verdict.UNFINISHED)}


def _short(evidence: Evidence) -> str:
    return f"the provider counts {evidence.counted} entries and gives {evidence.given}"


def _believed(evidence: Evidence) -> bool:
    return evidence.missing == evidence.shortfall and evidence.shortfall_syncs >= SHORTFALLS_BELIEVED


CASES: Sequence[Case] = (
    Case("the list itself is gone", lambda it: it.known_to_be_gone, Verdict.COMPLETE),
    Case(
        "not read to its end",
        lambda it: it.broken_off,
        Verdict.UNFINISHED,
        lambda it: f"{it.given} entries were read before the end",
    ),
    Case("a log in which plays are missing", lambda it: it.log and it.changed, Verdict.DOUBTFUL),
    Case("a log", lambda it: it.log, Verdict.COMPLETE),
    Case(
        "changed while it was read, to the end",
        lambda it: it.changed,
        Verdict.DOUBTFUL,
        lambda _: "the list changed while it was read",
    ),
    Case(
        "most of it is missing for the first time",
        lambda it: it.mostly_gone and not it.asked_twice,
        Verdict.AGAIN,
        lambda it: f"{it.gone} of {it.known} entries seem to be gone: they are looked for once more",
    ),
    Case("short, as in the syncs before", lambda it: it.missing > 0 and _believed(it), Verdict.MISCOUNTED, _short),
    Case("short", lambda it: it.missing > 0 and it.attempt < MOST_ATTEMPTS, Verdict.AGAIN, _short),
    Case("short to the end", lambda it: it.missing > 0, Verdict.DOUBTFUL, _short),
    Case("all of it was seen", lambda _: True, Verdict.COMPLETE),
)
"""The first that applies counts."""


def judge(evidence: Evidence) -> Judgement:
    """The judgement, which follows from the evidence alone."""
    case = next(case for case in CASES if case.applies(evidence))
    return Judgement(case.name, case.verdict, case.why(evidence), evidence.missing)
