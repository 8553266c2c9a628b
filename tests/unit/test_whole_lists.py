"""Short lists without moments, read as one: where pages meet, where they need not go on, and what cannot be."""

from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from blendify.collecting.undated_plays.move_to_front import is_known_from_here
from blendify.core.errors import ProviderUnavailable
from blendify.fetching.whole_list import overlap, whole
from blendify.providers.endpoint import Endpoint, ListPosition, Record
from blendify.providers.paging import Offset, Page, PageRequest


def row(entry: Any, _: ListPosition) -> Record:
    return Record(str(entry), {"record_id": entry})


def read(served: list[str], known: str = "", limit: int = 6, common: int = 0) -> tuple[str, int]:
    """What comes of a list that is another at every call; and how many calls that took."""
    paging = Offset(limit=limit, depth=20, overlap=common)
    endpoint = Endpoint(path="/plays", paging=paging, to_page=lambda body: body, to_record=row, scopes=())
    calls = iter(served)

    def fetch(ask: PageRequest) -> Page:
        here = next(calls)[: paging.depth]
        return Page(list(here[ask.offset : ask.offset + limit]), None, more=ask.offset + limit < len(here))

    first = PageRequest("", 0)
    page = whole(first, fetch(first), endpoint, fetch, partial(is_known_from_here, known=known))
    assert page.total is None
    assert not page.more
    return "".join(page.entries), len(served) - len(list(calls))


def test_all_pages_are_one() -> None:
    assert read(["abcdefghijklmn"] * 9) == ("abcdefghijklmn", 3)
    assert read(["abcdefghijklmn"] * 9, common=2) == ("abcdefghijklmn", 3)
    assert read(["abcdefghijklmnopqrstuvwxyz"] * 9) == ("abcdefghijklmnopqrst", 4)
    assert read(["abc"]) == ("abc", 1)


def test_what_is_played_in_between_moves_what_was_met() -> None:
    """It is there once; the newest one is the next run's."""
    assert read(["abcdefghij", "xabcdefghij"]) == ("abcdefghij", 2)
    assert read(["aaaaaabcd", "aaaaaabcd"], common=3) == ("aaaaaabcd", 2)
    assert read(["abcdeaaab", "xabcdeaaab", "xabcdeaaab"], common=3) == ("abcdeaaab", 3)


@pytest.mark.parametrize(
    "songs", ["xaaaaabaabcdefg", "xaaaaabaabcdef", "aaaaaaaaaaaaaa", "abcdefaaaaa", "abcdefghaaaaab"]
)
@pytest.mark.parametrize("early", [1, 2])
def test_pages_that_begin_too_early(songs: str, early: int) -> None:
    """They are larger than the first one by that, so a song on repeat is not counted once more."""
    paging = Offset(limit=6, depth=20, overlap=2)
    endpoint = Endpoint(path="/plays", paging=paging, to_page=lambda body: body, to_record=row, scopes=())

    def fetch(ask: PageRequest) -> Page:
        end = ask.offset + paging.limit
        return Page(list(songs[max(0, ask.offset - early) : end]), None, more=end < len(songs))

    first = PageRequest("", 0)
    assert "".join(whole(first, fetch(first), endpoint, fetch, lambda _: False).entries) == songs


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_pages_that_are_smaller_than_what_they_have_in_common_lead_on(most: int) -> None:
    """Each begins within the list, behind the beginning of the one before."""
    paging, songs, starts = Offset(limit=6, depth=20, overlap=4), "abcdefghijklmn", [0]
    endpoint = Endpoint(path="/plays", paging=paging, to_page=lambda body: body, to_record=row, scopes=())

    def fetch(ask: PageRequest) -> Page:
        starts.append(ask.offset)
        return Page(list(songs[ask.offset :][:most]), None, more=ask.offset + most < len(songs))

    page = Page(list(songs[:most]), None, more=True)
    assert "".join(whole(PageRequest("", 0), page, endpoint, fetch, lambda _: False).entries) == songs
    assert all(start > before for before, start in pairwise(starts))


def test_reading_ends_where_all_is_as_it_was() -> None:
    assert read(["abcdefghijklmn"] * 9, known="abcdefghijklmn") == ("abcdef", 1)
    assert read(["xabcdefghijklmn"] * 9, known="abcdefghijklmn") == ("xabcde", 1)
    assert read(["nxabcdefghijklm"] * 9, known="abcdefghijklmn") == ("nxabcdefghij", 2)


def test_a_page_that_is_served_twice_is_refused() -> None:
    """But of one song on repeat all pages look alike."""
    with pytest.raises(ProviderUnavailable):
        read(["abcdefghij", "......abcdef"])
    assert read(["a" * 14] * 9, common=2) == ("a" * 14, 3)


@pytest.mark.parametrize(
    ("before", "now", "least", "count"),
    [
        ("abc", "cde", 0, 1),
        ("abc", "bcd", 0, 2),
        ("abc", "def", 0, 0),
        ("", "abc", 0, 0),
        ("abxx", "xxxx", 2, 2),
        ("abcd", "cdef", 2, 2),
        ("abcd", "bcde", 2, 3),
        ("abcd", "defg", 2, 1),
        ("abcd", "efgh", 2, 0),
        ("a", "ab", 2, 1),
    ],
)
def test_what_was_met_on_the_page_before(before: str, now: str, least: int, count: int) -> None:
    """With so many asked for again, that many or a few more; else as many as fit."""
    assert overlap(list(before), list(now), least) == count
