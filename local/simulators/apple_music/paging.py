"""Pages of lists: which part was asked for, and the envelope around it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from local.simulators.apple_music.answers import invalid
from local.simulators.apple_music.library import Item
from local.simulators.previous.answers import Json

_MAX_OFFSET = 10**6


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that was asked for."""

    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is rendered only where it is cut."""

    total: int
    cut: Callable[[int, int], Sequence[Item]]
    """From the first position to before the second; shorter at the end of the list."""

    def all(self) -> Sequence[Item]:
        return self.cut(0, self.total)


def listing_of(items: Sequence[Item]) -> Listing:
    return Listing(len(items), lambda start, stop: items[start:stop])


def window(query: Mapping[str, str], default: int, most: int) -> Window:
    """`limit` and `offset` of a request; ApiError for what they cannot be."""
    return Window(_integer(query, "limit", default, 1, most), _integer(query, "offset", 0, 0, _MAX_OFFSET))


def page(told: Sequence[Json], asked: Window, total: int, path: str, *, counted: bool) -> dict[str, Json]:
    """
    One page. `next` is a path, is not there on the last page, and repeats nothing of what was asked but where to go on.

    `counted` says whether `meta.total` is told.
    """
    following = asked.offset + asked.limit
    body: dict[str, Json] = {"next": f"{path}?offset={following}"} if following < total else {}
    body["data"] = list(told)
    if counted:
        body["meta"] = {"total": total}
    return body


def _integer(query: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise invalid(name, f"Value must be an integer, but was: {text[:40]}")
    if int(text) < lowest:
        raise invalid(name, f"Value must be an integer greater than or equal to {lowest}, but was: {int(text)}")
    if int(text) > highest:
        raise invalid(name, f"Value must be an integer less than or equal to {highest}, but was: {int(text)}")
    return int(text)
