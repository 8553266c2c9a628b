"""Reading untrusted JSON: a missing or unexpected value is None."""

from collections.abc import Mapping
from typing import Any


def get(item: Any, key: str) -> Any:
    """The value under `key`; None when `item` is not an object."""
    return item.get(key) if isinstance(item, Mapping) else None


def text(item: Any, key: str) -> str | None:
    """The string under `key`."""
    value = get(item, key)
    return value if isinstance(value, str) else None


def number(item: Any, key: str) -> int | None:
    """The whole number under `key`."""
    value = get(item, key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(item: Any, key: str) -> bool | None:
    """The boolean under `key`."""
    value = get(item, key)
    return value if isinstance(value, bool) else None
