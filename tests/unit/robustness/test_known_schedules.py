"""Schedules that once broke a promise. Long runs found them."""

from collections.abc import Mapping
from unittest.mock import patch

import pytest

from blendify.core.data_types import DataType
from blendify.fetching import provider_client
from tests.aws.aws_in_memory import create_tables
from tests.unit.robustness import test_any_history
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.schedules import Move, Schedule, Trouble
from tests.unit.robustness.test_any_history import Chapter, tell
from tests.unit.robustness.test_any_schedule import IMPATIENT, folded, run
from tests.unit.robustness.worlds import Stage, small_pages
from tests.unit.sync_steps import standing
from tests.unit.world import Socket

pytestmark = pytest.mark.usefixtures("aws_in_memory")

SAVED_TRACKS = DataType.SAVED_TRACKS


@pytest.mark.parametrize("call", range(3, 9))
@pytest.mark.parametrize("provider", ["spotify", "lastfm"])
def test_nothing_is_lost_and_nothing_twice(sockets: Mapping[str, Socket], provider: str, call: int) -> None:
    """The newest like is removed, so the first entry of the next page moves to a page that is not read again."""
    schedule = Schedule(moves=((call, Move.REMOVE, 0),), pages=1)
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, provider, DataType.SAVED_TRACKS, schedule, print)


@pytest.mark.parametrize("call", [3, 4])
def test_a_like_replaces_another_between_two_pages(sockets: Mapping[str, Socket], call: int) -> None:
    """The count stays. An entry came twice and the new one not at all: that is no habit of the provider."""
    schedule = Schedule(moves=((call, Move.REMOVE, 8), (call, Move.ADD, 0)))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "spotify", DataType.SAVED_TRACKS, schedule, print)


def test_two_likes_leave_that_were_given_already(sockets: Mapping[str, Socket]) -> None:
    """One more came than is counted. The next sync reads the list: the count is no habit of the provider."""
    schedule = Schedule(moves=((2, Move.REMOVE, 0), (2, Move.REMOVE, 3)))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "lastfm", DataType.SAVED_TRACKS, schedule, print)


@pytest.mark.parametrize(
    ("data_type", "call", "move"),
    [
        (DataType.PLAYLIST_TRACKS, 9, Move.ADD),
        (DataType.PLAYLIST_TRACKS, 10, Move.REMOVE),
        (DataType.SAVED_TRACKS, 2, Move.REMOVE),
        (DataType.FOLLOWED_ARTISTS, 2, Move.REMOVE),
    ],
)
def test_a_list_moves_whose_pages_tell_no_length(
    sockets: Mapping[str, Socket], data_type: DataType, call: int, move: Move
) -> None:
    """More or fewer came than the profile or the playlist counts: an entry came twice, is gone, or was passed over."""
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "soundcloud", data_type, Schedule(moves=((call, move, 0),)), print)


def test_a_page_that_has_a_number_is_short_two_times(sockets: Mapping[str, Socket]) -> None:
    """The listener is told, and the next sync brings what it lacks."""
    schedule = Schedule(troubles=((7, Trouble.SHORT), (7, Trouble.SHORT)))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "lastfm", DataType.TOP_TRACKS, schedule, print)


def test_half_a_page_fails_behind_what_a_dead_worker_has_read(sockets: Mapping[str, Socket]) -> None:
    """The page before is read again, for its last moment, and counts once; then that half is asked for by time."""
    troubles = ((5, Trouble.BLANK), (6, Trouble.BLANK), (7, Trouble.UNAVAILABLE))
    schedule = Schedule(troubles=troubles, kills=((25, True),), moves=((7, Move.ADD, 0),))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "lastfm", DataType.RECENTLY_PLAYED, schedule, print)


def test_a_page_that_came_in_halves_comes_again_as_the_next(sockets: Mapping[str, Socket]) -> None:
    """Its halves were no such page; together they are."""
    schedule = Schedule(troubles=((5, Trouble.EMPTY), (5, Trouble.REPEATED), (6, Trouble.TRUNCATED)))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "apple_music", DataType.PLAYLIST_TRACKS, schedule, print)


def test_a_worker_dies_with_a_token_that_nobody_else_has(sockets: Mapping[str, Socket]) -> None:
    """The refresh token is spent, and the new one was not stored: the listener connects again, and nothing is lost."""
    schedule = Schedule(troubles=((1, Trouble.TOKEN_OVER),), kills=((19, False),), pages=1)
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "soundcloud", DataType.PLAYLIST_TRACKS, schedule, print)


def test_a_page_comes_again_that_shows_nothing(sockets: Mapping[str, Socket]) -> None:
    """Among liked playlists stand albums, which are no playlists here: a page of them leads to itself, once."""
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "soundcloud", DataType.PLAYLISTS, Schedule(troubles=((1, Trouble.REPEATED),)), print)


def test_a_page_comes_again_behind_a_part_of_it_that_another_worker_has_read(sockets: Mapping[str, Socket]) -> None:
    """A page is short, the next worker asks for what it lacks, and gets what came before once more."""
    schedule = Schedule(troubles=((5, Trouble.SHORT), (6, Trouble.REPEATED)), pages=1)
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "spotify", DataType.PLAYLIST_TRACKS, schedule, print)


def test_the_second_look_lacks_what_the_first_has_shown(sockets: Mapping[str, Socket]) -> None:
    """A track is added that is not counted yet, so the playlist is read again; then a page brings nothing, twice."""
    troubles = tuple((call, Trouble.REPEATED) for call in (19, 20))
    odd = ((16, Trouble.BOM), (16, Trouble.LIMITED_YEARS), (9, Trouble.STALLED), (9, Trouble.EMPTY))
    schedule = Schedule(troubles=(*odd, *troubles), kills=((6, True), (31, True), (6, True)), moves=((2, Move.ADD, 0),))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "soundcloud", DataType.PLAYLIST_TRACKS, schedule, print)


@pytest.mark.parametrize(
    ("provider", "call", "short"), [("lastfm", 4, 6), ("youtube_music", 4, 8), ("youtube_music", 5, 11)]
)
def test_as_many_leave_as_a_page_lacks(sockets: Mapping[str, Socket], provider: str, call: int, short: int) -> None:
    """Two likes leave that were given already, then a page comes short by two: together they are what is counted."""
    moves = ((call, Move.REMOVE, 2), (call, Move.REMOVE, 3))
    schedule = Schedule(troubles=((short, Trouble.SHORT), (short, Trouble.NO_ENTRIES)), moves=moves)
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, provider, DataType.SAVED_TRACKS, schedule, print)


@pytest.mark.parametrize(
    ("provider", "data_type", "troubles"),
    [
        ("apple_music", DataType.SAVED_TRACKS, ((1, Trouble.NO_ENTRIES), (1, Trouble.NO_ENTRIES))),
        ("spotify", DataType.SAVED_TRACKS, ((4, Trouble.NO_ENTRIES), (4, Trouble.NO_ENTRIES))),
        ("spotify", DataType.FOLLOWED_ARTISTS, ((1, Trouble.LYING_TOTAL), (3, Trouble.SHORT))),
    ],
)
def test_the_look_that_shows_less_than_is_counted_is_not_the_last(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType, troubles: tuple[tuple[int, Trouble], ...]
) -> None:
    """A page is empty twice; or a count is too high, and in the next look a page is short."""
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, provider, data_type, Schedule(troubles=troubles), print)


@pytest.mark.parametrize(("provider", "data_type"), [("spotify", SAVED_TRACKS), ("apple_music", DataType.SAVED_ALBUMS)])
def test_what_did_not_come_twice_is_asked_for_before_it_is_removed(
    sockets: Mapping[str, Socket], provider: str, data_type: DataType
) -> None:
    """Two syncs do not get two entries in the middle. The third one looks for them, and not at the count alone."""
    clock = Clock()
    with clock.installed(), small_pages():
        stage = Stage.set_up(sockets, provider, data_type, clock)
        user_id = stage.world.connect(stage.listener)
        for lacking in (False, True, True, False):
            if lacking:
                stage.world.simulator.trouble("page_short", offsets=[4, 4])
                stage.world.simulator.trouble("page_empty", offsets=[6, 7])
            mode = "full" if lacking else "changes"
            machine = Machine(user_id, stage.wanted, clock, Reaper(()), provider=provider, mode=mode)
            job, _ = machine.run()
            assert standing(job, data_type).counts["doubtful"] == lacking
            assert folded(user_id, data_type).differences(stage.lists()) == []
            stage.calm()
            clock.sleep(24 * 3600)


def test_a_sync_dies_at_its_end_alone(sockets: Mapping[str, Socket]) -> None:
    """Three tries to end it die: the next sync has nothing to append."""
    schedule = Schedule(kills=((19, False), (20, False), (24, False)))
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        run(sockets, "spotify", DataType.RECENTLY_PLAYED, schedule, print)


def test_the_latest_additions_do_not_come(sockets: Mapping[str, Socket]) -> None:
    """An album takes the place of another one behind the first page, and the count is as expected: all is read."""
    add = ("add", 0, 0)
    story = [
        Chapter((*[add] * 7, ("remove", 0, 0)), Schedule()),
        Chapter((*[add] * 4, ("remove", 7, 0)), Schedule(troubles=((2, Trouble.NO_ENTRIES),))),
    ]
    with small_pages(), patch.object(test_any_history, "note", print):
        tell(sockets, "apple_music", DataType.SAVED_ALBUMS, story, 1000, 0)


def test_a_like_is_given_again_in_front_of_one_that_was_missed(sockets: Mapping[str, Socket]) -> None:
    """A like came and another left while the likes were read, so their number is right. A day later three more come."""
    moves = ((2, Move.ADD, 0), (12, Move.ADD, 0), (13, Move.REMOVE, 4))
    blank = tuple((call, Trouble.BLANK) for call in (9, 24, 16))
    first = Schedule((*blank, (10, Trouble.LIMITED_LONG)), ((74, True), (7, False), (68, True)), moves, pages=1)
    second = (("add", 0, 0), ("add", 0, 0), ("again", 3, 0), ("add", 0, 0))
    with small_pages(), patch.object(test_any_history, "note", print):
        tell(sockets, "soundcloud", SAVED_TRACKS, [Chapter((), first), Chapter(second, Schedule())], 2, 0)


def test_two_leave_and_a_page_is_empty_as_it_is_read_again(sockets: Mapping[str, Socket]) -> None:
    """What came before the list was read again tells nothing of what stands there now."""
    moves = ((2, Move.REMOVE, 0), (6, Move.REMOVE, 0))
    schedule = Schedule(troubles=((6, Trouble.NO_ENTRIES), (6, Trouble.NO_ENTRIES)), moves=moves)
    for data_type in (DataType.FOLLOWED_ARTISTS, DataType.SAVED_ALBUMS):
        create_tables()
        with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
            run(sockets, "apple_music", data_type, schedule, print)
