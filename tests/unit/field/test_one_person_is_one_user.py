"""K7: an account is found again, whatever optional ids its profile shows that day."""

from itertools import permutations, product

import pytest

from blendify.access import connections, users
from blendify.access.users import AccountTaken
from blendify.providers import PROVIDERS
from blendify.providers.provider import Profile
from blendify.providers.spotify.profile import profile as spotify_profile
from tests.unit.http_events import Browser
from tests.unit.login_flow import consent, finish_login, logged_in, start_login, user_of
from tests.unit.step_functions import StepFunctions
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

WITH, WITHOUT = {"account_id": "A", "id": "x"}, {"account_id": None, "id": "x"}


def user(profile: Profile, session_user_id: str | None = None) -> str:
    """The user who ends a login with this profile."""
    profile = users.known_profile("spotify", profile)
    if session_user_id:
        connections.require_single_account(session_user_id, "spotify", profile)
    return users.find_or_create_user(
        "spotify", profile.account_id, aliases=profile.aliases, session_user_id=session_user_id
    )


@pytest.mark.parametrize("days", [list(days) for days in product([True, False], repeat=3)], ids=str)
def test_the_optional_id_makes_no_second_user(days: list[bool]) -> None:
    """With and without it, in any order, logged in and not."""
    user_ids = [user(spotify_profile(WITH if given else WITHOUT)) for given in days]
    assert len(set(user_ids)) == 1
    for given in (True, False):
        assert user(spotify_profile(WITH if given else WITHOUT), user_ids[0]) == user_ids[0]


@pytest.mark.parametrize("order", list(permutations([("A", "x"), ("B", "x"), ("B", "y")])), ids=str)
def test_two_account_ids_are_two_people(order: list[tuple[str, str]]) -> None:
    """Also where one has got the other's former user id."""
    user_ids = {account: user(spotify_profile({"account_id": account, "id": name})) for account, name in order}
    assert user_ids["A"] != user_ids["B"]
    for account, name in order:
        assert user(spotify_profile({"account_id": account, "id": name})) == user_ids[account]
        with pytest.raises(AccountTaken):
            user(spotify_profile({"account_id": account, "id": name}), user_ids["B" if account == "A" else "A"])


def test_a_login_without_the_id_leads_to_the_same_user(world: World, machines: StepFunctions) -> None:
    """Through the real routes: first with the id, then without it in another browser, and then in the first again."""
    first = logged_in(world)
    for browser in (Browser(), first):
        world.fault("GET /v1/me", "profile_without_ids", times=1)
        response = finish_login(browser, consent(start_login(browser)))
        assert response.status == 303, response.body
        assert user_of(browser) == user_of(first)


def test_a_user_without_the_id_gets_it_later(world: World, machines: StepFunctions) -> None:
    """First without the id, then with it; a disconnected account can be connected again in each form."""
    world.fault("GET /v1/me", "profile_without_ids", times=1)
    browser = logged_in(world)
    user_id = user_of(browser)
    for _ in range(2):
        connections.disconnect(user_id, "spotify")
        assert finish_login(browser, consent(start_login(browser))).status == 303
        world.fault("GET /v1/me", "profile_without_ids", times=1)
    assert user_of(browser) == user_id
    owners = {item["user_id"]["S"] for item in items() if item["pk"]["S"].startswith("account#")}
    assert owners == {user_id}


@pytest.mark.parametrize("name", ["Ana", "ANA", "ana"])
def test_the_case_of_a_name_is_no_other_person(name: str) -> None:
    """Last.fm shows a name as its listener writes it today."""
    first, now = (
        PROVIDERS["lastfm"].profile({"user": {"name": each, "registered": {"unixtime": "1140000000"}}})
        for each in ("Ana", name)
    )
    assert first.account_id == now.account_id


def test_the_registration_is_read_in_each_form() -> None:
    """Number, text and fraction, under either of its two keys."""
    forms = [{"unixtime": "1140000000"}, {"unixtime": 1140000000}, {"unixtime": 1140000000.0}, {"#text": 1140000000}]
    user_ids = {
        PROVIDERS["lastfm"].profile({"user": {"name": "Ana", "registered": form}}).account_id
        for form in [*forms, {"unixtime": None, "#text": "1140000000"}]
    }
    assert len(user_ids) == 1
