"""`GET /me/taste…`: what the views are made of, as JSON, so that an app can draw its own."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from blendify.core.data_types import DataType
from blendify.core.settings import allowed_for
from blendify.insights.buckets import LibraryChange, MonthOfPlays, TopList
from blendify.providers import NAMES
from blendify.reading.question import BadParameter
from blendify.taste import listening
from blendify.taste.days import later
from blendify.web import responses
from blendify.web.guards import reader, user_id
from blendify.web.parameters import given_once, query_parameters, time_ranges
from blendify.web.responses import Response
from blendify.web.router import Router
from blendify.web.taste.visible import Visible

FEATURES = ("views", "comparing", "blending")
WHAT = {"tracks": DataType.TOP_TRACKS, "artists": DataType.TOP_ARTISTS}
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "tops": ("what", "time_range", "from", "to", "cursor"),
    "listening": ("from", "to", "cursor"),
    "library": ("from", "to", "cursor"),
}
TOPS, MONTHS, CHANGES, ROWS = 50, 12, 500, 100
"""Most snapshots, months, changes of a page, and most artists and songs of a month."""
MONTH = r"\d{4}-(0[1-9]|1[0-2])"
"""Also a pattern of the API's description."""


def add_to(router: Router) -> None:
    """The routes of the API."""

    @router.get("/me/taste", middlewares=[reader])
    def taste() -> Response[str]:
        """Since when what is known, and what each provider's data may be used for."""
        visible = Visible.asked_for(user_id())
        features = {name: {feature: name in allowed_for(feature) for feature in FEATURES} for name in NAMES}
        return responses.json_response(200, {**asdict(visible.known), "today": visible.today, "features": features})

    @router.get("/me/taste/tops", middlewares=[reader])
    def tops() -> Response[str]:
        """A top list of all providers as it changed, by day; the first is the one in force on the first day."""
        given = given_once(query_parameters(router), PARAMETERS["tops"])
        what = _allowed(given, "what", list(WHAT), "artists")
        time_range = _allowed(given, "time_range", time_ranges(WHAT[what]), "short_term")
        visible = Visible.asked_for(user_id())
        last = _day(given, "to") or visible.today
        first = _day(given, "from") or later(min(last, visible.today), -90)
        _in_order(first, last)
        snapshots = visible.lists(what, time_range, first, last)
        offset = _offset(given)
        return _page([_top_list(snapshot) for snapshot in snapshots[offset : offset + TOPS]], offset, len(snapshots))

    @router.get("/me/taste/listening", middlewares=[reader])
    def listened() -> Response[str]:
        """Plays of each month: by day, by weekday and hour, and the most played artists and songs."""
        given = given_once(query_parameters(router), PARAMETERS["listening"])
        months = Visible.asked_for(user_id()).plays(*_months_asked(given))
        offset = _offset(given)
        return _page([_month(month) for month in months[offset : offset + MONTHS]], offset, len(months))

    @router.get("/me/taste/library", middlewares=[reader])
    def library() -> Response[str]:
        """Additions and removals, by day."""
        given = given_once(query_parameters(router), PARAMETERS["library"])
        months = Visible.asked_for(user_id()).library(*_months_asked(given))
        changes = [
            item
            for month in months
            for item in sorted(
                [*map(_added, month.added), *map(_removed, month.removed)],
                key=lambda item: (item["day"], item["change"], item["record_id"]),
            )
        ]
        offset = _offset(given)
        return _page(changes[offset : offset + CHANGES], offset, len(changes))


def _page(items: list[dict[str, Any]], offset: int, total: int) -> Response[str]:
    following = offset + len(items)
    return responses.json_response(
        200, {"items": items, "next_cursor": str(following) if items and following < total else None}
    )


def _month(month: MonthOfPlays) -> dict[str, Any]:
    minutes = listening.minutes([month])
    return {
        "month": month.month,
        "plays": sum(listening.by_day([month]).values()),
        "minutes": minutes.minutes if minutes else None,
        "minutes_coverage": round(minutes.coverage, 3) if minutes else None,
        "days": [{"day": day, "plays": plays} for day, plays in sorted(listening.by_day([month]).items())],
        "hours": [
            {"weekday": weekday, "hour": hour, "plays": plays}
            for (weekday, hour), plays in sorted(month.by_hour.items())
        ],
        "artists": [_played(played) for played in list(listening.artists([month]).values())[:ROWS]],
        "songs": [_played(played) for played in list(listening.songs([month]).values())[:ROWS]],
        "providers": list(month.providers),
    }


def _played(played: listening.Played) -> dict[str, Any]:
    return asdict(replace(played, plays=round(played.plays, 2)))


def _top_list(snapshot: TopList) -> dict[str, Any]:
    return {**vars(snapshot), "entries": [entry._asdict() for entry in snapshot.entries]}


def _added(change: LibraryChange) -> dict[str, Any]:
    return {"change": "added", **_shown(change)}


def _removed(change: LibraryChange) -> dict[str, Any]:
    return {"change": "removed", **_shown(change)}


def _shown(change: LibraryChange) -> dict[str, Any]:
    return {name: value for name, value in change._asdict().items() if name != "entry"}


def _allowed(given: Mapping[str, str], name: str, values: list[str], default: str) -> str:
    value = given.get(name, default)
    if value not in values:
        raise BadParameter(f"{name} must be one of: {', '.join(values)}.")
    return value


def _day(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return date.fromisoformat(value).isoformat()
    raise BadParameter(f"{name} must be a day such as 2026-11-28.")


def _in_order(first: str | None, last: str | None) -> None:
    if first and last and first > last:
        raise BadParameter("from must not be after to.")


def _months_asked(given: Mapping[str, str]) -> tuple[str | None, str | None]:
    first, last = _month_asked(given, "from"), _month_asked(given, "to")
    _in_order(first, last)
    return first, last


def _month_asked(given: Mapping[str, str], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not re.fullmatch(MONTH, value, re.ASCII):
        raise BadParameter(f"{name} must be a month such as 2026-11.")
    return value


def _offset(given: Mapping[str, str]) -> int:
    cursor = given.get("cursor", "0")
    if not re.fullmatch(r"\d{1,9}", cursor, re.ASCII):
        raise BadParameter("cursor must be the next_cursor of the page before.")
    return int(cursor)
