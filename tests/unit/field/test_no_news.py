"""K4: what is nobody's doing is no news. Fields that flicker append nothing, and heal without a trace."""

from typing import Any

import pytest

from blendify.core.data_types import DataType
from tests.unit.every_provider.subject import Subject
from tests.unit.simulated import SIMULATED

FLICKERS: dict[str, dict[str, Any]] = {
    "numbers as floats": {"numbers": "float"},
    "numbers as text": {"numbers": "text"},
    "other values": {"fields": {"pictures": "changed", "names": "changed", "genres": "changed"}},
    "no values": {
        "fields": {"pictures": "absent", "codes": "absent", "genres": "null", "durations": "null", "optional": "null"}
    },
    "empty and huge values": {"fields": {"codes": "empty", "pictures": "null", "durations": "huge"}},
    "half of the dates": {"fields": {"dates": "absent"}, "some": 2},
    "no dates": {"fields": {"dates": "null"}},
    "a null entry": {"null": [1]},
}
NULLS = {
    "apple_music": {DataType.RECENTLY_PLAYED},
    "soundcloud": {DataType.RECENTLY_PLAYED, DataType.PLAYLISTS, DataType.SAVED_ALBUMS},
}
"""
Where a null entry is stored as it comes: plays that have neither moments nor ids of their own, and liked playlists that
may be albums.
"""


def appended(subject: Subject, mode: str, *data_types: DataType) -> dict[str, int]:
    """What a sync of the next day appended, by data type."""
    job, status = subject.run(*data_types, days=1, mode=mode)
    assert status == "succeeded"
    counts = {str(data_type): len(subject.facts(job, data_type)) for data_type in data_types}
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("provider", SIMULATED)
def test_what_flickers_appends_nothing(subject: Subject) -> None:
    """Two calm syncs, two with each flicker, a calm one: after the first nothing is appended or called removed."""
    offered = subject.provider.offered
    assert subject.run(*offered)[1] == "succeeded"
    before = subject.calls()
    assert appended(subject, "changes", *offered) == {}
    calm = subject.calls() - before
    for flicker, edit in FLICKERS.items():
        wanted = offered
        if flicker == "a null entry":
            wanted = tuple(data_type for data_type in offered if data_type not in NULLS.get(subject.name, ()))
        subject.fault("*", edit=edit)
        before = subject.calls()
        assert appended(subject, "changes", *wanted) == {}, flicker
        if flicker.startswith("numbers"):
            assert subject.calls() - before <= calm, flicker
        assert appended(subject, "full", *wanted) == {}, flicker
        subject.traffic.faults.clear()
    assert appended(subject, "full", *offered) == {}
    for data_type in offered:
        assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", [name for name, row in SIMULATED.items() if DataType.PLAYLISTS in row.offered])
def test_a_playlist_that_its_owner_renames_is_recorded_anew(subject: Subject) -> None:
    """Once, by the next sync; of its songs nothing, whatever each is called now."""
    wanted = (DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS)
    assert subject.run(*wanted)[1] == "succeeded"
    name = next(iter(subject.lists(DataType.PLAYLIST_TRACKS)))
    subject.change("rename", "playlists", id=name, title="Its new name")
    job, _ = subject.run(*wanted, days=1)
    recorded = [fact.attribute_values["playlist_name"] for fact in subject.facts(job, DataType.PLAYLISTS)]
    assert recorded == ["Its new name"]
    assert subject.facts(job, DataType.PLAYLIST_TRACKS) == []
    assert subject.differences(DataType.PLAYLISTS) == []
    assert appended(subject, "full", *wanted) == {}
