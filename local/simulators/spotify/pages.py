"""How Spotify cuts lists into pages: by offset, after an artist, and before a moment."""

import re
from datetime import datetime
from urllib.parse import urlencode

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.refusals import Refusal
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint


class ByOffset(Pages):
    """`next` is null on the last page, and `previous` on the first; links repeat what was asked for besides."""

    def __init__(self, *repeated: str) -> None:
        self.repeated = repeated

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        offset, size = page.window
        extra = {name: call.parameters[name] for name in self.repeated if name in call.parameters}

        def link(offset: int) -> str:
            return f"{call.address}?{urlencode({'offset': offset, 'limit': size, **extra})}"

        body = {
            "href": link(offset),
            "items": page.entries,
            "limit": size,
            "next": link(offset + size) if page.more else None,
            "offset": offset,
            "previous": link(max(0, offset - size)) if offset else None,
        }
        return body | page.count()


class AfterArtist(Pages):
    """After an artist who is not followed comes nothing: the page is empty. `offset` is ignored."""

    cursors = True

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if call.parameters.get("type") != "artist":
            raise Refusal("wrong_type" if "type" in call.parameters else "no_type")
        size, after = self.limit(call, endpoint), call.parameters.get("after")
        if after is None:
            return Window(0, size)
        if not re.fullmatch(r"[0-9A-Za-z]{22}", after):
            raise Refusal("wrong_id")
        ids = [rows.library.catalogue.artist_id(entry.number) for entry in rows.entries]
        return Window(ids.index(after) + 1 if after in ids else len(ids), size)

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        size, after = page.window.limit, call.parameters.get("after")
        # The cursor of a page without entries is the one that led to it.
        last = (page.true[-1]["id"] if page.true else after) if page.more else None
        url = f"{call.address}?type=artist&"
        artists = {
            "items": page.entries,
            "next": None if last is None else f"{url}after={last}&limit={size}",
            "cursors": {"after": last},
            "limit": size,
            "href": f"{url}{'' if after is None else f'after={after}&'}limit={size}",
        }
        return {"artists": artists | page.count()}


class BeforeMoment(Pages):
    """
    Plays, newest first. The cursor is a moment, which is itself excluded; `next` leads to older plays, and is there on
    every page that is not empty.
    """

    cursors = True

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        if "after" in call.parameters:
            raise Refusal("not_simulated")
        before = self.number(call, "before", 10**14, 0, 10**14)
        return Window(sum(entry.when >= before for entry in rows.entries), self.limit(call, endpoint))

    def more(self, window: Window, size: int) -> bool:
        return window.start < size

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        size, before = page.window.limit, call.parameters.get("before")
        href = f"{call.address}?limit={size}{'' if before is None else f'&before={before}'}"
        body: dict[str, Json] = {"items": page.entries, "next": None, "cursors": None, "limit": size, "href": href}
        if page.more and page.true:
            newest, oldest = (moment(page.true[place]["played_at"]) for place in (0, -1))
            body["cursors"] = {"after": str(newest), "before": str(oldest)}
            body["next"] = f"{call.address}?before={oldest}&limit={size}"
        elif page.more:
            body["next"] = href
        return body | page.count()


def moment(text: str) -> int:
    """The milliseconds since 1970 of a written moment."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
