"""What a service has beside its modules as JSON: the shapes of its objects, with places to fill in, and more tables."""

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
