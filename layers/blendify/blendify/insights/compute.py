"""
Compute buckets whole from the records that they cover, and put them: as often as one likes, in any order.

Nothing is computed for a listener who has left: a message may arrive after an erasure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from blendify.access import users
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.facts import moment_of
from blendify.history.list_states import ListState, name_of
from blendify.history.stored_facts import StoredFact
from blendify.importing import timeline
from blendify.importing.counting import CountingRule, chosen_rule, counts
from blendify.importing.timeline import EXACT, OnePlay
from blendify.insights import accumulated, files, first_signs, firsts, library, packing, rankings, store, table
from blendify.insights.buckets import First
from blendify.insights.calendar import Calendar
from blendify.insights.plays import FURTHEST, OLD, Play, by_day, together
from blendify.insights.queue import FILES
from blendify.insights.songs import song_of
from blendify.providers import PROVIDERS

MOMENT_BEFORE = timedelta(milliseconds=1)


@dataclass
class Bucket:
    """The computation of one listener's buckets of one data type."""

    user_id: str
    shelf: str
    """Where its buckets stand."""
    calendar: Calendar
    data_type: DataType
    rule: CountingRule

    def compute(self, label: str) -> None:
        """
        Compute and put the buckets that a label names.

        label   a day of UTC in which syncs recorded, or plays were played; of old top lists a month of UTC, of old
                plays one of the listener's, or a year of UTC; `files` for what files say of a library
        """
        match self.data_type:
            case DataType.RECENTLY_PLAYED:
                self._plays(label)
            case DataType.TOP_TRACKS | DataType.TOP_ARTISTS:
                self._top_lists(label)
            case _ if label == FILES:
                accumulated.add_firsts(
                    self.shelf, files.compute(self.user_id, self.shelf, self.calendar, self.data_type)
                )
            case _:
                self._library(label)

    def _plays(self, label: str) -> None:
        if len(label) == len("2026"):
            # Clocks differ: what was played in a year of UTC may be of a month before or after it.
            months = [
                f"{int(label) - 1}-12",
                *(f"{label}-{month:02}" for month in range(1, 13)),
                f"{int(label) + 1}-01",
            ]
            old = times.iso(times.now() - OLD)
            spans = [month for month in months if self.calendar.span(month)[1] < old]
            days = [day for month in months if month not in spans for day in self.calendar.days_in(month)]
            today = self.calendar.day(times.iso(times.now()))
            spans += self._spans_of([day for day in days if day <= today])
        elif len(label) == len("2026-11"):
            spans = [label]
        else:
            spans = self._spans_of(list(self.calendar.days_of(label)))
        heard, polled, since = list[First](), list[StoredFact](), list[str]()
        for span in spans:
            here = self._plays_of(span)
            heard, since = list(firsts.earliest([*heard, *here.heard]).values()), since + here.days
            polled += here.polled
        self._note(heard, polled, plays_since=min(since, default=None))

    def _spans_of(self, days: Sequence[str]) -> list[str]:
        """These days, but the months of which one bucket tells everything."""
        whole = table.read_named(self.shelf, sorted({f"plays#{day[:7]}#{store.WHOLE}" for day in days}))
        months = {name.split("#")[1] for name in whole}
        return [*sorted(months), *(day for day in days if day[:7] not in months)]

    def _plays_of(self, span: str) -> "_Heard":
        """Put the plays of a month of the listener's as one bucket, or of one day."""
        all_plays = timeline.plays(self.user_id, *self.calendar.span(span), margin=FURTHEST)
        plays, here = [], _Heard()
        dates = _ReleaseDates()
        for play in filter(self._counts, all_plays):
            fields = play.fields
            day = self.calendar.day(play.moment)
            if not (song := song_of(fields, dates.of(play.fact))):
                continue
            if day.startswith(span):
                here.heard += firsts.of_song(song, day, self.data_type)
            # Of a play without a moment from the provider only the order is known.
            if fields.get("played_after") is None:
                plays.append(Play(play.moment, str(play.fact.provider), song))
        polled = [play.polled for play in all_plays if play.polled is not None]
        here.polled += sorted(polled, key=lambda fact: str(fact.fetched_at))[:1]
        days = {day: pieces for day, pieces in by_day(plays, self.calendar).items() if day.startswith(span)}
        here.days += days
        month, place = span[:7], span[8:] or store.WHOLE
        if days:
            pieces = together(piece for day in days.values() for piece in day)
            table.write(self.shelf, f"plays#{month}#{place}", packing.of_plays(pieces))
        else:
            table.remove(self.shelf, f"plays#{month}#{place}", f"plays#{month}#{place}")
        if place == store.WHOLE:
            table.remove(self.shelf, f"plays#{month}#01", f"plays#{month}#31")
        return here

    def _counts(self, play: OnePlay) -> bool:
        """Whether a play counts: heard for long enough, surely music, and at a time that is known to the minute."""
        if play.imported is None:
            return True
        fields = play.fields
        flags, heard, length = fields.get("flags") or {}, fields.get("ms_played"), fields.get("duration_ms")
        if flags.get("music") is False or fields.get("precision") not in EXACT:
            return False
        return counts(self.rule, flags, _number(heard), _number(length))

    def _top_lists(self, label: str) -> None:
        first, last = label, label
        if len(label) == len("2026-11"):
            first, last = (moment[: len("2026-11-28")] for moment in Calendar().span(label))
        days = [*self.calendar.days_of(first), *self.calendar.days_of(last)]
        before = times.iso(times.parse(self.calendar.span(days[0])[0]) - MOMENT_BEFORE)
        until = self.calendar.span(days[-1])[1]
        recorded = list(queries.runs(self.user_id, self.data_type, before, until))
        for provider in sorted({str(fact.provider) for fact in recorded}):
            since, lists = queries.snapshot(self.user_id, provider, self.data_type, before)
            held = [key for entries in lists.values() for key in entries.values()]
            by_key = queries.facts(self.user_id, self.data_type, held)
            states = {name: ListState.of(entries) for name, entries in lists.items()}
            facts = [fact for fact in self._since(since, before) if fact.provider == provider]
            facts += [fact for fact in recorded if fact.provider == provider]
            tops = rankings.top_lists(self.data_type, states, by_key, facts, self.calendar)
            computed = [top for top in tops if top.day >= days[0]]
            buckets: dict[str, Any] = {
                table.name("tops", top.what, top.time_range, provider, top.day): packing.of_top_lists([top])
                for top in computed
            }
            current = table.name("current", rankings.WHAT[self.data_type], provider)
            # What is current is of no calendar, and stands on the first shelf: a home page finds it in one read.
            known = packing.to_top_lists(table.read_named(self.user_id, [current]).get(current, []))
            newest = {top.time_range: top for top in sorted([*known, *computed], key=lambda top: top.day)}
            table.write_all(self.shelf, buckets)
            table.write_all(self.user_id, {current: packing.of_top_lists(newest.values())})
        ranked = (fact for fact in recorded if not fact.removed)
        accumulated.add_codes(self.user_id, recorded)
        self._note(
            first_signs.of_facts(ranked, self.data_type, self.calendar),
            recorded,
            rankings_since=min(map(self._day, recorded), default=None),
        )

    def _since(self, moment: str, before: str) -> Iterable[StoredFact]:
        return queries.runs(self.user_id, self.data_type, moment, before)

    def _library(self, label: str) -> None:
        facts = list(queries.of_day(self.user_id, self.data_type, label))
        new = not queries.any_before(self.user_id, self.data_type, label)
        dates = _ReleaseDates()
        pieces = library.by_month(
            facts,
            lambda fact: library.change_of(fact, self.data_type, self.calendar, dates.of(fact)),
            lambda fact: not new and self._was_there(fact),
        )
        added = [change for _, additions, _ in pieces for change in additions]
        buckets: dict[str, Any] = {
            table.name("library", month, self.data_type, label): [
                month,
                packing.of_changes(additions),
                packing.of_changes(removals),
            ]
            for month, additions, removals in pieces
        }
        if self.data_type is DataType.PLAYLISTS:
            named = {
                (str(fact.provider), fact.attribute_values.get("playlist_id")): fact
                for fact in facts
                if fact.attribute_values.get("playlist_name")
            }
            rows = [
                [*playlist, moment_of(str(fact.fetched_at)), fact.playlist_name, fact.owner_id]
                for playlist, fact in named.items()
            ]
            buckets[table.name("names", label)] = rows
        table.write_all(self.shelf, buckets)
        accumulated.add_codes(self.user_id, facts)
        self._note(
            first_signs.of_facts((fact for fact in facts if not fact.removed), self.data_type, self.calendar),
            facts,
            library_since=min((change.day for change in added), default=None),
        )

    def _was_there(self, fact: StoredFact) -> bool:
        """Whether the list had the entry before this record of it."""
        if not fact.record_id:
            return False
        key, playlist = str(fact.fetched_at), fact.attribute_values.get("playlist_id")
        before = [
            str(other.fetched_at)
            for other in queries.appearances(self.user_id, self.data_type, str(fact.record_id))
            if (self.data_type is not DataType.PLAYLIST_TRACKS or other.playlist_id == playlist)
            and str(other.fetched_at) < key
            and _provider(other) == fact.provider
        ]
        # The index does not tell apart the places that a record has in a list.
        known = queries.facts(self.user_id, self.data_type, before, gone=True)
        same = [name for name in before if name in known and name_of(known[name]) == name_of(fact)]
        return bool(same) and not known[same[-1]].removed

    def _day(self, fact: StoredFact) -> str:
        return self.calendar.day(moment_of(str(fact.fetched_at)))

    def _note(self, heard: Iterable[First], facts: Iterable[StoredFact], **since: str | None) -> None:
        """Keep what these records say of what is first known, and since when things are known."""
        accumulated.add_firsts(self.shelf, firsts.earliest(heard).values())
        since["connected_on"] = min(map(self._day, facts), default=None)
        accumulated.add_known(self.shelf, self.calendar.time_zone, since)


@dataclass
class _Heard:
    """What a span of plays tells beside its bucket."""

    heard: list[First] = field(default_factory=list)
    polled: list[StoredFact] = field(default_factory=list)
    """The earliest that a sync recorded."""
    days: list[str] = field(default_factory=list)


class _ReleaseDates:
    """The release dates of songs, which only the answers have; an answer of each song is unpacked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str | None] = {}

    def of(self, fact: StoredFact) -> str | None:
        """None where the record has none, or the provider does not give it."""
        if not fact.raw or not fact.record_id or fact.origin:
            return None
        song = str(fact.provider), str(fact.record_id)
        if song not in self._known:
            self._known[song] = PROVIDERS[song[0]].release_date(fact.answer())
        return self._known[song]


def chosen_by(user_id: str) -> tuple[Calendar, CountingRule] | None:
    """The listener's calendar, and what counts as a play to them; None for one who has left."""
    profile = users.profile(user_id)
    if not profile:
        return None
    return Calendar(profile.get("time_zone", "UTC")), chosen_rule(profile)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _provider(fact: StoredFact) -> str:
    return str(fact.fetched_at).split("#", 2)[1]
