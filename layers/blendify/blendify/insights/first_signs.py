"""What records of top lists and library tell of when songs and artists are first known of."""

from collections.abc import Iterable, Iterator

from blendify.core.data_types import DataType
from blendify.history.facts import moment_of
from blendify.history.stored_facts import StoredFact
from blendify.insights import firsts, library
from blendify.insights.buckets import First
from blendify.insights.calendar import Calendar
from blendify.insights.songs import artist_of, artists_of, song_of


def of_facts(facts: Iterable[StoredFact], data_type: DataType, calendar: Calendar) -> Iterator[First]:
    """Of each its song with the artists, or its artists, on the day of its date or of its sync."""
    for fact in facts:
        fields = fact.attribute_values
        day = calendar.day(library.date_of(fields) or moment_of(str(fact.fetched_at)))
        if song := song_of(fields):
            yield from firsts.of_song(song, day, data_type)
        elif data_type in (DataType.TOP_ARTISTS, DataType.FOLLOWED_ARTISTS):
            if artist := artist_of(fields):
                yield firsts.of_artist(artist, day, data_type)
        elif data_type is DataType.SAVED_ALBUMS:
            for artist in artists_of(fields):
                yield firsts.of_artist(artist, day, data_type)
