"""How SoundCloud cuts lists into pages: by the moment of the last entry, by offset, and not at all."""

import re
from datetime import datetime
from urllib.parse import urlencode

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.refusals import Refusal
from local.simulators.frame.responses import Json, moment
from local.simulators.frame.service import Call, Endpoint

_CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),[a-z-]+,(soundcloud:[a-z]+:\d+)")
_REPEATED = ("access", "linked_partitioning", "show_tracks")


class _Linked(Pages):
    """`next_href` repeats what was asked for, and is missing on the last page."""

    def body(self, call: Call, page: Page, following: dict[str, Json]) -> Json:
        """A page; a list alone for callers who do not ask for `linked_partitioning`, and only its beginning."""
        repeated = {name: call.parameters[name] for name in _REPEATED if name in call.parameters}
        query = urlencode({**repeated, "limit": page.window.limit, **following})
        body = {"collection": page.entries, **page.count()}
        return body | ({"next_href": f"{call.address}?{query}"} if page.more else {})


class ByOffset(_Linked):
    """The next page is that behind so many entries."""

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        return self.body(call, page, {"offset": page.window.start + page.window.limit})


class ByMoment(_Linked):
    """
    Newest first. A cursor has the moment of the last entry, the name of the list, and the entry, which may be gone.

    Source  a `next_href` that a developer published: cursor=2024-06-01T16:23:38.001Z,user-track-likes,…
    """

    cursors = True

    def __init__(self, name: str) -> None:
        self.name = name

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        size, cursor = self.limit(call, endpoint), call.parameters.get("cursor")
        if cursor is None:
            return Window(0, size)
        if (match := _CURSOR.fullmatch(cursor)) is None:
            raise Refusal("wrong_cursor")
        place = _place(rows, endpoint, match[2])
        if place is not None:
            return Window(place + 1, size)
        when = int(datetime.fromisoformat(match[1]).timestamp())
        return Window(next((at for at, entry in enumerate(rows.entries) if entry.when <= when), len(rows)), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        if not page.more:
            return self.body(call, page, {})
        rows = endpoint.reading(call).rows
        place = _place(rows, endpoint, page.true[-1]["urn"]) if page.true else None
        if place is None:
            # Of a page of which nothing is shown.
            place = min(page.window.start + page.window.limit, len(rows)) - 1
        last = rows.entries[place]
        return self.body(
            call, page, {"cursor": f"{moment(last.when)},{self.name},{rows.library.urn(endpoint.list, last)}"}
        )


class Whole(Pages):
    """All of a short list, without a page around it."""

    sized = False

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        return Window(0, endpoint.most)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        return {"collection": page.entries}


def _place(rows: Rows, endpoint: Endpoint, identity: str) -> int | None:
    """Where the entry of this URN stands; None if it is gone."""
    return next((at for at, each in enumerate(rows.entries) if rows.library.urn(endpoint.list, each) == identity), None)
