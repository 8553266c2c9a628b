"""Who can log in, and what is arranged for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.simulators.previous.spotify.catalogue import Catalogue
from local.simulators.previous.spotify.library import GeneratedLibrary
from local.simulators.previous.spotify.listening import Library, OpenPlaylist
from local.simulators.previous.spotify.options import SIZES, Options
from local.simulators.previous.spotify.recorded import RecordedLibrary
from local.simulators.previous.spotify.regimes import Regime

RECORDED = "recorded"
"""The listener whose library is made of recorded answers."""


@dataclass(slots=True)
class Listener:
    """One account; `scopes` are those it consents to at most, None for all that are asked for."""

    name: str
    library: Library
    regime: Regime
    scopes: frozenset[str] | None = None


class Listeners:
    """Every name is a listener, made when first mentioned; `recorded` exists only with recorded answers."""

    def __init__(self, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._catalogue = catalogue
        self._known: dict[str, Listener] = {}
        if options.recorded is not None:
            library = RecordedLibrary(options.recorded)
            self._known[RECORDED] = Listener(RECORDED, library, Regime.LEGACY)

    def exists(self, name: str) -> bool:
        """Whether somebody of this name can log in."""
        if name in self._known:
            return True
        return name != RECORDED and name.strip() != "" and len(name) <= 64 and name.isprintable()

    def __getitem__(self, name: str) -> Listener:
        """The listener; KeyError for a name that does not exist."""
        if not self.exists(name):
            raise KeyError(name)
        if name not in self._known:
            library = GeneratedLibrary(name, self._options, self._catalogue)
            self._known[name] = Listener(name, library, self._options.regime)
        return self._known[name]

    def resize(self, name: str, sizes: Mapping[str, int]) -> None:
        """Give one listener a new library of other sizes; ValueError for a name that is no size."""
        if unknown := set(sizes) - set(SIZES):
            raise ValueError(f"No such sizes: {', '.join(sorted(unknown))}.")
        if not isinstance(self[name].library, GeneratedLibrary):
            raise TypeError("The recorded library has the size of its recording.")
        changes: dict[str, Any] = dict(sizes)
        self[name].library = GeneratedLibrary(name, replace(self._options, **changes), self._catalogue)

    def playlist(self, identity: str, reader: Listener) -> OpenPlaylist | None:
        """A playlist of anybody who was mentioned so far: whoever knows the id may open it."""
        others = (listener.library for listener in self._known.values() if listener is not reader)
        for library in (reader.library, *others):
            found = library.playlist(identity, reader.regime, reader.library.user_id)
            if found is not None:
                return found
        return None

    def by_user_id(self, user_id: str) -> Listener | None:
        """The listener with an id of the service, among those mentioned so far."""
        return next((each for each in self._known.values() if each.library.user_id == user_id), None)
