"""
K5: one broken thing holds nothing else up: a playlist, a page, an endpoint or a data type that fails for good.

What can be read is read, what is gone is removed, what is broken is named, and the calls stay few.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from blendify.calling.tries import TRIES
from blendify.core import aws
from blendify.core.data_types import DataType, Outcome
from blendify.jobs.progress import PATIENCE_SECONDS
from blendify.providers import PROVIDERS
from blendify.providers.paging import Offset
from operations.history_reader import HistoryReader
from tests.unit.every_provider.subject import Subject
from tests.unit.robustness.machine import Clock
from tests.unit.robustness.providers import TRAITS
from tests.unit.robustness.worlds import small_pages
from tests.unit.simulated import SIMULATED
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

ROUNDS = 1 + len(PATIENCE_SECONDS)
PLAYLISTS, PLAYLIST_TRACKS = DataType.PLAYLISTS, DataType.PLAYLIST_TRACKS
SAVED_TRACKS, PLAYS = DataType.SAVED_TRACKS, DataType.RECENTLY_PLAYED
WITH_PLAYLISTS = [name for name, row in SIMULATED.items() if PLAYLIST_TRACKS in row.offered]
BY_NUMBER = [name for name in SIMULATED if isinstance(PROVIDERS[name].endpoints[SAVED_TRACKS].paging, Offset)]
"""Providers whose pages of saved tracks can be asked for although the page before does not come."""
MANY = 10


@pytest.fixture
def many(sockets: Mapping[str, Socket], provider: str, aws_in_memory: None) -> Iterator[Subject]:
    """A listener with ten playlists."""
    clock = Clock()
    with clock.installed(), small_pages():
        sizes = {**TRAITS[provider].sizes, "playlists": MANY, "playlist_entries": 3 * MANY}
        subject = Subject.begin(sockets[provider], clock=clock.seconds, **sizes)
        subject.clock, subject.user_id = clock, subject.connect()
        yield subject


def readable(subject: Subject) -> list[str]:
    """The playlists that can be read, in the order in which they are listed."""
    return list(subject.lists(PLAYLIST_TRACKS))


def break_playlists(subject: Subject, names: list[str], trouble: str = "broken", **more: Any) -> None:
    for name in names:
        subject.fault(PLAYLIST_TRACKS, trouble, only={subject.provider.names_playlists: name}, **more)


def missing(subject: Subject) -> set[str]:
    """The playlists of which the history does not hold what they hold."""
    stored = HistoryReader(aws.client("dynamodb"), "history", subject.user_id).lists(PLAYLIST_TRACKS)
    held = subject.lists(PLAYLIST_TRACKS)
    return {name for name in held if stored.differences({**stored.answers(), name: held[name]})}


@pytest.mark.parametrize("broken", [(3, 4, 5), (0, 1, 2, 3), (0, 2, 4, 6, 8), tuple(range(1, MANY))], ids=str)
@pytest.mark.parametrize("provider", WITH_PLAYLISTS)
def test_o5a_f5_playlists_that_fail_cost_no_other(many: Subject, broken: tuple[int, ...]) -> None:
    """All others are read, the broken ones are named; a later sync asks each of them a few times at most."""
    names = readable(many)
    bad = [names[place] for place in broken if place < len(names)]
    break_playlists(many, bad)
    job, ended = many.run(PLAYLISTS, PLAYLIST_TRACKS)
    done = standing(job, PLAYLIST_TRACKS)
    assert (ended, done.outcome) == ("partial", Outcome.FAILED)
    assert missing(many) == {name for name in bad if many.lists(PLAYLIST_TRACKS)[name]}
    assert f"{len(bad)} playlists (" in str(done.why)
    assert len([name for name in bad if name in str(done.why)]) == min(5, len(bad))
    # All tries in the first round, where lists are read side by side; then one call each, once one has failed.
    most = TRIES * len(bad) + (ROUNDS - 1) * (TRIES + len(bad))
    assert many.calls(PLAYLIST_TRACKS) <= many.fewest(PLAYLIST_TRACKS) + most
    before = many.calls(PLAYLIST_TRACKS)
    begun_at = many.clock.now()
    job, _ = many.run(PLAYLISTS, PLAYLIST_TRACKS, days=1)
    assert many.calls(PLAYLIST_TRACKS) - before <= len(names) + TRIES
    assert (many.clock.now() - begun_at).total_seconds() < 24 * 3600 + 30
    many.traffic.faults.clear()
    job, ended = many.run(PLAYLISTS, PLAYLIST_TRACKS, days=1)
    assert (ended, standing(job, PLAYLIST_TRACKS).why, missing(many)) == ("succeeded", None, set())


@pytest.mark.parametrize("trouble", ["broken", "unavailable", "broken_gateway", "refused_400", "refused_401"])
@pytest.mark.parametrize("provider", WITH_PLAYLISTS)
def test_o5a_however_a_playlist_fails(many: Subject, trouble: str) -> None:
    """The same for failures and refusals of other kinds."""
    bad = readable(many)[1:3]
    break_playlists(many, bad, trouble)
    job, ended = many.run(PLAYLISTS, PLAYLIST_TRACKS)
    assert (ended, standing(job, PLAYLIST_TRACKS).outcome) == ("partial", Outcome.FAILED)
    assert missing(many) == {name for name in bad if many.lists(PLAYLIST_TRACKS)[name]}
    assert many.calls(PLAYLIST_TRACKS) <= many.fewest(PLAYLIST_TRACKS) + ROUNDS * (TRIES + len(bad))


@pytest.mark.parametrize("provider", WITH_PLAYLISTS)
def test_o5b_a_playlist_that_is_gone_is_removed_although_another_fails(many: Subject) -> None:
    """Its tracks are not told any more, in the very sync in which the other one fails."""
    many.run(PLAYLISTS, PLAYLIST_TRACKS)
    names = readable(many)
    many.change("remove", PLAYLISTS, id=names[4])
    break_playlists(many, [names[1]])
    job, _ = many.run(PLAYLISTS, PLAYLIST_TRACKS, days=1, mode="full")
    assert standing(job, PLAYLIST_TRACKS).outcome is Outcome.FAILED
    assert many.differences(PLAYLIST_TRACKS) == []


@pytest.mark.parametrize("provider", WITH_PLAYLISTS)
def test_r5_playlists_that_are_refused_cost_a_call_each(many: Subject) -> None:
    """All but one answer 404: each is asked twice in the first sync, and once in later ones; the last is whole."""
    names = readable(many)
    bad = names[:-1]
    break_playlists(many, bad, "refused_404")
    for day, most in enumerate([2 * len(bad), len(bad), len(bad), len(bad)]):
        before = many.calls(PLAYLIST_TRACKS)
        job, ended = many.run(PLAYLISTS, PLAYLIST_TRACKS, days=int(day > 0))
        assert (ended, standing(job, PLAYLIST_TRACKS).counts["unavailable"]) == ("succeeded", len(bad))
        assert many.calls(PLAYLIST_TRACKS) - before <= most + many.fewest(PLAYLIST_TRACKS)
    assert names[-1] not in missing(many)
    many.traffic.faults.clear()
    many.run(PLAYLISTS, PLAYLIST_TRACKS, days=1)
    assert many.differences(PLAYLIST_TRACKS) == []


@pytest.mark.parametrize("provider", SIMULATED)
@pytest.mark.parametrize("trouble", ["broken", "throttled_3_seconds", "throttled"])
def test_an_endpoint_that_fails_or_throttles_for_good_holds_no_other_data_type_up(
    subject: Subject, trouble: str
) -> None:
    """It has failed after some rounds, and all others are whole."""
    subject.fault(SAVED_TRACKS, trouble)
    others = [data_type for data_type in (subject.another, PLAYS) if data_type in subject.provider.offered]
    job, ended = subject.run(SAVED_TRACKS, *others)
    assert (ended, standing(job, SAVED_TRACKS).outcome) == ("partial", Outcome.FAILED)
    assert [data_type for data_type in others if subject.differences(data_type)] == []
    assert subject.calls(SAVED_TRACKS) <= 8 * 6


@pytest.mark.parametrize("provider", BY_NUMBER)
def test_what_came_before_a_rate_limit_without_end_is_stored(subject: Subject) -> None:
    """The data type has failed after eight rounds, and nothing is removed of what did not come."""
    subject.fault(SAVED_TRACKS, "throttled", offsets=(8, None))
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, standing(job, SAVED_TRACKS).outcome) == ("failed", Outcome.FAILED)
    assert subject.is_stored(job, SAVED_TRACKS, subject.lists(SAVED_TRACKS)[""][:8])
    subject.traffic.faults.clear()
    job, ended = subject.run(SAVED_TRACKS, days=1)
    assert (ended, subject.differences(SAVED_TRACKS)) == ("succeeded", [])


@pytest.mark.parametrize("provider", BY_NUMBER)
def test_a_page_that_fails_for_good_costs_no_other_page(subject: Subject) -> None:
    """What the page does not tell is missing, the pages around it are stored, and the reason is named."""
    subject.fault(SAVED_TRACKS, "broken", offsets=(4, 7))
    job, ended = subject.run(SAVED_TRACKS)
    assert (ended, standing(job, SAVED_TRACKS).outcome) == ("failed", Outcome.FAILED)
    tracks = subject.lists(SAVED_TRACKS)[""]
    assert subject.is_stored(job, SAVED_TRACKS, tracks[:4] + tracks[8:])
    subject.traffic.faults.clear()
    job, ended = subject.run(SAVED_TRACKS, days=1)
    assert (ended, subject.differences(SAVED_TRACKS)) == ("succeeded", [])


@pytest.mark.parametrize("provider", ["apple_music"])
def test_a_check_that_fails_for_good_costs_the_check_alone(subject: Subject) -> None:
    """What was added last cannot be asked for: the list is read whole instead, and is complete."""
    subject.run(SAVED_TRACKS)
    subject.change("add", SAVED_TRACKS)
    subject.fault("GET /v1/me/library/recently-added", "broken")
    before = subject.calls(SAVED_TRACKS)
    _, ended = subject.run(SAVED_TRACKS, days=1)
    assert (ended, subject.differences(SAVED_TRACKS)) == ("succeeded", [])
    assert subject.calls(SAVED_TRACKS) - before <= subject.fewest(SAVED_TRACKS) + 2
