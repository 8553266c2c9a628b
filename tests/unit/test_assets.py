"""Stylesheets and scripts are files of ours, which browsers keep for a year; pages hold neither."""

import re
from hashlib import sha256

import pytest

from blendify.web import assets
from tests.unit.http_events import Browser
from tests.unit.login_flow import LISTENER


def named(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="\./(assets/[^"]+)"', page)


def test_a_page_names_its_assets_by_what_is_in_them() -> None:
    """Each can be fetched, may be kept for ever by anybody, and has the hash that its address says."""
    page = Browser().get(LISTENER, "/")
    addresses = named(page.body)
    assert {address.rpartition(".")[2] for address in addresses} >= {"css", "svg"}
    for address in addresses:
        response = Browser().get(LISTENER, f"/{address}")
        assert response.status == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert sha256(response.body.encode()).hexdigest()[:12] in address
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("style.css", "text/css"), ("page.js", "text/javascript"), ("apple_music_consent.js", "text/javascript")],
)
def test_an_asset_says_what_it_is(name: str, kind: str) -> None:
    """Browsers run no script and apply no stylesheet of another type."""
    response = Browser().get(LISTENER, f"/{assets.address(name)}")
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"


def test_a_page_of_another_version_gets_the_present_asset_once() -> None:
    """While a deployment goes on, a page without its stylesheet would be worse than one with a newer one."""
    response = Browser().get(LISTENER, "/assets/style-000000000000.css")
    assert (response.status, response.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("name", ["style.css", "secret-000000000000.css", "style-000000000000.html", "..%2Fbase-0.css"])
def test_nothing_else_is_served(name: str) -> None:
    """Only files of the folder, by their hashed names."""
    assert Browser().get(LISTENER, f"/assets/{name}").status == 404


def test_a_page_holds_no_style_and_no_script_of_its_own() -> None:
    """The policy would block them; so would a browser say in its console."""
    page = Browser().get(LISTENER, "/")
    assert re.findall(r"<style|<script(?![^>]+ src=)|\sstyle=|\son\w+=", page.body) == []
    for directive in ("script-src", "style-src", "img-src", "connect-src"):
        assert f"{directive} 'self';" in page.headers["content-security-policy"]
