"""The page before the one asked for, served in its place."""

from collections.abc import Callable
from dataclasses import replace

from local.simulators.previous.spotify.edits import page_in
from local.simulators.previous.spotify.reading import Call
from local.simulators.previous.spotify.regimes import Json


def repeated(read: Callable[[Call], Json], call: Call) -> Json | None:
    """
    The false answer; None where no page comes before the one asked for.

    By offset  the entries of the page before, and around them what belongs to the page asked for
    By cursor  the page before as it was, so that its cursor is the one that the call came with
    """
    body = read(call)
    page = page_in(body)
    if page is None or "limit" not in page:
        return None
    if "offset" in page:
        start = max(0, page["offset"] - page["limit"])
        before = read(replace(call, query={**call.query, "offset": str(start)}))
        return {**page, "items": before["items"]} if page["offset"] else None
    if "total" in page:
        return _before(read, call, "after", _artist_before(call, page["limit"]))
    return _before(read, call, "before", _play_before(call, page["limit"]))


def _before(read: Callable[[Call], Json], call: Call, name: str, cursor: str | None) -> Json | None:
    """The answer from another cursor on; an empty one is the beginning of the list."""
    if cursor is None:
        return None
    rest = {key: value for key, value in call.query.items() if key != name}
    return read(replace(call, query={**rest, name: cursor} if cursor else rest))


def _artist_before(call: Call, limit: int) -> str | None:
    library = call.listener.library
    place = library.followed_position(call.query["after"]) if "after" in call.query else None
    if place is None:
        return None
    if place < limit:
        return ""
    return str(library.followed_artists(call.regime).cut(place - limit, place - limit + 1)[0]["id"])


def _play_before(call: Call, limit: int) -> str | None:
    """Only towards older plays: what is newer than a moment has no page before it."""
    if "before" not in call.query:
        return None
    moments = [play.moment for play in call.listener.library.plays(call.regime)]
    start = sum(moment >= int(call.query["before"]) for moment in moments)
    if start == 0:
        return None
    return str(moments[start - limit - 1]) if start > limit else ""
