"""The consent page and OAuth 2, on Spotify's accounts host, which refuses what the real one refuses."""

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.simulators.frame.addresses import is_loopback
from local.simulators.frame.options import ClientOptions
from local.simulators.spotify import Options, Spotify
from tests.unit.simulators.visitor import (
    KEY,
    REDIRECT_URI,
    SECRET,
    VERIFIER,
    SpotifyAccount,
    SpotifyVisitor,
    returned,
)

Start = Callable[..., SpotifyVisitor]
UNKNOWN_CLIENT, UNKNOWN_ADDRESS = "INVALID_CLIENT: Invalid client", "INVALID_CLIENT: Invalid redirect URI"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "somebody"}, UNKNOWN_CLIENT),
        ({"client_id": None}, UNKNOWN_CLIENT),
        ({"redirect_uri": None}, UNKNOWN_ADDRESS),
        ({"redirect_uri": "https://evil.example/callback"}, UNKNOWN_ADDRESS),
        ({"redirect_uri": f"{REDIRECT_URI}/"}, UNKNOWN_ADDRESS),
        ({"redirect_uri": "http://127.0.0.1:9999/Callback"}, UNKNOWN_ADDRESS),
        ({"redirect_uri": "http://127.0.0.1:80@evil.example/callback"}, UNKNOWN_ADDRESS),
    ],
)
def test_a_wrong_client_or_address_ends_in_a_page(
    spotify: SpotifyVisitor, changes: dict[str, str | None], message: str
) -> None:
    """Never in a redirect to an address that is not known to be the application's."""
    page = spotify.authorize(**changes)
    assert (page.status_code, message in page.text, "location" in page.headers) == (400, True, False)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "user-library-read user-mind-read"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
    ],
)
def test_other_mistakes_go_back_to_the_application(
    spotify: SpotifyVisitor, changes: dict[str, str | None], error: str
) -> None:
    assert returned(spotify.authorize(**changes)) == {"error": error, "state": "the state"}


def test_addresses_with_a_port_are_compared_with_it(start: Start) -> None:
    spotify = start(Spotify, redirect_uris=(REDIRECT_URI, "http://[::1]/back", "https://a.example/x"))
    allowed = [REDIRECT_URI, "http://[::1]:123/back", "http://[::1]/back", "https://a.example/x"]
    refused = ["http://127.0.0.1:9998/callback", "http://[::1]:x/back", "https://a.example:1/x", "https://a.example"]
    assert [spotify.authorize(redirect_uri=uri).status_code for uri in allowed] == [200] * 4
    assert [spotify.authorize(redirect_uri=uri).status_code for uri in refused] == [400] * 4


@pytest.mark.parametrize(
    "uri", ["http://localhost:3000/x", "http://example.com/x", "https://a.example/#x", "/callback", "app:x"]
)
def test_addresses_that_cannot_be_registered(uri: str) -> None:
    with pytest.raises(ValueError, match="Redirect URI"):
        ClientOptions(redirect_uris=(uri,))


def test_the_page_escapes_what_comes_from_outside(spotify: SpotifyVisitor) -> None:
    """The form carries nothing of the request that could be changed on the way."""
    page = spotify.authorize(scope="user-top-read", login_hint='"><script>alert(1)</script>')
    assert "See your top artists and tracks" in page.text
    assert "<script>" not in page.text
    assert html.escape('"><script>') in page.text
    assert REDIRECT_URI not in page.text


def test_a_request_is_decided_once_and_in_time(spotify: SpotifyVisitor) -> None:
    page = spotify.authorize()
    assert spotify.decide(page, "perhaps").status_code == 400
    assert returned(spotify.decide(page)).keys() == {"code", "state"}
    late = spotify.authorize()
    spotify.clock.now += 601
    assert [spotify.decide(each).status_code for each in (page, late)] == [400, 400]
    assert returned(spotify.decide(spotify.authorize(), "deny")) == {"error": "access_denied", "state": "the state"}


def test_an_impossible_listener_can_try_again(spotify: SpotifyVisitor) -> None:
    page = spotify.authorize()
    for name in ("", " ", "x" * 65, "line\nbreak"):
        page = spotify.decide(page, listener=name)
        assert (page.status_code, "There is no listener named" in page.text) == (400, True)
    assert "code" in returned(spotify.decide(page))


def test_tokens_come_for_a_code_a_secret_and_a_verifier(spotify: SpotifyVisitor) -> None:
    response = spotify.redeem(spotify.code(scope="user-top-read user-library-read"))
    tokens = response.json()
    assert tokens.keys() == {"access_token", "token_type", "scope", "expires_in", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "user-top-read user-library-read"
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "Invalid redirect URI"),
        ({"code_verifier": VERIFIER[:-1] + "X"}, "code_verifier was incorrect"),
        ({"code_verifier": "short"}, "code_verifier was incorrect"),
        ({"code": "AQinvented"}, "Invalid authorization code"),
    ],
)
def test_a_code_is_worth_nothing_with_anything_wrong(
    spotify: SpotifyVisitor, changes: dict[str, Any], description: str
) -> None:
    """A failed attempt uses it up."""
    code = spotify.code()
    refused = spotify.redeem(**{"code": code, **changes})
    assert refused.json() == {"error": "invalid_grant", "error_description": description}
    assert refused.status_code == 400
    assert (spotify.redeem(code).status_code == 400) == ("code" not in changes)
    assert spotify.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_lives_ten_minutes(spotify: SpotifyVisitor) -> None:
    code = spotify.code()
    spotify.clock.now += 600
    assert spotify.redeem(code).json()["error_description"] == "Authorization code expired"


def test_a_code_without_challenge_takes_no_verifier(start: Start) -> None:
    spotify = start(Spotify, pkce_required=False)
    plain: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    assert spotify.redeem(spotify.code(**plain)).json()["error"] == "invalid_grant"
    assert (
        spotify.token(
            grant_type="authorization_code", redirect_uri=REDIRECT_URI, code=spotify.code(**plain)
        ).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("auth", "form", "description"),
    [
        ((KEY, "wrong"), {}, "Invalid client secret"),
        (("somebody", SECRET), {}, "Invalid client"),
        (None, {}, "Invalid client"),
        (None, {"client_id": KEY, "client_secret": "wrong"}, "Invalid client secret"),
        ((KEY, SECRET), {"client_id": "somebody"}, "Invalid client"),
    ],
)
def test_the_application_proves_who_it_is(
    spotify: SpotifyVisitor, auth: tuple[str, str] | None, form: dict[str, str], description: str
) -> None:
    refused = spotify.redeem(spotify.code(), auth, **form)
    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_client", "error_description": description}


def test_a_verifier_stands_in_for_the_secret(spotify: SpotifyVisitor) -> None:
    """An application that came without its secret refreshes without it; one that used it needs it again."""
    public = spotify.redeem(spotify.code(), auth=None, client_id=KEY).json()["refresh_token"]
    confidential = spotify.redeem(spotify.code()).json()["refresh_token"]
    assert spotify.refresh(public, auth=None, client_id=KEY).status_code == 200
    assert spotify.refresh(confidential, auth=None, client_id=KEY).json()["error"] == "invalid_client"


def test_only_a_form_with_a_known_grant_is_understood(spotify: SpotifyVisitor) -> None:
    url, twice = f"{spotify.base}/api/token", [("grant_type", "refresh_token")] * 2
    assert spotify.token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert spotify.token().status_code == 400
    assert spotify.session.post(url, json={"grant_type": "refresh_token"}, auth=(KEY, SECRET)).status_code == 400
    assert spotify.session.post(url, data=twice, auth=(KEY, SECRET)).json()["error"] == "invalid_request"
    assert spotify.token((KEY, SECRET), grant_type="refresh_token", client_secret=SECRET).status_code == 400
    assert spotify.token(grant_type="refresh_token").json()["error"] == "invalid_request"
    assert spotify.refresh("AQinvented").json()["error"] == "invalid_grant"
    assert spotify.session.get(url).status_code == 405


@pytest.mark.parametrize(("kind", "uses"), [("keep", 3), ("rotate", 2), ("single-use", 1)])
def test_a_refresh_token_lives_as_long_as_its_kind(start: Start, kind: str, uses: int) -> None:
    """It stays, or is replaced and works once more, or is replaced and dead."""
    spotify = start(Spotify, refresh_tokens=kind)
    old = spotify.log_in().refresh
    tokens = [spotify.refresh(old).json() for _ in range(3)]
    assert len({each.get("access_token") for each in tokens[:uses]}) == uses
    assert tokens[uses:] == [{"error": "invalid_grant", "error_description": "Refresh token revoked"}] * (3 - uses)
    assert ("refresh_token" in tokens[0]) == (kind != "keep")
    assert spotify.refresh(tokens[0].get("refresh_token", old)).status_code == 200


def test_a_consent_ends_after_six_months_whatever_was_refreshed(ana: SpotifyAccount) -> None:
    ana.visitor.clock.now += 182 * 86_400 - 1
    assert ana.visitor.refresh(ana.refresh).status_code == 200
    ana.visitor.clock.now += 1
    assert ana.visitor.refresh(ana.refresh).json()["error_description"] == "Refresh token revoked"


def test_a_revoked_consent_leaves_the_access_token_alone(spotify: SpotifyVisitor, ana: SpotifyAccount) -> None:
    ben = spotify.log_in("ben")
    ana.arrange(revoke=True)
    assert spotify.refresh(ana.refresh).json()["error_description"] == "Refresh token revoked"
    assert ana.get("/me").status_code == 200
    assert spotify.refresh(ben.refresh).status_code == 200


def test_a_listener_may_consent_to_less(spotify: SpotifyVisitor) -> None:
    spotify.service.arrange("ana", {"scopes": ["user-top-read"]})
    assert spotify.redeem(spotify.code()).json()["scope"] == "user-top-read"


def test_grants_outlive_a_restart(start: Start, tmp_path: Path) -> None:
    """In a file for the owner alone; codes and requests do not, and a revoked consent stays revoked."""
    file = tmp_path / "grants.json"
    before = start(Spotify, grants=file)
    public = before.redeem(before.code(), auth=None, client_id=KEY).json()
    ben, code = before.log_in("ben"), before.code()
    before.control("POST", "/listeners/ben", {"revoke": True})
    assert file.stat().st_mode & 0o777 == 0o600
    after = start(Spotify, grants=file)
    assert SpotifyAccount(after, "ana", public["access_token"], "").get("/me").status_code == 200
    assert after.refresh(public["refresh_token"], auth=None, client_id=KEY).status_code == 200
    assert after.refresh(ben.refresh).json()["error"] == after.redeem(code).json()["error"] == "invalid_grant"
    assert public["access_token"] in after.service.accounts.secrets
    assert start(Spotify, grants=tmp_path / "none.json").service.accounts.consents == {}


def test_all_secrets_are_told(spotify: SpotifyVisitor) -> None:
    code = spotify.code()
    tokens = spotify.redeem(code).json()
    again = spotify.refresh(tokens["refresh_token"]).json()["access_token"]
    told = spotify.control("GET", "/secrets")["secrets"]
    assert set(told) == {SECRET, code, tokens["access_token"], tokens["refresh_token"], again}
    assert "hush" not in repr(Options(client_secret="hush"))


def test_only_an_address_is_of_this_machine() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost", "10.0.0.1")] == [
        *[True] * 3,
        *[False] * 2,
    ]
