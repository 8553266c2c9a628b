"""A top list as it was at the end of each day on which it changed."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.history.list_states import ListState, list_of
from blendify.history.stored_facts import StoredFact
from blendify.insights.buckets import Ranked, TopList
from blendify.insights.calendar import Calendar
from blendify.insights.songs import artist_of, song_of
from blendify.providers.endpoint import ListKind

WHAT: Mapping[DataType, str] = {DataType.TOP_TRACKS: "tracks", DataType.TOP_ARTISTS: "artists"}


def top_lists(
    data_type: DataType,
    states: dict[str, ListState],
    by_key: dict[str, StoredFact],
    facts: Iterable[StoredFact],
    calendar: Calendar,
) -> Iterator[TopList]:
    """
    The lists of one provider, by day, of each day in which a sync recorded something of them.

    states      what the lists held before, by time range; it is moved on
    by_key      the facts of what they held, by their keys; it is moved on
    facts       what was recorded since, by their keys
    """
    for day, of_day in groupby(facts, key=lambda fact: calendar.day(moment_of(str(fact.fetched_at)))):
        touched: dict[str, str] = {}
        for _, run in groupby(of_day, key=lambda fact: moment_of(str(fact.fetched_at))):
            by_list: dict[str, list[StoredFact]] = {}
            for fact in run:
                by_list.setdefault(list_of(fact.attribute_values, ListKind.RANKED), []).append(fact)
            for time_range, here in by_list.items():
                states.setdefault(time_range, ListState.of({})).apply(here, ListKind.RANKED)
                by_key |= {str(fact.fetched_at): fact for fact in here if not fact.removed}
                touched[time_range] = str(here[0].provider)
        for time_range, provider in sorted(touched.items()):
            entries = (_ranked(by_key[key], data_type) for key in states[time_range].held.values())
            yield TopList(provider, WHAT[data_type], time_range, day, tuple(filter(None, entries)))


def _ranked(fact: StoredFact, data_type: DataType) -> Ranked | None:
    """A place; None for an entry that the provider emptied, or that is neither song nor artist."""
    fields = fact.attribute_values
    rank, count = int(fact.rank), fields.get("play_count")
    play_count = int(count) if count is not None else None
    record_id = str(fact.record_id or "")
    if data_type is DataType.TOP_ARTISTS:
        artist = artist_of(fields)
        return Ranked(rank, artist.key, record_id, artist.name, None, artist.image, play_count) if artist else None
    song = song_of(fields)
    if song is None:
        return None
    return Ranked(rank, song.key, record_id, song.title, song.artist_line, song.cover, play_count)
