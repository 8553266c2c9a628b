"""How Last.fm cuts lists into pages: by number, with a lone entry or none at all in odd forms."""

from local.simulators.frame.library import Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import Call, Endpoint


class ByNumber(Pages):
    """Pages count from 1, and what is behind the last one is empty. All numbers are strings."""

    def __init__(self, root: str, name: str) -> None:
        self.root = root
        self.name = name

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        limit = self.limit(call, endpoint)
        return Window((self.number(call, "page", 1, 1, 1_000_000) - 1) * limit, limit)

    def number(self, call: Call, name: str, default: int, *bounds: int) -> int:
        """An empty parameter is none."""
        return super().number(call, name, default, *bounds) if call.parameters.get(name) else default

    def capped(self, window: Window, most: int) -> Window:
        limit = min(window.limit, most)
        return Window(window.start // window.limit * limit, limit)

    def first(self, call: Call) -> list[Json]:
        """What comes before the entries of every page, and counts for nothing."""
        return []

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        start, limit = page.window
        number, last = start // limit + 1, -(-page.size // limit)
        if page.more != (number < last):
            last = number + page.more
        entries = [*self.first(call), *page.entries]
        about: dict[str, Json] = {
            "user": call.listener.name,
            "totalPages": str(last),
            "page": str(number),
            "perPage": str(limit),
        }
        about |= {name: str(total) if isinstance(total, int) else total for name, total in page.count().items()}
        # Where one entry was asked for, it never has a list around it.
        alone = len(entries) == 1 and (call.service.options.lone or limit == 1)
        return {self.root: {self.name: entries[0] if alone else entries, "@attr": about}}


class Scrobbles(ByNumber):
    """What is playing now stands before every page, whatever is asked for."""

    def first(self, call: Call) -> list[Json]:
        playing = call.listener.library.playing
        return [] if playing is None else [{**call.listener.library.play(playing), "@attr": {"nowplaying": "true"}}]
