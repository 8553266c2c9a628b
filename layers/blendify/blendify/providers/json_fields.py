"""
Reading untrusted JSON: a missing or unexpected value is None, and a value in another form is the value.

Forms  one value has been served as 2345, 2345.0 and "2345", as true, "true" and 1, as a name and as a number, by one
       provider and within weeks. All of them are read as the same
"""

import re
from collections.abc import Mapping
from datetime import UTC
from math import isfinite
from typing import Any

from blendify.core import times

LARGEST_NUMBER = 2**53
"""Up to here a double is exact, and so a number has one value in all its forms. The history takes 38 digits."""
LONGEST_NUMBER = 40
"""Characters of a number that is a text."""
_FLAGS: Mapping[Any, bool] = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_PLAIN_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def get(item: Any, key: str) -> Any:
    """The value under `key`; None when `item` is not an object."""
    return item.get(key) if isinstance(item, Mapping) else None


def text(item: Any, key: str) -> str | None:
    """The string under `key`; a number is its digits, as a song may be called 1999."""
    value = get(item, key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        # Python reads 1e999 as infinite.
        return None
    return str(int(value) if value == int(value) else value)


def identifier(item: Any, key: str) -> str | None:
    """The string under `key` that names something; an empty one names nothing."""
    return text(item, key) or None


def number(item: Any, key: str) -> int | None:
    """The whole number under `key`; a fraction is rounded."""
    value = get(item, key)
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= LONGEST_NUMBER else None
        except ValueError:
            return None
    if isinstance(value, float) and abs(value) <= LARGEST_NUMBER:
        value = round(value)
    return _whole(value)


def count(item: Any, key: str) -> int | None:
    """The number under `key` that says how many there are."""
    value = number(item, key)
    return value if value is not None and value >= 0 else None


def flag(item: Any, key: str) -> bool | None:
    """The boolean under `key`."""
    value = get(item, key)
    if isinstance(value, bool):
        return value
    return _FLAGS.get((text(item, key) or "").strip().lower())


def listed(item: Any, key: str) -> list[Any]:
    """The entries of the list under `key`; an object in its place is its only entry."""
    value = get(item, key)
    return value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []


def first(item: Any, key: str) -> Any:
    """The first object in the list under `key`; None when there is none."""
    return next((entry for entry in listed(item, key) if isinstance(entry, Mapping)), None)


def moment(item: Any, key: str) -> str | None:
    """The date and time under `key`, in UTC, as precise as it came: a moment with milliseconds, another without."""
    value = text(item, key) or ""
    try:
        parsed = times.parse(value.strip())
        if _PLAIN_MOMENT.fullmatch(value):
            return value
        parsed = parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return times.iso(parsed) if parsed.microsecond else times.iso(parsed).replace(".000Z", "Z")


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER or value != int(value):
        return None
    return int(value)
