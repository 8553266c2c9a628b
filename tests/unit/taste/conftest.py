"""A logged-in listener whose insights are invented."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from blendify.core import settings
from blendify.insights import shelves, store
from blendify.insights.shelves import Shelves
from blendify.web import guards
from blendify.web.taste import pages
from tests.unit.http_events import Browser, HttpResponse
from tests.unit.taste import fake_store
from tests.unit.taste.listener import LAST, Listener, two_years

HANDLER = "api.taste"
NOON = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
Open = Callable[[str], HttpResponse]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[[Listener], Open]:
    """Puts a listener into the store, and gives a browser with their session, on the last day of the invented one."""
    monkeypatch.setattr("blendify.core.times.now", lambda: NOON)
    for module in (guards, pages):
        monkeypatch.setattr(module, "reader_id", lambda _router: "u1")
    monkeypatch.setattr(shelves, "shelves", Shelves)
    settings.allowed_for.cache_clear()

    def put(listener: Listener) -> Open:
        fake_store.serve(lambda name, function: monkeypatch.setattr(store, name, function), listener)
        return lambda address: Browser().get(HANDLER, address)

    return put


@pytest.fixture
def open_page(show: Callable[[Listener], Open]) -> Open:
    """A browser of the listener with two years."""
    return show(two_years())
