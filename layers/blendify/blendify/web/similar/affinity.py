"""`GET /me/affinity`: how much the listener cares for each artist or song, and why that is so high."""

from collections.abc import Mapping
from typing import Any

from blendify.affinity.profile import ArtistWeight, SongWeight
from blendify.affinity.profiles import profile
from blendify.reading.question import BadParameter
from blendify.web import responses
from blendify.web.guards import reader, user_id
from blendify.web.parameters import given_once, query_parameters
from blendify.web.responses import Response
from blendify.web.router import Router

PARAMETERS = ("what", "cursor")
WHAT = ("artists", "songs")
ROWS = 100
"""Of a page."""
WORDS: Mapping[str, str] = {
    "plays": "what you play, the latest most",
    "ranks": "your services' top lists",
    "likes": "your likes",
    "playlists": "your own playlists",
    "follows": "that you follow them",
}


def add_to(router: Router) -> None:
    """The route of the API."""

    @router.get("/me/affinity", middlewares=[reader])
    def affinity() -> Response[str]:
        """What the listener cares for, the most first; with what each source contributes, as shares of 1."""
        given = given_once(query_parameters(router), PARAMETERS)
        what, cursor = given.get("what", WHAT[0]), given.get("cursor", "0")
        if what not in WHAT:
            raise BadParameter(f"what must be one of: {', '.join(WHAT)}.")
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 6):
            raise BadParameter("cursor must be the next_cursor of the page before.")
        own = profile(user_id(), "views")
        items = [_artist(each) for each in own.artists] if what == "artists" else [_song(each) for each in own.songs]
        following = int(cursor) + ROWS
        return responses.json_response(
            200,
            {
                "items": items[int(cursor) : following],
                "next_cursor": str(following) if following < len(items) else None,
                "providers": list(own.providers),
                "has_log": own.has_log,
            },
        )


def why(parts: Mapping[str, float]) -> str:
    """What a weight is made of: "71 % what you play, the latest most; 29 % your likes"."""
    whole = sum(parts.values())
    largest = sorted(parts.items(), key=lambda part: (-part[1], part[0]))
    return "; ".join(f"{round(100 * part / whole)} % {WORDS[source]}" for source, part in largest)


def _artist(artist: ArtistWeight) -> dict[str, Any]:
    return {"key": artist.key, "name": artist.name, "image": artist.image, **_reasons(artist)}


def _song(song: SongWeight) -> dict[str, Any]:
    fields = ("key", "title", "artist_line", "album", "cover")
    return {**{name: getattr(song, name) for name in fields}, "artist_keys": list(song.artist_keys), **_reasons(song)}


def _reasons(each: ArtistWeight | SongWeight) -> dict[str, Any]:
    shares = {source: round(part / each.weight, 4) for source, part in each.parts.items()}
    return {"weight": round(each.weight, 6), "parts": shares, "why": why(each.parts)}
