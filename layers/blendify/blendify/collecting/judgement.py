"""
Judgement: what a list that was read shows, decided once, for the list as a whole.

Counts are hints: providers count too high, too low, or in one moment this and in the next that. What was given is kept
in any case. Whether an entry that is missing has left the list, whether the list is read once more, what the listener
is told and what later syncs go by: all of it follows from the first case of the table that applies.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from blendify.collecting.evidence import SHORTFALLS_BELIEVED, Evidence, is_usual
from blendify.fetching.page_consistency import MOST_ATTEMPTS


class Verdict(StrEnum):
    """What a list that was read is worth."""

    COMPLETE = "complete"
    """Every entry was seen: what is missing has left the list."""
    MISCOUNTED = "miscounted"
    """The provider's count is wrong, as in the syncs before: what was given is the list."""
    DOUBTFUL = "doubtful"
    """What was given is kept, and nothing is removed."""
    UNFINISHED = "unfinished"
    """The provider or the sync gave up before the end of the list: as doubtful, and the list is said to be missing."""
    AGAIN = "again"
    """The list must be read once more before anything is concluded."""


@dataclass(frozen=True)
class Case:
    """A row of the table: when it applies, and what it means."""

    name: str
    applies: Callable[[Evidence], bool]
    verdict: Verdict
    why: str = ""
    """Why the list is read again; `it` is the evidence."""


@dataclass(frozen=True)
class Judgement:
    """What follows for outcome, note, removals, and the next sync."""

    case: str
    verdict: Verdict
    why: str = ""
    """Why the list is read again."""
    shortfall: int = 0
    shortfall_syncs: int = 0

    @property
    def again(self) -> bool:
        """Whether to read the list once more before anything is committed."""
        return self.verdict is Verdict.AGAIN

    @property
    def sound(self) -> bool:
        """
        Whether entries that were not given have left the list. And whether later syncs may go by it: look for changes
        alone, and skip a list that is called the same.
        """
        return self.verdict in (Verdict.COMPLETE, Verdict.MISCOUNTED)

    @property
    def counts(self) -> dict[str, int]:
        """What it adds to the counts of a sync."""
        counted = {"doubtful": Verdict.DOUBTFUL, "miscounted": Verdict.MISCOUNTED}
        return {name: int(self.verdict is verdict) for name, verdict in counted.items()}


CASES: Sequence[Case] = (
    Case("the list itself is gone", lambda it: it.end.known_to_be_gone, Verdict.COMPLETE),
    Case("not read to its end", lambda it: it.end.broken_off, Verdict.UNFINISHED),
    Case("changed while it was read, to the end", lambda it: it.end.observed.changed, Verdict.DOUBTFUL),
    Case("a log in which plays are missing", lambda it: it.log and it.missing > 0, Verdict.DOUBTFUL),
    Case("a log", lambda it: it.log, Verdict.COMPLETE),
    Case("the provider shows the latest alone", lambda it: it.latest_alone and it.gone > 0, Verdict.DOUBTFUL),
    Case(
        "where two pages meet entries came again, for the first time",
        lambda it: it.met_again > 0 and not it.end.observed.came_twice and it.end.observed.attempt < MOST_ATTEMPTS,
        Verdict.AGAIN,
        "{it.met_again} entries came again where two pages meet",
    ),
    Case("where two pages meet entries came again", lambda it: it.met_again > 0, Verdict.DOUBTFUL),
    Case(
        "most of it is missing for the first time; or some, and it may stand behind the last page",
        lambda it: (
            (it.mostly_gone and not it.end.observed.asked_twice) or (it.gone > 0 and it.first_look and it.may_go_on)
        ),
        Verdict.AGAIN,
        "{it.gone} of {it.known} entries seem to be gone: they are looked for once more",
    ),
    Case("others may stand where entries came twice", lambda it: it.hidden > 0, Verdict.DOUBTFUL),
    Case(
        "as many came twice as are missing, for the first time",
        lambda it: it.as_many_twice and not (it.twice_as_before or it.end.observed.attempt == MOST_ATTEMPTS),
        Verdict.AGAIN,
        "the provider lists {it.repeated} entries twice, and may hide as many",
    ),
    Case("as many came twice as are missing", lambda it: it.as_many_twice, Verdict.MISCOUNTED),
    Case(
        "short, as in the syncs before",
        lambda it: 0 < it.missing <= it.before.shortfall and is_usual(it.before.shortfall_syncs),
        Verdict.MISCOUNTED,
    ),
    Case(
        "short otherwise than before, and nobody has asked for what is missing",
        lambda it: it.nobody_asked and not it.missed_as_before,
        Verdict.AGAIN,
        "the provider counts {it.counted} entries and gives {it.given}",
    ),
    Case("short", lambda it: it.missing > 0, Verdict.DOUBTFUL),
    Case(
        "more or fewer came than others count, for the first time; or fewer, and otherwise than before",
        lambda it: (
            ((it.more > 0 or it.fewer > 0) and it.first_look)
            or (it.fewer_than_before and it.end.observed.attempt < MOST_ATTEMPTS)
        ),
        Verdict.AGAIN,
        "{it.more} entries came that are not counted, {it.fewer} are counted and did not: some may have moved",
    ),
    Case("fewer came than others count, and in each look otherwise", lambda it: it.fewer_than_before, Verdict.DOUBTFUL),
    Case(
        "counted differently from page to page, for the first time",
        lambda it: it.end.observed.unsteady and it.first_look and not it.before.unsteady_syncs,
        Verdict.AGAIN,
        "the provider counts it differently from page to page: it may have changed, and back",
    ),
    Case("counted differently from page to page", lambda it: it.end.observed.unsteady, Verdict.MISCOUNTED),
    Case("all of it was seen", lambda _: True, Verdict.COMPLETE),
)
"""The first that applies counts."""


def judge(evidence: Evidence) -> Judgement:
    """The judgement, which follows from the evidence alone."""
    case = next(case for case in CASES if case.applies(evidence))
    why, now, before = case.why.format(it=evidence), evidence.shortfall_now, evidence.before
    if case.verdict is Verdict.UNFINISHED:
        # What was not asked for tells nothing of the count.
        return Judgement(case.name, case.verdict, why, before.shortfall, before.shortfall_syncs)
    repeats = now == before.shortfall or 0 < now < before.shortfall
    syncs = 0 if now == 0 else before.shortfall_syncs + 1 if repeats else 1
    if evidence.as_many_twice and evidence.twice_as_before and case.verdict is Verdict.MISCOUNTED:
        # Nothing is missing: the provider counts what it lists twice.
        syncs = max(syncs, SHORTFALLS_BELIEVED)
    return Judgement(case.name, case.verdict, why, now, syncs)
