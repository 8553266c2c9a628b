"""What the library holds now, by what syncs recorded: each entry is one, whichever record and day it is of."""

from itertools import groupby
from typing import Any

import pytest

from blendify.affinity.library import Ownership, library_now
from blendify.core.data_types import DataType
from blendify.history.stored_facts import StoredFact
from blendify.insights import library
from blendify.insights.buckets import LibraryChange
from blendify.insights.calendar import Calendar

EARLY, LATE = "2026-11-20T08:00:00.000Z", "2026-11-20T09:30:00.000Z"
LIKED, LISTED = DataType.SAVED_TRACKS, DataType.PLAYLIST_TRACKS

Recorded = dict[str, Any]
"""The fields of a record of the one song."""


def held(data_type: DataType, *syncs: list[Recorded]) -> tuple[int, bool]:
    """After syncs of one day each: how often the song stands in the library, and whether it counts as taken out."""
    pieces, calendar = [], Calendar("UTC")
    for day, of_sync in enumerate(syncs, 21):
        facts = [fact(data_type, f"2026-11-{day}", fields) for fields in of_sync]

        def change(each: StoredFact) -> LibraryChange | None:
            return library.change_of(each, data_type, calendar)

        pieces += library.by_month(facts, change, lambda _: False)
    by_month = groupby(sorted(pieces, key=lambda piece: piece[0]), key=lambda piece: piece[0])
    now = library_now(
        [library.month_of_library(month, of_month) for month, of_month in by_month], Ownership({}, {}), "2026-11-28"
    )
    return len(now.likes) + len(now.entries), bool(now.forbidden)


def fact(data_type: DataType, day: str, fields: Recorded) -> StoredFact:
    song = {"record_id": "s", "track_name": "Song", "artist_name": "Ann", "artists": [{"id": "a", "name": "Ann"}]}
    where = {"playlist_id": "p"} if data_type is LISTED else {}
    values: Any = {"provider": "spotify", **song, **where, **fields}
    return StoredFact(f"u#{data_type}", f"{day}T10:00:00.000Z#spotify#", **values)


@pytest.mark.parametrize(
    ("data_type", "syncs", "times"),
    [
        (LIKED, [[{"added_at": EARLY}], [{"added_at": LATE}, {"added_at": EARLY, "removed": True}]], 1),
        (LIKED, [[{"added_at": EARLY}], [{"added_at": EARLY, "removed": True}]], 0),
        (LISTED, [[{"added_at": EARLY}, {"added_at": LATE}], [{"added_at": LATE, "removed": True}]], 1),
        (LISTED, [[{"added_at": EARLY}], [{"added_at": EARLY, "position": 4}]], 1),
        (
            LISTED,
            [
                [{"added_at": EARLY}, {"added_at": EARLY, "occurrence": 2}],
                [{"added_at": EARLY, "occurrence": 2, "removed": True}],
            ],
            1,
        ),
        (LISTED, [[{}, {"occurrence": 2}], [{"occurrence": 2, "removed": True}]], 1),
    ],
    ids=["liked again", "not liked", "twice on a day", "moved", "twice at once", "twice without a date"],
)
def test_each_entry_comes_and_goes_by_itself(data_type: DataType, syncs: list[list[Recorded]], times: int) -> None:
    """Who takes back one of two, or likes a song again on the same day, has not taken it out."""
    assert held(data_type, *syncs) == (times, times == 0)
