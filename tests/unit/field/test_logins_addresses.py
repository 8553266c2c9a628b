"""One address in several spellings: slashes at the end, a base path, HEAD, origins, percent signs."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from blendify.access import sessions
from blendify.core.settings import settings
from blendify.web.request import origin_of
from tests.unit.http_events import Context, event
from tests.unit.login_flow import CALLBACK, HOME, LISTENER, LOGIN, LOGOUT
from tests.unit.visible import items
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory", "machines")

OURS = "https://music.example"


@pytest.fixture
def session(world: World) -> str:
    return sessions.begin(world.connect())


@pytest.fixture
def public_url(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """A deployment at the address that the test is parametrised with."""
    with monkeypatch.context() as patch:
        patch.setenv("PUBLIC_URL", request.param)
        settings.cache_clear()
        yield request.param
    settings.cache_clear()


def answer(
    handler: str, method: str, path: str, headers: dict[str, str] | None = None, context_path: str | None = None
) -> dict[str, Any]:
    """What a handler returns for a request whose `requestContext.path` may have another spelling."""
    request = event(method, path, headers)
    if context_path is not None:
        request["requestContext"]["path"] = context_path
    result: dict[str, Any] = import_module(handler).handler(request, Context())
    return result


def location(result: dict[str, Any]) -> str:
    return str(result["multiValueHeaders"]["Location"][0])


def resolved(base: str, reference: str) -> str:
    """The path to which a relative reference leads (RFC 3986, 5.2.4). Unlike `urljoin`, browsers merge no slashes."""
    segments = base.split("/")[:-1]
    for segment in reference.split("/"):
        if segment == "..":
            segments.pop()
        elif segment != ".":
            segments.append(segment)
    ends_open = reference.rpartition("/")[2] in (".", "..")
    return "/".join(segments) + ("/" if ends_open else "")


def links(body: str) -> list[str]:
    """The other pages to which a page leads."""
    return re.findall(r'<a\b[^>]*\bhref="([^"#][^"]*)"', body)


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard//", "/dashboard"])
@pytest.mark.parametrize("context_path", ["/v1/dashboard/", "/v1/dashboard"])
def test_the_dashboard_has_one_address(session: str, path: str, context_path: str) -> None:
    """With slashes at its end one redirect leads to it, whichever of the event's paths keeps them."""
    shown = f"/v1{max(path, context_path.removeprefix('/v1'), key=len)}"
    for _ in range(2):
        result = answer(HOME, "GET", path, {"Cookie": f"session={session}"}, context_path)
        if result["statusCode"] == 200:
            break
        shown = resolved(shown, location(result))
        path, context_path = shown.removeprefix("/v1"), shown
    assert (result["statusCode"], shown) == (200, "/v1/dashboard")


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard//", "/dashboard"])
def test_without_a_session_every_spelling_leads_to_the_start_page(world: World, path: str) -> None:
    """And not to itself."""
    result = answer(HOME, "GET", path)
    assert (result["statusCode"], resolved(f"/v1{path}", location(result))) == (303, "/v1/")


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_links_of_other_pages_hold_behind_slashes(world: World, slashes: str) -> None:
    """A page that says what went wrong, and a logout."""
    path = f"/auth/spotify/callback{slashes}"
    targets = {resolved(f"/v1{path}", link) for link in links(answer(CALLBACK, "GET", path)["body"])}
    assert targets == {"/v1/", "/v1/dashboard", "/v1/auth/spotify/login"}
    out = f"/auth/logout{slashes}"
    assert resolved(f"/v1{out}", location(answer(LOGOUT, "POST", out))) == "/v1/"


@pytest.mark.parametrize("path", ["/me/", "/me/syncs/", "/me//"])
def test_the_api_is_found_behind_slashes(session: str, path: str) -> None:
    """Its answers have no links."""
    assert answer(LISTENER, "GET", path, {"Cookie": f"session={session}"})["statusCode"] == 200


@pytest.mark.parametrize("path", ["/%64ashboard", "/auth/%73potify/login"])
def test_percent_signs_spell_the_same_path(world: World, path: str) -> None:
    """API Gateway may pass on a path as it came, or decoded."""
    handler = LOGIN if "login" in path else HOME
    assert answer(handler, "GET", path)["statusCode"] == 303


@pytest.mark.parametrize(
    "public_url", [f"{OURS}/music", f"{OURS}/a/b", f"{OURS}/me", "https://MUSIC.example/music/"], indirect=True
)
def test_a_base_path_of_a_custom_domain(world: World, public_url: str) -> None:
    """API Gateway leaves it in the path. Pages, the API and its errors work; other paths are still unknown."""
    base = "/" + public_url.rstrip("/").split("/", 3)[3]
    user = {"Cookie": f"__Host-session={sessions.begin(world.connect())}"}
    assert answer(LISTENER, "GET", f"{base}/me", user, f"{base}/me")["statusCode"] == 200
    assert answer(HOME, "GET", f"{base}/dashboard", user, f"{base}/dashboard")["statusCode"] == 200
    assert answer(LISTENER, "GET", f"{base}/", None, f"{base}/")["statusCode"] == 200
    anonymous = answer(LISTENER, "GET", f"{base}/me", None, f"{base}/me")
    assert (anonymous["statusCode"], "unauthorized" in anonymous["body"]) == (401, True)
    start = answer(LISTENER, "GET", base, None, base)
    assert resolved(base, location(start)) == f"{base}/"
    gone = answer(HOME, "GET", f"{base}/dashboard", None, f"{base}/dashboard")
    assert resolved(f"{base}/dashboard", location(gone)) == f"{base}/"
    began = answer(LOGIN, "GET", f"{base}/auth/spotify/login", None, f"{base}/auth/spotify/login")
    assert began["statusCode"] == 303
    assert answer(HOME, "GET", f"{base}x/dashboard")["statusCode"] == 404


@pytest.mark.parametrize("public_url", [f"{OURS}/music"], indirect=True)
def test_with_a_base_path_api_gateways_own_address_works_too(world: World, public_url: str) -> None:
    """There the path has none."""
    user = {"Cookie": f"__Host-session={sessions.begin(world.connect())}"}
    assert answer(LISTENER, "GET", "/me", user)["statusCode"] == 200


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        (LISTENER, "/"),
        (HOME, "/dashboard"),
        (LISTENER, "/me"),
        (LISTENER, "/nothing"),
        (LOGIN, "/auth/spotify/login"),
        (LOGIN, "/auth/nobody/login"),
        (CALLBACK, "/auth/spotify/callback"),
    ],
)
def test_head_is_get_without_a_body(session: str, handler: str, path: str) -> None:
    """The same status and headers."""
    headers = {"Cookie": f"session={session}"}
    head, get = (answer(handler, method, path, headers) for method in ("HEAD", "GET"))
    assert (head["statusCode"], head["body"]) == (get["statusCode"], "")
    assert set(head["multiValueHeaders"]) == set(get["multiValueHeaders"])


@pytest.mark.parametrize("public_url", ["https://MUSIC.example", f"{OURS}:443", f"{OURS}/music", OURS], indirect=True)
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (OURS, 303),
        (f"{OURS}:443", 303),
        ("HTTPS://Music.Example", 303),
        (f"{OURS}:8443", 403),
        ("http://music.example", 403),
        ("https://music.example.evil", 403),
        ("https://evil.music.example", 403),
        ("http://[", 403),
        ("https://music.example:99999", 403),
        ("null", 403),
        ("", 403),
        ("https://", 403),
    ],
)
def test_origins_are_compared_as_origins(world: World, public_url: str, origin: str, status: int) -> None:
    """For browsers without `Sec-Fetch-Site`: capitals and the default port mean nothing, all else does."""
    assert answer(LOGOUT, "POST", "/auth/logout", {"Origin": origin})["statusCode"] == status


@pytest.mark.parametrize("public_url", ["http://[", "https://music.example:x"], indirect=True)
def test_a_public_url_that_is_none_lets_nobody_pass(world: World, public_url: str) -> None:
    """An origin that cannot be read is not ours either."""
    assert answer(LOGOUT, "POST", "/auth/logout", {"Origin": "null"})["statusCode"] == 403


def test_names_in_other_scripts_are_the_same_origin() -> None:
    """An operator writes the name as it is read; browsers send ASCII."""
    assert origin_of("https://müsik.example") == origin_of("https://xn--msik-0ra.example:443")


@pytest.mark.parametrize("site", ["same-origin", "Same-Origin", "none"])
def test_fetch_metadata_comes_first(world: World, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": "https://another.example"}
    assert answer(LOGOUT, "POST", "/auth/logout", headers)["statusCode"] == 303


def test_a_path_with_a_null_byte_stores_nothing(world: World) -> None:
    assert answer(LOGIN, "GET", "/auth/spotify%00/login")["statusCode"] == 404
    assert items() == []
