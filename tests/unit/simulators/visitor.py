"""Small clients of the simulators: what an application and a browser do, without the product's code."""

import re
from abc import ABC, abstractmethod
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5, sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from local.simulators.frame.service import Endpoint
from local.simulators.spotify.service import SCOPES

REDIRECT_URI = "http://127.0.0.1:9999/callback"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
KEY, SECRET = "simulated-client", "simulated-secret"
ASKED = {
    "client_id": KEY,
    "response_type": "code",
    "redirect_uri": REDIRECT_URI,
    "scope": " ".join(sorted(SCOPES)),
    "state": "the state",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}


class Clock:
    """The time that a simulator has; tests move it."""

    def __init__(self) -> None:
        self.now = 1_770_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Visitor:
    """One simulator from outside; `service` is its inside."""

    base: str
    clock: Clock
    service: Any
    session: requests.Session

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = self.session.request(method, f"{self.base}/_simulator{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def counters(self) -> Any:
        return self.control("GET", "/counters")

    def fault(self, endpoint: str, **details: Any) -> None:
        self.control("POST", "/faults", {"endpoint": endpoint, **details})

    def decide(self, page: requests.Response, decision: str = "allow", listener: str = "ana") -> requests.Response:
        """Press a button of the consent page."""
        identity, action = (
            re.search(r'name="request" value="([^"]+)"', page.text),
            re.search(r'action="([^"]+)"', page.text),
        )
        assert identity, page.text
        assert action, page.text
        data = {"request": identity[1], "decision": decision, "listener": listener}
        return self.session.post(f"{self.base}{action[1]}", data=data, allow_redirects=False)


@dataclass
class Account(ABC):
    """A listener of a simulator, with what an application was given for it."""

    visitor: Any
    listener: str
    access: str

    @abstractmethod
    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        """One page of the list of a name."""

    @abstractmethod
    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        """Of a page: the entries, their number as it is written, and what to ask for next."""

    def place(self, start: int, limit: int) -> dict[str, int]:
        """What asks for so many entries from a place on."""
        return {"offset": start, "limit": limit}

    def whole(self, endpoint: Endpoint, name: str = "", **query: object) -> list[Any]:
        """All pages, as each leads to the next."""
        entries: list[Any] = []
        following: dict[str, Any] | None = {}
        while following is not None:
            page, _, following = self.parts(self.call(endpoint, name, **{**query, **following}).json())
            entries += page
        return entries

    def truth(self) -> Any:
        return self.visitor.service.truth(self.listener)["data"]

    def arrange(self, **wanted: Any) -> Any:
        return self.visitor.service.arrange(self.listener, wanted)

    def change(self, act: str, data_type: str, name: str = "", **details: Any) -> Any:
        """What identifies the entry."""
        return self.visitor.service.change(self.listener, act, data_type, name, **details)["id"]


def returned(response: requests.Response) -> dict[str, str]:
    """What a redirect to the application says, with what the address had before."""
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(REDIRECT_URI)
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


class SpotifyVisitor(Visitor):
    """An application of Spotify."""

    def authorize(self, **changes: str | None) -> requests.Response:
        query = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
        return self.session.get(f"{self.base}/authorize", params=query, allow_redirects=False)

    def code(self, listener: str = "ana", **changes: str | None) -> str:
        return returned(self.decide(self.authorize(**changes), listener=listener))["code"]

    def token(self, auth: tuple[str, str] | None = (KEY, SECRET), **form: str) -> requests.Response:
        return self.session.post(f"{self.base}/api/token", data=form, auth=auth)

    def redeem(self, code: str, auth: tuple[str, str] | None = (KEY, SECRET), **changes: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.token(auth, **{**form, "code_verifier": VERIFIER, **changes})

    def refresh(self, token: str, auth: tuple[str, str] | None = (KEY, SECRET), **more: str) -> requests.Response:
        return self.token(auth, grant_type="refresh_token", refresh_token=token, **more)

    def log_in(self, listener: str = "ana", scopes: str = ASKED["scope"]) -> "SpotifyAccount":
        """Without a browser, which has tests of its own."""
        accounts = self.service.accounts
        code = accounts.allow(self.service.listeners[listener].name, scopes.split(), REDIRECT_URI)
        tokens = accounts.redeem(code, REDIRECT_URI, None)
        return SpotifyAccount(self, listener, tokens["access_token"], tokens["refresh_token"])


@dataclass
class SpotifyAccount(Account):
    refresh: str

    def ask(self, method: str, path: str, query: Mapping[str, object] | None = None) -> requests.Response:
        url = path if path.startswith("http") else f"{self.visitor.base}/v1{path}"
        response: requests.Response = self.visitor.session.request(
            method,
            url,
            params={name: str(value) for name, value in (query or {}).items()},
            headers={"authorization": f"Bearer {self.access}"},
        )
        return response

    def get(self, path: str, /, **query: object) -> requests.Response:
        return self.ask("GET", path, query)

    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        special = {"followed_artists": {"type": "artist"}, "playlist_tracks": {"additional_types": "track,episode"}}
        named = {"time_range": name} if endpoint.list.startswith("top_") else special.get(endpoint.list, {})
        path = endpoint.path.removeprefix("/v1").format(id=name)
        return self.get(path, **{**query, **named})

    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        page = body.get("artists", body)
        following = dict(parse_qsl(urlsplit(page["next"]).query)) if page["next"] else None
        return page["items"], page.get("total"), following

    def read(self, path: str, /, **query: object) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, path: str, /, **query: object) -> tuple[int, str]:
        """The status and the message, which the body repeats in its nested form."""
        response = self.get(path, **query)
        error = response.json()["error"]
        assert response.json() == {"error": {"status": response.status_code, "message": error["message"]}}
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        return response.status_code, error["message"]

    def pages(self, path: str, /, limit: int = 50, **query: object) -> Iterator[Any]:
        """All pages of a list with offsets."""
        offset, more = 0, True
        while more:
            page = self.read(path, limit=limit, offset=offset, **query)
            yield page
            offset, more = offset + limit, page["next"] is not None

    def everything(self, path: str, /, limit: int = 50, **query: object) -> list[Any]:
        return [item for page in self.pages(path, limit, **query) for item in page["items"]]

    def artists(self, **query: object) -> Any:
        return self.read("/me/following", **{"type": "artist", "limit": 50, **query})["artists"]

    def plays(self, **query: object) -> Any:
        return self.read("/me/player/recently-played", **{"limit": 20, **query})

    def tracks(self, **query: object) -> Any:
        return self.read("/me/tracks", **{"limit": 50, **query})


def sign(parameters: Mapping[str, str], secret: str = SECRET) -> dict[str, str]:
    """Parameters of Last.fm with their signature."""
    signed = sorted((name, value) for name, value in parameters.items() if name not in {"format", "callback"})
    text = "".join(name + value for name, value in signed) + secret
    return {**parameters, "api_sig": md5(text.encode(), usedforsecurity=False).hexdigest()}


class LastfmVisitor(Visitor):
    """An application of Last.fm."""

    callback = f"{REDIRECT_URI}?nonce=the%20nonce"

    def ask(self, method: str | None, **parameters: object) -> requests.Response:
        """A call without a session; a parameter that is None is left out."""
        given = {"method": method, "api_key": KEY, "format": "json", **parameters}
        query = {name: str(value) for name, value in given.items() if value is not None}
        return self.session.get(f"{self.base}/2.0/", params=query)

    def read(self, method: str, **parameters: object) -> Any:
        response = self.ask(method, **parameters)
        assert "error" not in response.json(), response.text
        return response.json()

    def refused(self, method: str | None, **parameters: object) -> tuple[int, int]:
        """The error's number, and the status that it came with."""
        response = self.ask(method, **parameters)
        assert response.json()["message"]
        return response.json()["error"], response.status_code

    def authorize(self, **changes: str | None) -> requests.Response:
        query = {name: value for name, value in {"api_key": KEY, "cb": self.callback, **changes}.items() if value}
        return self.session.get(f"{self.base}/api/auth/", params=query, allow_redirects=False)

    def signed(self, method: str, **parameters: str) -> Any:
        """The body of a signed call."""
        given = {"method": method, "api_key": KEY, "format": "json", **parameters}
        return self.session.get(f"{self.base}/2.0/", params=sign(given)).json()

    def log_in(self, listener: str = "ana") -> "LastfmAccount":
        """Without a browser, which has tests of its own."""
        accounts = self.service.accounts
        return LastfmAccount(self, listener, accounts.redeem(accounts.allow(self.service.listeners[listener].name)))


@dataclass
class LastfmAccount(Account):
    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        method = endpoint.path.partition("method=")[2]
        response: requests.Response = self.visitor.ask(method, user=self.listener, period=name or None, **query)
        return response

    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        (page,) = body.values()
        about = page.pop("@attr")
        (entries,) = page.values()
        number, last = int(about["page"]), int(about["totalPages"])
        return entries, about.get("total"), {"page": number + 1} if number < last else None

    def place(self, start: int, limit: int) -> dict[str, int]:
        return {"page": start // limit + 1, "limit": limit}

    def read(self, method: str, **parameters: object) -> Any:
        """What stands below the root."""
        (body,) = self.visitor.read(method, user=self.listener, **parameters).values()
        return body

    def recent(self, **parameters: object) -> Any:
        return self.read("user.getRecentTracks", **parameters)

    def loved(self, **parameters: object) -> Any:
        return self.read("user.getLovedTracks", **parameters)

    def pages(self, method: str, **parameters: object) -> Iterator[Any]:
        page, more = 1, True
        while more:
            body = self.read(method, page=page, **parameters)
            yield body
            page, more = page + 1, page < int(body["@attr"]["totalPages"])

    def everything(self, method: str, name: str, **parameters: object) -> list[Any]:
        return [row for page in self.pages(method, limit=1_000, **parameters) for row in page[name]]
