"""What a listener really has, to compare with what somebody collected."""

from local.simulators.previous.spotify.listeners import Listener
from local.simulators.previous.spotify.listening import TIME_RANGES
from local.simulators.previous.spotify.regimes import Json
from local.simulators.previous.spotify.scopes import ALL


def truth(listener: Listener) -> Json:
    """The objects that the endpoints serve now to a token with all scopes, in the order of their lists."""
    library, regime = listener.library, listener.regime
    playlists = library.playlists(regime, ALL).all()
    contents = {}
    for head in playlists:
        if head is not None:
            found = library.playlist(head["id"], regime, library.user_id)
            contents[head["id"]] = None if found is None or found.contents is None else found.contents.all()
    return {
        "profile": library.profile(regime),
        "data": {
            "top_tracks": {each: library.top_tracks(each, regime).all() for each in TIME_RANGES},
            "top_artists": {each: library.top_artists(each, regime).all() for each in TIME_RANGES},
            "recently_played": [play.body for play in library.plays(regime)],
            "playlists": playlists,
            "playlist_tracks": contents,
            "saved_tracks": library.saved_tracks(regime).all(),
            "saved_albums": library.saved_albums(regime).all(),
            "followed_artists": library.followed_artists(regime).all(),
        },
    }
