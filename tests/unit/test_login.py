"""A login starts with a secret in the browser, and its addresses come from the configuration."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from blendify.access import applications, login
from blendify.access.oauth_states import Origin
from blendify.core.settings import settings
from blendify.providers import PROVIDERS
from tests.unit.http_events import Browser
from tests.unit.login_flow import LOGIN, start_login
from tests.unit.visible import in_clear, items, logged
from tests.unit.world import World

pytestmark = pytest.mark.usefixtures("aws_in_memory")


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment with an https address."""
    monkeypatch.setenv("PUBLIC_URL", "https://music.example/v1")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_login_leads_to_the_consent_page(world: World) -> None:
    """With exactly the scopes that the collectors need, PKCE by S256, a state, and the registered redirect URI."""
    address = start_login(Browser())
    assert address.startswith(f"{world.base}/authorize?")
    query = query_of(address)
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == "http://127.0.0.1:4566/v1/auth/spotify/callback"
    assert query["scope"].split() == PROVIDERS["spotify"].scopes
    assert query["code_challenge_method"] == "S256"
    assert len(urlsafe_b64decode(query["code_challenge"] + "=")) == 32
    assert len(query["state"]) >= 43


def test_two_logins_share_nothing(world: World) -> None:
    """State, challenge and the browser's secret are new each time."""
    this, other = Browser(), Browser()
    first, second = query_of(start_login(this)), query_of(start_login(other))
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert not set(this.logins.values()) & set(other.logins.values())


def test_no_secret_of_a_login_is_stored_or_shown(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The table has hashes; address and log have neither the browser's secret nor the verifier."""
    browser = Browser()
    address = start_login(browser)
    visible = in_clear() + logged(caplog)
    assert query_of(address)["state"] not in visible
    (secret,) = browser.logins.values()
    assert secret not in visible + address
    assert "code_verifier" not in address


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example"}],
    ids=str,
)
def test_forged_host_changes_nothing(world: World, headers: dict[str, str]) -> None:
    """The redirect URI comes from the configuration."""
    response = Browser().get(LOGIN, "/auth/spotify/login", **headers)
    assert "evil" not in response.location + str(response.headers) + response.body


def test_login_cookie_over_http(world: World) -> None:
    """Scripts cannot read it, other sites cannot send it, and it expires with the login."""
    (cookie,) = Browser().get(LOGIN, "/auth/spotify/login").cookies.values()
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "lax", "/")
    assert cookie["max-age"] == "600"
    assert not cookie["secure"]


def test_login_cookie_over_https(world: World, https: None) -> None:
    """It is Secure, has the prefix `__Host-`, and no domain."""
    (cookie,) = Browser().get(LOGIN, "/auth/spotify/login").cookies.values()
    assert cookie.key.startswith("__Host-login-")
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert cookie["samesite"].lower() == "lax"


def test_security_headers(world: World) -> None:
    """No cache, no sniffing, no referrer, no framing, no opener, and nothing of the device."""
    headers = Browser().get(LOGIN, "/auth/spotify/login").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]


@pytest.mark.parametrize("name", ["napster", "<script>", "Spotify", "..", "spotify%00"])
def test_unknown_provider(world: World, name: str) -> None:
    """404 without the path on the page, and nothing is stored."""
    response = Browser().get(LOGIN, f"/auth/{name}/login")
    assert response.status == 404
    assert "napster" not in response.body
    assert "<script>" not in response.body
    assert items() == []


def test_application_without_credentials(world: World) -> None:
    """503 with a page, as only the operator can help; nothing is stored."""
    world.register(client_id="")
    response = Browser().get(LOGIN, "/auth/spotify/login")
    assert response.status == 503
    assert "operator" in response.body
    assert items() == []


def test_repr_hides_the_secrets_of_a_login(world: World) -> None:
    """A traceback would show it."""
    application = applications.application("spotify")
    attempt = login.start(PROVIDERS["spotify"], application, Origin())
    assert attempt.browser_secret not in repr(attempt)
    assert application.client_secret not in repr(application)
