"""What an application may see: the same objects, with more or fewer keys."""

from collections.abc import Mapping
from enum import StrEnum

from local.simulators.frame.responses import Json


class Regime(StrEnum):
    """The rules an application lives under since 2026-02-11; an old one may change sides without notice."""

    RESTRICTED = "restricted"
    TRANSITIONAL = "transitional"
    LEGACY = "legacy"

    @property
    def trims(self) -> bool:
        """Whether objects lack what the changes of February 2026 removed."""
        return self is Regime.RESTRICTED


CONTENTS_KEYS = {Regime.RESTRICTED: ["items"], Regime.TRANSITIONAL: ["tracks", "items"], Regime.LEGACY: ["tracks"]}
"""The keys under which a playlist names its contents."""
PAYLOAD_KEYS = {Regime.RESTRICTED: ["item"], Regime.TRANSITIONAL: ["track", "item"], Regime.LEGACY: ["track"]}
"""The keys under which a playlist entry carries its track or episode."""
REMOVED = {
    "track": frozenset({"available_markets", "linked_from", "popularity", "preview_url"}),
    "album": frozenset({"album_group", "available_markets", "label", "popularity"}),
    "artist": frozenset({"followers", "popularity"}),
    "user": frozenset({"country", "email", "explicit_content", "followers", "product"}),
    "show": frozenset({"available_markets", "publisher"}),
    "episode": frozenset[str](),
}
"""Keys that the restricted regime lacks, by the `type` of the object (recordings of March 2026)."""


def fit(full: Mapping[str, Json], regime: Regime) -> dict[str, Json]:
    """A copy of one object of the catalogue, without the keys that the regime lacks; nested ones stay."""
    if not regime.trims:
        return dict(full)
    removed = REMOVED[full["type"]]
    return {key: value for key, value in full.items() if key not in removed}
