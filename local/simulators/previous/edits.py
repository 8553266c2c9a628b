"""Pages that are not what the library holds: what can be wished of them, for every service."""

from collections.abc import Callable

from local.simulators.previous.answers import Json


def check(edit: Json) -> None:
    """
    Raise ValueError for an edit that nobody can do.

    next       false takes the promise of a next page away, and the cursor; true gives one where the list ends
    null       replaces the entries at these places
    keep       the first so many entries stay
    total      is set, also where there is none
    total_off  is added
    """
    if not isinstance(edit, dict) or not edit or edit.keys() - _FITTING.keys():
        raise ValueError(f"An edit is an object with at least one of {', '.join(_FITTING)}, and nothing else.")
    for name, value in edit.items():
        if not _FITTING[name](value):
            raise ValueError(f"{value!r} is nothing for {name} of an edit.")


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return _is_whole(value) and value >= 0


_FITTING: dict[str, Callable[[Json], bool]] = {
    "next": lambda value: isinstance(value, bool),
    "null": lambda value: isinstance(value, list) and bool(value) and all(map(_is_count, value)),
    "keep": _is_count,
    "total": _is_whole,
    "total_off": _is_whole,
}
