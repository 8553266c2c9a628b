"""A small client of the YouTube simulator: what an application does, without the product's code."""

from dataclasses import dataclass
from typing import Any

import requests

from local.simulators.frame.service import Endpoint
from tests.unit.simulators.visitor import REDIRECT_URI, Account, Visitor

SCOPE = "https://www.googleapis.com/auth/youtube.readonly"
PART = {"part": "snippet,contentDetails"}


class YouTubeVisitor(Visitor):
    """An application at Google."""

    def log_in(self, listener: str = "ana", scope: str = SCOPE) -> "YouTubeAccount":
        """Without a browser, which has a test of its own."""
        accounts = self.service.accounts
        code = accounts.allow(self.service.listeners[listener].name, scope.split(), REDIRECT_URI)
        return YouTubeAccount(self, listener, accounts.redeem(code, REDIRECT_URI, None)["access_token"])


@dataclass
class YouTubeAccount(Account):
    def get(self, path: str, **query: object) -> requests.Response:
        response: requests.Response = self.visitor.session.get(
            f"{self.visitor.base}/youtube/v3{path}",
            params={name: str(value) for name, value in query.items()},
            headers={"authorization": f"Bearer {self.access}"},
        )
        return response

    def call(self, endpoint: Endpoint, name: str = "", **query: object) -> requests.Response:
        path, _, liked = endpoint.path.removeprefix("/youtube/v3").partition("?playlistId=")
        named = {"playlistId": liked or name} if path == "/playlistItems" else {"mine": "true"}
        if "limit" in query:
            query["maxResults"] = query.pop("limit")
        return self.get(path, **{**PART, **named, **query})

    def parts(self, body: Any) -> tuple[list[Any], Any, dict[str, Any] | None]:
        following = body.get("nextPageToken")
        return body["items"], body["pageInfo"].get("totalResults"), {"pageToken": following} if following else None

    def truth(self) -> Any:
        """What the lists themselves serve, without what other calls tell."""
        data = super().truth()
        return {
            data_type: {name: [_bare(entry) for entry in entries] for name, entries in held.items()}
            if isinstance(held, dict)
            else [_bare(entry) for entry in held]
            for data_type, held in data.items()
        }


def _bare(entry: Any) -> Any:
    return {name: value for name, value in entry.items() if name not in ("video", "channel")}
