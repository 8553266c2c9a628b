"""A small client of the Last.fm simulator: what an application does, without its code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.unit.simulators.visitor import Clock

CALLBACK = "http://127.0.0.1:9999/callback?nonce=the%20nonce"
KEY, SECRET = "simulated-client", "simulated-secret"


def sign(parameters: dict[str, str], secret: str = SECRET) -> dict[str, str]:
    """The parameters with their signature."""
    signed = sorted((name, value) for name, value in parameters.items() if name not in ("format", "callback"))
    text = "".join(name + value for name, value in signed) + secret
    return {**parameters, "api_sig": md5(text.encode(), usedforsecurity=False).hexdigest()}


@dataclass
class LastfmVisitor:
    """One simulator, seen from outside; `inside` is its state."""

    base: str
    clock: Clock
    inside: Any
    session: requests.Session

    def ask(self, method: str, **parameters: object) -> requests.Response:
        """A call without a session; a parameter that is None is left out."""
        given = {"method": method, "api_key": KEY, "format": "json", **parameters}
        query = {name: str(value) for name, value in given.items() if value is not None}
        return self.session.get(f"{self.base}/2.0/", params=query)

    def read(self, method: str, **parameters: object) -> Any:
        response = self.ask(method, **parameters)
        assert "error" not in response.json(), response.text
        return response.json()

    def refused(self, method: str, **parameters: object) -> tuple[int, int]:
        """The error's number and the status it came with."""
        response = self.ask(method, **parameters)
        assert response.json()["message"]
        return response.json()["error"], response.status_code

    def authorize(self, **changes: str | None) -> requests.Response:
        wish = {"api_key": KEY, "cb": CALLBACK, **changes}
        query = {name: value for name, value in wish.items() if value is not None}
        return self.session.get(f"{self.base}/api/auth/", params=query, allow_redirects=False)

    def decide(self, page: requests.Response, **fields: str) -> requests.Response:
        found = re.search(r'name="request" value="([^"]+)"', page.text)
        assert found is not None, page.text
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None
        data = {"request": found[1], **fields}
        return self.session.post(f"{self.base}{action[1]}", data=data, allow_redirects=False)

    def token(self, listener: str = "ana") -> str:
        return told(self.decide(self.authorize(), decision="allow", listener=listener))["token"]

    def signed(self, method: str, **parameters: str) -> requests.Response:
        given = {"method": method, "api_key": KEY, "format": "json", **parameters}
        return self.session.get(f"{self.base}/2.0/", params=sign(given))

    def log_in(self, listener: str = "ana") -> "Fan":
        session = self.signed("auth.getSession", token=self.token(listener)).json()["session"]
        return Fan(self, session["name"], session["key"])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.session.request(method, f"{self.base}/_simulator{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def counters(self) -> Any:
        return self.control("GET", "/counters")

    def fault(self, endpoint: str, **wish: Any) -> None:
        self.control("POST", "/faults", {"endpoint": endpoint, **wish})


@dataclass
class Fan:
    """A visitor with the session of one listener."""

    visitor: LastfmVisitor
    listener: str
    key: str

    def read(self, method: str, **parameters: object) -> Any:
        return self.visitor.read(method, user=self.listener, **parameters)

    def recent(self, **parameters: object) -> Any:
        return self.read("user.getRecentTracks", **parameters)["recenttracks"]

    def loved(self, **parameters: object) -> Any:
        return self.read("user.getLovedTracks", **parameters)["lovedtracks"]

    def pages(self, method: str, **parameters: object) -> Iterator[Any]:
        """All pages of a list, without their root."""
        page = 1
        while True:
            (body,) = self.read(method, page=page, **parameters).values()
            yield body
            if page >= int(body["@attr"]["totalPages"]):
                return
            page += 1

    def everything(self, method: str, name: str, **parameters: object) -> list[Any]:
        return [row for page in self.pages(method, limit=1_000, **parameters) for row in page[name]]

    def truth(self) -> Any:
        return self.visitor.control("GET", f"/truth/{self.listener}")["data"]

    def arrange(self, **wish: Any) -> Any:
        return self.visitor.control("POST", f"/listeners/{self.listener}", wish)

    def change(self, action: str, **details: Any) -> Any:
        wish = {"action": action, **details}
        return self.visitor.control("POST", f"/listeners/{self.listener}/mutations", wish)["done"][0]


def told(response: requests.Response) -> dict[str, str]:
    """What the redirect tells the application, with what the callback itself had."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{CALLBACK}")
    return dict(parse_qsl(urlsplit(location).query))
