"""
Pages that are not what the list holds. An edit takes the page that would be served and gives another one.

It knows no service: a `Page` is not written yet. New kinds go here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from local.simulators.frame.pages import UNCOUNTED, Page, Reading, Window
from local.simulators.frame.responses import Json

PageEdit = Callable[[Reading, Page, Json], Page]
"""Takes the reading, the page so far, and what the edit's name is set to."""


def edited_page(reading: Reading, edits: Mapping[str, Json]) -> Page | None:
    """The true page as these edits change it; None if they leave it as it is."""
    page = reading.page
    for name, edit in PAGE_EDITS.items():
        if name in edits:
            page = edit(reading, page, edits[name])
    # 14.0 is another way to write 14.
    same = page == reading.page and type(page.total) is type(reading.page.total)
    return None if same else page


def _repeat(reading: Reading, page: Page, wanted: Json) -> Page:
    """
    The page before the one asked for; the true page where there is none.

    By offset  the entries of the page before, and around them what belongs to the page asked for
    By cursor  the page before as it was, so that its cursor is the one that the call came with
    """
    start, limit = page.window
    if not wanted or start == 0:
        return page
    before = reading.at(Window(max(0, start - limit), limit))
    return before if reading.endpoint.pages.cursors else replace(page, entries=before.entries)


def _wider(reading: Reading, page: Page, before: int, behind: int) -> Page:
    start, limit = page.window
    entries = reading.rows.cut(max(0, start - before), start + limit + behind)
    return replace(page, entries=entries, true=entries)


def _half_again(reading: Reading, page: Page, wanted: Json) -> Page:
    start, limit = page.window
    if not wanted or start == 0:
        return page
    begin = max(0, start - limit // 2)
    return replace(page, entries=reading.rows.cut(begin, begin + limit))


def _twice(reading: Reading, page: Page, places: Json) -> Page:
    size = len(reading.rows)
    again = {place % size for place in places} if size else set()
    return _arranged(reading, page, [place for place in range(size) for _ in range(1 + (place in again))])


def _hidden(reading: Reading, page: Page, places: Json) -> Page:
    size = len(reading.rows)
    hidden = {place % size for place in places} if size > 1 else set()
    return _arranged(reading, page, [abs(place - 1) if place in hidden else place for place in range(size)])


def _gaps(reading: Reading, page: Page, every: Json) -> Page:
    arranged: list[int | None] = []
    for place in range(len(reading.rows)):
        arranged.append(place)
        if place % every == every - 1:
            arranged.append(None)
    return _arranged(reading, page, arranged)


def _arranged(reading: Reading, page: Page, places: Sequence[int | None]) -> Page:
    """The page of a list that the service has put together from these places of the true one; None shows nothing."""
    start, limit = page.window
    if reading.endpoint.pages.cursors and start:
        # The cursor is an entry: what comes next is what stands behind it here.
        start = places.index(start - 1) + 1 if start - 1 in places else start
    served = [place for place in places[start : start + limit] if place is not None]
    entries = [entry for place in served for entry in reading.rows.cut(place, place + 1)]
    more = reading.endpoint.pages.more(Window(start, limit), len(places))
    total = page.total if page.total is UNCOUNTED else len(places)
    return replace(page, entries=entries, true=entries, size=len(places), total=total, more=more)


def _ends_at(reading: Reading, page: Page, count: Json) -> Page:
    total = page.total if page.total is UNCOUNTED else count
    return replace(page, size=count, total=total, more=reading.endpoint.pages.more(page.window, count))


def _total_off(_: Reading, page: Page, by: Json) -> Page:
    return replace(page, total=max(0, page.total + by)) if isinstance(page.total, int) else page


def _total_as(_: Reading, page: Page, form: Json) -> Page:
    if page.total is UNCOUNTED:
        return page
    return replace(page, total=TOTAL_FORMS[form](page.total))


TOTAL_FORMS: Mapping[str, Callable[[Json], Json]] = {
    "text": str,
    "float": float,
    "null": lambda _: None,
    "absent": lambda _: UNCOUNTED,
}
"""How a service may write the length of a list."""

PAGE_EDITS: Mapping[str, PageEdit] = {
    "at_most": lambda reading, page, most: reading.at(reading.endpoint.pages.capped(page.window, most)),
    "repeat": _repeat,
    "overlap": lambda reading, page, count: _wider(reading, page, count, 0),
    "half_again": _half_again,
    "larger": lambda reading, page, count: _wider(reading, page, 0, count),
    "twice": _twice,
    "hidden": _hidden,
    "gaps": _gaps,
    "ends_at": _ends_at,
    "null": lambda _, page, places: replace(
        page, entries=[None if place in places else entry for place, entry in enumerate(page.entries)]
    ),
    "keep": lambda _, page, count: replace(page, entries=page.entries[:count]),
    "total": lambda _, page, total: replace(page, total=total),
    "total_off": _total_off,
    "total_as": _total_as,
    "next": lambda _, page, more: replace(page, more=more),
}
"""
Done in this order.

at_most    the service gives so many entries a page at most, whatever is asked for; the next page begins behind them,
           and numbers of pages count by it
repeat     true gives the page before the one asked for once more in its place
overlap    each page begins so many entries before the place that was asked for, and ends where it should
half_again true begins each page but the first with half of the page before, and leaves out as much at its end
larger     so many entries more than were asked for; the next page begins where it would without them
twice      the entries at these places of the list come twice, one behind the other, and are counted twice
hidden     in the place of these entries of the list comes their neighbour, once more; the count is true
gaps       behind every so many entries of the list there is a place that is counted and shows nothing
ends_at    the service says that the list ends after so many entries; full pages come also behind them
null       replaces the entries at these places of the page
keep       the first so many entries of the page stay
total      is set, also where there is none
total_off  is added
total_as   how it is written: text, float, null, or absent
next       false takes the promise of a next page away, and the cursor; true gives one where the list ends
"""
