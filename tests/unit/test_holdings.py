"""What lists held at a moment is read where it can be, and nowhere else."""

from collections.abc import Iterator

import pytest

from blendify.collecting.collector import collect
from blendify.core import times
from blendify.core.data_types import DataType
from blendify.history import queries
from blendify.history.stored_facts import StoredFact
from blendify.reading import lists as holdings
from tests.unit.spotify_world import World, begun, plenty

pytestmark = pytest.mark.usefixtures("aws_in_memory")
SAVED_TRACKS = DataType.SAVED_TRACKS


def test_providers_that_told_nothing_cost_no_fold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener of one provider does not pay for the others that could be connected."""
    user_id = world.connect()
    collect(SAVED_TRACKS, begun(user_id, SAVED_TRACKS), plenty)
    read: list[str] = []
    real = queries.runs

    def runs(user_id: str, data_type: str, after: str, until: str, **more: bool) -> Iterator[StoredFact]:
        read.append(after)
        return real(user_id, data_type, after, until, **more)

    monkeypatch.setattr(queries, "runs", runs)
    now = times.iso(times.now())
    held = {name: holdings.as_of(user_id, name, SAVED_TRACKS, now) for name in ("apple_music", "lastfm", "spotify")}
    assert {name: len(lists) for name, lists in held.items()} == {"apple_music": 0, "lastfm": 0, "spotify": 1}
    assert len(read) == 1
