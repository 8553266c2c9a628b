"""What a listener does between two collections, by the name of the function that does it."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from local.simulators.frame.library import ImpossibleChangeError
from local.simulators.previous.answers import Json

__all__ = ["ImpossibleChangeError", "changed"]


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
