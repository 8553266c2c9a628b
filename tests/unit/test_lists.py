"""What lists contained at a past moment is read from the history only where there is one."""

import pytest

from blendify.collecting.collector import collect
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.reading import lists
from blendify.reading.lists import ListSource
from tests.unit.sync_steps import begun, plenty
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def test_providers_without_data_cost_no_fold(world: World) -> None:
    """A listener of one provider does not pay for the others: for them the history is not read at all."""
    user_id, data_type = world.connect(), DataType.SAVED_TRACKS
    collect(data_type, begun(user_id, data_type), plenty)
    now = times.iso(times.now())
    assert len(lists.as_of(ListSource(user_id, "spotify", data_type), now)) == 1
    aws.client("dynamodb").delete_table(TableName="history")
    for provider in ("apple_music", "lastfm"):
        assert lists.as_of(ListSource(user_id, provider, data_type), now) == []
