"""Every view of taste in Chromium: an invented listener with two years, and three of whom little is known."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
from playwright.sync_api import FloatRect, Route, expect

from blendify.access import sessions, users
from blendify.insights import store
from blendify.web.taste.catalogue import VIEWS
from local.simulators.frame.pictures import drawn
from tests.browser.conftest import SHOTS, Visitor
from tests.unit.taste import fake_store
from tests.unit.taste.listener import LAST, Listener, artist, likes_alone, scrobbler, three_days, two_years

pytestmark = pytest.mark.browser

ARTIST = f"artists/{artist(2).key}"
PAGES = ["", *VIEWS, ARTIST]
SPARSE = {"three-days": three_days, "scrobbler": scrobbler, "likes-alone": likes_alone}
SCROBBLED = ("", "top", "ranks", "then")
"""What a listener of Last.fm sees otherwise than one of Spotify."""
PICTURES = (
    """() => Promise.all([...document.images].map((image) => { image.loading = "eager"; return image.decode(); }))"""
)
"""Loads all pictures; an error when one cannot be shown."""
WEBP = """async (png) => {
    const image = new Image();
    image.src = png;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.75);
}"""
"""Packs a picture: addresses of the API hand out text alone, and an SVG holds a picture as text."""
Show = Callable[[Listener], None]


@pytest.fixture
def listener(window: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Puts a listener behind the pages, whose pictures are drawn here."""
    noon = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
    monkeypatch.setattr("blendify.core.times.now", lambda: noon)
    session = sessions.begin(users.find_or_create_user("spotify", "ana"))
    window.page.context.add_cookies([{"name": "session", "value": session, "url": window.address}])
    window.page.route("https://i.scdn.co/**", _draw)

    def show(listener: Listener) -> None:
        fake_store.serve(lambda name, function: monkeypatch.setattr(store, name, function), listener)

    yield show
    window.page.unroute_all()


def _draw(route: Route) -> None:
    route.fulfill(body=drawn(route.request.url.rpartition("/")[2]), content_type="image/svg+xml")


def opened(window: Visitor, view: str) -> None:
    """The page of a view, with all its pictures."""
    page = window.open(f"/taste/{view}".rstrip("/"))
    page.evaluate(PICTURES)


@pytest.mark.parametrize("view", PAGES)
def test_a_view(window: Visitor, listener: Show, view: str) -> None:
    """In light and dark, wide and narrow: it fits, and axe finds nothing."""
    listener(two_years())
    opened(window, view)
    window.look(f"taste-{view.partition('/')[0] or 'overview'}")


@pytest.mark.parametrize("name", SPARSE)
def test_a_listener_of_whom_little_is_known(window: Visitor, listener: Show, name: str) -> None:
    """Every view has something to show, or says when there will be something."""
    listener(SPARSE[name]())
    window.page.set_viewport_size({"width": 1280, "height": 900})
    for view in SCROBBLED if name == "scrobbler" else PAGES[:-1]:
        opened(window, view)
        expect(window.page.locator("main h1")).to_be_visible()
        window.photograph(f"taste-{view or 'overview'}-{name}")


def test_a_view_is_walked_through_by_keyboard(window: Visitor, listener: Show) -> None:
    """Past the navigation, along the choices, into the chart: line by line, each with its words, and seen."""
    listener(two_years())
    opened(window, "ranks")
    page = window.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('.choices, .line, .scroll')?.classList[0]"))
        if reached[-1] == "line":
            break
    assert list(dict.fromkeys(reached)) == [None, "choices", "scroll", "line"]
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-label", re.compile("number"))
    assert focused.locator("path").first.evaluate("(path) => getComputedStyle(path).strokeWidth") == "3.5px"


@pytest.mark.parametrize("view", ["ranks", "library", "hours", "drift", "eras", "review"])
def test_on_paper_and_in_forced_colours_charts_are_whole(window: Visitor, listener: Show, view: str) -> None:
    """On paper nothing is hidden in a box that scrolls, and nothing stands there to be clicked."""
    listener(two_years())
    window.page.set_viewport_size({"width": 794, "height": 1123})
    opened(window, view)
    window.page.emulate_media(media="print")
    assert not window.page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    )
    expect(window.page.get_by_role("button", name="Log out")).to_have_count(0)
    window.photograph(f"taste-{view}-print")
    window.page.emulate_media(media="screen", forced_colors="active")
    window.photograph(f"taste-{view}-forced")
    window.page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_of_the_start_page(window: Visitor, listener: Show, scheme: Literal["light", "dark"]) -> None:
    """It is made here, of a month in review, and copied by hand to `pages/assets` when that page has changed."""
    listener(two_years())
    page = window.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 760, "height": 900})
    opened(window, "review")
    for part in ("header", ".eyebrow", ".choices"):
        page.locator(part).first.evaluate("(part) => { part.hidden = true; }")
    bottom = page.get_by_role("heading", name="Added to your library").bounding_box()
    assert bottom is not None
    clip: FloatRect = {"x": 0, "y": 0, "width": 760, "height": bottom["y"] - 12}
    raw = page.screenshot(clip=clip)
    packed = page.context.new_page()
    packed.goto("about:blank")
    address = packed.evaluate(WEBP, f"data:image/png;base64,{b64encode(raw).decode()}")
    packed.close()
    size = f"{clip['width']:.0f} {clip['height']:.0f}"
    image = f'<image width="100%" height="100%" href="{address}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">{image}</svg>'
    assert len(svg) < 60_000
    (SHOTS / f"start_{scheme}.svg").write_text(svg + "\n")
