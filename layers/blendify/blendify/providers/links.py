"""How a song's page at a provider is addressed, and the page of a search for it."""

import re
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Links:
    """A provider's addresses for people, always over https."""

    search: str
    """The page of a search; `{words}` stands for what is looked for."""
    song: str | None = None
    """The page of a song; `{id}` stands for its record id. None where no page can be addressed by it."""
    record_id: str = r"[A-Za-z0-9_-]{1,64}"
    """What the record id of a song with a page looks like: other ids, such as those of own files, have none."""

    def address(self, record_id: str | None, title: str, artist_line: str) -> str:
        """The song's page where its record id is known and has one, else the search for its title and artist."""
        if self.song and record_id and re.fullmatch(self.record_id, record_id, re.ASCII):
            return self.song.replace("{id}", record_id)
        words = " ".join(f"{title} {artist_line}".split())
        return self.search.replace("{words}", quote(words, safe="", errors="replace"))
