"""The page and the API of recommendations: from who is counted, from friends, and from oneself."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from blendify.access import sessions
from blendify.blends import membership
from blendify.core.same_names import artist_key
from blendify.insights import packing, table
from blendify.insights.buckets import First
from blendify.insights.firsts import place
from blendify.recommending import offers, shown
from blendify.sharing import consent
from tests.unit.http_events import Browser
from tests.unit.recommending.listeners import DAY, OWN, counted_others, daily_run, listener

pytestmark = pytest.mark.usefixtures("aws_in_memory")

HANDLER, API = "api.recommendations", "/me/recommendations"
SCENE = [f"Band {number}" for number in range(30)]


@pytest.fixture(autouse=True)
def _now(stopped_clock: list[datetime]) -> None:
    stopped_clock[0] = datetime(2026, 11, 28, 12, tzinfo=UTC)


def me(artists: Sequence[str] = SCENE[:24], *, count: bool = True, **plays: int) -> tuple[str, Browser]:
    user_id = listener("me", artists, {"2025-01": plays} if plays else {})
    consent.change(user_id, {"count": count})
    return user_id, Browser({"session": sessions.begin(user_id)})


def names(browser: Browser, shelf: str = "close_to_you") -> set[str]:
    return {each["artist"]["name"] for each in browser.get(HANDLER, API).json[shelf]}


def test_who_is_counted_gets_what_those_like_them_care_for() -> None:
    """Each with its reason; nothing that fewer than three care for, and nothing already known."""
    counted_others(SCENE)
    _, browser = me()
    daily_run()
    items = browser.get(HANDLER, API).json["close_to_you"]
    assert {each["artist"]["name"] for each in items} == set(SCENE[24:])
    assert all(each["reason"].startswith("Because you like Band") for each in items)
    assert all(each["listeners_like_you"] >= 3 and len(each["because_of"]) == 2 for each in items)
    page = browser.get(HANDLER, "/discover")
    assert page.status == 200
    assert "Close to you" in page.body
    assert OWN not in page.body


def test_what_is_known_of_a_service_that_may_not_be_compared_is_no_news() -> None:
    """The listener heard it, whichever service it was."""
    counted_others(SCENE)
    user_id, browser = me()
    daily_run()
    key = artist_key("Band 25")
    heard = First(key, "Band 25", None, "2026-01-01", "recently_played", is_artist=True)
    table.write(user_id, table.name("firsts", place(key)), packing.of_firsts([heard]))
    assert names(browser) == set(SCENE[24:]) - {"Band 25"}


def test_who_is_not_counted_gets_what_their_own_artists_lead_to() -> None:
    """And reads what that means. Nobody like them is asked."""
    counted_others(SCENE)
    _, browser = me(count=False)
    daily_run()
    items = browser.get(HANDLER, API).json["close_to_you"]
    assert {each["artist"]["name"] for each in items} == set(SCENE[24:])
    assert {each["listeners_like_you"] for each in items} == {0}
    assert "You are not counted yourself" in browser.get(HANDLER, "/discover").body


def test_who_withdraws_is_no_neighbour_from_the_next_request_on() -> None:
    """Their artists are then in sums of the latest run alone, which name nobody."""
    others = counted_others(SCENE)
    _, browser = me()
    daily_run()
    for other in others:
        consent.change(other, {"count": False})
    items = browser.get(HANDLER, API).json["close_to_you"]
    assert {each["listeners_like_you"] for each in items} == {0}


def test_below_twenty_listeners_nothing_anonymous_is_said() -> None:
    """The page says what is missing, and shows own songs."""
    counted_others(SCENE, 12)
    _, browser = me(Yellow=12)
    daily_run()
    answer = browser.get(HANDLER, API).json
    assert (answer["close_to_you"], answer["off_the_beaten_track"], answer["listeners_counted"]) == ([], [], 0)
    page = browser.get(HANDLER, "/discover").body
    assert "at least twenty listeners" in page
    assert "Yellow" in page


def test_a_friend_is_named_when_both_agreed() -> None:
    """By the name that they chose. One of two switches is not enough."""
    friend = listener("ada", [*SCENE[:22], "Eve", "Finn"])
    user_id, browser = me()
    made = membership.make(user_id)
    assert made is not None
    membership.join(friend, made[1])
    consent.change(user_id, {"compare": True})
    assert browser.get(HANDLER, API).json["from_friends"] == []
    consent.change(friend, {"compare": True, "name": "Ada"})
    [shelf] = browser.get(HANDLER, API).json["from_friends"]
    assert (shelf["name"], [each["artist"]["name"] for each in shelf["artists"]]) == ("Ada", ["Eve", "Finn"])
    assert shelf["percent"] > 50
    assert "From Ada" in browser.get(HANDLER, "/discover").body


def test_not_more_friends_are_asked_than_a_request_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first by name, of those who agreed; who did not takes nobody's place."""
    monkeypatch.setattr(offers, "MOST_FRIENDS", 2)
    user_id, browser = me()
    made = membership.make(user_id)
    assert made is not None
    consent.change(user_id, {"compare": True})
    for name in ("Dora", "Cleo", "Ben", "Ada"):
        friend = listener(name, [*SCENE[:22], "Eve"])
        membership.join(friend, made[1])
        consent.change(friend, {"compare": name != "Ada", "name": name})
    assert [shelf["name"] for shelf in browser.get(HANDLER, API).json["from_friends"]] == ["Ben", "Cleo"]


def test_artists_that_a_friend_keeps_to_themselves_are_not_told() -> None:
    """Nor is anything that follows from them."""
    friend = listener("ada", [*SCENE[:22], "Eve", "Finn"])
    user_id, browser = me()
    made = membership.make(user_id)
    assert made is not None
    membership.join(friend, made[1])
    for each in (user_id, friend):
        consent.change(each, {"compare": True})
    consent.change(friend, {"private": {artist_key("Eve"): "Eve"}})
    [shelf] = browser.get(HANDLER, API).json["from_friends"]
    assert [each["artist"]["name"] for each in shelf["artists"]] == ["Finn"]


def test_forgotten_favourites_need_nobody_else() -> None:
    """Ten plays, and none for half a year."""
    _, browser = me(Yellow=12, Blue=9)
    [row] = browser.get(HANDLER, API).json["forgotten_favourites"]
    assert (row["song"]["title"], row["plays"], row["last_played_on"]) == ("Yellow", 12, "2025-01-10")


def test_a_dismissed_artist_is_gone_until_taken_back() -> None:
    """By the API and by the page's form, which leads back to the page."""
    counted_others(SCENE)
    _, browser = me()
    daily_run()
    key = artist_key("Band 25")
    address = f"{API}/dismissed/{key}"
    assert browser.ask("PUT", HANDLER, address, body=json.dumps({"name": "Band 25"})).status == 204
    assert names(browser) == set(SCENE[24:]) - {"Band 25"}
    assert [each["name"] for each in browser.get(HANDLER, f"{API}/dismissed").json["items"]] == ["Band 25"]
    assert "Not for you: 1 artist" in browser.get(HANDLER, "/discover").body
    form = {"content_type": "application/x-www-form-urlencoded"}
    back = browser.ask("POST", HANDLER, "/discover", form, body=f"artist={key}&act=take_back")
    assert (back.status, back.location) == (303, "./discover")
    assert names(browser) == set(SCENE[24:])
    browser.ask("POST", HANDLER, "/discover", form, body=f"artist={key}&name=Band+25")
    assert names(browser) == set(SCENE[24:]) - {"Band 25"}
    assert browser.ask("DELETE", HANDLER, address).status == 204
    assert browser.ask("DELETE", HANDLER, address).status == 404


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("x", '{"name": "Ada"}'),
        ("AAAAAAAAAAAA", ""),
        ("AAAAAAAAAAAA", "[1]"),
        ("AAAAAAAAAAAA", '{"name": ""}'),
        ("AAAAAAAAAAAA", '{"name": "a", "more": 1}'),
        ("AAAAAAAAAAAA", '{"name": "\\u0000"}'),
    ],
)
def test_bad_input_dismisses_nobody(key: str, body: str) -> None:
    """And says what is right."""
    _, browser = me()
    answer = browser.ask("PUT", HANDLER, f"{API}/dismissed/{key}", body=body)
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_request")
    assert browser.get(HANDLER, f"{API}/dismissed").json["items"] == []


def test_what_was_shown_on_three_days_rests(stopped_clock: list[datetime]) -> None:
    """The page counts, once a day; an app that reads does not."""
    counted_others(SCENE)
    user_id, browser = me()
    daily_run()
    for day in (28, 29, 30):
        stopped_clock[0] = datetime(2026, 11, day, 12, tzinfo=UTC)
        browser.get(HANDLER, API)
        assert "Band 25" in browser.get(HANDLER, "/discover").body
        browser.get(HANDLER, "/discover")
    stopped_clock[0] = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert "Band 25" not in browser.get(HANDLER, "/discover").body
    assert shown.counts(user_id)[artist_key("Band 25")] == (3, "2026-11-30")


def test_strangers_see_nothing() -> None:
    """The page leads to the start page, the API says 401."""
    assert Browser().get(HANDLER, "/discover").status == 303
    assert Browser().get(HANDLER, API).status == 401


def test_nothing_is_known_of_a_new_listener() -> None:
    """The page says so, and is whole."""
    _, browser = me(())
    page = browser.get(HANDLER, "/discover")
    assert page.status == 200
    assert "Nothing is known of your taste yet" in page.body
    assert browser.get(HANDLER, API).json["day"] == DAY
