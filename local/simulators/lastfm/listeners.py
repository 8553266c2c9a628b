"""Who can log in, and what is arranged for each of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.simulators.lastfm.catalogue import Catalogue
from local.simulators.lastfm.library import Library
from local.simulators.lastfm.options import SIZES, Options
from local.simulators.previous.application import Clock


@dataclass(slots=True)
class Listener:
    """One account."""

    name: str
    library: Library
    hidden: bool = False
    """Whether recent listening is for the listener alone."""
    gone: bool = False
    """Whether the account was deleted."""


class Listeners:
    """
    Names are letters, digits, hyphens and underscores, whatever the case, and may be longer than the real ones.

    Every such name can log in, but only who did, or was mentioned to the control endpoints, is a user to the API.
    """

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._catalogue = Catalogue(options.seed)
        self._known: dict[str, Listener] = {}

    def exists(self, name: str) -> bool:
        """Whether somebody of this name can log in."""
        known = self._known.get(name.lower())
        return re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,63}", name) is not None and not (known and known.gone)

    def __getitem__(self, name: str) -> Listener:
        """The listener, made when first mentioned and also after leaving; KeyError for an impossible name."""
        if name.lower() not in self._known:
            if not self.exists(name):
                raise KeyError(name)
            library = Library(name, self._options, self._catalogue, self._clock)
            self._known[name.lower()] = Listener(name, library)
        return self._known[name.lower()]

    def find(self, name: str) -> Listener | None:
        """A user by name; None if there is none."""
        known = self._known.get(name.lower())
        return None if known is None or known.gone else known

    def resize(self, name: str, sizes: Mapping[str, int]) -> None:
        """Give one listener a new library of other sizes; ValueError for a name that is no size."""
        if unknown := set(sizes) - set(SIZES):
            raise ValueError(f"No such sizes: {', '.join(sorted(unknown))}.")
        changes: dict[str, Any] = dict(sizes)
        listener = self[name]
        options = replace(self._options, **changes)
        listener.library = Library(listener.name, options, self._catalogue, self._clock)
