"""Who can sign in, and what is arranged for each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.simulators.apple_music.library import Library
from local.simulators.apple_music.options import SIZES, Options
from local.simulators.apple_music.rendering import Rendering
from local.simulators.apple_music.resources import Catalogue
from local.simulators.apple_music.wishes import Wish


@dataclass(slots=True)
class Listener:
    """One account."""

    name: str
    library: Library
    rendering: Rendering
    wishes: dict[str, Wish] = field(default_factory=dict)
    """By endpoint what was last wished of its objects, where anything was."""


class Listeners:
    """Every name is a listener, made when first mentioned."""

    def __init__(self, options: Options, clock: Callable[[], float]) -> None:
        self._options = options
        self._clock = clock
        self._catalogue = Catalogue(options.seed)
        self._known: dict[str, Listener] = {}

    def exists(self, name: str) -> bool:
        """Whether somebody of this name can sign in."""
        return name.strip() != "" and len(name) <= 64 and name.isprintable()

    def __getitem__(self, name: str) -> Listener:
        """The listener; KeyError for a name that does not exist."""
        if not self.exists(name):
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = Listener(name, *self._made(name, self._options))
        return self._known[name]

    def resize(self, name: str, sizes: Mapping[str, int]) -> None:
        """Give one listener a new library of other sizes; ValueError for a name that is no size."""
        if unknown := set(sizes) - set(SIZES):
            raise ValueError(f"No such sizes: {', '.join(sorted(unknown))}.")
        changes: dict[str, Any] = dict(sizes)
        listener = self[name]
        listener.library, listener.rendering = self._made(name, replace(self._options, **changes))

    def _made(self, name: str, options: Options) -> tuple[Library, Rendering]:
        library = Library(name, options, self._catalogue.music, self._clock)
        return library, Rendering(library, self._catalogue)
