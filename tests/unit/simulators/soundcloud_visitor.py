"""A small client of the SoundCloud simulator: what an application and a browser do, without the product's code."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from local.simulators.frame.service import Endpoint
from tests.unit.simulators.visitor import ASKED, KEY, REDIRECT_URI, SECRET, VERIFIER, Account, Visitor, returned

LINKED = {"linked_partitioning": "true", "access": "playable,preview,blocked"}


class SoundcloudVisitor(Visitor):
    """An application of SoundCloud."""

    def authorize(self, **changes: str | None) -> requests.Response:
        query = {name: value for name, value in {**ASKED, "scope": None, **changes}.items() if value is not None}
        return self.session.get(f"{self.base}/authorize", params=query, allow_redirects=False)

    def code(self, listener: str = "ana") -> str:
        return returned(self.decide(self.authorize(), listener=listener))["code"]

    def token(self, **form: str) -> requests.Response:
        given = {"client_id": KEY, "client_secret": SECRET, **form}
        return self.session.post(f"{self.base}/oauth/token", data=given)

    def redeem(self, code: str, **changes: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.token(**{**form, "code_verifier": VERIFIER, **changes})

    def refresh(self, token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def log_in(self, listener: str = "ana") -> "SoundcloudAccount":
        """Without a browser, which has a test of its own."""
        accounts = self.service.accounts
        code = accounts.allow(self.service.listeners[listener].name, [], REDIRECT_URI)
        return SoundcloudAccount(self, listener, accounts.redeem(code, REDIRECT_URI, None)["access_token"])


@dataclass
class SoundcloudAccount(Account):
    def get(self, path: str, **query: object) -> requests.Response:
        response: requests.Response = self.visitor.session.get(
            f"{self.visitor.base}{path}",
            params={name: str(value) for name, value in query.items()},
            headers={"authorization": f"OAuth {self.access}"},
        )
        return response

    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        return self.get(endpoint.path.format(id=name), **{**LINKED, **query})

    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        following = body.get("next_href")
        return body["collection"], body.get("total"), dict(parse_qsl(urlsplit(following).query)) if following else None

    def following(self, body: Any) -> Any:
        """The page that a page leads to."""
        address = urlsplit(body["next_href"])
        return self.get(address.path, **dict(parse_qsl(address.query))).json()
