"""What a service has beside its modules as JSON, with places to fill in: shapes of its objects, and its refusals."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from local.simulators.frame.responses import Json

_WHOLE = re.compile(r"\{([a-z0-9_.\[\]]+)\}", re.IGNORECASE)
_FORMATTER = Formatter()


class Templates:
    """
    The objects in `objects.json` beside a module, by name.

    A text that is one place, `{name}` or `{track.isrc}`, becomes the value itself, of any type; a text with places
    among other characters becomes a text.
    """

    def __init__(self, module: str) -> None:
        self._shapes = beside(module, "objects.json")

    def filled(self, name: str, /, **values: Any) -> Any:
        """One object, new. Raises KeyError for a place without a value."""
        return filled(self._shapes[name], values)


def beside(module: str, name: str) -> Mapping[str, Json]:
    """The JSON object in the file of a name beside a module."""
    table: Mapping[str, Json] = json.loads(Path(module).with_name(name).read_text("utf-8"))
    return table


def filled(shape: Json, values: Mapping[str, Any]) -> Json:
    """A copy of a shape with these values in its places. Raises KeyError for a place without one."""
    if isinstance(shape, dict):
        return {key: filled(member, values) for key, member in shape.items()}
    if isinstance(shape, list):
        return [filled(member, values) for member in shape]
    if not isinstance(shape, str) or "{" not in shape:
        return shape
    whole = _WHOLE.fullmatch(shape)
    return _FORMATTER.get_field(whole[1], (), values)[0] if whole else _FORMATTER.vformat(shape, (), values)


class Refusal(Exception):
    """A refusal of the API, named as its row; `details` fill the places in the row's texts."""

    def __init__(self, name: str, /, **details: Json) -> None:
        super().__init__(name)
        self.name = name
        self.details = details


class Refusals:
    """
    The rows of one service: a `status`, and what else the service's `error` writes. Every service has these:

    too_many       the rate limit is exceeded
    failure        an error of which only the `status` is known, and what HTTP calls it, `reason`; a row such as
                   `failure_503` is for one status
    wrong_method   another HTTP method is allowed
    not_a_number, too_small, too_large    the parameter `name`, its `text`, and its bounds `least` and `most`
    """

    def __init__(self, module: str) -> None:
        self._rows = beside(module, "refusals.json")

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def row(self, refusal: Refusal) -> dict[str, Json]:
        """What the service says. Raises KeyError for an unknown name and for a place without a value."""
        row: dict[str, Json] = filled(self._rows[refusal.name], refusal.details)
        return row
