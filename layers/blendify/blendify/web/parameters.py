"""Query parameters of the read API: each is understood or refused by its name, with what it may be."""

from collections.abc import Callable, Mapping
from typing import Any

from blendify.core import times
from blendify.core.data_types import DataType
from blendify.providers import PROVIDERS
from blendify.providers.endpoint import ListKind
from blendify.reading.question import LONGEST, MOST, VIEWS, BadParameter, Question

OF_LISTS = ("provider", "time_range", "playlist_id", "as_of", "view", "raw", "limit", "cursor")
OF_HISTORY = ("provider", "time_range", "playlist_id", "raw", "limit", "cursor")


def question(data_type: str, given: Mapping[str, list[str]], allowed: tuple[str, ...]) -> Question:
    """
    The question that an address asks.

    Raises  BadParameter
    """
    if data_type not in set(DataType):
        raise BadParameter(f"The data type must be one of: {', '.join(DataType)}.")
    kind = DataType(data_type)
    known = [name for name in allowed if name not in _SPECIAL or time_ranges(kind, name)]
    values: dict[str, Any] = {}
    for name, many in given.items():
        if name not in known:
            raise BadParameter(f"{_shown(name)} is no parameter of {kind}. There are: {', '.join(known)}.")
        if len(many) != 1:
            raise BadParameter(f"{name} is given {len(many)} times: give it once.")
        if not 0 < len(many[0]) <= LONGEST:
            raise BadParameter(f"{name} must have 1 to {LONGEST:,} characters.")
        values[name] = _READ[name](kind, many[0])
    return Question(kind, **values)


def time_ranges(data_type: DataType, name: str = "time_range") -> list[str]:
    """The values that a parameter which names a list may have; `…` where the listener's playlists decide."""
    rows = [one.endpoints[data_type] for one in PROVIDERS.values() if data_type in one.endpoints]
    if name == "playlist_id":
        return ["…"] if any(row.parent for row in rows) else []
    return list(dict.fromkeys(one for row in rows if row.list_kind is ListKind.RANKED for one in row.lists if one))


_SPECIAL = ("time_range", "playlist_id")


def _provider(data_type: DataType, value: str) -> str:
    offering = [name for name, provider in PROVIDERS.items() if data_type in provider.endpoints]
    return _one_of("provider", value, offering)


def _time_range(data_type: DataType, value: str) -> str:
    return _one_of("time_range", value, time_ranges(data_type))


def _as_of(_: DataType, value: str) -> str:
    try:
        moment = times.parse(value)
        told = times.iso(moment)
    except (ValueError, OverflowError):
        text = "as_of must be a date and time in ISO 8601, such as 2026-11-22T17:44:30Z (write a + as %2B)."
        raise BadParameter(text) from None
    if moment > times.now():
        raise BadParameter("as_of must be a moment that has passed: what will be is not known.")
    return told


def _raw(_: DataType, value: str) -> bool:
    return _one_of("raw", value, ["true", "false"]) == "true"


def _limit(_: DataType, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and 1 <= int(value) <= MOST):
        raise BadParameter(f"limit must be a whole number from 1 to {MOST}.")
    return int(value)


def _one_of(name: str, value: str, allowed: list[str]) -> str:
    if value not in allowed:
        raise BadParameter(f"{name} must be one of: {', '.join(allowed)}.")
    return value


_READ: Mapping[str, Callable[[DataType, str], Any]] = {
    "provider": _provider,
    "time_range": _time_range,
    "playlist_id": lambda _, value: value,
    "as_of": _as_of,
    "view": lambda _, value: _one_of("view", value, list(VIEWS)),
    "raw": _raw,
    "limit": _limit,
    "cursor": lambda _, value: value,
}


def _shown(name: str) -> str:
    """An unknown parameter's name, as far as it can be repeated."""
    return f"`{name}`" if name.isascii() and name.isidentifier() and len(name) <= 40 else "One of the parameters"
