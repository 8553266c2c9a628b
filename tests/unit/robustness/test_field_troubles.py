"""
What providers really do wrong, for some days or for good, while listeners go on: each kind at every provider.

Nothing is lost, doubled, invented or called removed that is still there; and one full sweep after the trouble has
ended everything is as the provider has it. `make test` draws two stories a kind and provider, `make soak` a hundred.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from blendify.core.data_types import DataType, Outcome
from blendify.fetching import provider_client
from blendify.providers import PROVIDERS
from blendify.providers.paging import Cursor, PageRequest
from blendify.providers.soundcloud.paging import Joined
from operations.folded_lists import RESOURCES, canonical
from tests.aws.aws_in_memory import create_tables
from tests.unit.robustness.machine import Clock, Machine, Reaper
from tests.unit.robustness.providers import PAIRS, TRAITS, UNCOUNTED
from tests.unit.robustness.schedules import Trouble
from tests.unit.robustness.test_any_history import Change, do, shown
from tests.unit.robustness.test_any_schedule import IMPATIENT, folded
from tests.unit.robustness.worlds import PAGE, Stage, small_pages
from tests.unit.sync_steps import standing

pytestmark = pytest.mark.usefixtures("aws_in_memory")

T = TypeVar("T")

STORIES = max(2, int(os.environ.get("SCHEDULES", "57")) // 100)
DAY = 24 * 3600
SEVERAL_PAGES = 12
"""So many calls more than the bound of a kind a sync may cost: of playlists, of what is asked for once more."""


@dataclass(frozen=True)
class Kind:
    """Troubles of one kind, by name, with the fields of `Fault` that narrow them here."""

    troubles: Mapping[str, Mapping[str, Any]]
    exact: bool = True
    """Whether the lists can be read whole while it lasts."""
    days: tuple[tuple[bool, ...], ...] = (
        (False, True, True),
        (True, False, True),
        (True, True),
        (False, True, False, True),
    )
    """Which days have the trouble; hypothesis begins with the first."""
    without: frozenset[DataType] = frozenset()
    """Where it cannot be told from the truth."""
    without_at: frozenset[tuple[str, DataType]] = frozenset()
    """The same at one provider alone."""
    providers: tuple[str, ...] = tuple(TRAITS)
    most_calls: int = 4
    """So many times the pages of all lists is what a sync may cost."""
    by_cursor: bool = True
    """Whether it can be told from the truth in lists in which each page leads to the next."""
    by_size: bool = False
    """Whether it shows only where pages can be asked for in another size."""
    by_count: bool = False
    """Whether only the length of a playlist tells it from one that holds a track twice."""

    def shown(self, provider: str, data_type: DataType) -> list[str]:
        """The troubles that a list of this data type shows."""
        endpoint = PROVIDERS[provider].endpoints[data_type]
        if data_type in self.without or (provider, data_type) in self.without_at:
            return []
        if isinstance(endpoint.paging, Cursor) and not self.by_cursor:
            return []
        if self.by_size and not endpoint.paging.smaller(PageRequest("", 0), 2):
            return []
        if self.by_count and data_type is DataType.PLAYLIST_TRACKS and TRAITS[provider].untold.get(data_type):
            return []
        log = endpoint.log_window
        twice = data_type is DataType.PLAYLIST_TRACKS or (log is not None and (log.repeats or not log.dated))
        return sorted(name for name in self.troubles if not (twice and name in COUNTED_TWICE))


COUNTED_TWICE = frozenset({"entry_twice", "entry_hidden"})
"""
A playlist may really hold an entry twice, and a log whose plays have no moments, or coarse ones, may list one twice
(docs/decisions.md).
"""
ONCE_EACH: Mapping[str, Any] = {"each": True, "times": 1}

ON_THE_SAME_PAGES = frozenset({("soundcloud", DataType.PLAYLISTS), ("soundcloud", DataType.SAVED_ALBUMS)})
"""Liked playlists and liked albums: what one of these hides of those, nothing tells."""

KINDS: Mapping[str, Kind] = {
    "one refusal is no proof": Kind(
        {
            **{f"refused_{status}": ONCE_EACH for status in (400, 401, 403, 404, "html")},
            "refused_now_and_then": {},
        }
    ),
    "a count is a hint": Kind(
        {
            "count_too_high": {},
            "count_too_low": {},
            "count_differs_by_page": {},
            "count_null": {},
            "count_absent": {},
            "count_text": {},
            "count_float": {},
        }
    ),
    "a page is what came": Kind(
        {
            "pages_smaller": {},
            "pages_larger": {},
            "pages_overlap": {},
            "entry_twice": {},
            "entries_missing": {},
        },
        by_count=True,
    ),
    # What is hidden twice in a row is taken for a miscount. A playlist may really hold a track twice.
    "an overlap hides an entry": Kind(
        {"entry_hidden": {}},
        exact=False,
        days=((False, True, False), (True, False)),
        without=frozenset({DataType.PLAYLIST_TRACKS}),
        without_at=ON_THE_SAME_PAGES,
    ),
    # Likes that are hidden for two days are taken for a miscount. Whether something was played twice nobody can tell.
    **{
        name: Kind(
            dict.fromkeys(("page_half_again", "page_half_again_counted"), pages),
            exact=False,
            days=((False, True, False), (True, False)),
            without=frozenset({DataType.RECENTLY_PLAYED}),
            without_at=ON_THE_SAME_PAGES,
        )
        for name, pages in {
            "half of each page comes again": {},
            "half a page comes again": {"offsets": (PAGE, PAGE)},
        }.items()
    },
    "whatever stands in JSON": Kind(
        {
            "body_with_bom": {},
            "body_controls": {},
            "body_gzip": {},
            **dict.fromkeys(("body_blank", "body_null", "body_text", "body_cut_gzip", "body_cut"), ONCE_EACH),
        }
    ),
    "the past is never finished": Kind({"ends_early": {}, "ends_at_once": {}}, providers=("lastfm",)),
    # Behind the end of a list that is read to a chosen depth, or by cursors, nobody can ask. In a playlist, which may
    # hold a track twice, the answer could be its last page once more. Plays without moments are dated by neighbours.
    "a list goes on behind its end": Kind(
        {"ends_early": {}, "ends_at_once": {}},
        exact=False,
        without=frozenset(
            {
                DataType.TOP_TRACKS,
                DataType.TOP_ARTISTS,
                DataType.RECENTLY_PLAYED,
                DataType.PLAYLIST_TRACKS,
            }
        ),
        by_cursor=False,
    ),
    "a page is asked in another way": Kind({"broken_large_pages": {"limits": (PAGE, None)}}, by_size=True),
    "a page that never answers": Kind(
        {"broken_behind": {"offsets": (PAGE, None)}, "broken_page": {"offsets": (PAGE, PAGE)}},
        exact=False,
        most_calls=10,
    ),
    # A sync gives up when it has waited for a day.
    "a wait has an end": Kind(
        {f"throttled_{wait}": {"times": 1} for wait in ("milliseconds", "years", "year_9999")}, exact=False
    ),
}

OFFERED = {provider: [data_type for name, data_type in PAIRS if name == provider] for provider in TRAITS}


def turned(values: Sequence[T], *by: str) -> st.SearchStrategy[T]:
    """One of these; hypothesis begins with another one in each test, or else few stories would all begin alike."""
    start = crc32("".join(by).encode()) % len(values)
    return st.sampled_from([*values[start:], *values[:start]])


@dataclass
class Story:
    """One listener over some days, and what is stored of the lists."""

    stage: Stage
    user_id: str

    def sync(self, mode: str = "changes") -> tuple[Any, int]:
        """How the data type ended, and the calls that it cost."""
        stage = self.stage
        before = stage.world.calls()
        machine = Machine(self.user_id, stage.wanted, stage.clock, Reaper(()), None, stage.provider, mode)
        job, _ = machine.run()
        done = standing(job, stage.data_type)
        note(f"{mode}: {done.outcome} {dict(done.counts)} {done.why} {stage.world.calls() - before} calls")
        return done, stage.world.calls() - before

    def trouble(self, name: str, **narrowed: Any) -> None:
        self.stage.world.simulator.trouble(name, **narrowed)

    def answers(self) -> dict[str, Counter[str]]:
        """What the history says that the lists hold."""
        lists = folded(self.user_id, self.stage.data_type).answers()
        return {name: Counter(map(canonical, answers)) for name, answers in lists.items()}

    def differences(self) -> list[str]:
        return folded(self.user_id, self.stage.data_type).differences(shown(self.stage))


def begun(sockets: Mapping[str, Any], provider: str, data_type: DataType, clock: Clock) -> Story:
    create_tables()
    stage = Stage.set_up(sockets, provider, data_type, clock)
    return Story(stage, stage.world.connect(stage.listener))


def check_nothing_false(story: Story, before: Mapping[str, Counter[str]]) -> None:
    """Of what was stored before all is there that the provider still has; nothing is there twice or was never there."""
    states = [{name: Counter(map(canonical, held)) for name, held in state.items()} for state in story.stage.states]
    now, answers = states[-1], story.answers()
    for name in {*now, *answers}:
        stored = answers.get(name, Counter())
        most: Counter[str] = Counter()
        for state in states:
            most |= state.get(name, Counter())
        assert not set(stored) - set(most), f"{name}: something is stored that was never served"
        if name == RESOURCES:
            continue
        assert not stored - most, f"{name}: something is stored twice"
        lost = (before.get(name, Counter()) & now.get(name, Counter())) - stored
        assert not lost, f"{name}: something is called removed that is there"


@pytest.mark.parametrize(
    ("kind", "provider"),
    [
        (name, provider)
        for name, kind in KINDS.items()
        for provider in kind.providers
        if any(kind.shown(provider, data_type) for data_type in OFFERED[provider])
    ],
)
def test_a_trouble_leaves_nothing_wrong(sockets: Mapping[str, Any], kind: str, provider: str) -> None:
    """Some days with it, from the first or later, and one without."""

    @settings(
        max_examples=STORIES,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        offered = [each for each in OFFERED[provider] if KINDS[kind].shown(provider, each)]
        data_type = data.draw(turned(offered, kind, provider))
        name = data.draw(turned(KINDS[kind].shown(provider, data_type), provider, kind))
        changes = st.lists(
            st.tuples(
                st.sampled_from(sorted(TRAITS[provider].changes[data_type])), st.integers(0, 9), st.integers(0, 9)
            ),
            max_size=3,
        )
        days = [(troubled, data.draw(changes)) for troubled in data.draw(st.sampled_from(KINDS[kind].days))]
        note(f"{data_type}, {name}: {days}")
        with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
            tell(sockets, provider, data_type, KINDS[kind], name, days)

    check()


@settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(days=st.just([(False, [("remove", 8, 1), ("add", 5, 6)]), (True, [("remove", 2, 0)]), (False, [])]))
def test_what_a_doubtful_reading_gave_tells_nothing_of_the_count(sockets: Mapping[str, Any], days: Any) -> None:
    """
    An entry was hidden on a day on which another one left. On the next day the profile counts what was kept without
    both of them, so all seemed to be known, and both were called removed.
    """
    kind = KINDS["an overlap hides an entry"]
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        tell(sockets, "soundcloud", DataType.FOLLOWED_ARTISTS, kind, "entry_hidden", days)


@settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(days=st.just([(False, [("add", 9, 4), ("add", 5, 9)]), (True, [("again", 4, 0), ("add", 6, 7)]), (False, [])]))
def test_what_was_hidden_is_looked_for_before_a_count_speaks_of_it(sockets: Mapping[str, Any], days: Any) -> None:
    """The profile counts one more than came, and that one is absent: by that count alone it would be gone."""
    kind = KINDS["an overlap hides an entry"]
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        tell(sockets, "soundcloud", DataType.SAVED_TRACKS, kind, "entry_hidden", days)


@settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(days=st.just([(False, [("remove", 7, 2), ("remove", 5, 0), ("remove", 0, 3), ("remove", 1, 7)]), (True, [])]))
def test_a_page_behind_empty_ones_that_never_answers_is_given_up(sockets: Mapping[str, Any], days: Any) -> None:
    """The pages before it hold nothing of the list, and are not asked for again each time."""
    kind = KINDS["a page that never answers"]
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        tell(sockets, "soundcloud", DataType.PLAYLISTS, kind, "broken_page", days)


@settings(max_examples=1, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(days=st.just([(True, []), (True, [("remove", 0, 5), ("add", 9, 3), ("add", 1, 3)])]))
def test_an_entry_without_an_id_on_two_pages_that_overlap_is_stored_once(sockets: Mapping[str, Any], days: Any) -> None:
    """It stands at one place, which both pages show."""
    kind = KINDS["a page is what came"]
    with small_pages(), patch.object(provider_client, "TIMEOUT", IMPATIENT):
        tell(sockets, "spotify", DataType.SAVED_ALBUMS, kind, "pages_larger", days)


def tell(
    sockets: Mapping[str, Any],
    provider: str,
    data_type: DataType,
    kind: Kind,
    name: str,
    days: list[tuple[bool, list[Change]]],
) -> None:
    """One story, of days with and without the trouble."""
    clock = Clock()
    with clock.installed():
        story = begun(sockets, provider, data_type, clock)
        stage = story.stage
        for troubled, changes in days:
            for change in changes:
                do(stage, change)
            stage.states.append(stage.lists())
            before = story.answers()
            stage.calm()
            if troubled:
                story.trouble(name, **kind.troubles[name])
            done, calls = story.sync()
            check_nothing_false(story, before)
            assert done.outcome in (Outcome.COMPLETE, Outcome.FAILED), done.why
            if kind.exact or not troubled:
                assert done.outcome is Outcome.COMPLETE, done.why
            pages = sum(1 + len(entries) // PAGE for entries in stage.states[-1].values())
            # Two lists of the provider that are one of ours end with a page each.
            pages += isinstance(PROVIDERS[provider].endpoints[data_type], Joined)
            # Another call for each page completes its entries; a list whose length nothing tells is looked at twice.
            uncounted = UNCOUNTED - {Trouble.REPEATED} == TRAITS[provider].untold.get(data_type)
            pages *= 2 if PROVIDERS[provider].endpoints[data_type].completion or uncounted else 1
            assert calls <= kind.most_calls * pages + SEVERAL_PAGES, f"{calls} calls for {pages} pages"
            clock.sleep(DAY)
        stage.calm()
        done, _ = story.sync("full")
        assert done.outcome is Outcome.COMPLETE, done.why
        assert story.differences() == []
