"""
K2: a count is a hint. It is too high, too low, different from page to page, missing or absurd, for a while or for good.

What came is kept, what is missing is said. What repeats becomes normal: from the second sync after the first one on,
removals are recorded, and no call is made that a true count would not have needed.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import cycle
from typing import Any, TypeVar

import pytest

from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.providers.paging import Cursor
from local.simulators.frame.entries import Act
from operations.folded_lists import canonical
from operations.history_reader import HistoryReader
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS, TRAITS, act
from tests.unit.robustness.schedules import Trouble
from tests.unit.sync_steps import standing

TROUBLES = ("count_too_high", "count_too_low", "count_differs_by_page", "count_null", "count_huge")
COUNTED = [
    (provider, data_type)
    for provider, data_type in PAIRS
    if Trouble.SHORT not in TRAITS[provider].untold.get(data_type, ()) and data_type is not DataType.RECENTLY_PLAYED
]
"""Lists whose length is told."""
OF_EACH_SHAPE = [
    ("spotify", DataType.TOP_TRACKS),
    ("spotify", DataType.PLAYLISTS),
    ("spotify", DataType.SAVED_TRACKS),
    ("spotify", DataType.FOLLOWED_ARTISTS),
    ("apple_music", DataType.PLAYLIST_TRACKS),
    ("lastfm", DataType.SAVED_TRACKS),
]
"""One list of each way to be cut into pages, to be ordered, and to be looked at for changes."""
ALPHABETICAL = {
    ("apple_music", data_type)
    for data_type in (DataType.SAVED_TRACKS, DataType.SAVED_ALBUMS, DataType.FOLLOWED_ARTISTS)
}
"""Where one entry leaves and another comes behind the first page, only the next full reading can tell."""
RANKED = (DataType.TOP_TRACKS, DataType.TOP_ARTISTS)
T = TypeVar("T")
SPARE = 2
"""Calls that a look for changes may need beyond the pages of a short list."""


def spread(pairs: Sequence[tuple[str, DataType]], options: Collection[T]) -> list[tuple[str, DataType, T]]:
    """All options for a list of each shape, and one after the other for all other lists."""
    turns = cycle(options)
    return [
        (provider, data_type, option)
        for provider, data_type in pairs
        for option in (options if (provider, data_type) in OF_EACH_SHAPE else [next(turns)])
    ]


def change(subject: Subject, data_type: DataType) -> None:
    """One entry leaves the longest list, and another one comes."""
    possible = subject.traits.changes[data_type]
    name = max(subject.lists(data_type), key=lambda name: len(subject.lists(data_type)[name]))
    size = len(subject.lists(data_type)[name])
    if Act.REMOVE in possible:
        place = subject.lists(data_type)[name][size // 2]["id"] if data_type is DataType.PLAYLISTS else name
        act(Act.REMOVE, data_type)(subject, subject.listener, place, size // 2, 0)
    for chosen in (Act.ADD, Act.MOVE):
        if chosen in possible and (chosen is Act.ADD or Act.REMOVE not in possible):
            act(chosen, data_type)(subject, subject.listener, name, 0, size - 1)


def collected(subject: Subject, data_type: DataType) -> tuple[int, Outcome, str]:
    """Sync a day later: its calls for the data type, its outcome, and what the listener is told."""
    before = subject.calls(data_type)
    job, _ = subject.run(*subject.needs(data_type), days=1)
    done = standing(job, data_type)
    return subject.calls(data_type) - before, done.outcome, done.why or ""


def lost(subject: Subject, data_type: DataType) -> list[str]:
    """What the listener has and the history does not tell. A top list in doubt stays as it was, whole."""
    if data_type in RANKED:
        return []
    lists = HistoryReader(aws.client("dynamodb"), "history", subject.user_id).lists(data_type).answers()
    present = {canonical(answer) for answers in lists.values() for answer in answers}
    return [text for held in subject.lists(data_type).values() for text in map(canonical, held) if text not in present]


def ranks(subject: Subject, data_type: DataType) -> list[list[int]]:
    """The ranks that the history tells, list by list."""
    history = HistoryReader(aws.client("dynamodb"), "history", subject.user_id).lists(data_type)
    return [[int(record["rank"]) for record in held.values()] for held in history.records.values()]


@pytest.mark.parametrize(("provider", "data_type", "trouble"), spread(COUNTED, TROUBLES))
def test_o2_o8_p2_f8_a_count_that_is_wrong_for_good(subject: Subject, data_type: DataType, trouble: str) -> None:
    """One entry leaves the list each day, another comes. After three syncs the history is right each day."""
    subject.fault(data_type, trouble)
    for day in range(6):
        calls, outcome, why = collected(subject, data_type)
        assert outcome is Outcome.COMPLETE
        if day == 0 or (day >= 3 and (subject.name, data_type) not in ALPHABETICAL):
            assert subject.differences(data_type) == []
        if data_type in RANKED:
            assert all(sorted(set(stored)) == sorted(stored) for stored in ranks(subject, data_type))
        if day >= 3:
            # Without any count, what is missing behind a cursor is looked for twice.
            uncounted = trouble in ("count_null", "count_absent")
            twice = uncounted and isinstance(subject.endpoint(data_type).paging, Cursor)
            assert calls <= subject.fewest(data_type) * (1 + twice) + SPARE
        # The first sync looks twice where pages seem to be missing.
        assert calls <= (6 if day == 0 else 4) * subject.fewest(data_type) + 3
        assert bool(why) == (trouble in ("count_too_high", "count_huge")) or trouble == "count_differs_by_page"
        change(subject, data_type)
    subject.traffic.faults.clear()
    subject.run(*subject.needs(data_type), days=8)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize(("provider", "data_type", "trouble"), spread(COUNTED, TROUBLES[:3]))
def test_a_count_that_becomes_wrong_and_right_again(subject: Subject, data_type: DataType, trouble: str) -> None:
    """Nothing that is in the list is called removed, and a week later all is well."""
    collected(subject, data_type)
    for _ in range(2):
        subject.fault(data_type, trouble)
        change(subject, data_type)
        assert collected(subject, data_type)[1] is Outcome.COMPLETE
        assert lost(subject, data_type) == []
        subject.traffic.faults.clear()
        assert collected(subject, data_type)[1] is Outcome.COMPLETE
    subject.run(*subject.needs(data_type), days=8)
    assert subject.differences(data_type) == []


@pytest.mark.parametrize("provider", ["spotify", "youtube_music"])
def test_a_playlist_that_is_served_as_it_was_before_is_read_again(subject: Subject) -> None:
    """The list of playlists knows of an entry more; once its pages know it too, so does the next sync."""
    wanted, add = subject.needs(DataType.PLAYLIST_TRACKS), act(Act.ADD, DataType.PLAYLIST_TRACKS)
    name = max(subject.lists(DataType.PLAYLIST_TRACKS).items(), key=lambda item: len(item[1]))[0]
    while (size := len(subject.lists(DataType.PLAYLIST_TRACKS)[name])) % subject.endpoint(wanted[1]).paging.limit:
        add(subject, subject.listener, name, size, 0)
    assert subject.run(*wanted)[1] == "succeeded"
    add(subject, subject.listener, name, size, 0)
    # All pages are full, and there is no other one yet.
    subject.fault(DataType.PLAYLIST_TRACKS, edit={"ends_at": size})
    for _ in range(2):
        assert subject.run(*wanted, days=1)[1] == "succeeded"
        subject.traffic.faults.clear()
    assert subject.differences(DataType.PLAYLIST_TRACKS) == []
    before = subject.calls(DataType.PLAYLIST_TRACKS)
    subject.run(*wanted, days=1)
    assert subject.calls(DataType.PLAYLIST_TRACKS) == before


@pytest.mark.parametrize("provider", ["spotify"])
def test_a_playlist_without_a_version_is_read_at_once_when_its_length_is_another(subject: Subject) -> None:
    """Also if it was read an hour ago; while its length is the same, it is read once a day."""
    wanted = subject.needs(DataType.PLAYLIST_TRACKS)
    subject.fault(DataType.PLAYLISTS, edit={"fields": {"optional": "absent"}})
    subject.run(*wanted)
    act(Act.ADD, DataType.PLAYLIST_TRACKS)(subject, subject.listener, next(iter(subject.lists(wanted[1]))), 0, 0)
    subject.run(*wanted, days=0.05)
    assert subject.differences(DataType.PLAYLIST_TRACKS) == []
    before = subject.calls(DataType.PLAYLIST_TRACKS)
    subject.run(*wanted, days=0.05)
    assert subject.calls(DataType.PLAYLIST_TRACKS) == before


@pytest.mark.parametrize("provider", ["spotify"])
def test_a_playlist_of_which_more_is_counted_than_its_pages_tell(subject: Subject) -> None:
    """For good: from the second reading on that is its length, and it is read no more."""
    wanted = subject.needs(DataType.PLAYLIST_TRACKS)
    subject.fault(DataType.PLAYLIST_TRACKS, edit={"keep": 1, "total": 1, "next": False})
    calls = []
    for _ in range(4):
        before = subject.calls(DataType.PLAYLIST_TRACKS)
        assert subject.run(*wanted, days=1)[1] == "succeeded"
        calls.append(subject.calls(DataType.PLAYLIST_TRACKS) - before)
    assert calls[2:] == [0, 0]


@pytest.mark.parametrize("count", [{"total_as": "null"}, {"total": 0}, {"total": 7}])
@pytest.mark.parametrize("provider", ["spotify", "apple_music"])
def test_a_list_that_is_not_counted_today_is_not_over_where_a_page_says_so(
    subject: Subject, count: Mapping[str, Any]
) -> None:
    """A page is cut short once and promises no other one: what seems to be gone is looked for once more."""
    collected(subject, DataType.SAVED_TRACKS)
    subject.fault(DataType.SAVED_TRACKS, edit={"keep": 2, "next": False, **count}, offsets=(8, 8), times=1)
    subject.fault(DataType.SAVED_TRACKS, edit=count)
    job, _ = subject.run(DataType.SAVED_TRACKS, days=1, mode="full")
    assert subject.counts(job, DataType.SAVED_TRACKS)["removed"] == 0
    assert subject.differences(DataType.SAVED_TRACKS) == []


@pytest.mark.parametrize("provider", ["apple_music"])
def test_a_list_in_doubt_is_read_again_at_once(subject: Subject) -> None:
    """Also one that is read once a day, and whose length nobody tells, so that nothing is counted as missing."""
    collected(subject, DataType.TOP_TRACKS)
    change(subject, DataType.TOP_TRACKS)
    subject.fault(DataType.TOP_TRACKS, edit={"hidden": [3]})
    job, _ = subject.run(DataType.TOP_TRACKS, days=1)
    assert subject.counts(job, DataType.TOP_TRACKS)["doubtful"] == 1
    subject.traffic.faults.clear()
    subject.run(DataType.TOP_TRACKS, days=0.1)
    assert subject.differences(DataType.TOP_TRACKS) == []
