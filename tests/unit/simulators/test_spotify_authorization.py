"""The accounts host refuses whatever the real one refuses."""

import html
from typing import Any

import pytest

from local.simulators.spotify import Options
from local.simulators.spotify.options import SIX_MONTHS
from tests.unit.simulators.conftest import Start
from tests.unit.simulators.visitor import REDIRECT_URI, SECRET, VERIFIER, Visitor, answer_of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "somebody"}, "INVALID_CLIENT: Invalid client"),
        ({"client_id": None}, "INVALID_CLIENT: Invalid client"),
        ({"redirect_uri": None}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "https://evil.example/callback"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "http://127.0.0.1:9999/callback/"}, "INVALID_CLIENT: Invalid redirect URI"),
        ({"redirect_uri": "http://127.0.0.1:9999/Callback"}, "INVALID_CLIENT: Invalid redirect URI"),
        (
            {"redirect_uri": "http://127.0.0.1:80@evil.example/callback"},
            "INVALID_CLIENT: Invalid redirect URI",
        ),
    ],
)
def test_nothing_is_sent_to_an_address_nobody_vouches_for(
    visitor: Visitor, changes: dict[str, str | None], message: str
) -> None:
    """
    A wrong client or redirect URI ends in a page, never in a redirect.
    """
    page = visitor.authorize(**changes)

    assert page.status_code == 400
    assert message in page.text
    assert "location" not in page.headers


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
def test_mistakes_of_the_application_go_back_to_it(
    visitor: Visitor, changes: dict[str, str | None], error: str
) -> None:
    assert answer_of(visitor.authorize(**changes)) == {"error": error, "state": "the state"}


def test_a_listener_may_refuse(visitor: Visitor) -> None:
    assert answer_of(visitor.decide(visitor.authorize(), decision="deny")) == {
        "error": "access_denied",
        "state": "the state",
    }


def test_the_page_says_what_is_asked_for_and_trusts_nothing(visitor: Visitor) -> None:
    """
    Whatever comes from outside is escaped, and the form carries no wish that could be changed on the way.
    """
    page = visitor.authorize(scope="user-top-read", login_hint='"><script>alert(1)</script>')

    assert "See your top artists and tracks" in page.text
    assert "<script>" not in page.text
    assert html.escape('"><script>') in page.text
    assert REDIRECT_URI not in page.text


def test_a_request_is_decided_once_and_in_time(visitor: Visitor) -> None:
    page = visitor.authorize()
    visitor.decide(page, decision="allow", listener="ana")
    late = visitor.authorize()
    visitor.clock.now += 601

    assert visitor.decide(page, decision="allow", listener="ana").status_code == 400
    assert visitor.decide(late, decision="allow", listener="ana").status_code == 400


@pytest.mark.parametrize("name", ["", " ", "recorded", "x" * 65, "line\nbreak"])
def test_an_unknown_listener_can_try_again(visitor: Visitor, name: str) -> None:
    """
    Without recorded answers nobody is called `recorded`; the page says so and keeps the request.
    """
    page = visitor.decide(visitor.authorize(), decision="allow", listener=name)

    assert page.status_code == 400
    assert "There is no listener named" in page.text
    assert "code" in answer_of(visitor.decide(page, decision="allow", listener="ana"))


def test_tokens_come_for_a_code_a_secret_and_a_verifier(visitor: Visitor) -> None:
    answer = visitor.redeem(visitor.code(scope="user-top-read user-library-read"))

    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "scope", "expires_in", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "user-top-read user-library-read"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "Invalid redirect URI"),
        ({"code_verifier": VERIFIER[:-1] + "X"}, "code_verifier was incorrect"),
        ({"code_verifier": "short"}, "code_verifier was incorrect"),
    ],
)
def test_a_code_is_worth_nothing_with_anything_wrong(
    visitor: Visitor, changes: dict[str, Any], description: str
) -> None:
    code = visitor.code()

    refused = visitor.redeem(code, **changes)

    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_grant", "error_description": description}


def test_an_invented_code_is_worth_nothing(visitor: Visitor) -> None:
    assert visitor.redeem("AQinvented").json()["error_description"] == "Invalid authorization code"
    assert visitor.refresh("AQinvented").json()["error"] == "invalid_grant"


def test_a_code_works_once(visitor: Visitor) -> None:
    code = visitor.code()

    assert visitor.redeem(code).status_code == 200
    assert visitor.redeem(code).json()["error"] == "invalid_grant"


def test_a_failed_attempt_uses_the_code_up(visitor: Visitor) -> None:
    code = visitor.code()
    visitor.redeem(code, code_verifier="x" * 43)

    assert visitor.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_lives_ten_minutes(visitor: Visitor) -> None:
    code = visitor.code()
    visitor.clock.now += 600

    assert visitor.redeem(code).json()["error_description"] == "Authorization code expired"


def test_a_code_without_challenge_takes_no_verifier(start: Start) -> None:
    visitor = start(pkce_required=False)
    plain: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
    form: dict[str, Any] = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}

    assert visitor.redeem(visitor.code(**plain)).json()["error"] == "invalid_grant"
    assert visitor.token(**form, code=visitor.code(**plain)).status_code == 200


@pytest.mark.parametrize(
    ("auth", "description"),
    [
        (("simulated-client", "wrong"), "Invalid client secret"),
        (("somebody", "simulated-secret"), "Invalid client"),
        (None, "Invalid client"),
    ],
)
def test_the_application_proves_who_it_is(visitor: Visitor, auth: tuple[str, str] | None, description: str) -> None:
    refused = visitor.redeem(visitor.code(), auth=auth)

    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_client", "error_description": description}


def test_a_verifier_stands_in_for_the_secret(visitor: Visitor) -> None:
    """
    An application that came without its secret refreshes without it; one that used it needs it again.
    """
    public = visitor.redeem(visitor.code(), auth=None, client_id=SECRET[0]).json()["refresh_token"]
    confidential = visitor.redeem(visitor.code()).json()["refresh_token"]

    assert visitor.refresh(public, auth=None, client_id=SECRET[0]).status_code == 200
    assert visitor.refresh(confidential, auth=None, client_id=SECRET[0]).json()["error"] == "invalid_client"


def test_only_a_form_with_a_known_grant_is_understood(visitor: Visitor) -> None:
    url = f"{visitor.base}/api/token"
    twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token")]

    assert visitor.token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert visitor.token().status_code == 400
    assert visitor.session.post(url, json={"grant_type": "refresh_token"}, auth=SECRET).status_code == 400
    assert visitor.session.post(url, data=twice, auth=SECRET).json()["error"] == "invalid_request"
    assert visitor.token(grant_type="refresh_token").json()["error"] == "invalid_request"
    assert visitor.session.get(url).status_code == 405


def test_a_refresh_keeps_the_token(visitor: Visitor) -> None:
    ana = visitor.log_in()

    answers = [visitor.refresh(ana.refresh).json() for _ in range(3)]

    assert all("refresh_token" not in answer for answer in answers)
    assert len({answer["access_token"] for answer in answers}) == 3


def test_a_rotated_token_works_once_more(start: Start) -> None:
    visitor = start(refresh_tokens="rotate")
    ana = visitor.log_in()

    new = visitor.refresh(ana.refresh).json()["refresh_token"]

    assert visitor.refresh(ana.refresh).status_code == 200
    assert visitor.refresh(ana.refresh).json()["error"] == "invalid_grant"
    assert visitor.refresh(new).status_code == 200


def test_a_single_use_token_dies_at_once(start: Start) -> None:
    visitor = start(refresh_tokens="single-use")
    ana = visitor.log_in()

    new = visitor.refresh(ana.refresh).json()["refresh_token"]

    assert visitor.refresh(ana.refresh).json()["error_description"] == "Refresh token revoked"
    assert visitor.refresh(new).status_code == 200


def test_a_consent_ends_after_six_months_whatever_was_refreshed(visitor: Visitor) -> None:
    ana = visitor.log_in()
    visitor.clock.now += SIX_MONTHS - 1
    assert visitor.refresh(ana.refresh).status_code == 200
    visitor.clock.now += 1

    refused = visitor.refresh(ana.refresh)

    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_grant", "error_description": "Refresh token revoked"}


def test_a_revoked_consent_leaves_the_access_token_alone(visitor: Visitor) -> None:
    ana, ben = visitor.log_in(), visitor.log_in("ben")

    ana.arrange(revoke=True)

    assert visitor.refresh(ana.refresh).json()["error_description"] == "Refresh token revoked"
    assert ana.get("/me").status_code == 200
    assert visitor.refresh(ben.refresh).status_code == 200


def test_a_listener_may_consent_to_less(visitor: Visitor) -> None:
    visitor.control("POST", "/listeners/ana", {"scopes": ["user-top-read"]})

    tokens = visitor.redeem(visitor.code()).json()

    assert tokens["scope"] == "user-top-read"


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:3000/callback",
        "http://example.com/callback",
        "https://a.example/#x",
        "/callback",
        "app:x",
    ],
)
def test_addresses_that_cannot_be_registered(uri: str) -> None:
    with pytest.raises(ValueError, match="Redirect URI"):
        Options(redirect_uris=(uri,))


def test_addresses_with_a_port_are_compared_with_it(start: Start) -> None:
    visitor = start(redirect_uris=("http://127.0.0.1:9999/callback", "http://[::1]/back", "https://a.example/x"))

    allowed = [REDIRECT_URI, "http://[::1]:123/back", "http://[::1]/back", "https://a.example/x"]
    refused = [
        "http://127.0.0.1:9998/callback",
        "http://[::1]:x/back",
        "https://a.example:1/x",
        "https://a.example",
    ]

    assert [visitor.authorize(redirect_uri=uri).status_code for uri in allowed] == [200] * 4
    assert [visitor.authorize(redirect_uri=uri).status_code for uri in refused] == [400] * 4
