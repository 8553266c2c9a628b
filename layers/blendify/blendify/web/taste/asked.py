"""What a view is asked for: parameters that are parsed, or refused with their name and what is allowed."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from blendify.providers import NAMES
from blendify.reading.question import BadParameter
from blendify.web.taste.words import RANGES

EARLIEST, LATEST = 1900, 2100
"""Years that are taken: a view goes through all days between two dates."""
MAX_KEY_CHARACTERS = 64


@dataclass(frozen=True)
class Asked:
    """The choices of one request. None where nothing was chosen."""

    range: str | None = None
    provider: str | None = None
    what: str | None = None
    source: str | None = None
    by: str | None = None
    period: str | None = None
    """`2026-11` or `2026`."""
    artist: str | None = None
    from_: str | None = None
    """`2026-11-28`; not after `to`."""
    to: str | None = None

    def link(self, **changes: str | None) -> str:
        """The address of the same view with other choices, as a query."""
        chosen = replace(self, **changes)
        pairs = {name.rstrip("_"): value for name, value in vars(chosen).items() if value is not None}
        return f"?{urlencode(pairs)}"


def asked(given: Mapping[str, list[str]], allowed: tuple[str, ...]) -> Asked:
    """
    The choices that a query makes. A form sends fields that were left empty: they are no choice.

    Raises  BadParameter
    """
    parsed: dict[str, Any] = {}
    for name, values in given.items():
        if name not in allowed:
            options = f"The parameters are: {', '.join(allowed)}." if allowed else "There are no parameters here."
            raise BadParameter(f"This address has a parameter that does not exist. {options}")
        if len(values) != 1:
            raise BadParameter(f"{name} is given {len(values)} times. Give it once.")
        if values[0]:
            parsed["from_" if name == "from" else name] = _PARSERS[name](name, values[0])
    choices = Asked(**parsed)
    if choices.from_ and choices.to and choices.from_ > choices.to:
        raise BadParameter("from must not be after to.")
    return choices


def _choice(*values: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if value not in values:
            raise BadParameter(f"{name} must be one of: {', '.join(values)}.")
        return value

    return parse


def _day(name: str, value: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) and _is_year(value):
        with suppress(ValueError):
            return date.fromisoformat(value).isoformat()
    raise BadParameter(f"{name} must be a day between {EARLIEST} and {LATEST}, such as 2026-11-28.")


def _period(name: str, value: str) -> str:
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", value, re.ASCII) or not _is_year(value):
        raise BadParameter(f"{name} must be a month such as 2026-11, or a year such as 2026.")
    return value


def _is_year(value: str) -> bool:
    return EARLIEST <= int(value[:4]) <= LATEST


def _key(name: str, value: str) -> str:
    if not re.fullmatch(rf"[\w.~-]{{1,{MAX_KEY_CHARACTERS}}}", value, re.ASCII):
        raise BadParameter(f"{name} must be the key of an artist or song, as links here have it.")
    return value


_PARSERS: Mapping[str, Callable[[str, str], str]] = {
    "range": _choice(*RANGES),
    "provider": _choice(*NAMES),
    "what": _choice("tracks", "artists"),
    "source": _choice("lists", "plays"),
    "by": _choice("month", "year"),
    "period": _period,
    "artist": _key,
    "from": _day,
    "to": _day,
}
