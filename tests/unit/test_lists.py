"""What lists contained at a past moment is read from the history only where there is one."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice

import pytest

from blendify.collecting.collector import collect
from blendify.collecting.list_store import ListStore
from blendify.core import aws, times
from blendify.core.data_types import DataType
from blendify.history.facts import Fact
from blendify.reading import lists
from blendify.reading.lists import ListSource
from blendify.syncing.finish_sync import finish_sync
from tests.unit.sync_steps import STARTED, begun, plenty
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


def test_a_commit_that_is_half_done_is_not_known_yet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is finished a moment after it tells what was committed before; then it tells all of it."""

    class Death(BaseException):
        """Nothing can catch it, as nothing catches the end of a Lambda."""

    whole = ListStore.append

    def half(store: ListStore, facts: Iterable[Fact]) -> Mapping[str, int]:
        whole(store, islice(facts, 1))
        raise Death

    user_id, data_type = world.connect(), DataType.SAVED_TRACKS
    source = ListSource(user_id, "spotify", data_type)

    def known(moment: str) -> list[list[str]]:
        return [[*contents.keys(0)] for contents in lists.as_of(source, moment)]

    for day in (0, 1):
        before = known(times.iso(STARTED))
        assert before == [[*contents.keys(0)] for contents in lists.now(source)]
        if day:
            world.change("add", data_type)
            world.change("remove", data_type, position=20)
        job = begun(user_id, data_type, execution=f"{day}", started_at=STARTED - timedelta(days=2 - day))
        with monkeypatch.context() as patched:
            patched.setattr(ListStore, "append", half)
            with pytest.raises(Death):
                collect(data_type, job, plenty)
        assert known(times.iso(STARTED)) == before
        collect(data_type, job, plenty)
        finish_sync(job, 1, [])
        assert known(times.iso(STARTED)) == [[*contents.keys(0)] for contents in lists.now(source)] != before
