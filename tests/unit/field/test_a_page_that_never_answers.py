"""
K9: a page that never answers is asked for in another way: in smaller pages, without what makes it heavy, or by time.

The other pages are not asked for again because of it, and a poll stays a poll.
"""

from collections import Counter

import pytest

from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.providers.paging import Offset, Single
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.providers import PAIRS
from tests.unit.robustness.worlds import PAGE
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import standing

SAVED_TRACKS, PLAYS = DataType.SAVED_TRACKS, DataType.RECENTLY_PLAYED
BY_NUMBER = [name for name in SIMULATED if isinstance(PROVIDERS[name].endpoints[SAVED_TRACKS].paging, Offset)]
"""Providers whose pages of saved tracks are numbered: behind a cursor only the page before leads to a page."""


@pytest.mark.parametrize(("provider", "data_type"), PAIRS)
def test_f6a_pages_that_are_too_large_come_in_halves(subject: Subject, data_type: DataType) -> None:
    """504 for every full page: all of it all the same, for two calls a page and two in vain for each list."""
    if isinstance(subject.endpoint(data_type).paging, Single):
        pytest.skip("earlier plays cannot be asked for")
    subject.fault(data_type, "broken_large_pages", limits=(PAGE, None))
    job, ended = subject.run(*subject.needs(data_type))
    assert (ended, standing(job, data_type).why) == ("succeeded", None)
    assert subject.differences(data_type) == []
    lists = len(subject.lists(data_type))
    assert subject.calls(data_type) <= 2 * subject.fewest(data_type) + 7 * lists


@pytest.mark.parametrize("provider", SIMULATED)
def test_f6a_one_page_that_is_too_large_costs_a_few_calls(subject: Subject) -> None:
    """
    Only the second page does not come at its full size; no other page is asked for twice. Behind a cursor, all that
    follow come in halves.
    """
    subject.fault(SAVED_TRACKS, "broken_large_pages", limits=(PAGE, None), offsets=(PAGE, 2 * PAGE - 1))
    _, ended = subject.run(SAVED_TRACKS)
    assert (ended, subject.differences(SAVED_TRACKS)) == ("succeeded", [])
    assert subject.calls(SAVED_TRACKS) <= 2 * subject.fewest(SAVED_TRACKS) + (2 if subject.name in BY_NUMBER else 4)


@pytest.mark.parametrize("provider", BY_NUMBER)
def test_f6a_an_entry_that_breaks_every_page_costs_itself_alone(subject: Subject) -> None:
    """All others are stored, also those of its page; once it comes, the list is whole."""
    subject.fault(SAVED_TRACKS, "broken", offsets=(PAGE, PAGE))
    job, ended = subject.run(SAVED_TRACKS)
    tracks = subject.lists(SAVED_TRACKS)[""]
    assert ended == "failed"
    assert len(subject.facts(job, SAVED_TRACKS)) >= len(tracks) - PAGE // 2
    subject.traffic.faults.clear()
    _, ended = subject.run(SAVED_TRACKS, days=1)
    assert (ended, subject.differences(SAVED_TRACKS)) == ("succeeded", [])


@pytest.mark.parametrize("provider", ["apple_music"])
def test_a_page_that_is_too_heavy_comes_without_its_additions(subject: Subject) -> None:
    """With `include` it fails for good: it is read without in the last round, and nothing is missing but additions."""
    subject.fault(SAVED_TRACKS, "broken", only={"include": "catalog"})
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, standing(job, SAVED_TRACKS).why) == ("succeeded", None)
    assert len(subject.facts(job, SAVED_TRACKS)) == subject.size(SAVED_TRACKS)


@pytest.mark.parametrize("provider", ["lastfm"])
@pytest.mark.parametrize("behind", [PAGE, 2 * PAGE])
def test_f6b_plays_behind_pages_that_never_come_are_asked_for_by_time(subject: Subject, behind: int) -> None:
    """All scrobbles, for one call a page and a few in vain; the next syncs ask for the last day alone."""
    subject.fault(PLAYS, "broken_behind", offsets=(behind, None))
    _, ended = subject.run(PLAYS)
    assert (ended, subject.differences(PLAYS)) == ("succeeded", [])
    assert subject.calls(PLAYS) <= 6 * subject.fewest(PLAYS)
    before = subject.calls(PLAYS)
    job, ended = subject.run(PLAYS, days=0.2)
    assert (ended, subject.facts(job, PLAYS)) == ("succeeded", [])
    assert subject.calls(PLAYS) - before <= 2


@pytest.mark.parametrize("provider", ["lastfm"])
def test_f6b_by_time_nothing_is_lost_or_doubled_where_seconds_are_shared(subject: Subject) -> None:
    """Several plays in one second, around the place where the pages end: each once."""
    for together in (2, PAGE - 1):
        subject.clock.sleep(600)
        for _ in range(together):
            subject.change("add", PLAYS)
    subject.fault(PLAYS, "broken_behind", offsets=(PAGE, None))
    job, _ = subject.run(PLAYS)
    keys = Counter(fact.fetched_at for fact in subject.facts(job, PLAYS))
    assert subject.differences(PLAYS) == []
    assert sum(keys.values()) == subject.size(PLAYS)


@pytest.mark.parametrize("provider", ["spotify"])
def test_plays_that_come_in_small_numbers_alone_are_stored(subject: Subject) -> None:
    """Spotify's plays are one page: of a full one that never comes the latest half is stored."""
    subject.fault(PLAYS, "broken_large_pages", limits=(PAGE, None))
    job, ended = subject.run(PLAYS)
    assert ended == "succeeded"
    assert subject.is_stored(job, PLAYS, subject.lists(PLAYS)[""][: PAGE // 2])
