"""A playlist whose parts come one after the other, in any order."""

from collections.abc import Callable, Iterator
from typing import Any

from blendify.importing.formats import fields
from blendify.importing.formats.fields import text
from blendify.importing.formats.row_keys import RowKeys, named_id
from blendify.importing.formats.rows import MOST_ENTRIES, Playlist, PlaylistEntry, Precision, Row, Skipped
from blendify.importing.formats.text import cleaned

MOST_CHARACTERS = 4_000_000
"""Of the names in one playlist: 10,000 entries have about 1,000,000."""


class PlaylistParts:
    """Collects entries and fields until the playlist ends; what is too much or too little is counted."""

    def __init__(self, keys: RowKeys, service: str) -> None:
        self._keys = keys
        self._service = service
        self._fields: dict[str, Any] = {}
        self._entries: list[PlaylistEntry] = []
        self._skipped: list[Skipped] = []
        self._characters = 0

    def field(self, name: str, value: Any) -> None:
        """Take a field of the playlist itself."""
        self._fields[name] = value

    def add(self, entry: PlaylistEntry | None) -> None:
        """Take the next entry; None is one that says nothing."""
        if entry is None:
            self._skip("empty")
            return
        self._characters += sum(len(str(value)) for value in entry.answer.values())
        if len(self._entries) >= MOST_ENTRIES or self._characters > MOST_CHARACTERS:
            self._skip("too_long")
        else:
            self._entries.append(entry)

    def playlist(
        self, name: str, modified: str, *, record_id: str | None = None, description: Callable[[str], str] = str
    ) -> Iterator[Row]:
        """
        The playlist, whose name and last change are in these fields; then its rejected entries. The next one begins.

        A playlist without an id of its own is known by its name.
        """
        title, changed = text(self._fields, name), text(self._fields, modified)
        said = text(self._fields, "description")
        precision: Precision = "day" if changed and len(changed) <= len("2025-11-02") else "second"
        if title or self._entries:
            named = record_id or named_id("playlist", title)
            yield Playlist(
                key=self._keys.key("playlist", named),
                record_id=named,
                playlist_name=title,
                description=cleaned(description(said)) if said else None,
                entries=tuple(self._entries),
                modified_at=fields.moment(changed),
                precision=precision,
                service=self._service,
                answer=fields.allowed(self._fields, (name, modified, "description")),
            )
        yield from self._skipped
        self._fields, self._entries, self._skipped, self._characters = {}, [], [], 0

    def _skip(self, reason: str) -> None:
        if len(self._skipped) < MOST_ENTRIES:
            self._skipped.append(Skipped(reason))
