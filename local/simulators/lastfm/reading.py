"""The methods of the API, one function each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from local.simulators.lastfm.accounts import Accounts
from local.simulators.lastfm.answers import LOGIN, PARAMETERS, ApiError
from local.simulators.lastfm.library import PERIODS
from local.simulators.lastfm.listeners import Listener, Listeners
from local.simulators.lastfm.options import Options
from local.simulators.lastfm.paging import integer, library_window, page_in, window, written
from local.simulators.previous.answers import Json
from local.simulators.previous.rows import Rows

_END_OF_TIME = 10**12


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a known application, whose signature is right where there is one."""

    query: Mapping[str, str]
    listeners: Listeners
    accounts: Accounts
    options: Options
    caller: Listener | None
    """Whose session key came with it."""

    @property
    def listener(self) -> Listener:
        """The user it is about; ApiError if none is named, or nobody is called that."""
        if not (name := self.query.get("user")):
            raise ApiError(PARAMETERS)
        if (found := self.listeners.find(name)) is None:
            raise ApiError(PARAMETERS, "User not found", 404)
        return found


def get_token(call: Call) -> Json:
    return {"token": call.accounts.token()}


def get_session(call: Call) -> Json:
    """The one answer whose numbers are numbers."""
    if not (token := call.query.get("token")):
        raise ApiError(PARAMETERS)
    name, key = call.accounts.redeem(token)
    return {"session": {"subscriber": 0, "name": name, "key": key}}


def info(call: Call) -> Json:
    """Of the user who is named, or else of whoever signed."""
    listener = call.caller if "user" not in call.query and call.caller is not None else call.listener
    return {"user": listener.library.profile()}


def recent_tracks(call: Call) -> Json:
    """
    Newest first, `from` included and `to` not. What is playing now stands before every page, whatever is asked for.

    Who hides recent listening shows it only to applications that were allowed, in signed calls.
    """
    listener = call.listener
    if listener.hidden and call.caller is not listener:
        raise ApiError(LOGIN)
    asked = window(call.query)
    begin = integer(call.query, "from", 0, 0, _END_OF_TIME)
    end = integer(call.query, "to", _END_OF_TIME, 0, _END_OF_TIME)
    extended = call.query.get("extended") == "1"
    rows = listener.library.scrobbles(begin, end, extended=extended)
    playing = listener.library.now_playing(extended=extended)
    return written("recenttracks", "track", rows, asked, listener.name, call.options, playing)


def top_tracks(call: Call) -> Json:
    return _top(call, "toptracks", "track", call.listener.library.top_tracks)


def top_artists(call: Call) -> Json:
    return _top(call, "topartists", "artist", call.listener.library.top_artists)


def _top(call: Call, root: str, name: str, rows: Callable[[str], Rows]) -> Json:
    period = call.query.get("period") or "overall"
    if period not in PERIODS:
        raise ApiError(PARAMETERS, "Invalid parameters - period is unknown")
    return written(root, name, rows(period), window(call.query), call.listener.name, call.options)


def loved_tracks(call: Call) -> Json:
    listener = call.listener
    return written(
        "lovedtracks", "track", listener.library.loved_tracks(), window(call.query), listener.name, call.options
    )


def library_artists(call: Call) -> Json:
    listener = call.listener
    return written(
        "artists", "artist", listener.library.artists(), library_window(call.query), listener.name, call.options
    )


def repeated(read: Callable[[Call], Json], call: Call) -> Json | None:
    """The entries of the page before, around them what belongs to the page asked for; None where none is before."""
    true = page_in(body := read(call))
    if true is None or (page := int(body[true[0]]["@attr"]["page"])) == 1:
        return None
    root, name, _ = true
    before = read(replace(call, query={**call.query, "page": str(page - 1)}))
    return {root: {**body[root], name: before[root][name]}}


class Method(NamedTuple):
    """A method under its name, and whether it must be signed."""

    name: str
    read: Callable[[Call], Json]
    signed: bool = False


METHODS = {
    method.name.lower(): method
    for method in (
        Method("auth.getToken", get_token, signed=True),
        Method("auth.getSession", get_session, signed=True),
        Method("user.getInfo", info),
        Method("user.getRecentTracks", recent_tracks),
        Method("user.getTopTracks", top_tracks),
        Method("user.getTopArtists", top_artists),
        Method("user.getLovedTracks", loved_tracks),
        Method("library.getArtists", library_artists),
    )
}
"""By the name in small letters, as the case does not matter."""
