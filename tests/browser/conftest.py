"""A browser on our pages: the functions in this process, AWS in memory, a simulated provider."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from blendify.core.settings import more_image_hosts, settings
from local.paths import LOCAL
from tests.browser.site import running_site
from tests.unit.conftest import _cloud, aws_in_memory, behind, machines, messages  # noqa: F401 -- fixtures
from tests.unit.insights_stories import Messages
from tests.unit.world import Socket, World

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = LOCAL / "screenshots"
WIDTHS = (1280, 400)


@dataclass
class Visitor:
    """A listener's browser window, with everything that it complained about."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """The page at this path, once it is loaded."""
        self.page.goto(self.address + path)
        return self.page

    def log_in(self) -> Page:
        """From the start page through the provider's consent to the home page."""
        page = self.open("/")
        page.get_by_role("link", name="Connect Spotify").click()
        page.locator("input[name=listener]").fill("ana")
        page.locator("button[value=allow]").click()
        page.wait_for_url("**/dashboard")
        return page

    def photograph(self, name: str) -> None:
        """The whole page, which must not be wider than its window."""
        inner, outer = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert inner <= outer, f"{name} is {inner} pixels wide in a window of {outer}"
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def look(self, name: str) -> None:
        """Look at the page in light and dark, wide and narrow: it fits, anybody can read it, and it is photographed."""
        page = self.page
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                self.photograph(f"{name}-{scheme}-{width}")
            violations = Axe().run(page).response["violations"]
            assert not violations, [(each["id"], each["nodes"][0]["html"][:200]) for each in violations]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """
    Debian's Chromium; Playwright's own is never downloaded.

    It ends with its module: as long as it runs, nothing else in the process can run an event loop.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: install the package chromium to see the pages in a browser")
    SHOTS.mkdir(parents=True, exist_ok=True)
    # Chromium's sandbox refuses to run as root, as in a container.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def site(aws_in_memory: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of our pages; settings know it."""
    with running_site() as address:
        monkeypatch.setenv("PUBLIC_URL", address)
        settings.cache_clear()
        more_image_hosts.cache_clear()
        yield address
    settings.cache_clear()
    more_image_hosts.cache_clear()


@pytest.fixture
def world(behind: Socket, site: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """Spotify's simulator, which draws its pictures itself and sends listeners back to the site."""
    redirect_uri = f"{site}/auth/spotify/callback"
    world = World.begin(behind, own_pictures=True, redirect_uris=(redirect_uri,))
    world.register(redirect_uri=redirect_uri)
    monkeypatch.setenv("IMAGE_HOSTS", world.base)
    return world


@pytest.fixture
def visitor(window: Visitor, world: World, messages: Messages) -> Visitor:
    """A new browser profile in front of the site and a provider."""
    return window


@pytest.fixture
def window(chromium: Browser, site: str) -> Iterator[Visitor]:
    """A new browser profile. At its end it must have had nothing to complain of."""
    context = chromium.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    context.set_default_timeout(15_000)
    page = context.new_page()
    visitor = Visitor(page, site)

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.complaints.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", complain)
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    yield visitor
    context.close()
    assert visitor.complaints == []
