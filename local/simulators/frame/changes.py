"""What a listener does between two collections, by the name of the function that does it."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from local.simulators.frame.answers import Json


class ImpossibleChangeError(Exception):
    """What was asked for cannot happen to this library."""


def changed(library: object, changes: Mapping[str, Callable[..., Json]], action: str, details: dict[str, Any]) -> Json:
    """Do one of the changes; ImpossibleChangeError says what is wrong with it."""
    change = changes.get(action)
    if change is None:
        raise ImpossibleChangeError(f"There is no change {action!r}; there are {', '.join(changes)}.")
    try:
        signature(change).bind(library, **details)
    except TypeError as error:
        raise ImpossibleChangeError(f"{action}: {error}.") from error
    return change(library, **details)
