"""A small client of the Apple Music simulator: what an application and a browser do, without their code."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from local.simulators.apple_music import Options, create_app, keys
from local.simulators.previous.serving import running
from tests.unit.simulators.visitor import Clock

HALF_A_DAY = 43_200


def signed(header: dict[str, Any], claims: dict[str, Any], private_key: str = "") -> str:
    """A JSON web token of ES256, whatever it says."""
    key = load_pem_private_key((private_key or keys.private_key()).encode(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    message = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    numbers = decode_dss_signature(key.sign(message.encode(), ECDSA(SHA256())))
    return f"{message}.{_encoded(b''.join(number.to_bytes(32) for number in numbers))}"


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class AppleVisitor:
    """One simulator, seen from outside; `inside` is its state."""

    base: str
    clock: Clock
    inside: Any
    session: requests.Session

    def developer_token(self, private_key: str = "", **changes: Any) -> str:
        """One that holds for half a day, but for the changes of its header and claims; None leaves a field away."""
        now = int(self.clock())
        told = {"alg": "ES256", "kid": keys.KEY_ID, "iss": keys.TEAM_ID, "iat": now, "exp": now + HALF_A_DAY, **changes}
        parts = ({name: told.pop(name, None) for name in ("alg", "kid")}, told)
        header, claims = ({name: value for name, value in part.items() if value is not None} for part in parts)
        return signed(header, claims, private_key)

    def authorize(self, **changes: str) -> requests.Response:
        fields = {"listener": "ana", "decision": "allow", "developer_token": self.developer_token(), **changes}
        return self.session.post(f"{self.base}/_simulator/authorize", data=fields)

    def log_in(self, listener: str = "ana") -> "AppleListening":
        return AppleListening(self, listener, self.authorize(listener=listener).json()["music_user_token"])

    def get(self, path: str, developer: str | None, user: str | None, **query: object) -> requests.Response:
        return self.ask("GET", path, developer, user, **query)

    def ask(
        self, method: str, path: str, developer: str | None, user: str | None, **query: object
    ) -> requests.Response:
        given = {
            "Authorization": None if developer is None else f"Bearer {developer}",
            "Music-User-Token": user,
        }
        headers = {name: value for name, value in given.items() if value is not None}
        params = {name: str(value) for name, value in query.items()}
        return self.session.request(method, f"{self.base}/v1{path}", params=params, headers=headers)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.session.request(method, f"{self.base}/_simulator{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def fault(self, endpoint: str, **wish: Any) -> None:
        self.control("POST", "/faults", {"endpoint": endpoint, **wish})

    def counters(self) -> Any:
        return self.control("GET", "/counters")


@dataclass
class AppleListening:
    """A visitor with the token of one listener."""

    visitor: AppleVisitor
    listener: str
    token: str

    def get(self, path: str, /, **query: object) -> requests.Response:
        return self.visitor.get(path, self.visitor.developer_token(), self.token, **query)

    def read(self, path: str, /, **query: object) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def everything(self, path: str, /, limit: int = 100, **query: object) -> list[Any]:
        """All entries, page by page; where each begins is counted here, as the links are not to be trusted."""
        entries: list[Any] = []
        while True:
            page = self.read(path, limit=limit, offset=len(entries), **query)
            entries += page["data"]
            if "next" not in page:
                return entries

    def names(self, path: str) -> list[str]:
        return [each["attributes"]["name"] for each in self.everything(path)]

    def truth(self) -> Any:
        return self.visitor.control("GET", f"/truth/{self.listener}")

    def change(self, action: str, **details: Any) -> Any:
        done = self.visitor.control("POST", f"/listeners/{self.listener}/mutations", {"action": action, **details})
        return done["done"][0]


def error_of(response: requests.Response) -> tuple[int, str, str]:
    """Status, code and detail of a refusal, which has to be written as the service writes it."""
    (error,) = response.json()["errors"]
    assert error["status"] == str(response.status_code)
    assert error.keys() >= {"id", "title", "detail", "status", "code"}
    return response.status_code, error["code"], error["detail"]


@contextmanager
def visiting_apple(options: Options) -> Iterator[AppleVisitor]:
    """Start a simulator, and end it."""
    clock = Clock()
    app = create_app(options, clock)
    with running(app) as base, requests.Session() as session:
        yield AppleVisitor(base, clock, app.state.simulator, session)
