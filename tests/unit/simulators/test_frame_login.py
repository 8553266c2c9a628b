"""The consent page and OAuth 2, on Spotify's accounts host, which refuses what the real one refuses."""

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.simulators.__main__ import main
from local.simulators.frame.accounts import UnreadableGrantsError
from local.simulators.spotify import Options, Spotify
from tests.unit.simulators.visitor import KEY, REDIRECT_URI, SECRET, VERIFIER, SpotifyAccount, SpotifyVisitor, returned

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


def test_the_page_escapes_what_comes_from_outside(start: Start) -> None:
    """The form carries nothing of the request that could be changed on the way. The page needs no other address."""
    spotify = start(Spotify, default_listener='"><script>alert(1)</script>')
    page = spotify.authorize(scope="user-top-read")
    assert '<link rel="icon" href="data:,">' in page.text
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


@pytest.mark.parametrize("auth", [(KEY, "wrong"), ("somebody", SECRET), None])
def test_the_application_proves_who_it_is(spotify: SpotifyVisitor, auth: tuple[str, str] | None) -> None:
    refused = spotify.redeem(spotify.code(), auth)
    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_client", "error_description": "Invalid client"}


def test_only_a_form_with_a_known_grant_is_understood(spotify: SpotifyVisitor) -> None:
    url, twice = f"{spotify.base}/api/token", [("grant_type", "refresh_token")] * 2
    assert spotify.token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert spotify.token().status_code == 400
    assert spotify.session.post(url, json={"grant_type": "refresh_token"}, auth=(KEY, SECRET)).status_code == 400
    assert spotify.session.post(url, data=twice, auth=(KEY, SECRET)).json()["error"] == "invalid_request"
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


def test_tokens_work_after_a_restart(start: Start, tmp_path: Path) -> None:
    """But codes do not; a revoked consent stays revoked."""
    file = tmp_path / "grants.json"
    before = start(Spotify, grants=file)
    given = before.redeem(before.code()).json()
    ben, code = before.log_in("ben"), before.code()
    before.control("POST", "/listeners/ben", {"revoke": True})
    after = start(Spotify, grants=file)
    assert SpotifyAccount(after, "ana", given["access_token"], "").get("/me").status_code == 200
    assert after.refresh(given["refresh_token"]).status_code == 200
    assert after.refresh(ben.refresh).json()["error"] == after.redeem(code).json()["error"] == "invalid_grant"
    assert start(Spotify, grants=tmp_path / "none.json").service.accounts.grants == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"consents": {"a": {"whose": "ana"}}, "access_tokens": {}, "refresh_tokens": {}}']
)
def test_grants_of_another_version_are_refused_with_words(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program ends with 2, says what to do, and leaves the file as it was."""
    file = tmp_path / "grants.json"
    file.write_text(text)
    with pytest.raises(UnreadableGrantsError):
        Spotify(Options(grants=file))
    monkeypatch.setattr("sys.argv", ["simulators", "spotify", "--grants", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"{file} does not hold grants" in (error := capsys.readouterr().err)
    assert "Delete it, or run `make clean`" in error
    assert file.read_text() == text


def test_all_secrets_are_told(spotify: SpotifyVisitor) -> None:
    code = spotify.code()
    tokens = spotify.redeem(code).json()
    again = spotify.refresh(tokens["refresh_token"]).json()["access_token"]
    secrets = spotify.control("GET", "/secrets")["secrets"]
    assert set(secrets) == {SECRET, code, tokens["access_token"], tokens["refresh_token"], again}
    assert "hush" not in repr(Options(client_secret="hush"))
