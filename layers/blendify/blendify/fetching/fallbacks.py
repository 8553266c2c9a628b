"""
Fallbacks: other ways to ask for a page that does not come, in smaller pages, without what makes it heavy, or by time.

A page at which the provider fails may come in another way: half of it where the whole takes too long, or the entries
before a moment where pages behind some number never come. Only that page is asked for again, and no other.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from blendify.calling.tries import TRIES
from blendify.providers.endpoint import Endpoint
from blendify.providers.paging import Page, PageRequest, Single, Window

HALF, TENTH, TRIMMED, BY_TIME = "halves", "tenths", "without additions", "by time"


def ways(endpoint: Endpoint, *, last_time: bool) -> Sequence[str]:
    """
    The ways in their order.

    last_time   whether the list is not read again in this sync: then fields may be left out
    """
    if isinstance(endpoint.paging, Single) and not last_time:
        # What is behind a smaller page of it cannot be asked for: a passing fault would lose plays.
        return ()
    if endpoint.entry_time:
        return HALF, BY_TIME
    if last_time and endpoint.dispensable:
        return HALF, TENTH, TRIMMED
    return HALF, TENTH


def tries(ask: PageRequest, endpoint: Endpoint, *, last_time: bool) -> int:
    """How often a page is asked for in one way: all ways together take as many tries as a call has."""
    return 1 if ask.way else TRIES - len(ways(endpoint, last_time=last_time))


def otherwise(ask: PageRequest, before: Page | None, endpoint: Endpoint, *, last_time: bool) -> list[PageRequest]:
    """
    What to ask for instead of a request that has failed, in the next way; nothing when there is none left.

    before  the page before it in the same list, if this worker has read it
    """
    for number, way in enumerate(ways(endpoint, last_time=last_time), start=1):
        if number > ask.way and (asks := _asked(way, replace(ask, way=number), before, endpoint)):
            return asks
    return []


def _asked(way: str, ask: PageRequest, before: Page | None, endpoint: Endpoint) -> list[PageRequest]:
    paging = endpoint.paging
    if way == BY_TIME:
        return _by_time(ask, before, endpoint)
    if way == TRIMMED:
        return [replace(ask, trimmed=True)]
    parts, window = paging.smaller(ask, 2 if way == HALF else 10), endpoint.log_window
    # An undated log is one page, which all that is asked for is joined into: a part would be taken for the list.
    return [replace(ask, size=parts[0].size)] if parts and window and not window.dated else parts


def _by_time(ask: PageRequest, before: Page | None, endpoint: Endpoint) -> list[PageRequest]:
    start = ask.window.start if ask.window else 0
    if ask.offset <= start:
        return []
    if before is None:
        # Another worker has read the page before: it is read again, for the moment of its last entry. Then this
        # one fails once more, and is asked for by time.
        limit = endpoint.paging.limit
        offset = max(start, (ask.offset - start - 1) // limit * limit + start)
        return [replace(ask, offset=offset, size=None, way=0, last=False), replace(ask, way=ask.way - 1)]
    moments = [endpoint.entry_time(entry) for entry in before.entries] if endpoint.entry_time else []
    # Others of the last second may be on the page that does not come: those that came are met again, and known.
    together = len(list(takewhile(lambda moment: moment == moments[-1], reversed(moments))))
    if not moments or moments[-1] is None or together == len(moments):
        return []
    begin = ask.offset - together
    return [replace(ask, offset=begin, size=None, last=True, window=Window(moments[-1] + 1, begin))]
