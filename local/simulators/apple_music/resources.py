"""
What is in a library, as the service shows it, and what the catalogue has to do with it.

With oddities some songs are the listener's own uploads, some cannot be played, some are not linked to the catalogue
though they came from it, some have strange names, and some have hardly any attributes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from local.simulators.apple_music.catalogue import OBJECTS, artwork, resource
from local.simulators.frame.entries import NEVER, PLAIN
from local.simulators.frame.responses import Json, moment
from local.simulators.music import words
from local.simulators.music.chance import base62, digest, mixed
from local.simulators.music.recordings import tracks_of

if TYPE_CHECKING:
    from local.simulators.apple_music.library import AppleMusicLibrary as Library

UPLOADED, UNPLAYABLE, UNLINKED, STRANGE, BARE = "uploaded", "unplayable", "unlinked", "strange", "bare"
_ODDITIES = (UPLOADED, UNPLAYABLE, UNLINKED, STRANGE, BARE)
"""What is odd about a song or an album: one in 60 each."""

_OWN: Mapping[str, Json] = OBJECTS.filled("own")
"""
By type what an id begins with and is drawn from, the attributes, which are the catalogue's unless the library says
something itself, and those of odd ones.
"""


class View(NamedTuple):
    """How a caller wants objects shown."""

    catalogue: bool = False
    """Each but a playlist with its object of the catalogue, where it has one: `include=catalog`."""
    dated: bool = False
    """Songs with the moment at which they were added: `extend=dateAdded`."""


def shown(library: "Library", kind: str, thing: int, view: View, when: int = NEVER) -> Json:
    """One object by its type and its number, in the library since `when`."""
    name = kind.removeprefix("library-")
    if name == kind:
        return library.catalogue.shown(kind, thing)
    identity = own_id(library, kind, thing)
    href = f"/v1/me/library/{name}/{identity}"
    attributes = _playlist(library, thing) if name == "playlists" else _recording(library, kind, thing, identity)
    if view.dated and name == "songs" and when != NEVER:
        attributes["dateAdded"] = moment(when)
    body = resource(kind, identity, href, attributes)
    if view.catalogue and name != "playlists":
        body["relationships"] = {"catalog": {"href": f"{href}/catalog", "data": _in_catalogue(library, kind, thing)}}
    return body


def own_id(library: "Library", kind: str, thing: int) -> str:
    if kind == "library-playlists":
        return str(library.playlists[thing].id)
    own = _OWN[kind]
    return f"{own['prefix']}.{base62(digest(library.start, own['drawn'], thing))[:14]}"


def name_of(library: "Library", kind: str, thing: int) -> str:
    """The name of an object of the library; a strange one of a song or an album is never empty."""
    recordings = library.catalogue.recordings
    if _oddity(library, kind, thing) == STRANGE:
        return words.ODD_NAMES[1 + thing % (len(words.ODD_NAMES) - 1)]
    match kind:
        case "library-playlists":
            return str(library.playlists[thing].name)
        case "library-artists":
            return str(recordings.artist_name(thing))
        case "library-albums":
            return str(recordings.album(thing).name)
        case _:
            return str(recordings.track_name(thing))


def place_of(library: "Library", kind: str, thing: int) -> tuple[str, str | int]:
    """By what a library is in alphabetical order."""
    return name_of(library, kind, thing).casefold(), own_id(
        library, kind, thing
    ) if kind == "library-playlists" else thing


def _oddity(library: "Library", kind: str, thing: int) -> str | None:
    """The same wherever the song or the album is shown."""
    if not library.options.oddities or kind not in {"library-songs", "library-albums"}:
        return None
    chance = mixed(library.start, thing if kind == "library-songs" else ~thing) % 60
    return _ODDITIES[chance] if chance < len(_ODDITIES) else None


def _in_catalogue(library: "Library", kind: str, thing: int) -> list[Json]:
    if _oddity(library, kind, thing) in {UPLOADED, UNPLAYABLE, UNLINKED}:
        return []
    return [library.catalogue.shown(kind.removeprefix("library-"), thing)]


def _recording(library: "Library", kind: str, thing: int, identity: str) -> dict[str, Json]:
    """The attributes of a song, a music video, an album or an artist."""
    known = library.catalogue.shown(kind.removeprefix("library-"), thing)["attributes"]
    attributes = {name: known.get(name) for name in _OWN[kind]["attributes"]}
    attributes["name"], oddity = name_of(library, kind, thing), _oddity(library, kind, thing)
    if kind == "library-artists":
        return attributes
    uploaded = kind == "library-songs" and oddity == UPLOADED
    play = {
        "catalogId": None if uploaded else known["playParams"]["id"],
        "id": identity,
        "isLibrary": True,
        "kind": known["playParams"]["kind"],
        "reporting": not uploaded if kind == "library-songs" else None,
    }
    attributes["playParams"] = _without_none(play)
    attributes["artwork"] = {name: known["artwork"][name] for name in ("width", "height", "url")}
    attributes["genreNames"] = known["genreNames"][:1]
    if kind == "library-albums" and (entry := library.find("saved_albums", thing)) is not None:
        attributes["dateAdded"] = moment(entry.when)
        if entry.kind != PLAIN:
            # It came with a song: of the others those are there that were added, too.
            attributes["trackCount"] = sum(library.find("saved_tracks", song) is not None for song in tracks_of(thing))
    return {**attributes, **_OWN[kind].get("odd", {}).get(oddity, {})}


def _playlist(library: "Library", number: int) -> Json:
    playlist = library.playlists[number]
    play = {"globalId": playlist.catalogue_id, "id": playlist.id, "isLibrary": True, "kind": "playlist"}
    return OBJECTS.filled(
        "library-playlists",
        playlist=playlist,
        added=moment(playlist.added),
        artwork=artwork("playlist", playlist.id) if playlist.pictured else None,
        description=None if playlist.description is None else {"standard": playlist.description},
        modified=None if playlist.modified is None else moment(playlist.modified),
        play=_without_none(play),
        public=playlist.catalogue_id is not None,
    )


def _without_none(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
