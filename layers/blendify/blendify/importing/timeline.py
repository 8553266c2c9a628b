"""A listener's plays, each once: what syncs polled and what files brought, where both tell of one play, joined."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.core.same_names import song_key
from blendify.history import lookup, queries
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.importing.same_plays import ImportedPlay, Pair, PolledPlay
from blendify.importing.same_plays import pairs as paired
from blendify.importing.same_rows import EndedRow, superseded

PLAYS = DataType.RECENTLY_PLAYED
REACH = timedelta(days=1)
"""Plays this long before and after decide about a play: whom it is paired with depends on those of its run."""
EXACT = ("second", "minute")
"""Precisions of times that can be compared with a moment."""


@dataclass(frozen=True)
class OnePlay:
    """A play, and what tells of it: a polled fact, an imported one, or both."""

    moment: str
    """When it was played (ISO 8601): of an imported play its start, where the file has it."""
    polled: StoredFact | None
    imported: StoredFact | None

    @property
    def fact(self) -> StoredFact:
        """The fact that says most of the song: a provider's own, where there is one."""
        fact = self.polled or self.imported
        assert fact is not None  # noqa: S101 -- something tells of it
        return fact

    @property
    def key(self) -> str:
        """The sort key of that fact."""
        return str(self.fact.fetched_at)

    @property
    def fields(self) -> dict[str, Any]:
        """Its named fields: time, length and flags as the file has them, the rest as the provider does."""
        if self.imported is None:
            return self.fact.fields
        imported = self.imported.fields
        if self.polled is None:
            return {**imported, "played_at": self.moment}
        return {**imported, **self.polled.fields, "played_at": self.moment}


def any_imported(user_id: str) -> bool:
    """Whether the listener has imported plays at all."""
    return queries.latest_imported(user_id, PLAYS, "~") is not None


def plays(
    user_id: str,
    first: str,
    last: str,
    *,
    margin: timedelta = timedelta(),
    matches: Callable[[StoredFact], bool] = lambda _: True,
) -> list[OnePlay]:
    """
    The plays between two moments (ISO 8601, UTC), each once, in the order of their moments.

    margin   how far around this span plays are returned, too
    matches  which facts count; others are as if they were not there
    """
    begin, end = times.parse(first) - margin, times.parse(last) + margin
    imported = [fact for fact in queries.imported(user_id, PLAYS, *_wider(begin, end, REACH)) if matches(fact)]
    span = _wider(begin, end, REACH if imported else timedelta())
    keys = list(lookup.plays(user_id, PLAYS, *span))
    polled = [fact for fact in queries.facts(user_id, PLAYS, keys).values() if matches(fact)]
    inside = times.iso(begin), times.iso(end)
    here = [play for play in _once(polled, imported) if inside[0] <= play.moment <= inside[1]]
    return sorted(here, key=lambda play: (play.moment, play.key))


def pairs(polled: Iterable[StoredFact], imported: Iterable[StoredFact]) -> list[Pair]:
    """Which polled plays and imported ones are one; those of which only order or hour is known have no partner."""
    dated = [fact for fact in polled if fact.attribute_values.get("played_after") is None]
    exact = [fact for fact in imported if fact.attribute_values.get("precision") in EXACT]
    return paired([_imported(fact) for fact in exact], [_polled(fact) for fact in dated])


def same(user_id: str, rows: Sequence[StoredFact]) -> dict[str, StoredFact]:
    """
    By the keys of imported plays the fact that tells the same play: a polled one, or a row of another file.

    rows    in the order of their keys; those without such a fact are left out of the result
    """
    linked: dict[str, StoredFact] = {}
    while rows:
        # What lies further apart has nothing to do with each other, and much may have been played in between.
        ends = [times.parse(moment_of(_key(fact))) for fact in rows]
        apart = (place for place in range(1, len(rows)) if ends[place] - ends[place - 1] > 4 * REACH)
        size = next(apart, len(rows))
        span = times.iso(ends[0] - 2 * REACH), times.iso(ends[size - 1] + REACH)
        imported = list(queries.imported(user_id, PLAYS, *span))
        polled = queries.facts(user_id, PLAYS, list(lookup.plays(user_id, PLAYS, *span))).values()
        linked |= _linked(polled, imported)
        rows = rows[size:]
    return linked


def _linked(polled: Iterable[StoredFact], imported: Sequence[StoredFact]) -> dict[str, StoredFact]:
    every, replaced = {_key(fact): fact for fact in imported}, _replaced(imported)
    by_key = {_key(fact): fact for fact in polled}
    rows = [fact for fact in imported if _key(fact) not in replaced]
    linked = {pair.imported: by_key[pair.polled] for pair in pairs(by_key.values(), rows)}
    return linked | {key: linked.get(exact, every[exact]) for key, exact in replaced.items()}


def _once(polled: Sequence[StoredFact], imported: Sequence[StoredFact]) -> list[OnePlay]:
    replaced = _replaced(imported)
    rows = {_key(fact): fact for fact in imported if _key(fact) not in replaced}
    partner = {pair.polled: rows[pair.imported] for pair in pairs(polled, rows.values())}
    alone = rows.keys() - {_key(fact) for fact in partner.values()}
    together = [OnePlay(_moment(fact, partner.get(_key(fact))), fact, partner.get(_key(fact))) for fact in polled]
    return together + [OnePlay(_moment(None, rows[key]), None, rows[key]) for key in alone]


def _replaced(imported: Iterable[StoredFact]) -> dict[str, str]:
    return superseded(_ended(fact) for fact in imported if fact.attribute_values.get("ended_at"))


def _moment(polled: StoredFact | None, imported: StoredFact | None) -> str:
    if imported is not None:
        return str(imported.attribute_values.get("started_at") or imported.attribute_values["ended_at"])
    return str(polled.played_at) if polled else ""


def _key(fact: StoredFact) -> str:
    return str(fact.fetched_at)


def _polled(fact: StoredFact) -> PolledPlay:
    return PolledPlay(_key(fact), _tracks(fact), times.parse(str(fact.played_at)))


def _imported(fact: StoredFact) -> ImportedPlay:
    values = fact.attribute_values
    start, end, length = values.get("started_at"), values.get("ended_at"), values.get("duration_ms")
    return ImportedPlay(
        _key(fact),
        _tracks(fact),
        times.parse(start) if start else None,
        times.parse(end) if end else None,
        timedelta(milliseconds=int(length)) if length else None,
        by_minute=values.get("precision") == "minute",
    )


def _ended(fact: StoredFact) -> EndedRow:
    values = fact.attribute_values
    ended_at, heard = times.parse(values["ended_at"]), int(values.get("ms_played") or 0)
    return EndedRow(_key(fact), str(fact.provider), _song(fact), ended_at, values.get("precision") or "", heard)


def _tracks(fact: StoredFact) -> list[str]:
    """What names the track of a play at its service: an id, the recording's code, title and first artist."""
    values = fact.attribute_values
    kinds = (("id", values.get("record_id")), ("isrc", values.get("isrc")), ("song", _song(fact)))
    return [f"{fact.provider} {kind} {value}" for kind, value in kinds if value]


def _song(fact: StoredFact) -> str:
    values = fact.attribute_values
    first = next((artist.get("name") for artist in values.get("artists") or ()), None)
    title = values.get("track_name")
    return song_key(title, first or values.get("artist_name") or "") if title else ""


def _wider(begin: datetime, end: datetime, by: timedelta) -> tuple[str, str]:
    return times.iso(begin - by), times.iso(end + by)
