"""Blends as pages and as JSON: invitation, playlist, links, and the ways out."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from blendify.access import sessions
from blendify.blends import membership
from blendify.blends.membership import Blend
from blendify.export.spreadsheets import FORMULA
from blendify.providers import PROVIDERS
from blendify.sharing import consent
from tests.unit.blends.groups import Group, blend_of, songs
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.login_flow import HOME, finish_login, start_login
from tests.unit.login_flow import consent as consented
from tests.unit.webhook_queues import WebhookQueues
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")

BLENDS = "api.blends"


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch, webhook_queues: WebhookQueues) -> Group:
    """Ada and Ben share some songs, Cleo shares none."""
    group = Group()
    group.add("ada", [*songs("x", 30), *songs("a", 90)])
    group.add("ben", [*songs("x", 30), *songs("=b", 90)])
    group.add("cleo", songs("c", 120))
    for name, user_id in group.ids.items():
        consent.change(user_id, {"name": name.capitalize()})
    monkeypatch.setattr("blendify.affinity.profiles.profile", group.sources().profile)
    return group


def browser_of(group: Group, name: str) -> Browser:
    return Browser({"session": sessions.begin(group.ids[name])})


def posted(browser: Browser, address: str, **fields: str) -> HttpResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    return browser.ask("POST", BLENDS, address, headers, urlencode(fields))


def made(browser: Browser, title: str = "") -> str:
    """The path of the invitation of a new blend."""
    page = posted(browser, "/together/blends", title=title)
    assert page.status == 200, page.body
    address = re.search(r'value="([^"]+/blends/[^"]+)"', page.body)
    assert address
    return urlsplit(address[1]).path.removeprefix("/v1")


def page_of(browser: Browser, path: str) -> HttpResponse:
    page = browser.get(BLENDS, path)
    assert page.status == 200, (page.status, page.body)
    assert not re.findall(r'\sstyle=|<style|\son\w+="', page.body)
    return page


def page_path(blend: Blend) -> str:
    return f"/together/blends/{blend.blend_id}"


def test_an_invitation_says_what_is_used_before_anybody_joins(group: Group) -> None:
    """Opening it joins nobody; the button does, and leads to the blend."""
    ada, ben = browser_of(group, "ada"), browser_of(group, "ben")
    path = made(ada, "Friday night")
    page = page_of(ben, path)
    for text in ("Ada invites you", "Friday night", "never appears", "Your name", "You can leave at any time"):
        assert text in page.body
    assert membership.every(group.ids["ben"]) == []
    assert posted(ben, f"{path}/join").location.endswith(path)
    assert membership.every(group.ids["ben"]) == []
    joined = posted(ben, f"{path}/join", agreed="yes")
    assert joined.status == 303
    blend = urlsplit(joined.location).path.replace("../", "/").replace("//", "/")
    assert "Friday night" in page_of(ben, blend).body
    assert ben.get(BLENDS, path).location.endswith(blend)
    home = ada.get(HOME, "/dashboard").body
    assert "Somebody joined" in home
    assert f'href="./{blend.lstrip("/")}"' in home


def test_another_site_cannot_join_for_somebody(group: Group) -> None:
    """Nor can it make or end a blend: forms are taken from our own pages alone."""
    ada = browser_of(group, "ada")
    path = made(ada)
    (blend,) = membership.every(group.ids["ada"])
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}
    for address, body in (
        (f"{path}/join", "agreed=yes"),
        ("/together/blends", "title=x"),
        (f"/together/blends/{blend.blend_id}", "act=end"),
        ("/me/blends", "{}"),
    ):
        assert browser_of(group, "ben").ask("POST", BLENDS, address, elsewhere, body).status == 403
    assert ada.ask("DELETE", BLENDS, f"/me/blends/{blend.blend_id}", elsewhere).status == 403
    assert membership.every(group.ids["ada"]) == [blend]


@pytest.mark.usefixtures("machines")
def test_somebody_new_comes_back_to_the_invitation_after_the_login(world: World, group: Group) -> None:
    """They connect a service, and are asked then; nothing is joined by logging in."""
    path = made(browser_of(group, "ada"))
    stranger = Browser()
    page = page_of(stranger, path)
    assert "Connect Spotify" in page.body
    assert posted(stranger, f"{path}/join", agreed="yes").location.endswith(path)
    back = finish_login(stranger, consented(start_login(stranger), "dora"))
    assert back.location == f"../..{path}"
    again = page_of(stranger, path)
    assert "Join the blend" in again.body
    assert "Spotify" in again.body
    assert posted(stranger, f"{path}/join", agreed="yes").status == 303
    assert finish_login(stranger, consented(start_login(stranger), "dora")).location == "../../dashboard"


@pytest.mark.parametrize("path", ["/blends/x", f"/blends/{'x' * 32}", f"/blends/{'x' * 400}"])
def test_an_unknown_invitation_is_one_answer(group: Group, path: str) -> None:
    """Withdrawn, old, full or never made: nobody learns which."""
    page = browser_of(group, "ben").get(BLENDS, path)
    assert page.status == 404
    assert "no longer valid" in page.body


def test_a_title_is_what_others_can_read(group: Group) -> None:
    """Also as it is joined with other words on a page; a title of nothing that is seen is none."""
    ada, own = browser_of(group, "ada"), {"Sec-Fetch-Site": "same-origin"}
    for title in ("\u202eyadirF\n", "\u3164"):
        made(ada, title)
        ada.ask("POST", BLENDS, "/me/blends", own, json.dumps({"title": title}))
    titles = [blend.title for blend in membership.every(group.ids["ada"])]
    assert sorted(titles) == ["", "", "yadirF", "yadirF"]


def test_the_page_of_a_blend(group: Group) -> None:
    """Names, shares, songs with whose they are and why, links to every service; as each member sees it."""
    blend, members = blend_of(group, "ada", "ben")
    page = page_of(browser_of(group, "ada"), f"/together/blends/{blend.blend_id}")
    for text in (
        "Ada",
        "Ben",
        "The song that brings you together",
        "You both know it.",
        "Your choice.",
        "Ben’s choice.",
    ):
        assert text in page.body
    for provider in PROVIDERS.values():
        assert f"{provider.title}</a>" in page.body
    assert len(page.body) < 150_000
    other = page_of(browser_of(group, "ben"), f"/together/blends/{blend.blend_id}")
    assert "Ada’s choice." in other.body
    for text in (page.body, other.body):
        assert not [user_id for user_id in group.ids.values() if user_id in text]
        assert not [member_id for member_id in members.values() if f'id="{member_id}"' in text]


def test_a_score_is_told_to_both_or_to_neither(group: Group) -> None:
    """Until both have agreed to be compared, nobody sees one."""
    blend, _ = blend_of(group, "ada", "ben")
    address = f"/together/blends/{blend.blend_id}"
    consent.change(group.ids["ada"], {"compare": True})
    assert 'class="score"' not in page_of(browser_of(group, "ada"), address).body
    consent.change(group.ids["ben"], {"compare": True})
    for name in ("ada", "ben"):
        assert re.search(r'class="score"><strong>\d+ %', page_of(browser_of(group, name), address).body)


def test_a_score_is_told_to_nobody_but_the_two(group: Group) -> None:
    """Others in the blend see none of it, whether they agreed to be compared or not; neither as a page nor as JSON."""
    blend, members = blend_of(group, "ada", "ben", "cleo")
    for name in ("ada", "ben"):
        consent.change(group.ids[name], {"compare": True})
    for agreed in (False, True):
        consent.change(group.ids["cleo"], {"compare": agreed})
        cleo = browser_of(group, "cleo")
        assert "How alike" not in page_of(cleo, page_path(blend)).body.replace("How alike are you? Each of you", "")
        assert cleo.get(BLENDS, f"/me/blends/{blend.blend_id}").json["scores"] == []
    for name in ("ada", "ben"):
        browser = browser_of(group, name)
        assert "How alike you are with each" in page_of(browser, page_path(blend)).body
        (score,) = browser.get(BLENDS, f"/me/blends/{blend.blend_id}").json["scores"]
        assert set(score["members"]) == {members["ada"], members["ben"]}


def test_two_worlds_are_called_so(group: Group) -> None:
    """Nothing in common is said, and no song claims the contrary."""
    blend, _ = blend_of(group, "ada", "cleo")
    page = page_of(browser_of(group, "ada"), f"/together/blends/{blend.blend_id}")
    assert "Two worlds, side by side" in page.body
    assert "brings you together" not in page.body


def test_somebody_of_whom_nothing_is_known_is_no_other_world(group: Group) -> None:
    """The page says that their music is not known yet, and that it will be."""
    group.add("dora", [])
    consent.change(group.ids["dora"], {"name": "Dora"})
    blend, _ = blend_of(group, "ada", "dora")
    page = page_of(browser_of(group, "ada"), page_path(blend))
    assert "Nothing is known of the music of Dora yet" in page.body
    assert "Two worlds" not in page.body


def test_nobody_else_sees_a_blend(group: Group) -> None:
    """Neither page nor files nor JSON, with the blend's id; and without a session there is nothing at all."""
    blend, _ = blend_of(group, "ada", "ben")
    cleo, path = browser_of(group, "cleo"), f"/together/blends/{blend.blend_id}"
    for address in (path, f"{path}/links.txt?provider=spotify", f"{path}/songs.csv", f"/me/blends/{blend.blend_id}"):
        assert cleo.get(BLENDS, address).status == 404
        assert Browser().get(BLENDS, address).status in (303, 401)
    assert cleo.ask("DELETE", BLENDS, f"/me/blends/{blend.blend_id}", {"Sec-Fetch-Site": "same-origin"}).status == 404
    assert posted(cleo, path, act="end").status == 303
    assert membership.find(blend.blend_id) == blend


def test_links_and_table_to_take_along(group: Group) -> None:
    """A line for each song in its order; no cell of the table is taken for a formula."""
    blend, _ = blend_of(group, "ada", "ben")
    path, ada = f"/together/blends/{blend.blend_id}", browser_of(group, "ada")
    listed = ada.get(BLENDS, f"/me/blends/{blend.blend_id}").json["songs"]
    for name in PROVIDERS:
        text = ada.get(BLENDS, f"{path}/links.txt?provider={name}")
        assert text.headers["content-type"].startswith("text/plain")
        assert text.body.splitlines() == [song["links"][name] for song in listed]
    assert ada.get(BLENDS, f"{path}/links.txt").status == 400
    table = ada.get(BLENDS, f"{path}/songs.csv")
    rows = list(csv.reader(io.StringIO(table.body.removeprefix("\ufeff"), newline="")))
    assert [row[1] for row in rows[1:]] == [song["title"] for song in listed]
    assert any("=b" in song["artist_line"] for song in listed)
    assert not [cell for row in rows for cell in row if FORMULA.search(cell) and not cell.startswith("'")]


def test_the_api(group: Group) -> None:
    """Make, list, show with its parts, renew and withdraw the invitation, leave, end."""
    ada, ben = browser_of(group, "ada"), browser_of(group, "ben")
    own = {"Sec-Fetch-Site": "same-origin"}
    blend = ada.ask("POST", BLENDS, "/me/blends", own, json.dumps({"title": "Road"})).json
    path = urlsplit(blend["invitation_url"]).path.removeprefix("/v1")
    assert posted(ben, f"{path}/join", agreed="yes").status == 303
    address = f"/me/blends/{blend['blend_id']}"
    (item,) = ada.get(BLENDS, "/me/blends").json["items"]
    assert (item["title"], item["mine"], [each["name"] for each in item["members"]]) == ("Road", True, ["Ada", "Ben"])
    whole = ben.get(BLENDS, address).json
    assert (whole["mine"], len(whole["songs"]), len(whole["shares"])) == (False, 50, 2)
    song: dict[str, Any] = whole["songs"][0]
    assert song["key"] == whole["together"]
    assert set(song["whose"]) == {each["member_id"] for each in whole["members"]}
    assert song["links"].keys() == PROVIDERS.keys()
    assert not [user_id for user_id in group.ids.values() if user_id in json.dumps(whole)]
    assert ben.ask("POST", BLENDS, f"{address}/invitation", own).status == 404
    renewed = ada.ask("POST", BLENDS, f"{address}/invitation", own).json["invitation_url"]
    assert renewed != blend["invitation_url"]
    assert browser_of(group, "cleo").get(BLENDS, path).status == 404
    assert ada.ask("DELETE", BLENDS, f"{address}/invitation", own).status == 204
    assert ben.ask("DELETE", BLENDS, address, own).status == 204
    assert ada.get(BLENDS, address).status == 404
    assert ada.ask("POST", BLENDS, "/me/blends", own, '{"title": 7}').status == 400


def test_the_maker_ends_what_others_leave(group: Group) -> None:
    """By the forms of the page; each leads back to the list."""
    blend, _ = blend_of(group, "ada", "ben", "cleo")
    path = f"/together/blends/{blend.blend_id}"
    assert posted(browser_of(group, "ben"), path, act="end").location.endswith(path)
    assert posted(browser_of(group, "ben"), path, act="leave").location.endswith("/together")
    assert len((membership.find(blend.blend_id) or blend).members) == 2
    ada = browser_of(group, "ada")
    assert "Your invitation" in posted(ada, path, act="invite").body
    assert posted(ada, path, act="withdraw").location.endswith(path)
    assert "no open invitation" in page_of(ada, path).body
    assert posted(ada, path, act="end").location.endswith("/together")
    assert membership.every(group.ids["cleo"]) == []


def test_the_way_to_everything_that_is_done_together(group: Group) -> None:
    """Blends, people, discoveries, sharing: also for somebody who has none of it."""
    page = page_of(browser_of(group, "cleo"), "/together")
    for way in ("similar", "discover", "sharing"):
        assert f'href="./{way}"' in page.body
    assert 'aria-current="page">Together' in page.body
    assert Browser().get(BLENDS, "/together").status == 303
