"""
A listener's plays as apps read them, each once: a polled play and an imported one that are one, joined.

They are paired in blocks, with a day around each: what is further away has nothing to do with each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from blendify.core import times
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.importing import timeline
from blendify.importing.timeline import REACH, OnePlay
from blendify.providers import NAMES
from blendify.reading.question import Question
from blendify.reading.records import metadata_field, record, record_of

SHORTEST, LONGEST = timedelta(hours=12), timedelta(days=64)
"""Of a block: it grows while there are few plays in one, as each costs a few reads."""
FEW, MANY = 50, 400
MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class PlayOnce:
    """A play, and what tells of it."""

    play: OnePlay

    @property
    def moment(self) -> str:
        """When it was played (ISO 8601)."""
        return self.play.moment

    @property
    def key(self) -> str:
        """The sort key of the fact that says most of it."""
        return self.play.key

    def record(self, *, raw: bool) -> dict[str, Any]:
        """The play as apps read it: time, length and flags of the file, song and context of the provider."""
        fact = self.play.fact
        if self.play.polled is None or self.play.imported is None:
            return record(fact, timeline.PLAYS, raw=raw)
        # The provider recorded it itself, which an import does not change.
        values = {**self.play.fields, "provider": str(fact.provider)}
        fields = record_of(values, moment_of(str(fact.fetched_at)), timeline.PLAYS)
        return {**fields, metadata_field(timeline.PLAYS): fact.answer()} if raw else fields


def newest_first(
    user_id: str, question: Question, before: tuple[str, str] | None, until: str | None
) -> Iterator[PlayOnce]:
    """
    The plays that a question asks for, latest first, read block by block as they are taken.

    before  only plays that follow this one (moment and key) in the result
    until   no play after this moment
    """

    def matches(fact: StoredFact) -> bool:
        known_since = fact.attribute_values.get("imported_at") or moment_of(str(fact.fetched_at))
        if question.as_of is not None and known_since > question.as_of:
            return False
        # A service that is no provider of ours has no name in a question.
        return str(fact.provider) in question.providers or (
            question.provider is None and str(fact.provider) not in NAMES
        )

    until = min((moment for moment in (before and before[0], until) if moment), default="~")
    span = SHORTEST
    while (last := _latest(user_id, until)) is not None:
        first = times.parse(last) - span
        block = timeline.plays(user_id, times.iso(first), last, matches=matches)
        for play in reversed(block):
            once = PlayOnce(play)
            if before is None or (once.moment, once.key) < before:
                yield once
        if len(block) < FEW:
            span = min(4 * span, LONGEST)
        elif len(block) > MANY:
            span = max(span / 2, SHORTEST)
        until = times.iso(first - MOMENT)


def _latest(user_id: str, until: str) -> str | None:
    """When the latest play was that began by then; None without one. An imported one is known by its end."""
    polled = next(iter(queries.plays(user_id, timeline.PLAYS, None, until)), None)
    beyond = until if until == "~" else times.iso(times.parse(until) + REACH)
    imported = queries.latest_imported(user_id, timeline.PLAYS, beyond)
    moment = max(filter(None, (polled and polled[0], imported)), default=None)
    return moment and min(moment, until)
