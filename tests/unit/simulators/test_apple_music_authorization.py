"""Who may call: applications by a signature that is really verified, listeners by a token made in the browser."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.simulators.apple_music import Options, grants
from local.simulators.apple_music.simulator import Simulator
from tests.unit.simulators.apple_music_visitor import HALF_A_DAY, AppleListening, AppleVisitor, error_of
from tests.unit.simulators.conftest import StartApple

HALF_A_YEAR = 180 * 86_400
SONGS = "/me/library/songs"


def private_key_of_another() -> str:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_a_signed_token_and_a_listeners_token_open_the_library(anas: AppleListening) -> None:
    assert anas.get(SONGS).status_code == 200
    assert anas.read("/me/storefront")["data"][0]["type"] == "storefronts"


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
def test_a_developer_token_is_what_it_must_be(anas: AppleListening, changes: dict[str, Any]) -> None:
    visitor = anas.visitor
    token = visitor.developer_token(**changes)
    headers = {"Authorization": f"Bearer {token}", "Music-User-Token": anas.token, "Origin": "https://a.example"}

    refused = visitor.session.get(f"{visitor.base}/v1{SONGS}", headers=headers)

    assert error_of(refused)[:2] == (401, "40100")


@pytest.mark.parametrize(("begun", "life", "status"), [
    (0, HALF_A_DAY, 200),
    (-HALF_A_DAY, HALF_A_DAY, 401),
    (1 - HALF_A_DAY, HALF_A_DAY, 200),
    (0, 15_777_000, 200),
    (0, 15_777_001, 401),
    (3_600, HALF_A_DAY, 401),
])  # fmt: skip
def test_a_developer_token_has_its_time(anas: AppleListening, begun: int, life: int, status: int) -> None:
    begin = int(anas.visitor.clock()) + begun
    token = anas.visitor.developer_token(iat=begin, exp=begin + life)

    assert anas.visitor.get(SONGS, token, anas.token).status_code == status


def test_a_signature_is_verified(anas: AppleListening) -> None:
    """
    Neither another key's will do, nor a true one below other words, nor none.
    """
    visitor = anas.visitor
    true, older = visitor.developer_token(), visitor.developer_token(iat=int(visitor.clock()) - 1)
    head, _, signature = true.rpartition(".")
    forged = visitor.developer_token(private_key_of_another())
    tried = [forged, f"{older.rpartition('.')[0]}.{signature}", f"{head}.", head, f"{head}.{signature[:-4]}", "a.b.c"]

    assert visitor.get(SONGS, true, anas.token).status_code == 200
    for token in tried:
        assert error_of(visitor.get(SONGS, token, anas.token))[0] == 401
    assert error_of(visitor.get(SONGS, None, anas.token))[0] == 401
    assert error_of(visitor.get("/catalog/se/songs", forged, None))[0] == 401


def test_a_developer_token_may_be_for_some_pages_only(anas: AppleListening) -> None:
    visitor = anas.visitor
    token = visitor.developer_token(origin=["https://a.example"])
    headers = {"Authorization": f"Bearer {token}", "Music-User-Token": anas.token}

    def status(**more: str) -> int:
        return visitor.session.get(f"{visitor.base}/v1{SONGS}", headers={**headers, **more}).status_code

    assert (status(), status(Origin="https://a.example"), status(Origin="https://b.example")) == (200, 200, 401)


def test_another_key_can_be_the_accounts(start_apple: StartApple) -> None:
    key = generate_private_key(SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    visitor = start_apple(public_key=public, team_id="TEAM000001", key_id="KEY0000001")
    token = visitor.developer_token(private, kid="KEY0000001", iss="TEAM000001")
    user = visitor.authorize(developer_token=token).json()["music_user_token"]

    assert visitor.get(SONGS, token, user).status_code == 200
    assert visitor.get(SONGS, visitor.developer_token(), user).status_code == 401


def test_a_key_of_another_curve_is_refused() -> None:
    key = generate_private_key(SECP384R1()).public_key()
    public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    with pytest.raises(ValueError, match="P-256"):
        Options(public_key=public)


@pytest.mark.parametrize("token", [None, "", "0.invented"])
def test_without_a_listeners_token_nobody_is_there(apple: AppleVisitor, token: str | None) -> None:
    refused = apple.get(SONGS, apple.developer_token(), token)

    assert error_of(refused) == (403, "40300", "Invalid authentication")


def test_a_listeners_token_lives_for_half_a_year(anas: AppleListening) -> None:
    anas.visitor.clock.now += HALF_A_YEAR - 1
    assert anas.get(SONGS).status_code == 200
    anas.visitor.clock.now += 1
    assert error_of(anas.get(SONGS))[:2] == (403, "40300")


def test_a_listener_can_take_all_tokens_back(anas: AppleListening) -> None:
    """
    At once, and only their own; a new one is given on request.
    """
    visitor = anas.visitor
    again, ben = visitor.log_in("ana"), visitor.log_in("ben")

    visitor.control("POST", "/listeners/ana", {"revoke": True})

    assert [each.get(SONGS).status_code for each in (anas, again, ben)] == [403, 403, 200]
    assert visitor.log_in("ana").get(SONGS).status_code == 200


def test_signing_out_in_the_browser_ends_that_token(anas: AppleListening) -> None:
    visitor = anas.visitor
    other = visitor.log_in("ana")

    visitor.session.post(f"{visitor.base}/_simulator/unauthorize", data={"music_user_token": anas.token})

    assert (anas.get(SONGS).status_code, other.get(SONGS).status_code) == (403, 200)


def test_a_decision_needs_an_application_and_a_listener(apple: AppleVisitor) -> None:
    assert error_of(apple.authorize(developer_token="a.b.c"))[0] == 401
    assert (apple.authorize(decision="deny").status_code, apple.authorize(decision="perhaps").status_code) == (403, 400)
    assert "no listener named ' '" in apple.authorize(listener=" ").json()["error"]
    assert apple.session.get(f"{apple.base}/_simulator/authorize").status_code == 405
    assert apple.control("GET", "/secrets") == {"secrets": []}


def test_a_page_of_another_origin_may_ask(apple: AppleVisitor) -> None:
    """
    Whatever the answer is, the page can read it.
    """
    address = f"{apple.base}/_simulator/authorize"
    answers = [apple.session.options(address), apple.authorize(), apple.authorize(developer_token="a.b.c")]

    assert [each.status_code for each in answers] == [204, 200, 401]
    assert {each.headers["access-control-allow-origin"] for each in answers} == {"*"}


def test_all_secrets_are_told(apple: AppleVisitor) -> None:
    token = apple.developer_token()
    issued = [apple.authorize(developer_token=token).json()["music_user_token"] for _ in range(2)]

    assert apple.control("GET", "/secrets")["secrets"] == [token, *issued]


def test_tokens_outlive_a_restart(tmp_path: Path) -> None:
    file, options = tmp_path / "grants.json", Options(grants=tmp_path / "grants.json")
    first = Simulator(options)
    kept, dead = first.accounts.issue("ana", "developer"), first.accounts.issue("ben", "developer")
    first.accounts.revoke("ben")
    grants.save(first.accounts, file)

    second = Simulator(options)

    assert second.accounts.listener_with(kept) == "ana"
    assert second.accounts.listener_with(dead) is None
    assert second.secrets == [kept, dead]
    assert file.stat().st_mode & 0o077 == 0


def test_the_script_comes_with_the_listener_to_be_asked_for(start_apple: StartApple) -> None:
    visitor = start_apple(default_listener='</script>"')
    answer = visitor.session.get(f"{visitor.base}/musickit/v3/musickit.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert 'const firstListener = "\\u003c/script>\\"";' in answer.text
