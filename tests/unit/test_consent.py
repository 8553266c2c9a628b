"""What listeners let others know: nothing by default, changed one by one, and gone with them."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from blendify.access import connections, users
from blendify.access.users import UserGone
from blendify.core import times
from blendify.core.same_names import artist_key
from blendify.db import keys
from blendify.db.state_table import state_table
from blendify.db.transactions import Write, commit
from blendify.sharing import consent
from blendify.sharing.consent import Changes, Consent
from tests.unit.erasures import leave, machine, telling_of
from tests.unit.exports import exported
from tests.unit.insights_stories import Messages
from tests.unit.named_listeners import connected, plays

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines", "messages")
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def user(name: str = "ada") -> str:
    user_id = users.find_or_create_user("spotify", name)
    own = {"provider": "spotify", "account_id": name, "application": "default"}
    state_table().put(keys.user(user_id), keys.own_account("spotify", name), own)
    return user_id


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada", "Ada"),
        ("\u202eadA\u2066 % 001", "adA % 001"),
        (" A\n\tda\x00 ", "A da"),
        ("\u3164\u2800\u200b", consent.NAMELESS),
        ("", consent.NAMELESS),
        ("x" * 200, "x" * consent.MAX_NAME_CHARACTERS),
    ],
)
def test_a_name_at_a_service_is_shown_as_others_can_read_it(name: str, shown: str) -> None:
    """Nothing turns the words around it, and nobody is without a name."""
    ada = user()
    connected(ada, name)
    assert consent.shown_name(ada, Consent()) == shown


def test_connecting_again_changes_no_shown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the service connected first, until it is disconnected; what it is called there now."""
    ada, hours = user(), count()
    monkeypatch.setattr(times, "now", lambda: NOON + timedelta(hours=next(hours)))
    connected(ada, "Ada")
    connected(ada, "ada_1815", "lastfm")
    connected(ada, "Ada L.")
    assert consent.shown_name(ada, Consent()) == "Ada L."
    connected(ada, "ada_1815", "lastfm")
    assert consent.shown_name(ada, Consent()) == "Ada L."
    connections.disconnect(ada, "spotify")
    assert consent.shown_name(ada, Consent()) == "ada_1815"
    connected(ada, "Ada L.")
    assert consent.shown_name(ada, Consent()) == "ada_1815"


def test_all_is_off_until_somebody_turns_it_on() -> None:
    ada = user()
    assert consent.consent(ada) == Consent()
    assert not any([Consent().compare, Consent().count, Consent().show])
    assert list(consent.counted_listeners()) == []


@pytest.mark.parametrize("name", ["compare", "count", "show"])
def test_each_switch_is_of_its_own(name: str) -> None:
    ada = user()
    on: Changes = {name: True}  # type: ignore[misc]
    off: Changes = {name: False}  # type: ignore[misc]
    consent.change(ada, on)
    assert consent.consent(ada) == Consent(**{name: True})  # type: ignore[arg-type]
    consent.change(ada, off)
    assert consent.consent(ada) == Consent()


def test_a_change_leaves_the_rest_as_it_is() -> None:
    ada = user()
    consent.change(ada, {"compare": True, "name": "Ada L.", "private": {"k": "A Band"}})
    consent.change(ada, {"show": True})
    consent.change(ada, {"name": None})
    chosen = consent.consent(ada)
    assert (chosen.compare, chosen.show, chosen.name) == (True, True, None)
    assert (chosen.private_artists, chosen.private_names) == (frozenset({"k"}), {"k": "A Band"})


@pytest.mark.parametrize("before", [{}, {"old": "An Old Band"}])
def test_two_changes_of_the_private_list_at_a_time_both_stay(
    before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request adds an artist between the reading and the writing of this one."""
    ada = user()
    if before:
        consent.change(ada, {"private": before})
    others: list[Changes] = [{"keep": {"b": "Ben"}}, {"reveal": ["old"]}]

    def commit_late(*writes: Write) -> None:
        if others:
            consent.change(ada, others.pop())
        commit(*writes)

    monkeypatch.setattr(consent, "commit", commit_late)
    monkeypatch.setattr(consent, "pause", lambda _: None)
    consent.change(ada, {"keep": {"a": "Ann"}})
    assert consent.consent(ada).private_names == {"a": "Ann", "b": "Ben"}


def test_who_leaves_while_they_change_the_list_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = user()

    def commit_late(*writes: Write) -> None:
        leave(ada)
        commit(*writes)

    monkeypatch.setattr(consent, "commit", commit_late)
    with pytest.raises(UserGone):
        consent.change(ada, {"keep": {"a": "Ann"}})


def test_who_agreed_to_be_counted_is_listed_and_leaves_the_list_at_once() -> None:
    everybody = [user(f"listener-{number}") for number in range(20)]
    for each in everybody:
        consent.change(each, {"count": True})
    assert sorted(consent.counted_listeners()) == sorted(everybody)
    consent.change(everybody[0], {"count": False})
    assert sorted(consent.counted_listeners()) == sorted(everybody[1:])


def test_several_at_once_are_as_each_is_alone() -> None:
    """More than one request can name; who never said anything has all off, and strangers to us are missing."""
    everybody = [user(f"listener-{number}") for number in range(60)]
    consent.change(everybody[7], {"show": True})
    several = consent.consents([*everybody, everybody[7], "nobody"])
    assert several == {each: consent.consent(each) for each in everybody}
    assert several[everybody[7]].show


def test_a_listener_who_leaves_is_shown_and_counted_no_more() -> None:
    """At once, before anything else of theirs is gone; and then nothing is left."""
    ada, ben = user("ada"), user("ben")
    for each in (ada, ben):
        consent.change(each, {"compare": True, "count": True, "show": True, "private": {"k": "A Band"}})
    erasure_id = leave(ada)
    assert list(consent.counted_listeners()) == [ben]
    assert list(consent.consents([ada, ben])) == [ben]
    with pytest.raises(UserGone):
        consent.change(ada, {"count": True})
    machine(erasure_id)
    assert telling_of(ada) == []
    assert state_table().get(keys.user(ben), keys.sharing()) is not None


def test_leaving_one_service_changes_no_consent() -> None:
    ada = user()
    consent.change(ada, {"count": True})
    machine(leave(ada, "spotify"))
    assert consent.consent(ada).count
    assert list(consent.counted_listeners()) == [ada]


def test_the_export_has_what_a_listener_lets_others_know_and_what_they_care_for(messages: Messages) -> None:
    """All of it, private artists too; nobody else's."""
    ada = plays("Ada", ["Ann", "Ben"], messages)
    consent.change(ada, {"show": True, "private": {artist_key("Ben"): "Ben"}})
    export = exported(ada)
    account, taste = export.account, json.loads(export.archive.read("taste.json"))
    assert export.damages() == []
    switches = {"compare": False, "count": False, "show": True}
    assert account["sharing"] == {**switches, "name": None, "private_artists": {artist_key("Ben"): "Ben"}}
    assert {each["name"] for each in taste["artists"]} == {"Ann", "Ben"}
    assert {each["artist_line"] for each in taste["songs"]} == {"Ann", "Ben"}
    assert taste["providers"] == ["spotify"]
    assert "taste.json" not in exported(user("nobody")).archive.namelist()
