"""What a listener may like, in Chromium: with everything there is to suggest, and with nothing."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from blendify.access import sessions
from blendify.blends import membership
from blendify.sharing import consent
from local.simulators.frame.pictures import drawn
from tests.browser.conftest import Visitor
from tests.unit.recommending.listeners import counted_others, daily_run, listener

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("messages")]

BANDS = [
    "Night Ferry", "Small Ghosts", "Zoë Sato", "Los Novák", "The Paper Lanterns", "Tyler, The Gardener", "Mira Okafor",
    "Saltwater Choir", "Ines & the Owls", "Cassette Weather", "Tomáš Lindqvist", "Golden Hour Union", "Halima Bey",
    "Sofia Marchetti", "Northern Wires", "Kito", "Velvet Antenna", "Blue Hour Radio", "Jun Aoki", "The Quiet Parade",
    "Río Claro", "Amber Vale", "Postcards From Oslo", "Dune Theory", "Lena Brandt", "Marble Youth", "Olu Adeyemi",
    "Second Balcony", "Paper Tigers Club and the Very Long Names", "Ada Winters",
]  # fmt: skip
PLAYS = {"2025-01": {"Silent Harbour": 41, "Golden Rooms": 30, "Paper Winter": 12}}


@pytest.fixture
def window_of(window: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A window in which pictures are drawn here, on an invented day."""
    monkeypatch.setattr("blendify.core.times.now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))
    window.page.route("https://i.scdn.co/**", _draw)
    return window


def _draw(route: Route) -> None:
    route.fulfill(body=drawn(route.request.url.rpartition("/")[2]), content_type="image/svg+xml")


def opened(window: Visitor, user_id: str) -> Page:
    window.page.context.add_cookies([{"name": "session", "value": sessions.begin(user_id), "url": window.address}])
    return window.open("/discover")


def test_every_shelf_has_its_reasons(window_of: Visitor) -> None:
    """Readable in light and dark, wide and narrow; an artist is dismissed and taken back without script."""
    counted_others(BANDS, together=3)
    user_id = listener("me", BANDS[:24], PLAYS)
    friend = listener("friend", [*BANDS[4:24], "Harbour Lights", "Fever Almanac", "Tin Cathedral"])
    made = membership.make(user_id)
    assert made is not None
    membership.join(friend, made[1])
    for each in (user_id, friend):
        consent.change(each, {"compare": True, "count": True, "name": "Zoë Łuczak"})
    daily_run()
    page = opened(window_of, user_id)
    for title in ("Close to you", "Off the beaten track", "From Zoë Łuczak", "Forgotten favourites"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    window_of.look("discover")
    page.get_by_role("button", name="Not for me: Ada Winters").first.click()
    expect(page.get_by_role("button", name="Not for me: Ada Winters")).to_have_count(0)
    page.get_by_text("Not for you: 1 artist").click()
    page.get_by_role("button", name="Suggest Ada Winters again").click()
    expect(page.get_by_role("button", name="Not for me: Ada Winters").first).to_be_visible()


def test_a_new_listener_reads_what_is_missing(window_of: Visitor) -> None:
    """And where other suggestions come from."""
    page = opened(window_of, listener("new", []))
    expect(page.get_by_text("Nothing is known of your taste yet")).to_be_visible()
    expect(page.get_by_role("link", name="make a blend with a friend")).to_be_visible()
    window_of.look("discover-empty")
