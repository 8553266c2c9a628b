"""What can be chosen about a simulator before it starts: a field each, and so an option of its command line."""

import argparse
import ast
import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Self, get_type_hints


def size(default: int, most: float = math.inf) -> Any:
    """A field that says how much a listener has; a listener's sizes can be changed while the simulator runs."""
    return field(default=default, metadata={"most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of every simulator. Raises ValueError for what the real service would not accept."""

    default_listener: str = "listener"
    """Who the consent page offers."""
    seed: int = 1
    """Another one makes other listeners with other music."""
    latency_ms: float = 0
    """What each answer takes more."""
    flight_seconds: float = 0.25
    """So long after a 429 the calls of a ban are not held against the application: they were on their way."""
    grants: Path | None = None
    """A file that keeps grants and tokens over a restart."""
    oddities: bool = True
    """Whether libraries hold what real ones do: nulls, local files, doubles, strange names."""
    own_pictures: bool = False
    """Whether pictures have addresses of this server, which draws them, and not those of real answers."""

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for each in fields(self):
            value, kind = getattr(self, each.name), hints[each.name]
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                object.__setattr__(self, each.name, kind(value))
            elif kind in {int, float} and not 0 <= value < math.inf:
                raise ValueError(f"{each.name} is a number from 0 on.")
            most = each.metadata.get("most", math.inf)
            if most != math.inf and value > most:
                raise ValueError(f"{each.name}: there are only {most:,}.")

    @classmethod
    def sizes(cls) -> list[str]:
        """The names of the fields that say how much a listener has."""
        return [each.name for each in fields(cls) if "most" in each.metadata]

    def resized(self, sizes: Mapping[str, Any]) -> Self:
        """The same with other sizes; ValueError for a name that is no size, and for an impossible size."""
        if unknown := set(sizes) - set(self.sizes()):
            raise ValueError(f"No such sizes: {', '.join(sorted(unknown))}.")
        return replace(self, **sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions(Options):
    """The options of a service that knows an application by an id and a secret."""

    client_id: str = "simulated-client"
    client_secret: str = field(default="simulated-secret", repr=False)
    redirect_uris: tuple[str, ...] = ("http://127.0.0.1/callback",)
    """Where listeners may be sent back to: one of these, letter by letter."""


def parsed(options: type[Options], prog: str, arguments: Sequence[str] | None = None) -> tuple[Options, int]:
    """The options and the port of a command line; ends the process with a message if they are impossible."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("--port", type=int, default=8480)
    hints, defaults, meanings = get_type_hints(options), options(), _meanings(options)
    for each in fields(options):
        kind, default, flag = hints[each.name], getattr(defaults, each.name), f"--{each.name.replace('_', '-')}"
        words = f"{meanings.get(each.name, '')} (default: {default})".strip().replace("%", "%%")
        if kind is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=default, help=words)
        elif isinstance(default, tuple):
            parser.add_argument(flag.removesuffix("s"), action="append", dest=each.name, help=words)
        elif isinstance(default, StrEnum):
            parser.add_argument(flag, type=kind, choices=list(type(default)), default=default, help=words)
        else:
            parser.add_argument(flag, type=Path if default is None else type(default), default=default, help=words)
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    port = given.pop("port")
    chosen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    try:
        return options(**{name: value for name, value in chosen.items() if value is not None}), port
    except ValueError as error:
        parser.error(str(error))


def _meanings(options: type[Options]) -> dict[str, str]:
    """What the docstring below a field says, by the field's name."""
    meanings = {}
    for each in options.__mro__[:-1]:
        (tree,) = ast.parse(inspect.getsource(each)).body
        for node, below in pairwise(tree.body if isinstance(tree, ast.ClassDef) else ()):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(below, ast.Expr):
                meanings[node.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return meanings
