"""What is asked for in place of a page that does not come."""

import pytest

from blendify.core.data_types import DataType
from blendify.fetching.fallbacks import otherwise
from blendify.providers import PROVIDERS
from blendify.providers.paging import PageRequest

APPLE_MUSIC = PROVIDERS["apple_music"].endpoints


@pytest.mark.parametrize("list_id", ["", "resources"])
def test_an_undated_log_is_asked_for_in_one_piece(list_id: str) -> None:
    """All of it is joined into one page, by whichever steps: half of it would be taken for what there is."""
    endpoint = APPLE_MUSIC[DataType.RECENTLY_PLAYED].for_list(list_id)
    (ask,) = otherwise(PageRequest(list_id, 0), None, endpoint, last_time=False)
    assert (ask.offset, ask.last) == (0, True)
    assert ask.size is not None
    assert ask.size < endpoint.paging.limit


def test_other_lists_are_asked_for_in_parts() -> None:
    """Each of them stands for itself, and together they are the page."""
    endpoint = APPLE_MUSIC[DataType.SAVED_TRACKS]
    limit = endpoint.paging.limit
    asks = otherwise(PageRequest("", 0, offset=limit), None, endpoint, last_time=False)
    assert [(ask.offset, ask.size) for ask in asks] == [(limit, limit // 2), (limit + limit // 2, limit // 2)]
    assert [ask.last for ask in asks] == [False, True]
