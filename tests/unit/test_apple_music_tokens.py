"""Apple Music: developer tokens, which we sign, and the tokens of listeners."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from blendify.core.errors import GrantRevoked
from blendify.core.http import http_session
from blendify.providers import PROVIDERS
from blendify.providers.apple_music import developer_tokens
from blendify.providers.apple_music.developer_tokens import developer_token
from blendify.providers.application import Application, ApplicationMissing
from local.paths import ROOT
from local.simulators.apple_music import keys
from local.simulators.apple_music.developer_tokens import DeveloperTokens


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time at which developer tokens are signed; tests set it."""
    now = [1_790_000_000.0]
    monkeypatch.setattr("blendify.core.times.now", lambda: datetime.fromtimestamp(now[0], UTC))
    developer_tokens.forget()
    yield now
    developer_tokens.forget()


APPLICATION = Application(
    provider="apple_music",
    name="default",
    client_id=f"{keys.TEAM_ID}.{keys.KEY_ID}",
    client_secret="".join(keys.private_key().splitlines()[1:-1]),
    redirect_uri="https://music.example/v1/auth/apple_music/callback",
    api_url="https://api.music.example",
    accounts_url="https://js.music.example/musickit/v3/musickit.js",
    calls_per_minute=0,
    calls_per_minute_and_user=0,
)


def accepts(token: str, clock: list[float], origin: str | None = None) -> bool:
    """Whether the simulated service accepts the token, as strictly as the real one."""
    return DeveloperTokens(keys.public_key(), keys.TEAM_ID, keys.KEY_ID, lambda: clock[0]).accepts(token, origin)


def test_developer_token(clock: list[float]) -> None:
    """It is signed with ES256 for twelve hours; the key may be given with or without the lines of its file."""
    token = developer_token(APPLICATION)
    header, claims = (json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert header == {"alg": "ES256", "kid": keys.KEY_ID}
    assert claims == {"iss": keys.TEAM_ID, "iat": 1_790_000_000, "exp": 1_790_043_200}
    assert accepts(token, clock)
    assert accepts(developer_token(replace(APPLICATION, client_secret=keys.private_key())), clock)


def test_developer_token_is_reused_and_renewed_in_time(clock: list[float]) -> None:
    """Signing is rare, and no token is used near its end."""
    first = developer_token(APPLICATION)
    clock[0] += timedelta(hours=8).total_seconds()
    assert developer_token(APPLICATION) == first
    clock[0] += timedelta(hours=2).total_seconds()
    second = developer_token(APPLICATION)
    assert second != first
    assert accepts(first, clock)
    assert accepts(second, clock)


def test_replaced_key_signs_a_new_token(clock: list[float]) -> None:
    """A key that the operator has replaced is used as soon as it is read."""
    first = developer_token(APPLICATION)
    other = replace(APPLICATION, client_id=f"{keys.TEAM_ID}.OTHERKEY01")
    assert developer_token(other) != first
    assert developer_token(APPLICATION, "https://music.example") != first


def pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "."},
        {"client_id": f"{keys.TEAM_ID}.short"},
        {"client_secret": "no key"},
        {"client_secret": "bm8ga2V5"},
        {"client_secret": keys.public_key()},
        {"client_secret": pem(generate_private_key(SECP384R1()))},
        {"client_secret": pem(rsa.generate_private_key(65537, 2048))},
    ],
    ids=["no ids", "short id", "text", "base64", "public", "other curve", "rsa"],
)
def test_invalid_key_of_the_operator(clock: list[float], wrong: dict[str, Any]) -> None:
    """The error says what to configure and has nothing of the given values."""
    with pytest.raises(ApplicationMissing, match=r"\.p8|ten capital letters") as refused:
        developer_token(replace(APPLICATION, **wrong))
    assert not [value for value in wrong.values() if len(value) > 5 and value in str(refused.value)]
    assert refused.value.__cause__ is None


def test_call_has_both_tokens_in_its_headers(clock: list[float]) -> None:
    """The address has neither."""
    query, headers = PROVIDERS["apple_music"].access.sign(APPLICATION, "0.listener", {"limit": "100"})
    assert query == {"limit": "100"}
    assert headers == {"Authorization": f"Bearer {developer_token(APPLICATION)}", "Music-User-Token": "0.listener"}


@pytest.mark.parametrize(
    "token", ["", "0.short", "0." + "x" * 3_000, "0.with a space in it, or two", "0.üxxxxxxxxxxxxxxxxxxxxx"]
)
def test_impossible_music_user_token_is_refused(token: str) -> None:
    """It is not sent to Apple."""
    with http_session() as http, pytest.raises(GrantRevoked):
        PROVIDERS["apple_music"].access.exchange(APPLICATION, token, "", http)


def test_cryptography_is_imported_with_the_first_token() -> None:
    """The collectors of other providers do not pay for the import."""
    # A developer's machine has OpenSSL for Python, which imports cryptography; the layer does not have it.
    code = (
        "import sys; sys.modules['OpenSSL'] = None; import collectors.saved_tracks, auth.callback; "
        "sys.exit('cryptography' in sys.modules)"
    )
    path = os.pathsep.join(str(ROOT / folder) for folder in ("functions", "layers/blendify"))
    environment = {**os.environ, "PYTHONPATH": path}
    completed = subprocess.run([sys.executable, "-c", code], env=environment, check=False)  # noqa: S603
    assert completed.returncode == 0
