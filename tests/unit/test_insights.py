"""From the history's stream to the insights: the same in any order, however often, and as a rebuild makes them."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blendify.access import users
from blendify.core import aws, times
from blendify.core.same_names import artist_key, song_key
from blendify.core.settings import insights_table
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.history.facts import Fact
from blendify.insights import queue, shelves, store, table
from blendify.web.taste.visible import Visible
from tests.aws.aws_in_memory import create_tables
from tests.unit.insights_stories import Messages, Story, listener, track

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture(autouse=True)
def _now(stopped_clock: list[datetime]) -> None:
    stopped_clock[0] = NOW


@pytest.fixture
def ada(aws_in_memory: None) -> Story:
    return listener()


def everything(user_id: str) -> list[Any]:
    """All that the store answers, but when it was computed."""
    shelf = shelves.shelves(user_id).shown
    tops = [
        store.top_lists(shelf, what, time_range, "2020-01-01", "2030-01-01")
        for what in ("tracks", "artists")
        for time_range in ("short_term", "long_term")
    ]
    known = replace(store.known(shelf), updated_at=None)
    library, firsts = store.library(shelf, None, None), store.firsts(shelf)
    return [store.plays(shelf, None, None), tops, store.current_top_lists(user_id), library, firsts, known]


def test_a_poll_computes_a_day_and_a_play_told_twice_counts_once(ada: Story, messages: Messages) -> None:
    sync = "2026-11-27T21:00:00.000Z"
    ada.append(
        ada.play(sync, "spotify", "Ada/Blue", "2026-11-27T20:03:20.000Z"),
        ada.play(sync, "spotify", "Ada/Blue", "2026-11-27T20:06:40.000Z"),
        ada.play(sync, "spotify", "Ben/Red", "2026-11-27T20:10:00.000Z"),
        ada.play(sync, "lastfm", "Ada/Blue (Remastered 2011)", "2026-11-27T20:00:00.000Z"),
    )
    ada.forwarded()
    assert messages.work() == 1
    (month,) = store.plays(ada.user_id, None, None)
    blue, red = song_key("Blue", "Ada"), song_key("Red", "Ben")
    assert month.by_day == {27: {blue: 2, red: 1}}
    assert month.by_hour == {(4, 20): 3}
    assert month.providers == ("lastfm", "spotify")
    assert month.songs[red].artists[0].key == artist_key("Ben")
    known = store.known(ada.user_id)
    assert (known.plays_since, known.connected_on, known.library_since) == ("2026-11-27", "2026-11-27", None)


def test_a_thousand_records_of_a_first_sync_are_computed_once(ada: Story, messages: Messages) -> None:
    sync = "2026-11-28T11:00:00.000Z"
    for number in range(20):
        ada.append(
            *(
                ada.like(sync, "spotify", f"Ada/{number} {minute}", f"20{number:02}-05-01T00:00:{minute:02}Z")
                for minute in range(20)
            )
        )
        ada.forwarded()
    assert messages.work() == 1
    assert sum(len(month.added) for month in store.library(ada.user_id, None, None)) == 400


def test_days_are_the_listeners(ada: Story, messages: Messages) -> None:
    """On a day on which clocks change too: Berlin's 25 October 2026 has 25 hours."""
    users.set_time_zone(ada.user_id, "Europe/Berlin")
    sync = "2026-11-01T00:00:00.000Z"
    moments = ["2026-10-24T21:59:59.000Z", "2026-10-24T22:00:00.000Z", "2026-10-25T00:30:00.000Z"]
    moments += ["2026-10-25T01:30:00.000Z", "2026-10-25T22:59:59.000Z", "2026-10-25T23:00:00.000Z"]
    ada.append(*(ada.play(sync, "spotify", f"Ada/{number}", moment) for number, moment in enumerate(moments)))
    ada.forwarded()
    messages.work()
    (month,) = store.plays(ada.user_id, None, None)
    assert {day: sum(counts.values()) for day, counts in month.by_day.items()} == {24: 1, 25: 4, 26: 1}
    assert month.by_hour == {(5, 23): 1, (6, 0): 1, (6, 2): 2, (6, 23): 1, (0, 0): 1}


def test_another_time_zone_moves_what_is_known(ada: Story, messages: Messages) -> None:
    """Until all of it is counted anew, all of it stays as it was; what happens meanwhile is in it then."""
    ada.append(ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2026-10-31T20:00:00.000Z"))
    ada.append(ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2020-01-31T20:00:00.000Z"))
    ada.forwarded()
    messages.work()
    before = everything(ada.user_id)
    assert [month.month for month in before[0]] == ["2020-01", "2026-10"]
    assert users.set_time_zone(ada.user_id, "Asia/Tokyo")
    assert not users.set_time_zone(ada.user_id, "Asia/Tokyo")
    queue.rebuild(ada.user_id)
    assert messages.work(most=1) == 1
    ada.append(ada.play("2026-11-28T10:00:00.000Z", "spotify", "Ben/Red", "2026-11-28T09:59:00.000Z"))
    ada.forwarded()
    while messages.work(most=1):
        now = shelves.shelves(ada.user_id)
        assert (now.filling is None) or everything(ada.user_id) == before
    assert now == shelves.Shelves(f"{ada.user_id}#2", rebuild=1)
    assert all_buckets(ada.user_id) == [f"{shelves.NAME}#00"]
    after = everything(ada.user_id)
    assert [month.month for month in after[0]] == ["2020-02", "2026-11"]
    assert sum(after[0][1].by_day[28].values()) == 1
    assert after[-1].time_zone == "Asia/Tokyo"
    assert {first.day for first in after[-2]} == {"2020-02-01", "2026-11-28"}
    assert shelves.remove_everything(ada.user_id)
    assert all_buckets(ada.user_id) == all_buckets(f"{ada.user_id}#2") == []


@pytest.mark.parametrize("already", [4, 8])
def test_a_rebuild_that_begins_during_another_is_shown_when_it_is_whole(
    ada: Story, messages: Messages, already: int
) -> None:
    """What the first one has left in the queue shows nothing of the second one's."""
    ada.append(
        ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2026-10-31T20:00:00.000Z"),
        ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2026-11-27T20:00:00.000Z"),
        ada.like("2026-11-28T09:00:00.000Z", "spotify", "Ben/Red", "2019-03-01T20:00:00.000Z"),
    )
    ada.forwarded()
    messages.work()
    before = everything(ada.user_id)
    users.set_time_zone(ada.user_id, "Asia/Tokyo")
    queue.rebuild(ada.user_id)
    assert messages.work(most=already) == already
    queue.rebuild(ada.user_id)
    shown = [before]
    while messages.work(most=1):
        shown += [everything(ada.user_id)] if everything(ada.user_id) != shown[-1] else []
    queue.rebuild(ada.user_id)
    messages.work()
    assert shown == [before, everything(ada.user_id)]


def test_a_rebuild_for_somebody_who_has_nothing_yet_shows_what_comes(ada: Story, messages: Messages) -> None:
    """As for a history that was stored before anything was derived of it."""
    ada.append(ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2026-11-28T08:00:00.000Z"))
    queue.rebuild(ada.user_id)
    messages.work()
    assert shelves.shelves(ada.user_id) == shelves.Shelves(ada.user_id, rebuild=1)
    assert [month.month for month in store.plays(ada.user_id, None, None)] == ["2026-11"]


@pytest.mark.parametrize("release", ["blendify.insights.shelves.MADE", "blendify.insights.packing.FORMAT", ""])
def test_what_an_earlier_release_made_is_made_anew_by_itself_and_once(
    ada: Story, messages: Messages, monkeypatch: pytest.MonkeyPatch, release: str
) -> None:
    """
    With the next thing that is computed: of another number, of another format, and where all of it is lost. What was
    known is not overwritten by what one new record tells.
    """
    ada.append(ada.play("2026-10-01T09:00:00.000Z", "spotify", "Ada/Blue", "2026-10-01T08:00:00.000Z"))
    ada.append(ada.like("2026-10-01T09:00:00.000Z", "spotify", "Ben/Red", "2020-01-31T20:00:00.000Z"))
    ada.forwarded()
    messages.work()
    before = everything(ada.user_id)
    if release:
        monkeypatch.setattr(release, 1_000)
    else:
        shelves.remove_everything(ada.user_id)
    ada.append(ada.play("2026-11-20T09:00:00.000Z", "spotify", "Ada/Blue", "2026-11-20T08:00:00.000Z"))
    ada.forwarded()
    assert messages.work() > 10
    after = everything(ada.user_id)
    assert [month.month for month in after[0]] == ["2026-10", "2026-11"]
    assert after[3:5] == before[3:5]
    assert replace(after[5], plays_since=None) == replace(before[5], plays_since=None)
    assert not shelves.shelves(ada.user_id).is_old
    ada.append(ada.play("2026-11-20T10:00:00.000Z", "spotify", "Ada/Blue", "2026-11-20T09:30:00.000Z"))
    ada.forwarded()
    assert messages.work() <= 2


def test_nothing_is_made_twice_of_somebody_who_is_new(aws_in_memory: None, messages: Messages) -> None:
    """A first sync makes each bucket once, as if there had never been an earlier release."""
    new, sync = Story(users.find_or_create_user("spotify", "ada")), times.iso(times.now())
    assert shelves.shelves(new.user_id).is_old
    new.append(new.play(sync, "spotify", "Ada/Blue", sync), new.like(sync, "spotify", "Ada/Blue", sync))
    new.forwarded()
    assert messages.work() <= 3
    assert not shelves.shelves(new.user_id).is_old
    assert len(store.plays(new.user_id, None, None)) == 1


def test_who_looks_has_what_is_old_made_anew(ada: Story, messages: Messages) -> None:
    """As often as they look it is one message, and none once it is made. A queue that refuses breaks no page."""
    ada.append(ada.play("2026-10-01T09:00:00.000Z", "spotify", "Ada/Blue", "2026-10-01T08:00:00.000Z"))
    shelves.remove_everything(ada.user_id)
    assert {Visible.asked_for(ada.user_id).is_old for _ in range(5)} == {True}
    assert len(messages.waiting) <= 2
    messages.work()
    visible = Visible.asked_for(ada.user_id)
    assert (visible.is_old, messages.waiting) == (False, {})
    assert [month.month for month in visible.plays()] == ["2026-10"]
    shelves.remove_everything(ada.user_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "send_message_batch", lambda **_: {"Failed": [{"Code": "InternalError"}]})
        assert Visible.asked_for(ada.user_id).is_old


def all_buckets(shelf: str) -> list[str]:
    """The names of the items that stand in a shelf."""
    items = aws.client("dynamodb").query(
        TableName=insights_table(),
        KeyConditionExpression="user_id = :shelf",
        ExpressionAttributeValues={":shelf": {"S": shelf}},
    )["Items"]
    return [item["bucket"]["S"] for item in items]


def test_top_lists_stand_as_they_were_at_the_end_of_each_day(ada: Story, messages: Messages) -> None:
    days = ("2026-11-20", "2026-11-21", "2026-11-21", "2026-11-25")
    orders = ("ABC", "BAC", "BCA", "DBC")
    for hour, (day, order) in enumerate(zip(days, orders, strict=True)):
        ada.append(*ada.ranked(f"{day}T{hour:02}:00:00.000Z", "spotify", [f"{name}/{name}" for name in order]))
    removed = {"record_id": "A/A", "track_name": "A", "time_range": "short_term", "rank": 3, "removed": True}
    ada.append(
        Fact.mark(ada.user_id, "top_tracks", "2026-11-25T03:00:00.000Z", "spotify", "removed#short_term#A/A", removed)
    )
    random.Random(5).shuffle(ada.stream)  # noqa: S311
    ada.forwarded()
    messages.work()
    lists = store.top_lists(ada.user_id, "tracks", "short_term", "2026-11-22", "2026-11-30")
    assert [(top.day, "".join(entry.name for entry in top.entries)) for top in lists] == [
        ("2026-11-21", "BCA"),
        ("2026-11-25", "DBC"),
    ]
    assert store.current_top_lists(ada.user_id) == lists[-1:]
    assert [(first.name, first.day) for first in store.firsts(ada.user_id) if first.name == "D"] == [
        ("D", "2026-11-25")
    ] * 2


def test_a_second_place_is_another_addition_and_a_move_is_none(ada: Story, messages: Messages) -> None:
    """Of entries without a date: what stood there before is told by the entry, and not by its record alone."""

    def entry(day: int, key: str, **more: Any) -> Fact:
        fields = {**track("Ada/Blue"), "playlist_id": "p", "position": 0, **more}
        where = f"2026-11-{day}T03:00:00.000Z"
        return Fact.of(ada.user_id, "playlist_tracks", where, "soundcloud", key, fields, {})

    ada.append(entry(25, "p#000000#Ada/Blue"))
    ada.append(entry(26, "p#000001#Ada/Blue", occurrence=2))
    ada.append(entry(27, "moved#p#Ada/Blue"), entry(27, "moved#p#Ada/Blue#2", occurrence=2))
    ada.forwarded()
    messages.work()
    (november,) = store.library(shelves.shelves(ada.user_id).shown, None, None)
    assert [change.day for change in november.added] == ["2026-11-25", "2026-11-26"]


def test_library_changes_stand_at_their_dates(ada: Story, messages: Messages) -> None:
    first, later = "2026-11-20T01:00:00.000Z", "2026-11-27T01:00:00.000Z"
    ada.append(ada.like(first, "spotify", "Ada/Blue", "2019-03-01T10:00:00Z"), ada.follow(first, "spotify", "Ada"))
    ada.append(ada.follow(later, "spotify", "Ada"), ada.follow(later, "spotify", "Ben"))
    ada.append(ada.like(later, "spotify", "Ada/Blue", "2019-03-01T10:00:00Z", removed=True))
    ada.forwarded()
    messages.work()
    march, november = store.library(ada.user_id, None, None)
    assert [(change.day, change.name, change.dated) for change in march.added] == [("2019-03-01", "Blue", True)]
    assert [(change.day, change.name, change.dated) for change in november.added] == [
        ("2026-11-20", "Ada", False),
        ("2026-11-27", "Ben", False),
    ]
    assert [(change.day, change.name) for change in november.removed] == [("2026-11-27", "Blue")]
    assert store.library(ada.user_id, "2026-11", None) == [november]


def test_a_message_that_comes_after_the_listener_left_brings_nothing_back(ada: Story, messages: Messages) -> None:
    ada.append(ada.play("2026-11-28T09:00:00.000Z", "spotify", "Ada/Blue", "2026-11-28T08:00:00.000Z"))
    ada.forwarded()
    late = dict(messages.waiting)
    messages.work()
    table.remove_everything(ada.user_id)
    state_table().delete(keys.user(ada.user_id), keys.profile())
    messages.waiting |= late
    queue.rebuild(ada.user_id)
    messages.work()
    assert not list(table.read(ada.user_id, "", "~"))


moments = st.builds(
    lambda day, minute: f"{day}T{minute // 60:02}:{minute % 60:02}:00.000Z",
    st.sampled_from(["2025-12-31", "2026-01-01", "2026-10-31", "2026-11-01", "2026-11-27"]),
    st.integers(0, 24 * 60 - 1),
)
songs = st.sampled_from(["Ada/Blue", "Ada/Blue - Live", "Ben/Red", "Cleo/Green"])
acts = st.one_of(
    st.tuples(st.just("play"), st.sampled_from(["spotify", "lastfm"]), songs, moments),
    st.tuples(st.just("like"), st.sampled_from(["spotify", "lastfm"]), songs, moments),
    st.tuples(st.just("unlike"), st.just("spotify"), songs, moments),
    st.tuples(st.just("follow"), st.sampled_from(["spotify", "lastfm"]), songs, st.just("")),
    st.tuples(st.just("unfollow"), st.just("spotify"), songs, st.just("")),
    st.tuples(st.just("rank"), st.sampled_from(["spotify", "lastfm"]), songs, st.just("")),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(acts, min_size=1, max_size=14),
    zone=st.sampled_from(["UTC", "America/Los_Angeles", "Pacific/Apia"]),
    seed=st.integers(0, 99),
)
def test_a_rebuild_makes_what_the_stream_has_made(
    messages: Messages, story: list[tuple[str, str, str, str]], zone: str, seed: int
) -> None:
    create_tables()
    ada, chance = listener(), random.Random(seed)  # noqa: S311
    users.set_time_zone(ada.user_id, zone)
    for number, act in enumerate(story):
        _append(
            ada,
            f"2026-{'08' if number < 6 else '11'}-{20 + number // 2:02}T{12 * (number % 2):02}:00:00.{number:03}Z",
            act,
        )
        if chance.random() < 0.3:
            redelivered = chance.sample(ada.stream, len(ada.stream) // 2)
            chance.shuffle(ada.stream)
            ada.stream += redelivered
            ada.forwarded()
            messages.work(chance)
    ada.forwarded()
    messages.work()
    streamed = everything(ada.user_id)
    queue.rebuild(ada.user_id)
    messages.work()
    assert everything(ada.user_id) == streamed


def _append(ada: Story, sync: str, act: tuple[str, str, str, str]) -> None:
    kind, provider, song, moment = act
    match kind:
        case "play":
            ada.append(ada.play(sync, provider, song, moment))
        case "like" | "unlike":
            ada.append(ada.like(sync, provider, song, moment, removed=kind == "unlike"))
        case "follow" | "unfollow":
            ada.append(ada.follow(sync, provider, song, removed=kind == "unfollow"))
        case _:
            ada.append(*ada.ranked(sync, provider, [song]))
