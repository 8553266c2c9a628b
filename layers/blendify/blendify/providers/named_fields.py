"""Named fields that are written the same way for all providers, however a provider spells them."""

from collections.abc import Iterable
from typing import Any

from blendify.providers.json_fields import listed

MOST_ARTISTS = 50
"""Of one record; `raw` has all of them. At 1,000 characters a text they take a quarter of what an item can hold."""


def artists(names: Iterable[tuple[str | None, str | None]]) -> list[dict[str, str | None]] | None:
    """
    The artists of a track or an album, given as pairs of id and name; None when there are none.

    Shape   [{"id": "5y2Xq6xcjJb2jVM54GHK3t", "name": "John Legend"}, …]; both may be null
    """
    return [{"id": artist_id, "name": name} for artist_id, name in names][:MOST_ARTISTS] or None


def genres(item: Any, key: str) -> str | None:
    """The names in the list under `key`, joined by commas; None when there are none."""
    return ", ".join(name for name in listed(item, key) if isinstance(name, str) and name) or None


def isrc(code: str | None) -> str | None:
    """
    The recording's code in the one spelling by which recordings of different providers can be compared.

    Shape   `USHM80865849`: upper case without hyphens; providers also send `ushm80865849` and `US-HM8-08-65849`
    Source  https://isrc.ifpi.org/en/isrc-standard/structure
    """
    return (code or "").strip().upper().replace("-", "") or None


def upc(code: str | None) -> str | None:
    """
    The release's code without leading zeros: providers pad the same code to 12, 13 or 14 digits.

    Source  https://www.gs1.org/standards/id-keys/gtin
    """
    return (code or "").strip().lstrip("0") or None
