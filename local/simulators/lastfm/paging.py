"""Pages of a list: what is asked for, how it is written, and how it is spoiled."""

from collections.abc import Mapping
from typing import NamedTuple

from local.simulators.lastfm.answers import FAILED, PARAMETERS, ApiError
from local.simulators.lastfm.options import Empty, Lone, Options
from local.simulators.previous.answers import Json
from local.simulators.previous.rows import Rows

_LAST_PAGE = 1_000_000


class Window(NamedTuple):
    """The part of a list that is asked for; pages count from 1."""

    page: int
    limit: int


def integer(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A parameter within its bounds; error 6 otherwise."""
    text = query.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise ApiError(PARAMETERS, f"{name} param out of bounds ({least}-{most})")
    return int(text)


def window(query: Mapping[str, str]) -> Window:
    """50 to a page unless told otherwise, 1000 at most."""
    return Window(integer(query, "page", 1, 1, _LAST_PAGE), integer(query, "limit", 50, 1, 1_000))


def library_window(query: Mapping[str, str]) -> Window:
    """As the methods of a library have it: 2000 at most, and a limit out of bounds is called a failure."""
    page = integer(query, "page", 1, 1, _LAST_PAGE)
    try:
        return Window(page, integer(query, "limit", 50, 1, 2_000))
    except ApiError as error:
        raise ApiError(FAILED) from error


def written(
    root: str, name: str, rows: Rows, asked: Window, user: str, options: Options, before: list[Json] | None = None
) -> Json:
    """
    One page under its root; all numbers are strings.

    `before` comes first on every page and counts for nothing. A page behind the last one is empty.
    """
    start = (asked.page - 1) * asked.limit
    entries = [*(before or []), *rows.cut(start, start + asked.limit)]
    alone = len(entries) == 1 and (options.lone is Lone.ALWAYS or (options.lone is Lone.LIMIT and asked.limit == 1))
    about = {
        "user": user,
        "totalPages": str(-(-rows.total // asked.limit)),
        "page": str(asked.page),
        "perPage": str(asked.limit),
        "total": str(rows.total),
    }
    if not entries and options.empty is Empty.TEXT:
        return {root: {"#text": "\n", **about}}
    return {root: {name: entries[0] if alone else entries, "@attr": about}}


def edited(body: Json, edit: Mapping[str, Json]) -> Json | None:
    """A changed copy of a page; None if it is no page, or one that the edit leaves as it is."""
    found = page_in(body)
    if found is None:
        return None
    root, name, entries = found
    about = _about(body[root]["@attr"], edit)
    kept: list[Json] = [
        None if place in edit.get("null", []) else entry for place, entry in enumerate(entries[: edit.get("keep")])
    ]
    if kept == entries and about == body[root]["@attr"]:
        return None
    return {root: {**body[root], name: body[root][name] if kept == entries else kept, "@attr": about}}


def page_in(body: Json) -> tuple[str, str, list[Json]] | None:
    """The root and the name of a list in an answer, and its entries; None if there is no list in it."""
    if not isinstance(body, dict) or len(body) != 1:
        return None
    ((root, inner),) = body.items()
    if not isinstance(inner, dict) or "totalPages" not in inner.get("@attr", {}):
        return None
    name = next(key for key in inner if key != "@attr")
    entries = inner[name]
    return root, name, entries if isinstance(entries, list) else [entries]


def _about(true: dict[str, str], edit: Mapping[str, Json]) -> dict[str, str]:
    about = dict(true)
    if "next" in edit:
        page = int(about["page"])
        last = max(int(about["totalPages"]), page + 1) if edit["next"] else min(int(about["totalPages"]), page)
        about["totalPages"] = str(last)
    if "total" in edit:
        about["total"] = str(edit["total"])
    if "total_off" in edit:
        about["total"] = str(int(about["total"]) + edit["total_off"])
    return about
