"""What files of Apple's export say of each other's titles: the artist of a title, the song behind an identifier."""

from collections.abc import Mapping

from blendify.importing.formats.row_keys import normal

_BETWEEN = "\n"


def split_description(description: str | None) -> tuple[str | None, str | None]:
    """Artist and title of `Artist - Title`; a description without an artist is a title."""
    artist, dash, title = (description or "").partition(" - ")
    if not dash:
        return None, description or None
    return artist.strip() or None, title.strip() or None


def artist_of(names: Mapping[str, str], title: str, album: str | None) -> str | None:
    """The artist of a title, by the title with its album first."""
    for key in (f"apple artist\n{normal(title)}\n{normal(album)}", f"apple artist\n{normal(title)}"):
        if names.get(key):
            return names[key]
    return None


def packed(*names: str | None) -> str:
    """Several names as one text."""
    return _BETWEEN.join((name or "").replace(_BETWEEN, " ") for name in names)


def unpacked(text: str | None, count: int) -> list[str | None]:
    """The names in a packed text; as many nulls where there is none."""
    return [name or None for name in text.split(_BETWEEN)] if text else [None] * count
