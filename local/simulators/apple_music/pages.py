"""How Apple Music refuses, and how it cuts lists into pages."""

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint, Refusal


class ApiError(Refusal):
    """A refusal; `code` is the service's own, of five digits, and `parameter` the one of the query that is at fault."""

    def __init__(self, status: int, code: str, title: str, detail: str, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.parameter = parameter


def invalid(parameter: str, detail: str) -> ApiError:
    return ApiError(400, "40005", "Invalid Parameter Value", detail, parameter)


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
            detail = f"No related resources found for {self.relation}"
            raise ApiError(404, "40403", "No related resources", detail)
        return window

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        following = min(sum(page.window), page.size)
        body: dict[str, Json] = {"next": f"{call.url}?offset={following}"} if page.more else {}
        body["data"] = page.entries
        return body | ({"meta": count} if (count := page.count()) else {})

    def refusal(self, name: str, text: str, value: int | None, bounds: tuple[int, int]) -> ApiError:
        least, most = bounds
        if value is None:
            return invalid(name, f"Value must be an integer, but was: {text[:40]}")
        wanted = f"greater than or equal to {least}" if value < least else f"less than or equal to {most}"
        return invalid(name, f"Value must be an integer {wanted}, but was: {value}")
