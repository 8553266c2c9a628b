"""The endpoints of the Web API that read a listener's taste, one function each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from local.simulators.previous.rows import Rows
from local.simulators.previous.spotify.answers import ApiError
from local.simulators.previous.spotify.listeners import Listener, Listeners
from local.simulators.previous.spotify.listening import TIME_RANGES, OpenPlaylist
from local.simulators.previous.spotify.paging import Window, integer, page, window
from local.simulators.previous.spotify.regimes import Json, Regime
from local.simulators.previous.spotify.selection import selected

_ONLY_WITH = {
    "country": "user-read-private",
    "explicit_content": "user-read-private",
    "product": "user-read-private",
    "email": "user-read-email",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose token was accepted."""

    listener: Listener
    listeners: Listeners
    scopes: frozenset[str]
    query: Mapping[str, str]
    path: Mapping[str, str]
    base: str
    """How the caller reaches this server, ending in /v1: links to pages begin with it."""
    url: str
    """The path that was called, without the query."""

    @property
    def regime(self) -> Regime:
        return self.listener.regime


def profile(call: Call) -> Json:
    whole = call.listener.library.profile(call.regime)
    return {key: value for key, value in whole.items() if _ONLY_WITH.get(key) in {None, *call.scopes}}


def top_tracks(call: Call) -> Json:
    return _top(call, call.listener.library.top_tracks)


def top_artists(call: Call) -> Json:
    return _top(call, call.listener.library.top_artists)


def _top(call: Call, rows: Callable[[str, Regime], Rows]) -> Json:
    time_range = call.query.get("time_range", "medium_term")
    if time_range not in TIME_RANGES:
        raise ApiError(400, "Invalid time range")
    extra = {"time_range": time_range} if "time_range" in call.query else {}
    return page(rows(time_range, call.regime), window(call.query), call.url, extra)


def recently_played(call: Call) -> Json:
    """
    The newest plays on the asked side of the cursor, which is itself excluded. `next` leads to older ones,
    or to newer ones if `after` was given, and is there on every page that is not empty.
    """
    limit = integer(call.query, "limit", 20, 1, 50)
    if "after" in call.query and "before" in call.query:
        raise ApiError(400, "Only one of after and before may be given")
    after = integer(call.query, "after", -1, 0, 10**14)
    before = integer(call.query, "before", 10**14, 0, 10**14)
    plays = [play for play in call.listener.library.plays(call.regime) if after < play.moment < before][:limit]
    answer: dict[str, Json] = {"items": [play.body for play in plays], "next": None, "cursors": None}
    if plays:
        newest, oldest = plays[0].moment, plays[-1].moment
        way = f"after={newest}" if "after" in call.query else f"before={oldest}"
        answer["next"] = f"{call.url}?{way}&limit={limit}"
        answer["cursors"] = {"after": str(newest), "before": str(oldest)}
    given = "".join(f"&{name}={call.query[name]}" for name in ("after", "before") if name in call.query)
    return answer | {"limit": limit, "href": f"{call.url}?limit={limit}{given}"}


def own_playlists(call: Call) -> Json:
    """Outside the restricted regime the links name a path that the restricted one has lost."""
    asked = window(call.query)
    url = call.url if call.regime.trims else f"{call.base}/users/{call.listener.library.user_id}/playlists"
    return page(call.listener.library.playlists(call.regime, call.scopes), asked, url)


def users_playlists(call: Call) -> Json:
    """The path of old links: one's own list, and of others what is public."""
    if call.regime.trims:
        raise ApiError(403, "Forbidden")
    owner = call.listeners.by_user_id(call.path["id"])
    if owner is None:
        raise ApiError(404, "Resource not found")
    scopes = call.scopes if owner is call.listener else frozenset[str]()
    return page(owner.library.playlists(call.regime, scopes), window(call.query), call.url)


def playlist(call: Call) -> Json:
    """A playlist with its first 100 entries, as far as the regime shows them."""
    found = _playlist(call)
    if found.whole is not None:
        return _selected(call, found.whole)
    whole = {**found.head, "followers": {"href": None, "total": 0}}
    if found.contents is not None:
        for key in call.regime.contents_keys:
            url = f"{call.base}/playlists/{found.head['id']}/{key}"
            whole[key] = page(_entries(call, found.contents), Window(100, 0), url, _types(call))
    return _selected(call, dict(sorted(whole.items())))


def playlist_items(call: Call) -> Json:
    return _contents(call, window(call.query))


def playlist_tracks(call: Call) -> Json:
    """The old name, which the restricted regime refuses even for one's own playlists."""
    if call.regime.trims:
        raise ApiError(403, "Forbidden")
    return _contents(call, window(call.query, default=100, most=100))


def _contents(call: Call, asked: Window) -> Json:
    found = _playlist(call)
    if found.contents is None:
        raise ApiError(403, "Forbidden")
    return _selected(call, page(_entries(call, found.contents), asked, call.url, _types(call)))


def _playlist(call: Call) -> OpenPlaylist:
    identity = call.path["id"]
    if not re.fullmatch(r"[0-9A-Za-z]{22}", identity):
        raise ApiError(400, "Invalid base62 id")
    found = call.listeners.playlist(identity, call.listener)
    if found is None:
        raise ApiError(404, "Resource not found")
    return found


def _entries(call: Call, contents: Rows) -> Rows:
    """The entries, with null in place of episodes unless they were asked for."""
    if "episode" in call.query.get("additional_types", "track").split(","):
        return contents
    return Rows(contents.total, lambda start, stop: [_without_episode(row) for row in contents.cut(start, stop)])


def _without_episode(row: Json) -> Json:
    hidden = {key: None for key in ("item", "track") if row.get(key) and row[key]["type"] == "episode"}
    return {**row, **hidden}


def _selected(call: Call, whole: Json) -> Json:
    return selected(whole, call.query["fields"]) if call.query.get("fields") else whole


def _types(call: Call) -> dict[str, str]:
    types = call.query.get("additional_types")
    return {} if types is None else {"additional_types": types}


def saved_tracks(call: Call) -> Json:
    return page(call.listener.library.saved_tracks(call.regime), window(call.query), call.url)


def saved_albums(call: Call) -> Json:
    return page(call.listener.library.saved_albums(call.regime), window(call.query), call.url)


def followed_artists(call: Call) -> Json:
    """After an artist who is not followed comes nothing: the page is empty. `offset` is ignored."""
    if call.query.get("type") != "artist":
        raise ApiError(400, "Invalid type" if "type" in call.query else "Missing parameter type")
    limit = integer(call.query, "limit", 20, 1, 50)
    library = call.listener.library
    rows = library.followed_artists(call.regime)
    start, given = 0, ""
    if "after" in call.query:
        if not re.fullmatch(r"[0-9A-Za-z]{22}", call.query["after"]):
            raise ApiError(400, "Invalid base62 id")
        position = library.followed_position(call.query["after"])
        start = rows.total if position is None else position + 1
        given = f"after={call.query['after']}&"
    items = rows.cut(start, start + limit)
    last = items[-1]["id"] if items and start + limit < rows.total else None
    url = f"{call.url}?type=artist&"
    artists = {
        "items": items,
        "next": None if last is None else f"{url}after={last}&limit={limit}",
        "total": rows.total,
        "cursors": {"after": last},
        "limit": limit,
        "href": f"{url}{given}limit={limit}",
    }
    return {"artists": artists}


class Endpoint(NamedTuple):
    """A path below /v1, what answers it, and the scope without which it answers 403."""

    path: str
    read: Callable[[Call], Json]
    scope: str | None = None


ENDPOINTS = (
    Endpoint("/me", profile),
    Endpoint("/me/top/tracks", top_tracks, "user-top-read"),
    Endpoint("/me/top/artists", top_artists, "user-top-read"),
    Endpoint("/me/player/recently-played", recently_played, "user-read-recently-played"),
    Endpoint("/me/playlists", own_playlists),
    Endpoint("/me/tracks", saved_tracks, "user-library-read"),
    Endpoint("/me/albums", saved_albums, "user-library-read"),
    Endpoint("/me/following", followed_artists, "user-follow-read"),
    Endpoint("/users/{id}/playlists", users_playlists),
    Endpoint("/playlists/{id}", playlist),
    Endpoint("/playlists/{id}/items", playlist_items),
    Endpoint("/playlists/{id}/tracks", playlist_tracks),
)
