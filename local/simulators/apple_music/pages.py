"""How Apple Music cuts lists into pages."""

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.refusals import Refusal
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint


class ByOffset(Pages):
    """
    `next` is a path without a limit, is not there on the last page, and repeats nothing else of what was asked for.

    `relation` is the list's name where it is one of another resource: then a page with nothing in it is a 404
    """

    last = 10**6

    def __init__(self, relation: str | None = None) -> None:
        self.relation = relation

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        window = super().window(call, endpoint, rows)
        if self.relation is not None and window.start >= len(rows):
            raise Refusal("nothing_related", relation=self.relation)
        return window

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        following = min(sum(page.window), page.size)
        body: dict[str, Json] = {"next": f"{call.url}?offset={following}"} if page.more else {}
        body["data"] = page.entries
        return body | ({"meta": count} if (count := page.count()) else {})
