"""GET and PUT /me/sharing, and its page: nothing is on by itself, and what cannot be is refused with a reason."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from blendify.access import bearer_tokens, sessions
from blendify.core import settings
from blendify.core.same_names import artist_key
from blendify.recommending.shelves import FROM_FRIEND
from blendify.sharing import consent
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.insights_stories import Messages, Story, listener
from tests.unit.named_listeners import connected

pytestmark = pytest.mark.usefixtures("aws_in_memory")
HANDLER = "api.sharing"
OFF: dict[str, Any] = {
    "compare_with_people_i_name": False,
    "count_me_anonymously": False,
    "show_me_to_strangers": False,
    "name": None,
    "private_artists": [],
    "left_out": [],
}


@pytest.fixture
def ada(messages: Messages) -> Story:
    """A listener of two artists."""
    story = listener()
    sync = "2026-11-27T21:00:00.000Z"
    story.append(*(story.play(sync, "lastfm", f"{name}/One", "2026-11-27T20:00:00.000Z") for name in ("Ann", "Bánd")))
    story.forwarded()
    messages.work()
    return story


@pytest.fixture
def browser(ada: Story) -> Browser:
    return Browser({"session": sessions.begin(ada.user_id)})


def put(browser: Browser, body: object, **headers: str) -> HttpResponse:
    return browser.ask("PUT", HANDLER, "/me/sharing", headers, body if isinstance(body, str) else json.dumps(body))


def post(browser: Browser, **fields: str) -> HttpResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.ask("POST", HANDLER, "/sharing", headers, urlencode(fields))


def test_nothing_is_shared_until_a_listener_says_so(browser: Browser) -> None:
    assert browser.get(HANDLER, "/me/sharing").json == OFF
    page = browser.get(HANDLER, "/sharing")
    assert page.status == 200
    assert not re.findall(r"<input[^>]*checkbox[^>]* checked", page.body)


def test_what_is_put_is_kept_and_the_rest_stays(browser: Browser, ada: Story) -> None:
    first = put(browser, {"compare_with_people_i_name": True, "name": " Ada "})
    assert (first.status, first.json) == (200, OFF | {"compare_with_people_i_name": True, "name": "Ada"})
    private = [{"key": artist_key("Ann"), "name": "Ann"}]
    second = put(browser, {"private_artists": [artist_key("ANN")], "count_me_anonymously": True})
    assert second.json == first.json | {"private_artists": private, "count_me_anonymously": True}
    assert put(browser, {"private_artists": private}).json == second.json, "as the answer has it, it can be put again"
    assert put(browser, {"name": None}).json["name"] is None
    assert list(consent.counted_listeners()) == [ada.user_id]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "must be JSON"),
        ("[]", "must be JSON"),
        ("{}", "must be JSON"),
        ('{"name": ' + "[" * 30_000, "must be JSON"),
        ({"compare": True}, "`compare` cannot be set"),
        ({"left_out": []}, "`left_out` cannot be set"),
        ({"count_me_anonymously": 1}, "count_me_anonymously must be true or false"),
        ({"show_me_to_strangers": None}, "show_me_to_strangers must be true or false"),
        ({"name": ""}, "1 to 40"),
        ({"name": "x" * 41}, "1 to 40"),
        ({"name": "a\nb"}, "printable"),
        ({"name": "\ud800"}, "printable"),
        ({"name": "\u202eadA"}, "printable"),
        ({"name": "\u3164\u2800"}, "printable"),
        ({"name": 7}, "must be a text"),
        ({"private_artists": "Ann"}, "must be a list"),
        ({"private_artists": [1]}, "must be the key"),
        ({"private_artists": [{"key": "x", "more": 1}]}, "must be the key"),
        ({"private_artists": ["x"] * 501}, "at most 500"),
        ({"private_artists": [artist_key("Nobody")]}, "GET /me/sharing/artists"),
        ({"add_private_artists": [artist_key("Nobody")]}, "GET /me/sharing/artists"),
        ({"add_private_artists": "Ann"}, "must be a list"),
        ({"remove_private_artists": [1]}, "must be the key"),
        ({"private_artists": [], "add_private_artists": []}, "the whole list"),
    ],
)
def test_what_cannot_be_changes_nothing_and_says_why(browser: Browser, body: Any, words: str) -> None:
    response = put(browser, body)
    assert response.status == 400
    assert response.json["error"]["code"] == ("unknown_artist" if "GET" in words else "bad_request")
    assert words in response.json["error"]["message"]
    assert browser.get(HANDLER, "/me/sharing").json == OFF


def test_artists_are_found_by_a_part_of_their_name(browser: Browser) -> None:
    """However it is spelled; the key that is found can be put."""
    artists = browser.get(HANDLER, "/me/sharing/artists?name=band").json["items"]
    assert artists == [{"key": artist_key("Bánd"), "name": "Bánd"}]
    assert put(browser, {"private_artists": [artists[0]["key"]]}).status == 200
    assert browser.get(HANDLER, "/me/sharing/artists?name=%2B").json["items"] == []
    assert browser.get(HANDLER, "/me/sharing/artists?nam=a").status == 400


def test_an_artist_stays_private_when_nothing_else_is_known_of_them(browser: Browser, ada: Story) -> None:
    consent.change(ada.user_id, {"private": {"gone": "A Band of Before"}})
    keys = ["gone", artist_key("Ann")]
    assert [each["name"] for each in put(browser, {"private_artists": keys}).json["private_artists"]] == [
        "A Band of Before",
        "Ann",
    ]


def test_artists_are_added_and_removed_one_by_one(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else is private stays; one who is not private is removed without a word."""
    ann, band = artist_key("Ann"), artist_key("Bánd")
    put(browser, {"add_private_artists": [ann]})
    put(browser, {"add_private_artists": [{"key": band, "name": "x"}]})
    answer = put(browser, {"add_private_artists": [ann], "remove_private_artists": [band, "nobody"]})
    assert (answer.status, answer.json["private_artists"]) == (200, [{"key": ann, "name": "Ann"}])
    monkeypatch.setattr(consent, "MOST_PRIVATE", 1)
    assert put(browser, {"add_private_artists": [band]}).status == 400
    assert post(browser, act="keep", artist=band).status == 400
    assert browser.get(HANDLER, "/me/sharing").json == answer.json


def test_the_switch_to_be_compared_names_all_that_it_opens(browser: Browser) -> None:
    """Also what a friend is suggested, who does not share it."""
    assert FROM_FRIEND == 8
    assert "To each are suggested the eight artists" in _page(browser)


def test_a_page_that_was_left_open_turns_nothing_on_again(browser: Browser, ada: Story) -> None:
    """Its form says what it was drawn with: what the listener did not touch there stays as it is now."""
    put(browser, {"compare_with_people_i_name": True, "name": "Ada"})
    drawn = dict(re.findall(r'<input type="hidden" name="(before|name_before)" value="(.*?)">', _page(browser)))
    assert drawn == {"before": "compare ", "name_before": "Ada"}
    put(browser, {"compare_with_people_i_name": False, "count_me_anonymously": True, "name": "Lady A"})
    post(browser, act="switches", compare="on", show="on", name="Ada", **drawn)
    assert consent.consent(ada.user_id) == consent.Consent(count=True, show=True, name="Lady A")


def _page(browser: Browser) -> str:
    return browser.get(HANDLER, "/sharing").body


def test_a_token_reads_and_changes_nothing(browser: Browser, ada: Story) -> None:
    made = bearer_tokens.create(ada.user_id, "app")
    assert made is not None
    token = {"Authorization": f"Bearer {made.secret}"}
    assert Browser().get(HANDLER, "/me/sharing", **token).json == OFF
    assert put(Browser(), {"count_me_anonymously": True}, **token).status == 403
    assert put(browser, {"count_me_anonymously": True}, Sec_Fetch_Site="cross-site").status == 403
    assert Browser().get(HANDLER, "/me/sharing").status == 401
    assert Browser().get(HANDLER, "/sharing").status == 303
    assert browser.get(HANDLER, "/me/sharing").json == OFF


def test_the_page_does_the_same_without_script(browser: Browser, ada: Story) -> None:
    """What is not checked is off; artists are found, kept and shown again, each by a form."""
    assert post(browser, act="switches", compare="on", name="").location == "./sharing"
    assert consent.consent(ada.user_id) == consent.Consent(compare=True)
    page = browser.get(HANDLER, "/sharing?artist=an")
    assert [name for name in ("Ann", "Bánd") if f'Keep<span class="hidden"> {name}</span>' in page.body] == [
        "Ann",
        "Bánd",
    ]
    assert post(browser, act="switches", compare="on", name=" Ada ").status == 303
    assert consent.consent(ada.user_id).name == "Ada"
    assert post(browser, act="switches", compare="on", name="  ", before="compare", name_before="Ada").status == 303
    assert consent.consent(ada.user_id).name is None
    assert post(browser, act="keep", artist=artist_key("Bánd")).status == 303
    assert consent.consent(ada.user_id).private_names == {artist_key("Bánd"): "Bánd"}
    assert 'Keep<span class="hidden"> Bánd' not in browser.get(HANDLER, "/sharing?artist=an").body
    assert post(browser, act="reveal", artist=artist_key("Bánd")).status == 303
    assert consent.consent(ada.user_id) == consent.Consent(compare=True)
    for fields in ({"act": "keep", "artist": "nobody"}, {"act": "switches", "name": "x" * 50}, {"act": "other"}):
        assert post(browser, **fields).status == 400
    assert consent.consent(ada.user_id) == consent.Consent(compare=True)


def test_what_the_operator_leaves_out_is_named(browser: Browser, ada: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    connected(ada.user_id, "Ada")
    monkeypatch.setenv("BLENDING", "lastfm")
    settings.allowed_for.cache_clear()
    try:
        [left_out] = browser.get(HANDLER, "/me/sharing").json["left_out"]
        page = browser.get(HANDLER, "/sharing").body
    finally:
        settings.allowed_for.cache_clear()
    assert (left_out["provider"], left_out["feature"]) == ("spotify", "blending")
    assert left_out["why"] in page
    assert "Whoever runs this Blendify" in left_out["why"]
