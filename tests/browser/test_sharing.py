"""What others may know, and who is like a listener, in Chromium: all off, and with friends and strangers."""

from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from blendify.access import sessions
from blendify.affinity.profile import Profile
from blendify.fleet import in_one, results
from blendify.sharing import consent
from blendify.web.similar import people
from local.simulators.frame.pictures import drawn
from tests.browser.conftest import Visitor
from tests.unit.counted_listeners import counted
from tests.unit.insights_stories import Messages
from tests.unit.named_listeners import blended, plays
from tests.unit.sync_steps import plenty

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("machines")]
SHARED = [f"Band {number}" for number in range(24)]


def log_in(window: Visitor, user_id: str) -> None:
    cookie = {"name": "session", "value": sessions.begin(user_id), "url": window.address}
    # The zone is told already: a page that is left at once would break off its request, which the console would tell.
    window.page.add_init_script('sessionStorage.setItem("time zone", "Europe/Berlin")')
    window.page.context.add_cookies([cookie])  # type: ignore[list-item]


def with_pictures(profile: Profile) -> Profile:
    """The profile, whose artists have pictures of a host that pages may load."""
    image = "https://i.scdn.co/image/{}".format
    return replace(profile, artists=tuple(each._replace(image=image(each.key)) for each in profile.artists))


def draw(route: Route) -> None:
    route.fulfill(body=drawn(route.request.url.rpartition("/")[2]), content_type="image/svg+xml")


def test_what_others_may_know(window: Visitor, messages: Messages) -> None:
    """All is off; a switch, a name and a private artist are kept by forms; the keyboard reaches all of it."""
    ada = plays("Ada", SHARED, messages)
    log_in(window, ada)
    page = window.open("/sharing")
    for box in page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    window.look("sharing-off")
    page.get_by_label("Compare me with people I name").check()
    page.get_by_label("The name that others see").fill("Ada L.")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_label("Compare me with people I name")).to_be_checked()
    expect(page.get_by_label("The name that others see")).to_have_value("Ada L.")
    page.get_by_label("Find one of your artists").fill("band 2")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Keep Band 2 to myself", exact=True).click()
    expect(page.get_by_role("button", name="No longer keep Band 2 to myself")).to_be_visible()
    page.get_by_label("Find one of your artists").fill("band")
    page.get_by_role("button", name="Find").click()
    window.look("sharing-on")
    page.get_by_label("Find one of your artists").fill("nobody")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("status")).to_contain_text("None of your artists")


def test_pages_without_anybody_say_what_is_missing(window: Visitor, messages: Messages) -> None:
    log_in(window, plays("Ada", SHARED, messages))
    page = window.open("/similar")
    expect(page.get_by_text("You have not named anybody yet")).to_be_visible()
    window.look("similar-empty")


def test_friends_and_strangers(window: Visitor, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off on one side, then on both; strangers who show themselves, each with reasons."""
    profiles = dict(counted(24))
    in_one.run(None, profiles.__getitem__, plenty)
    ada, ben, *_ = profiles
    cleo = next(each.user_id for each in results.neighbours(ada) if each.user_id != ben)
    strangers = [each for each in profiles if each not in (ada, ben, cleo)]
    for number, each in enumerate(strangers):
        consent.change(each, {"show": True, "name": f"Stranger {number}"})
    consent.change(ben, {"name": "Ben"})
    consent.change(cleo, {"name": "Cleo with a rather long name, as some are", "compare": True})
    blended(ada, ben, cleo)

    def known(user_id: str, _feature: str) -> Profile:
        return with_pictures(profiles[user_id])

    monkeypatch.setattr(people, "profile", known)
    log_in(window, ada)
    window.page.route("https://i.scdn.co/**", draw)
    page = window.open("/similar")
    expect(page.get_by_text("You share blends with")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    window.look("similar-off")
    consent.change(ada, {"compare": True, "show": True})
    page = window.open("/similar")
    expect(page.get_by_text("has not turned on")).to_be_visible()
    expect(page.get_by_role("article").first).to_contain_text("Cleo")
    expect(page.get_by_role("article").nth(1)).to_contain_text("Stranger")
    expect(page.get_by_text("You both love").first).to_be_visible()
    window.look("similar-on")
