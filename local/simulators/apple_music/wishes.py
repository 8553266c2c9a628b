"""The parameters with which a caller asks for more of each object, or for less."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.simulators.apple_music.answers import ApiError, invalid
from local.simulators.previous.answers import Json

_FIELDS = re.compile(r"fields\[([a-z-]+)\]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_OTHERS = {"limit", "offset", "include", "relate", "extend", "l"}


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What to show of each object of an answer.

    include  relations with the whole objects behind them
    relate   relations with no more than the ids of those
    extend   attributes that are not shown otherwise
    fields   by type the attributes to show; all of them for other types
    """

    include: frozenset[str] = frozenset()
    relate: frozenset[str] = frozenset()
    extend: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        return not (self.include or self.relate or self.extend or self.fields)

    def of_related(self) -> "Wish":
        """What to show of the objects that are included: their own relations are not."""
        return Wish(fields=self.fields)

    def fitted(self, kind: str, attributes: dict[str, Json]) -> dict[str, Json]:
        if kind not in self.fields:
            return attributes
        return {name: value for name, value in attributes.items() if name in self.fields[kind]}


def wish_in(query: Mapping[str, str], relations: Iterable[str]) -> Wish:
    """
    The wish of a request; `relations` are those that the objects of its answer can have.

    Raises  ApiError for an unknown relation, and for a parameter that the service does not know; an unknown attribute
            is no error
    """
    known, fields = frozenset(relations), {}
    for name, value in query.items():
        if (found := _FIELDS.fullmatch(name)) is not None:
            fields[found[1]] = _listed(value)
        elif name not in _OTHERS:
            raise ApiError(400, "40004", "Invalid Parameter", f"Parameter '{name}' is not allowed", name)
    if "l" in query and not _LANGUAGE.fullmatch(query["l"]):
        raise invalid("l", f"Invalid language tag '{query['l']}'")
    for name in ("include", "relate"):
        if unknown := _listed(query.get(name, "")) - known:
            raise invalid(name, f"No relationship matching '{min(unknown)}'")
    return Wish(
        include=_listed(query.get("include", "")),
        relate=_listed(query.get("relate", "")),
        extend=_listed(query.get("extend", "")),
        fields=fields,
    )


def _listed(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))
