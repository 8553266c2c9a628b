"""
Which songs a listener has taken out of their library since a moment, without making their profile anew.

Reads   two small items; the latest months of the library where anything new is known of the listener; and all months
        where one of the songs was in fact taken out somewhere: it may still be liked, or stand in another playlist
"""

from collections.abc import Mapping
from datetime import timedelta

from blendify.affinity.libraries import library_of, ownership
from blendify.affinity.library import ENTRIES, LIKES, library_now
from blendify.core import times
from blendify.core.settings import allowed_for
from blendify.insights import shelves, store
from blendify.insights.calendar import Calendar

Records = Mapping[str, Mapping[str, str]]
"""Song's key → provider → record id there."""

LATELY = timedelta(minutes=5)
"""What was written so shortly before a moment may not have been read at it."""
DELAY = timedelta(days=7)
"""So late something may become known that has an earlier day."""


def taken_out(user_id: str, feature: str, since: str, songs: Records) -> frozenset[str]:
    """
    The keys of the songs that were taken out of likes or of an own playlist, and are in none any more.

    feature     As of a profile: the operator allows it for some providers
    since       ISO 8601. What was taken out before may be among the keys too
    """
    shelf = shelves.shelves(user_id).shown
    known, moment = store.known(shelf), times.parse(since)
    if known.updated_at is None or times.parse(known.updated_at) <= moment - LATELY:
        return frozenset()
    calendar, allowed = Calendar(known.time_zone), allowed_for(feature)
    first_month = calendar.day(times.iso(moment - DELAY))[: len("2026-11")]
    keys = {(provider, record_id): key for key, records in songs.items() for provider, record_id in records.items()}
    removed = {
        (change.key, key)
        for month in library_of(shelf, allowed, first_month)
        for change in month.removed
        if change.data_type in (LIKES, ENTRIES)
        and (key := change.key if change.key in songs else keys.get((change.provider, change.record_id)))
    }
    if not removed:
        return frozenset()
    today = calendar.day(times.iso(times.now()))
    now = library_now(library_of(shelf, allowed), ownership(user_id, shelf), today)
    return frozenset(key for of_change, key in removed if of_change in now.forbidden)
