"""What members take along of a blend: links to a service of theirs as text, the songs as a table."""

import csv
import io
from collections.abc import Sequence

from blendify.export.spreadsheets import cell
from blendify.providers import NAMES, PROVIDERS
from blendify.reading.question import BadParameter
from blendify.web.blends import shown
from blendify.web.blends.shown import People, ShownSong
from blendify.web.responses import Response

TEXT, CSV = "text/plain; charset=utf-8", "text/csv; charset=utf-8"


def links(people: People, given: Sequence[str]) -> Response[str]:
    """
    The links of all songs to the service that was given, in their order, a line each.

    Raises  BadParameter when not one service was given
    """
    if len(given) != 1 or given[0] not in NAMES:
        raise BadParameter(f"provider must be one of: {', '.join(NAMES)}.")
    lines = [song.links[given[0]] for song in shown.songs(shown.today(people), people)]
    return _file(TEXT, f"blend-{given[0]}.txt", "".join(f"{line}\n" for line in lines))


def table(people: People) -> Response[str]:
    """The songs, a line each: RFC 4180 with a byte order mark, as in the export."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    titles = [PROVIDERS[name].title for name in NAMES]
    writer.writerow(["Place", "Title", "Artists", "Album", "Whose", "Why", *titles])
    for place, song in enumerate(shown.songs(shown.today(people), people), 1):
        writer.writerow([place, *map(cell, _row(song, people))])
    return _file(CSV, "blend.csv", f"\ufeff{text.getvalue()}")


def _row(song: ShownSong, people: People) -> list[str | None]:
    whose = ", ".join(people.names[each] for each in song.whose if each in people.names)
    return [song.title, song.artist_line, song.album, whose, song.why, *(song.links[name] for name in NAMES)]


def _file(media_type: str, name: str, text: str) -> Response[str]:
    return Response(200, media_type, text, headers={"Content-Disposition": f'attachment; filename="{name}"'})
