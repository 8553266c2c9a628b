"""What is known of access to Apple Music: signed tokens of an application and of a listener."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from local.simulators.apple_music import AppleMusic
from tests.unit.simulators.apple_music_visitor import HALF_A_DAY, SONGS, AppleMusicAccount, AppleMusicVisitor, refusal

Start = Callable[..., AppleMusicVisitor]
HALF_A_YEAR = 180 * 86_400


@pytest.fixture
def ana(apple: AppleMusicVisitor) -> AppleMusicAccount:
    return apple.log_in()


def test_two_tokens_open_the_library(ana: AppleMusicAccount) -> None:
    """That of the application, else it is a 401; and that of the listener, else it is a 403."""
    apple, token = ana.visitor, ana.visitor.developer_token()
    assert ana.read("/me/storefront")["data"][0]["type"] == "storefronts"
    assert refusal(apple.ask(SONGS, None, ana.access)) == (401, "40100", "Authentication failed")
    for user in (None, "", "0.invented"):
        assert refusal(apple.ask(SONGS, token, user)) == (403, "40300", "Invalid authentication")
    assert refusal(apple.ask("/catalog/se/songs", "a.b.c", None))[0] == 401
    assert refusal(apple.ask("/catalog/se/songs", token, None))[1] == "40400"
    assert refusal(apple.ask(SONGS, token, ana.access, "DELETE"))[:2] == (405, "40500")


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": None},
        {"kid": "ANOTHERKEY"},
        {"kid": None},
        {"iss": "ANOTHER001"},
        {"iss": None},
        {"iat": None},
        {"exp": None},
        {"iat": "yesterday"},
        {"exp": True},
        {"origin": "everywhere"},
    ],
    ids=str,
)
def test_a_developer_token_is_what_it_must_be(ana: AppleMusicAccount, changes: dict[str, Any]) -> None:
    token = ana.visitor.developer_token(**changes)
    headers = {"Authorization": f"Bearer {token}", "Music-User-Token": ana.access, "Origin": "https://a.example"}
    refused = ana.visitor.session.get(f"{ana.visitor.base}/v1{SONGS}", headers=headers)
    assert refusal(refused)[:2] == (401, "40100")


@pytest.mark.parametrize(
    ("begun", "life", "status"),
    [
        (0, HALF_A_DAY, 200),
        (-HALF_A_DAY, HALF_A_DAY, 401),
        (1 - HALF_A_DAY, HALF_A_DAY, 200),
        (0, 15_777_000, 200),
        (0, 15_777_001, 401),
        (3_600, HALF_A_DAY, 401),
    ],
)
def test_a_developer_token_has_its_time(ana: AppleMusicAccount, begun: int, life: int, status: int) -> None:
    begin = int(ana.visitor.clock()) + begun
    token = ana.visitor.developer_token(iat=begin, exp=begin + life)
    assert ana.visitor.ask(SONGS, token, ana.access).status_code == status


def test_a_signature_is_verified(ana: AppleMusicAccount) -> None:
    """Neither another key's will do, nor a true one below other words, nor none."""
    apple, other = ana.visitor, generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    true, older = apple.developer_token(), apple.developer_token(iat=int(apple.clock()) - 1)
    head, _, signature = true.rpartition(".")
    forged = [f"{older.rpartition('.')[0]}.{signature}", f"{head}.", head, f"{head}.{signature[:-4]}", "a.b.c"]
    assert apple.ask(SONGS, true, ana.access).status_code == 200
    for token in (apple.developer_token(pem), *forged):
        assert refusal(apple.ask(SONGS, token, ana.access))[0] == 401


def test_a_developer_token_may_be_for_some_pages_only(ana: AppleMusicAccount) -> None:
    token = ana.visitor.developer_token(origin=["https://a.example"])

    def status(**more: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Music-User-Token": ana.access, **more}
        answer: int = ana.visitor.session.get(f"{ana.visitor.base}/v1{SONGS}", headers=headers).status_code
        return answer

    assert (status(), status(Origin="https://a.example"), status(Origin="https://b.example")) == (200, 200, 401)


def test_a_listeners_token_lives_for_half_a_year(ana: AppleMusicAccount) -> None:
    ana.visitor.clock.now += HALF_A_YEAR - 1
    assert ana.get(SONGS).status_code == 200
    ana.visitor.clock.now += 1
    assert refusal(ana.get(SONGS))[:2] == (403, "40300")


def test_a_listener_takes_tokens_back(ana: AppleMusicAccount) -> None:
    """All at once, or by signing out in the browser that one alone."""
    apple = ana.visitor
    again, third, ben = apple.log_in(), apple.log_in(), apple.log_in("ben")
    apple.session.post(f"{apple.base}/_simulator/unauthorize", data={"music_user_token": ana.access})
    assert [each.get(SONGS).status_code for each in (ana, again)] == [403, 200]
    ana.arrange(revoke=True)
    assert [each.get(SONGS).status_code for each in (again, third, ben)] == [403, 403, 200]
    assert apple.log_in().get(SONGS).status_code == 200


def test_a_decision_is_made_in_the_browser(apple: AppleMusicVisitor) -> None:
    """Whatever the answer is, a page of another origin can read it."""
    token, address = apple.developer_token(), f"{apple.base}/_simulator/authorize"
    refused = apple.authorize(developer_token="a.b.c")
    assert refusal(refused)[0] == 401
    assert apple.session.get(address).status_code == 405
    assert (apple.authorize(decision="deny").status_code, apple.authorize(decision="perhaps").status_code) == (403, 400)
    assert "no listener named ' '" in apple.authorize(listener=" ").json()["error"]
    assert apple.service.accounts.secrets == []
    given = apple.authorize(developer_token=token)
    assert apple.service.accounts.secrets == [token, given.json()["music_user_token"]]
    preflight = apple.session.options(address)
    assert preflight.status_code == 204
    assert {each.headers["access-control-allow-origin"] for each in (preflight, given, refused)} == {"*"}


def test_the_script_offers_a_name(start: Start) -> None:
    apple = start(AppleMusic, default_listener='</script>"')
    script = apple.session.get(f"{apple.base}/musickit/v3/musickit.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert 'const firstListener = "\\u003c/script>\\"";' in script.text
