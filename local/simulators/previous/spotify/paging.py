"""Pages of lists: which part was asked for, and the envelope around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from local.simulators.previous.rows import Rows
from local.simulators.previous.spotify.answers import ApiError
from local.simulators.previous.spotify.regimes import Json

MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that was asked for."""

    limit: int
    offset: int


def integer(query: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    """A number from the query; ApiError if it is none or out of bounds."""
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,15}", text) or not lowest <= int(text) <= highest:
        raise ApiError(400, f"Invalid {name}")
    return int(text)


def window(query: Mapping[str, str], default: int = 20, most: int = 50) -> Window:
    """`limit` and `offset` of a request."""
    return Window(
        integer(query, "limit", default, 1, most),
        integer(query, "offset", 0, 0, MAX_OFFSET),
    )


def page(rows: Rows, asked: Window, url: str, extra: Mapping[str, str] | None = None) -> dict[str, Json]:
    """
    One page of a list. `next` is null on the last one, and `previous` on the first.

    `url` is the path that the links name; `extra` are further parameters, which the links repeat.
    """

    def link(offset: int) -> str:
        return f"{url}?{urlencode({'offset': offset, 'limit': asked.limit, **(extra or {})})}"

    following = asked.offset + asked.limit
    return {
        "href": link(asked.offset),
        "items": rows.cut(asked.offset, following),
        "limit": asked.limit,
        "next": link(following) if following < rows.total else None,
        "offset": asked.offset,
        "previous": link(max(0, asked.offset - asked.limit)) if asked.offset else None,
        "total": rows.total,
    }
