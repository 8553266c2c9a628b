"""What a listener really has, to compare with what somebody collected."""

from local.simulators.apple_music import reading
from local.simulators.apple_music.listeners import Listener
from local.simulators.apple_music.reading import Call, Endpoint
from local.simulators.apple_music.resources import STOREFRONT
from local.simulators.apple_music.wishes import Wish
from local.simulators.previous.answers import Json

_MAPPED = {
    "top_tracks": reading.HEAVY_ROTATION,
    "playlists": reading.PLAYLISTS,
    "saved_tracks": reading.SONGS,
    "saved_albums": reading.ALBUMS,
    "followed_artists": reading.ARTISTS,
}


def truth(listener: Listener) -> Json:
    """
    The objects that the endpoints serve now, in the order of their lists.

    Each is shown as it was last asked for with include, relate, extend or fields, and plain where nobody did. Under
    `others` are the lists that no data type is made of.
    """
    playlists = {
        identity: _told(listener, reading.PLAYLIST_TRACKS, identity) for identity in listener.library.playlists
    }
    plays = {"": _told(listener, reading.RECENT_TRACKS), "resources": _told(listener, reading.RECENT_RESOURCES)}
    data: dict[str, Json] = {name: _told(listener, endpoint) for name, endpoint in _MAPPED.items()}
    return {
        "profile": {"storefront": STOREFRONT},
        "data": {**data, "recently_played": plays, "playlist_tracks": playlists},
        "others": {endpoint.path: _told(listener, endpoint) for endpoint in reading.OTHERS},
    }


def _told(listener: Listener, endpoint: Endpoint, identity: str = "") -> list[Json]:
    wish = listener.wishes.get(endpoint.path, Wish())
    listing = endpoint.listing(Call(listener, {}, {"id": identity}, ""))
    return [listener.rendering.told(item, wish) for item in listing.all()]
