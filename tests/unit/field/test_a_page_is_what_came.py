"""
K3: a page is what came. It holds more or fewer entries than asked for, begins in the page before, or is that page.

Where to go on follows from what came, and the sum over all pages is judged: nothing is lost, nothing is doubled, and
what may be hidden is not called removed.
"""

from collections import Counter

import pytest

from blendify.core.data_types import DataType, Outcome
from blendify.providers.paging import Offset
from operations.folded_lists import canonical
from tests.unit.every_provider.subject import Subject
from tests.unit.field.test_a_count_is_a_hint import COUNTED, collected, lost, spread
from tests.unit.robustness.providers import PAIRS
from tests.unit.robustness.test_any_schedule import folded

SETS = [
    pair for pair in COUNTED if pair[1] not in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLIST_TRACKS)
]
LONG = [pair for pair in COUNTED if pair[1] not in (DataType.TOP_TRACKS, DataType.TOP_ARTISTS, DataType.PLAYLISTS)]
WHOLE = {
    "pages_smaller": {"at_most": 3},
    "pages_larger": {"larger": 2},
    "pages_overlap": {"overlap": 1},
}
"""Troubles in which all entries come, with what they are set to."""


@pytest.mark.parametrize(("provider", "data_type", "trouble"), spread(COUNTED, WHOLE))
def test_pages_of_other_sizes_hold_the_same_list(subject: Subject, data_type: DataType, trouble: str) -> None:
    """Each entry is stored once and at its place, in at most three times the calls; a later sync appends nothing."""
    subject.fault(data_type, trouble, edit=WHOLE[trouble])
    calls, outcome, why = collected(subject, data_type)
    assert (outcome, why) == (Outcome.COMPLETE, "")
    assert subject.differences(data_type) == []
    assert calls <= 3 * subject.fewest(data_type)
    job, _ = subject.run(*subject.needs(data_type), days=8)
    assert subject.counts(job, data_type)["appended"] == 0


@pytest.mark.parametrize(("provider", "data_type"), LONG)
def test_pages_that_always_lack_their_end(subject: Subject, data_type: DataType) -> None:
    """Two entries of a page come, and what it lacks is asked for. Behind a cursor nobody can, and a note says so."""
    subject.fault(data_type, "page_short")
    _, outcome, why = collected(subject, data_type)
    assert outcome is Outcome.COMPLETE
    assert bool(why) == bool(lost(subject, data_type))
    assert not why or not isinstance(subject.endpoint(data_type).paging, Offset) or subject.name == "lastfm"
    subject.traffic.faults.clear()
    subject.run(*subject.needs(data_type), days=8)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize(("provider", "data_type", "trouble"), spread(LONG, ["page_again", "page_empty"]))
def test_a_page_that_brings_nothing_new(subject: Subject, data_type: DataType, trouble: str, times: int | None) -> None:
    """Once or twice, or for good: nothing is doubled, what did not come is said, and all is there when it has ended."""
    subject.fault(data_type, trouble, times=times, offsets=(4, None))
    calls, outcome, why = collected(subject, data_type)
    assert outcome is Outcome.COMPLETE
    assert bool(why) == bool(lost(subject, data_type))
    assert calls <= 4 * subject.fewest(data_type)
    subject.traffic.faults.clear()
    subject.run(*subject.needs(data_type), days=8)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", ["spotify", "apple_music"])
def test_half_a_page_that_came_with_the_page_before(subject: Subject) -> None:
    """A page fails and is asked for in halves, and the first half is what came already: the rest is not lost."""
    subject.fault(DataType.SAVED_TRACKS, "broken_large_pages", limits=(4, None), offsets=(4, 4))
    subject.fault(DataType.SAVED_TRACKS, "page_again", limits=(1, 3), offsets=(4, 4), times=1)
    assert collected(subject, DataType.SAVED_TRACKS)[1:] == (Outcome.COMPLETE, "")
    assert subject.differences(DataType.SAVED_TRACKS) == []


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("provider", ["spotify", "apple_music", "soundcloud", "youtube_music"])
def test_half_a_page_that_comes_again_in_a_playlist(subject: Subject, times: int | None) -> None:
    """It is read again in other pages. Once the trouble has ended all is there; while it lasts nothing is doubled."""
    name = max(subject.lists(DataType.PLAYLIST_TRACKS).items(), key=lambda item: len(item[1]))[0]
    subject.fault(DataType.PLAYLIST_TRACKS, "page_half_again", times=times, offsets=(4, 4))
    _, status = subject.run(*subject.needs(DataType.PLAYLIST_TRACKS))
    assert status == "succeeded"
    served = Counter(map(canonical, subject.lists(DataType.PLAYLIST_TRACKS)[name]))
    stored = Counter(map(canonical, folded(subject.user_id, DataType.PLAYLIST_TRACKS).answers()[name]))
    assert stored == served if times else not stored - served
    subject.traffic.faults.clear()
    subject.run(*subject.needs(DataType.PLAYLIST_TRACKS), days=8)
    assert subject.differences(DataType.PLAYLIST_TRACKS) == []


@pytest.mark.parametrize("provider", ["spotify", "apple_music", "soundcloud", "youtube_music"])
def test_a_part_of_a_page_that_came_with_the_page_before(subject: Subject) -> None:
    """A page does not come as a whole, and its first part is the end of the page before: all is read again."""
    subject.fault(DataType.PLAYLIST_TRACKS, "broken", times=3, offsets=(4, 4))
    subject.fault(DataType.PLAYLIST_TRACKS, "page_again", times=1, skip=3, offsets=(4, 4))
    _, status = subject.run(*subject.needs(DataType.PLAYLIST_TRACKS))
    assert (status, subject.differences(DataType.PLAYLIST_TRACKS)) == ("succeeded", [])


@pytest.mark.parametrize(("provider", "data_type"), SETS)
def test_o6a_an_entry_that_is_listed_twice_for_good(subject: Subject, data_type: DataType) -> None:
    """It is stored once, the list is read again once for all, and one that leaves the list is recorded as removed."""
    subject.fault(data_type, "entry_twice", edit={"twice": [4 if data_type is not DataType.PLAYLISTS else 1]})
    for day in range(3):
        calls, outcome, why = collected(subject, data_type)
        assert (outcome, subject.differences(data_type)) == (Outcome.COMPLETE, [])
        assert "miscounts 1 list" in why
        assert calls <= subject.fewest(data_type) * (2 if day == 0 else 1) + 1
        if day == 1:
            first = subject.lists(data_type)[""][0]
            name = first["id"] if data_type is DataType.PLAYLISTS else ""
            subject.traits.changes[data_type]["remove"](subject, subject.listener, name, 0, 0)
            # What a look for changes cannot see, a reading of the whole list does.
            subject.clock.sleep(7 * 24 * 3600)


@pytest.mark.parametrize(("provider", "data_type", "place"), spread(SETS, [0, 1, 5, -1]))
def test_o6b_an_entry_that_another_one_hides_is_not_removed(subject: Subject, data_type: DataType, place: int) -> None:
    """For many days: it stays, a note says so, and when it comes again nothing is appended."""
    collected(subject, data_type)
    subject.fault(data_type, "entry_hidden", edit={"hidden": [place]})
    for _ in range(4):
        job, _ended = subject.run(*subject.needs(data_type), days=1, mode="full")
        counts = subject.counts(job, data_type)
        assert (subject.differences(data_type), counts["removed"], counts["doubtful"]) == ([], 0, 1)
    subject.traffic.faults.clear()
    job, _ended = subject.run(*subject.needs(data_type), days=8)
    counts = subject.counts(job, data_type)
    assert (subject.differences(data_type), counts["appended"], counts["doubtful"]) == ([], 0, 0)


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_r4_no_more_is_appended_than_there_are_records(subject: Subject, data_type: DataType) -> None:
    """A page holds the same entries several times: the counts are those of different records."""
    subject.fault(data_type, "entry_twice", edit={"twice": [0, 1, 2]})
    job, _ended = subject.run(*subject.needs(data_type))
    counts = subject.counts(job, data_type)
    assert counts["appended"] == counts["records"] == len(subject.facts(job, data_type))


@pytest.mark.parametrize("provider", ["spotify", "apple_music"])
def test_places_that_are_counted_and_show_nothing_double_no_entry(subject: Subject) -> None:
    """What a page of a playlist seems to lack is asked for, and begins with what the page had."""
    playlists = DataType.PLAYLIST_TRACKS
    subject.fault(playlists, "entries_missing")
    job, _ = subject.run(*subject.needs(playlists))
    assert len(subject.facts(job, playlists)) == subject.size(playlists)
