"""A small client of the Spotify simulator: what an application does, without its code."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from local.simulators.previous.serving import running
from local.simulators.previous.spotify import Options, create_app
from local.simulators.previous.spotify.scopes import ALL

REDIRECT_URI = "http://127.0.0.1:9999/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECRET = ("simulated-client", "simulated-secret")
WISH = {
    "client_id": "simulated-client",
    "response_type": "code",
    "redirect_uri": REDIRECT_URI,
    "scope": " ".join(sorted(ALL)),
    "state": "the state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Clock:
    """The time a simulator sees; tests move it."""

    def __init__(self) -> None:
        self.now = 1_770_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Visitor:
    """One simulator, seen from outside; `inside` is its state."""

    base: str
    clock: Clock
    inside: Any
    session: requests.Session = field(default_factory=requests.Session)

    def authorize(self, **changes: str | None) -> requests.Response:
        wish = {name: value for name, value in {**WISH, **changes}.items() if value is not None}
        return self.session.get(f"{self.base}/authorize", params=wish, allow_redirects=False)

    def decide(self, page: requests.Response, **fields: str) -> requests.Response:
        found = re.search(r'name="request" value="([^"]+)"', page.text)
        assert found is not None, page.text
        return self.session.post(
            f"{self.base}/authorize/decision", data={"request": found[1], **fields}, allow_redirects=False
        )

    def code(self, listener: str = "ana", **changes: str | None) -> str:
        sent_back = self.decide(self.authorize(**changes), decision="allow", listener=listener)
        return answer_of(sent_back)["code"]

    def token(self, auth: tuple[str, str] | None = SECRET, **form: str) -> requests.Response:
        return self.session.post(f"{self.base}/api/token", data=form, auth=auth)

    def redeem(self, code: str, auth: tuple[str, str] | None = SECRET, **changes: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.token(auth, **{**form, "code_verifier": VERIFIER, **changes})

    def refresh(self, token: str, auth: tuple[str, str] | None = SECRET, **more: str) -> requests.Response:
        return self.token(auth, grant_type="refresh_token", refresh_token=token, **more)

    def log_in(self, listener: str = "ana", scopes: str | None = None) -> "Listening":
        code = self.code(listener, **({} if scopes is None else {"scope": scopes}))
        tokens = self.redeem(code).json()
        return Listening(self, listener, tokens["access_token"], tokens["refresh_token"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.session.request(method, f"{self.base}/_simulator{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def counters(self) -> Any:
        return self.control("GET", "/counters")


@dataclass
class Listening:
    """A visitor with the token of one listener."""

    visitor: Visitor
    listener: str
    access: str
    refresh: str

    def get(self, path: str, /, **query: object) -> requests.Response:
        return self.ask("GET", path, query)

    def ask(self, method: str, path: str, query: Mapping[str, object] | None = None) -> requests.Response:
        url = path if path.startswith("http") else f"{self.visitor.base}/v1{path}"
        return self.visitor.session.request(
            method,
            url,
            params={name: str(value) for name, value in (query or {}).items()},
            headers={"authorization": f"Bearer {self.access}"},
        )

    def read(self, path: str, /, **query: object) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def pages(self, path: str, /, limit: int = 50, **query: object) -> Iterator[Any]:
        """All pages of a list with offsets, asked for one by one."""
        offset = 0
        while True:
            page = self.read(path, limit=limit, offset=offset, **query)
            yield page
            offset += limit
            if page["next"] is None:
                return

    def everything(self, path: str, /, limit: int = 50, **query: object) -> list[Any]:
        return [item for page in self.pages(path, limit, **query) for item in page["items"]]

    def truth(self) -> Any:
        return self.visitor.control("GET", f"/truth/{self.listener}")

    def arrange(self, **wish: Any) -> Any:
        return self.visitor.control("POST", f"/listeners/{self.listener}", wish)

    def change(self, action: str, **details: Any) -> Any:
        done = self.visitor.control("POST", f"/listeners/{self.listener}/mutations", {"action": action, **details})
        return done["done"][0]


def answer_of(response: requests.Response) -> dict[str, str]:
    """What the redirect tells the application."""
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(f"{REDIRECT_URI}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


@contextmanager
def visiting(options: Options) -> Iterator[Visitor]:
    """Start a simulator, and end it."""
    clock = Clock()
    app = create_app(options, clock)
    with running(app) as base, requests.Session() as session:
        yield Visitor(base, clock, app.state.simulator, session)
