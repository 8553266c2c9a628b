"""What a listener really has, to compare with what somebody collected."""

from local.simulators.lastfm.library import PERIODS
from local.simulators.lastfm.listeners import Listener
from local.simulators.previous.answers import Json


def truth(listener: Listener, *, extended: bool) -> Json:
    """The rows that the methods serve now, in the order of their lists; what is playing is no scrobble yet."""
    library = listener.library
    return {
        "profile": library.profile(),
        "data": {
            "top_tracks": {period: library.top_tracks(period).all() for period in PERIODS},
            "top_artists": {period: library.top_artists(period).all() for period in PERIODS},
            "recently_played": library.scrobbles(extended=extended).all(),
            "saved_tracks": library.loved_tracks().all(),
        },
    }
