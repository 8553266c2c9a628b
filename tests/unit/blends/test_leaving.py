"""Who is told of what becomes of a blend, and what an erasure leaves of one."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from blendify.access import sessions, visits
from blendify.access.visits import ENDED, JOINED, LEFT, Word
from blendify.blends import joining, membership, parting, stored
from blendify.core import times
from blendify.db.state_table import Item, state_table
from blendify.webhooks import subscriptions
from blendify.webhooks.deliveries import Queued
from tests.unit.blends.groups import Group, blend_of, songs
from tests.unit.erasures import leave, machine, telling_of
from tests.unit.http_events import Browser
from tests.unit.webhook_queues import WebhookQueues

pytestmark = pytest.mark.usefixtures("aws_in_memory")


def three() -> Group:
    group = Group()
    for name in ("ada", "ben", "cleo"):
        group.add(name, songs(name, 60))
    return group


def deliveries(queues: WebhookQueues) -> list[tuple[str, Any]]:
    messages = [Queued.of(body) for body in queues.take("deliveries")]
    return [(message.user_id, json.loads(message.body)) for message in messages]


def words(user_id: str) -> list[str]:
    return [word.kind for word in visits.visit(user_id, times.iso(times.now())).words]


def test_the_others_are_told_who_joins_and_leaves(webhook_queues: WebhookQueues) -> None:
    """By webhook with ids alone, and on their home page; who did it is not told."""
    group = three()
    for user_id in group.ids.values():
        subscriptions.create(user_id, "https://example.org/hook")
    blend, members = blend_of(group, "ada", "ben")
    invitation = membership.invite(blend)
    assert invitation
    joining.join(group.ids["cleo"], invitation)
    events = deliveries(webhook_queues)
    assert {user_id for user_id, _ in events} == {group.ids["ada"], group.ids["ben"]}
    for user_id, event in events:
        assert event["type"] == JOINED
        assert set(event["data"]) == {"number", "user_id", "blend_id", "member_id", "at"}
        assert (event["data"]["user_id"], event["data"]["blend_id"]) == (user_id, blend.blend_id)
    cleo = membership.of_member(group.ids["cleo"], blend.blend_id)
    assert cleo
    assert {event["data"]["member_id"] for _, event in events} == {each.member_id for each in cleo.members} - set(
        members.values()
    )
    parting.leave(group.ids["ben"], blend.blend_id)
    parting.end(blend.blend_id, group.ids["ada"])
    assert [(user, event["type"]) for user, event in deliveries(webhook_queues)] == [
        (group.ids["ada"], LEFT),
        (group.ids["cleo"], LEFT),
        (group.ids["cleo"], ENDED),
    ]
    assert [words(group.ids[name]) for name in ("ada", "ben", "cleo")] == [[LEFT, JOINED], [JOINED], [ENDED, LEFT]]


def test_who_reads_changes_alone_misses_nothing_that_events_tell(
    webhook_queues: WebhookQueues, stopped_clock: list[datetime]
) -> None:
    """Each event is a notice too, on the first page; and within the span that is asked for."""
    group = three()
    subscriptions.create(group.ids["cleo"], "https://example.org/hook")
    browser = Browser({"session": sessions.begin(group.ids["cleo"])})
    assert "notices" not in browser.get("api.music", "/me/changes").json
    blend, _ = blend_of(group, "cleo", "ben")
    invitation = membership.invite(blend)
    assert invitation
    joining.join(group.ids["ada"], invitation)
    stopped_clock[0] += timedelta(hours=1)
    between = times.iso(times.now())
    stopped_clock[0] += timedelta(hours=1)
    parting.leave(group.ids["ben"], blend.blend_id)
    parting.leave(group.ids["ada"], blend.blend_id)
    events = [event for user_id, event in deliveries(webhook_queues) if user_id == group.ids["cleo"]]
    assert [event["type"] for event in events] == [JOINED, LEFT, ENDED]
    expected = [
        {"kind": event["type"], "blend_id": event["data"]["blend_id"], "at": event["data"]["at"]}
        for event in reversed(events)
    ]
    stopped_clock[0] += timedelta(hours=1)
    assert browser.get("api.music", "/me/changes").json["notices"] == expected
    assert browser.get("api.music", f"/me/changes?since={between}").json["notices"] == expected[:2]
    assert browser.get("api.music", f"/me/changes?until={between}").json["notices"] == expected[2:]
    assert "notices" not in browser.get("api.music", "/me/changes?import_id=any").json


def test_two_words_at_a_moment_are_both_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is written only upon what it has read."""
    user_id = three().ids["ada"]
    first, second = (Word(kind, "b1", "2026-11-28T10:00:00.000Z") for kind in (JOINED, LEFT))
    table, reads = state_table(), list[str]()
    get = table.get

    def get_slowly(pk: str, sk: str) -> Item | None:
        item = get(pk, sk)
        if not reads:
            reads.append(sk)
            visits.leave_word(user_id, second)
        return item

    monkeypatch.setattr(table, "get", get_slowly)
    visits.leave_word(user_id, first)
    assert visits.words(user_id) == (first, second)


def test_a_word_is_news_for_a_visit(webhook_queues: WebhookQueues, stopped_clock: list[datetime]) -> None:
    """It needs no visit before it, and costs the first visit nothing."""
    group = three()
    blend, _ = blend_of(group, "ada")
    invitation = membership.invite(blend)
    assert invitation
    joining.join(group.ids["ben"], invitation)
    first = visits.visit(group.ids["ada"], times.iso(times.now()))
    assert (first.before, [word.blend_id for word in first.words]) == (None, [blend.blend_id])


def test_an_erasure_leaves_nothing_in_a_blend(webhook_queues: WebhookQueues) -> None:
    """No membership, no invitation, no song; a blend with one left ends, another one goes on, and its members know."""
    group = three()
    pair, _ = blend_of(group, "ada", "cleo")
    all_three, members = blend_of(group, "cleo", "ben", "ada")
    group.today(pair)
    group.today(all_three)
    cleo = group.ids["cleo"]
    machine(leave(cleo))
    # These listeners own no connected account, so its pointer is nobody's to delete.
    left = [item for item in telling_of(cleo, members["cleo"]) if not item["pk"]["S"].startswith("account#")]
    assert left == []
    assert membership.find(pair.blend_id) is None
    rest = membership.find(all_three.blend_id)
    assert rest
    assert rest.made_by == group.ids["ben"]
    assert stored.read(pair.blend_id) is stored.read(all_three.blend_id) is None
    assert not [entry for entry in group.today(all_three).playlist.entries if "cleo" in entry.chosen.song.key]
    assert sorted(words(group.ids["ada"])) == sorted([LEFT, ENDED])


def test_erasing_one_provider_takes_the_playlists(webhook_queues: WebhookQueues) -> None:
    """They are made of what is left when somebody looks again; nobody has left the blend."""
    group = three()
    blend, _ = blend_of(group, "ada", "ben")
    group.today(blend)
    machine(leave(group.ids["ada"], "spotify"))
    assert stored.read(blend.blend_id) is None
    assert membership.of_member(group.ids["ada"], blend.blend_id)
