"""Who is like a listener: told to both or to neither, by what all of them agree to at this moment."""

from typing import Any

import pytest

from blendify.access import sessions
from blendify.core.same_names import artist_key
from blendify.fleet import in_one
from blendify.sharing import consent
from blendify.web.similar import people as people_module
from tests.unit.counted_listeners import counted
from tests.unit.erasures import leave
from tests.unit.http_events import Browser
from tests.unit.insights_stories import Messages
from tests.unit.named_listeners import blended, plays
from tests.unit.sync_steps import plenty

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")
HANDLER = "api.similar"
SHARED = [f"Band {number}" for number in range(22)]


def similar(user_id: str) -> Any:
    response = Browser({"session": sessions.begin(user_id)}).get(HANDLER, "/me/similar")
    assert response.status == 200, response.body
    return response.json


def page(user_id: str) -> str:
    response = Browser({"session": sessions.begin(user_id)}).get(HANDLER, "/similar")
    assert response.status == 200
    return response.body


@pytest.fixture
def friends(messages: Messages) -> tuple[str, str]:
    """Ada and Ben, who share a blend and 22 artists."""
    pair = plays("Ada", [*SHARED, "Hers"], messages), plays("Ben", [*SHARED, "His"], messages)
    blended(*pair)
    return pair


def test_a_score_is_told_when_both_agree_and_to_both(friends: tuple[str, str]) -> None:
    ada, ben = friends
    assert [(similar(each)["no_friends"], similar(each)["friends"][0]["likeness"]) for each in friends] == [
        ("off", None),
        ("off", None),
    ]
    consent.change(ada, {"compare": True})
    assert (similar(ada)["friends"][0]["missing"], similar(ben)["friends"][0]["missing"]) == ("off_there", "off")
    consent.change(ben, {"compare": True, "name": "Benny"})
    [of_ada], [of_ben] = similar(ada)["friends"], similar(ben)["friends"]
    assert (of_ada["name"], of_ben["name"]) == ("Benny", "Ada")
    assert of_ada["likeness"] == of_ben["likeness"]
    assert of_ada["likeness"]["percent"] > 90
    assert of_ada["likeness"]["shared_artists"] == len(SHARED)
    assert len(of_ada["likeness"]["artists"]) == 5
    assert of_ada["reasons"][0].startswith("You both love Band ")
    assert of_ada["reasons"] == of_ben["reasons"]
    assert f"{of_ada['likeness']['percent']}<" in page(ada)
    assert ben not in str(similar(ada)) + page(ada)
    consent.change(ben, {"compare": False})
    assert [similar(each)["friends"][0]["likeness"] for each in friends] == [None, None]


def test_private_artists_are_in_no_score(friends: tuple[str, str]) -> None:
    """Whoever of the two keeps them private: below three shared artists there is no score."""
    ada, ben = friends
    for each in friends:
        consent.change(each, {"compare": True})
    consent.change(ben, {"private": {artist_key(name): name for name in SHARED[:2]}})
    assert similar(ada)["friends"][0]["likeness"]["shared_artists"] == len(SHARED) - 2
    assert not [each for each in similar(ada)["friends"][0]["likeness"]["artists"] if each["name"] in SHARED[:2]]
    consent.change(ben, {"private": {artist_key(name): name for name in SHARED[2:]}})
    assert similar(ada)["friends"][0]["missing"] == "too_little"
    assert "Too little is known" in page(ada)


def test_who_leaves_is_gone_from_the_next_request_on(friends: tuple[str, str]) -> None:
    ada, ben = friends
    for each in friends:
        consent.change(each, {"compare": True})
    assert similar(ada)["friends"]
    leave(ben)
    assert (similar(ada)["friends"], similar(ada)["no_friends"]) == ([], "nobody_named")
    assert "Ben" not in page(ada)


def test_empty_pages_say_what_is_missing_and_lead_there(messages: Messages) -> None:
    ada = plays("Ada", SHARED, messages)
    text = page(ada)
    assert (similar(ada)["no_friends"], similar(ada)["no_strangers"]) == ("nobody_named", "off")
    for link in ("./together", "./sharing"):
        assert f'href="{link}"' in text
    consent.change(ada, {"show": True})
    assert similar(ada)["no_strangers"] == "not_counted"
    consent.change(ada, {"count": True})
    assert similar(ada)["no_strangers"] == "too_few_here"
    assert "fewer than 20" in page(ada)
    assert Browser().get(HANDLER, "/similar").status == 303
    assert Browser().get(HANDLER, "/me/similar").status == 401


def test_strangers_are_shown_who_show_themselves(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both must have it on, and be counted; a friend is no stranger, and who takes it back is gone at once."""
    profiles = dict(counted(24))
    in_one.run(None, profiles.__getitem__, plenty)
    monkeypatch.setattr(people_module, "profile", lambda user_id, _feature: profiles[user_id])
    ada, *others = profiles
    for number, each in enumerate(others):
        consent.change(each, {"show": True, "name": f"Unknown-{number:02}"})
    assert (similar(ada)["strangers"], similar(ada)["no_strangers"]) == ([], "off")
    consent.change(ada, {"show": True})
    strangers = similar(ada)["strangers"]
    assert 1 <= len(strangers) <= 10
    assert [each["likeness"]["percent"] for each in strangers] == sorted(
        (each["likeness"]["percent"] for each in strangers), reverse=True
    )
    names = {f"Unknown-{number:02}": each for number, each in enumerate(others)}
    nearest = names[strangers[0]["name"]]
    assert any("people here have" in reason for each in strangers for reason in each["reasons"])
    assert strangers[0]["name"] in {each["name"] for each in similar(ada)["strangers"]}
    for taken_back in ("show", "count"):
        consent.change(nearest, {taken_back: False})  # type: ignore[misc]
        assert strangers[0]["name"] not in str(similar(ada)) + page(ada)
        consent.change(nearest, {taken_back: True})  # type: ignore[misc]
    consent.change(ada, {"show": False})
    assert similar(ada)["strangers"] == []
    assert "Unknown-" not in page(ada)
    assert all(each["name"] != "Ada" for each in similar(nearest)["strangers"])
    consent.change(ada, {"show": True})
    blended(ada, nearest)
    assert strangers[0]["name"] not in {each["name"] for each in similar(ada)["strangers"]}


def test_strangers_see_each_other_or_neither(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may be among the nearest of many who are nearer to others: they would be seen by all of these."""
    profiles = dict(counted(24))
    in_one.run(None, profiles.__getitem__, plenty)
    monkeypatch.setattr(people_module, "profile", lambda user_id, _feature: profiles[user_id])
    monkeypatch.setattr(people_module, "MOST_STRANGERS", 3)
    names = {user_id: f"Unknown-{number:02}" for number, user_id in enumerate(profiles)}
    for user_id, name in names.items():
        consent.change(user_id, {"show": True, "name": name})
    scores = {
        (names[user_id], each["name"]): each["likeness"]["percent"]
        for user_id in profiles
        for each in similar(user_id)["strangers"]
    }
    assert len(scores) >= 24
    assert all(scores.get((other, viewer)) == percent for (viewer, other), percent in scores.items())


def test_affinity_says_why(messages: Messages) -> None:
    """What each source contributes adds up to one, and the words say it."""
    ada = plays("Ada", ["Ann", "Ben"], messages)
    browser = Browser({"session": sessions.begin(ada)})
    artists = browser.get(HANDLER, "/me/affinity").json
    assert {each["name"] for each in artists["items"]} == {"Ann", "Ben"}
    for item in (*artists["items"], *browser.get(HANDLER, "/me/affinity?what=songs").json["items"]):
        assert item["parts"] == {"plays": 1.0}
        assert item["why"] == "100 % what you play, the latest most"
        assert 0 < item["weight"] < 1
    assert (artists["providers"], artists["has_log"], artists["next_cursor"]) == (["spotify"], False, None)
    for query in ("?what=albums", "?cursor=x", "?what=songs&what=songs", "?limit=1"):
        assert browser.get(HANDLER, f"/me/affinity{query}").status == 400


def test_affinity_goes_on_from_page_to_page(messages: Messages) -> None:
    ada = plays("Ada", [f"Artist {number}" for number in range(120)], messages)
    browser = Browser({"session": sessions.begin(ada)})
    first = browser.get(HANDLER, "/me/affinity").json
    second = browser.get(HANDLER, f"/me/affinity?cursor={first['next_cursor']}").json
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (100, 20, None)
    assert len({each["key"] for each in (*first["items"], *second["items"])}) == 120
