"""How YouTube cuts lists into pages: by opaque tokens."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.refusals import Refusal
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint
from local.simulators.youtube_music.catalogue import OBJECTS, etag


class ByToken(Pages):
    """A token names the place at which its page begins, and has no meaning for the caller."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if not call.parameters.get("part"):
            raise Refusal("no_part")
        size = self.number(call, "maxResults", endpoint.default, 1, endpoint.most)
        return Window(_place(call.parameters.get("pageToken")), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        body: dict[str, Any] = OBJECTS.filled("response", kind=self.kind, etag=etag(page.entries), items=page.entries)
        if page.more:
            body["nextPageToken"] = _token(page.window.start + max(page.window.limit, len(page.true)))
        if page.window.start:
            body["prevPageToken"] = _token(max(0, page.window.start - page.window.limit))
        counted = {"totalResults": total for total in page.count().values()}  # noqa: B035 -- one, or none
        return body | {"pageInfo": {**counted, "resultsPerPage": page.window.limit}}


def _token(place: int) -> str:
    return "C" + urlsafe_b64encode(f"place {place:06}".encode()).decode().rstrip("=")


def _place(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = urlsafe_b64decode(token[1:] + "=" * (-len(token[1:]) % 4)).decode()
        return int(text.removeprefix("place "))
    except (Error, ValueError):
        raise Refusal("wrong_cursor") from None
