"""Blends in Chromium: from the invitation to the playlist, with and without script, on a phone and on paper."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from playwright.sync_api import Browser, Route, expect

from blendify.access import sessions
from blendify.affinity.profile import SongWeight
from blendify.sharing import consent
from local.simulators.frame.pictures import drawn
from tests.browser.conftest import SHOTS, Visitor
from tests.unit.blends.groups import Group, blend_of
from tests.unit.conftest import webhook_queues  # noqa: F401 -- a fixture
from tests.unit.webhook_queues import WebhookQueues

pytestmark = pytest.mark.browser

NAMES = ("Ada", "Ben", "Zoë Łuczak", "Dora with quite a long name that somebody has chosen", "Emil")
OPENINGS, NOUNS = ("Silent", "Golden", "Paper", "Northern", "Velvet"), ("Harbour", "Ghosts", "Winter", "Rooms", "Tide")
People = Callable[..., str]
LEFTS = """(element, names) => names.map(name => {
    const text = [...element.childNodes].find(node => node.nodeType === 3 && node.data.includes(name))
    const range = document.createRange()
    range.setStart(text, text.data.indexOf(name))
    range.setEnd(text, text.data.indexOf(name) + name.length)
    return range.getBoundingClientRect().left
})"""
"""Where each of these names begins in the text of an element, in pixels from the left."""


def picture(song: SongWeight) -> SongWeight:
    """The song as a service names it, with a cover."""
    random = Random(song.key)  # noqa: S311 -- the same each time
    title = f"{random.choice(OPENINGS)} {random.choice(NOUNS)}"
    return song._replace(
        title=title,
        artist_line=f"{random.choice(NOUNS)} of {song.artist_keys[0].upper()}",
        cover=f"https://i.scdn.co/image/{song.key}",
        records={"spotify": "2TpxZ7JUBn3uw46aR7qd6V"},
    )


@pytest.fixture
def people(window: Visitor, monkeypatch: pytest.MonkeyPatch, webhook_queues: WebhookQueues) -> Iterator[People]:  # noqa: F811
    """So many listeners in one blend, the first of whom sits before the browser; gives the blend's path."""
    window.page.route("https://i.scdn.co/**", _draw)
    group = Group()

    def blended(count: int, common: int) -> str:
        for number, name in enumerate(NAMES[:count]):
            shared = [(str(n % 2), f"x{n // 2}", 1 / (n + 1)) for n in range(common)]
            own = [(str(n % 2), f"{'abcde'[number]}{n // 2}", 1 / (n + 2)) for n in range(90)]
            user_id = group.add(name, [*shared, *own])
            taste = group.tastes[user_id]
            group.tastes[user_id] = type(taste)(
                user_id, taste.artists, tuple(map(picture, taste.songs)), providers=("spotify",)
            )
            consent.change(user_id, {"name": name, "compare": True})
        blend, _ = blend_of(group, *NAMES[:count])
        session = sessions.begin(group.ids[NAMES[0]])
        window.page.context.add_cookies([{"name": "session", "value": session, "url": window.address}])
        return f"/together/blends/{blend.blend_id}"

    monkeypatch.setattr("blendify.affinity.profiles.profile", group.sources().profile)
    yield blended
    window.page.unroute_all()


def _draw(route: Route) -> None:
    route.fulfill(body=drawn(route.request.url.rpartition("/")[2]), content_type="image/svg+xml")


def test_names_from_right_to_left_stand_in_their_order(
    people: People, window: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two such names is to the right of the first, as in every list of this page."""
    first, second = "\u05de\u05e8\u05d9\u05dd", "\u0641\u064a\u0631\u0648\u0632 7"
    monkeypatch.setattr("tests.browser.test_blends.NAMES", (first, second))
    page = window.open(people(2, 12))
    places = page.locator(".lead").evaluate(LEFTS, [first, second])
    assert places[0] < places[1]
    window.look("blend-right-to-left")


@pytest.mark.parametrize(("count", "common"), [(2, 40), (5, 12), (2, 0)], ids=["friends", "five", "two-worlds"])
def test_a_blend_is_a_page_to_show(people: People, window: Visitor, count: int, common: int) -> None:
    """Names, score, shares, songs with whose they are, in light and dark, wide and narrow, and on paper."""
    path = people(count, common)
    page = window.open(path)
    expect(page.locator("ol.songs > li")).to_have_count(50)
    expect(page.locator(".shares li")).to_have_count(count)
    expect(page.get_by_text("The song that brings you together")).to_have_count(1 if common else 0)
    window.look(f"blend-{count}-{common}")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="This blend")).to_be_hidden()
    page.screenshot(path=SHOTS / f"blend-{count}-{common}-print.png")
    page.emulate_media(media="screen")


def test_nobody_ends_a_blend_by_one_click(people: People, window: Visitor) -> None:
    """Leaving and ending say first what they do."""
    page = window.open(people(3, 12))
    expect(page.get_by_role("button", name="Leave", exact=True)).to_be_hidden()
    end = page.get_by_role("button", name="End it")
    expect(end).to_be_hidden()
    page.get_by_text("End this blend for all").click()
    expect(page.get_by_text("cannot be brought back")).to_be_visible()
    window.look("blend-end")
    end.click()
    expect(page.get_by_role("heading", name="Together", exact=True)).to_be_visible()
    expect(page.get_by_text("Friday")).to_have_count(0)


def test_all_links_are_copied(people: People, window: Visitor) -> None:
    """With script by a button; without it the same is a file."""
    path = people(2, 20)
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.open(path)
    page.get_by_role("button", name="Copy all links").click()
    expect(page.locator("#copied")).to_have_text("50 links copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.count("https://") == len(copied.splitlines()) == 50
    page.get_by_role("link", name="Together", exact=True).first.click()
    expect(page.get_by_role("heading", name="Together", exact=True)).to_be_visible()
    window.look("together")


def test_an_invitation_is_made_without_script(
    people: People,
    window: Visitor,
    chromium: Browser,
    webhook_queues: WebhookQueues,  # noqa: F811
) -> None:
    """A form leads to the link, which says to a stranger what will be used before anything is."""
    path = people(2, 20)
    window.open(path)
    bare = chromium.new_context(java_script_enabled=False)
    bare.add_cookies(window.page.context.cookies())  # type: ignore[arg-type]
    page = bare.new_page()
    page.goto(f"{window.address}/together")
    page.get_by_label("Name of a new blend").fill("Road trip")
    page.get_by_role("button", name="Make an invitation").click()
    address = page.get_by_label("Link").input_value()
    bare.close()
    window.page.context.clear_cookies()
    shown = window.page
    shown.goto(address)
    expect(shown.get_by_role("heading", name="Ada invites you to a blend")).to_be_visible()
    expect(shown.get_by_role("link", name="Connect Last.fm")).to_be_visible()
    window.look("invitation")
