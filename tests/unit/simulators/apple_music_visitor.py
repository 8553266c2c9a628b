"""A small client of the Apple Music simulator: what an application and a browser do, without the product's code."""

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from local.simulators.apple_music import keys
from local.simulators.frame.service import Endpoint
from tests.unit.simulators.visitor import Account, Visitor

HALF_A_DAY = 43_200
LIBRARY, SONGS, ADDED = "/me/library", "/me/library/songs", "/me/library/recently-added"
PLAYED, SOURCES, ROTATION = "/me/recent/played/tracks", "/me/recent/played", "/me/history/heavy-rotation"
COUNTED = {"saved_tracks": 450, "saved_albums": 120, "followed_artists": 50}
"""How many each of the library's lists has, in the tests of this simulator."""


def signed(header: dict[str, Any], claims: dict[str, Any], private_key: str = "") -> str:
    """A JSON web token of ES256, whatever it says."""
    key = load_pem_private_key((private_key or keys.private_key()).encode(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    message = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    numbers = decode_dss_signature(key.sign(message.encode(), ECDSA(SHA256())))
    return f"{message}.{_encoded(b''.join(number.to_bytes(32) for number in numbers))}"


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class AppleMusicVisitor(Visitor):
    """An application of Apple Music."""

    def developer_token(self, private_key: str = "", **changes: Any) -> str:
        """One that holds for half a day, but for the changes of its header and claims; None leaves a field away."""
        now = int(self.clock())
        given = {"alg": "ES256", "kid": keys.KEY_ID, "iss": keys.TEAM_ID, "iat": now, "exp": now + HALF_A_DAY}
        claims = {name: value for name, value in {**given, **changes}.items() if value is not None}
        header: dict[str, Any] = {name: claims.pop(name) for name in ("alg", "kid") if name in claims}
        return signed(header, claims, private_key)

    def authorize(self, **changes: str) -> requests.Response:
        fields = {"listener": "ana", "decision": "allow", "developer_token": self.developer_token(), **changes}
        return self.session.post(f"{self.base}/_simulator/authorize", data=fields)

    def log_in(self, listener: str = "ana") -> "AppleMusicAccount":
        """Without a browser, which has tests of its own."""
        return AppleMusicAccount(self, listener, self.service.accounts.allow(listener, "a developer token"))

    def ask(
        self, path: str, developer: str | None, user: str | None, method: str = "GET", **query: object
    ) -> requests.Response:
        tokens = {"Authorization": None if developer is None else f"Bearer {developer}", "Music-User-Token": user}
        headers = {name: value for name, value in tokens.items() if value is not None}
        params = {name: str(value) for name, value in query.items()}
        return self.session.request(method, f"{self.base}/v1{path}", params=params, headers=headers)


class AppleMusicAccount(Account):
    def get(self, path: str, /, **query: object) -> requests.Response:
        response: requests.Response = self.visitor.ask(path, self.visitor.developer_token(), self.access, **query)
        return response

    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        return self.get(endpoint.path.removeprefix("/v1").format(id=name), **query)

    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        following = dict(parse_qsl(urlsplit(body["next"]).query)) if "next" in body else None
        return body["data"], body.get("meta", {}).get("total"), following

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

    def ids(self, path: str, **query: object) -> list[str]:
        return [each["id"] for each in self.everything(path, limit=10, **query)]

    def names(self, path: str) -> list[str]:
        return [each["attributes"]["name"] for each in self.everything(path)]


def refusal(response: requests.Response) -> tuple[int, str, str]:
    """Status, code and detail, written as the service writes them."""
    (error,) = response.json()["errors"]
    assert error["status"] == str(response.status_code)
    assert error.keys() >= {"id", "title", "detail", "status", "code"}
    return response.status_code, error["code"], error["detail"]


def sizes(ana: AppleMusicAccount) -> dict[str, int]:
    """Of the library's lists, as their pages tell them."""
    paths = dict(zip(COUNTED, ("songs", "albums", "artists"), strict=True))
    return {name: ana.read(f"{LIBRARY}/{path}", limit=1)["meta"]["total"] for name, path in paths.items()}


def playlist(ana: AppleMusicAccount, **details: Any) -> str:
    """The path of a new playlist's contents."""
    return f"{LIBRARY}/playlists/{ana.change('add', 'playlists', **details)}/tracks"
