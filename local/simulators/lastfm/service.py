"""Last.fm's authentication and API: its methods as rows, and how it knows its callers and refuses them."""

import re
import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.frame.consent_page import DECISION
from local.simulators.frame.entries import Entries
from local.simulators.frame.faults import OwnTroubles
from local.simulators.frame.library import Clock, Rows
from local.simulators.frame.pages import Page, Pages, Window
from local.simulators.frame.responses import Json
from local.simulators.frame.service import AccountPage, Call, Endpoint, Listener, Service, flag
from local.simulators.frame.tables import Refusal, Refusals
from local.simulators.lastfm.accounts import LastfmAccounts, authorize, signature
from local.simulators.lastfm.catalogue import ODD_TRACKS, Catalogue
from local.simulators.lastfm.library import PERIODS, LastfmLibrary, Options


class ByNumber(Pages):
    """Pages count from 1, and what is behind the last one is empty. All numbers are strings."""

    def __init__(self, root: str, name: str) -> None:
        self.root = root
        self.name = name

    def window(self, call: Call, endpoint: Endpoint, rows: Rows) -> Window:
        limit = self.limit(call, endpoint)
        return Window((self.number(call, "page", 1, 1, 1_000_000) - 1) * limit, limit)

    def number(self, call: Call, name: str, default: int, *bounds: int) -> int:
        """An empty parameter is none."""
        return super().number(call, name, default, *bounds) if call.parameters.get(name) else default

    def capped(self, window: Window, most: int) -> Window:
        limit = min(window.limit, most)
        return Window(window.start // window.limit * limit, limit)

    def first(self, call: Call) -> list[Json]:
        """What comes before the entries of every page, and counts for nothing."""
        return []

    def written(self, call: Call, endpoint: Endpoint, page: Page) -> Json:
        start, limit = page.window
        number, last = start // limit + 1, -(-page.size // limit)
        if page.more != (number < last):
            last = number + page.more
        entries = [*self.first(call), *page.entries]
        about: dict[str, Json] = {
            "user": call.listener.name,
            "totalPages": str(last),
            "page": str(number),
            "perPage": str(limit),
        }
        about |= {name: str(total) if isinstance(total, int) else total for name, total in page.count().items()}
        # Where one entry was asked for, it never has a list around it.
        alone = len(entries) == 1 and (call.service.options.lone or limit == 1)
        return {self.root: {self.name: entries[0] if alone else entries, "@attr": about}}


class Scrobbles(ByNumber):
    """What is playing now stands before every page, whatever is asked for."""

    def first(self, call: Call) -> list[Json]:
        playing = call.listener.library.playing
        return [] if playing is None else [{**call.listener.library.play(playing), "@attr": {"nowplaying": "true"}}]


_END_OF_TIME = 10**12
_SCROBBLES = Scrobbles("recenttracks", "track")


@dataclass(slots=True)
class LastfmListener(Listener):
    """`hidden`: recent listening is for the listener alone."""

    hidden: bool = False


def _new_session(call: Call) -> Json:
    """The only response whose numbers are numbers."""
    key = call.service.accounts.redeem(call.parameters["token"])
    return {"session": {"subscriber": 0, "name": call.listener.name, "key": key}}


def _diary(call: Call) -> str:
    """Recent listening that its owner hides is shown to that owner's sessions alone."""
    if call.listener.hidden and call.grant != call.listener.name:
        raise Refusal("hidden")
    return ""


def _between(call: Call, entries: Entries) -> Entries:
    """Newest first, `from` included and `to` not."""
    bounds = (("from", 0), ("to", _END_OF_TIME))
    begin, end = (_SCROBBLES.number(call, *bound, 0, _END_OF_TIME) for bound in bounds)
    first, past = (bisect_right(entries, -moment, key=lambda entry: -entry.when) for moment in (end, begin))
    return Entries(entries[first:past])


def _period(call: Call) -> str:
    period = call.parameters.get("period") or "overall"
    if period not in PERIODS:
        raise Refusal("unknown_period")
    return period


def _method(method: str, data_type: str = "", **more: Any) -> Endpoint:
    return Endpoint(path=f"/2.0/?method={method}", list=data_type, default=50, most=1_000, **more)


class Lastfm(Service):
    """
    Reads are public, but for recent listening that its owner hides, and may be posted as forms; the rate limit is for
    the whole application, and never tells when to come again.
    """

    title = "Last.fm"
    picture_hosts = ("https://lastfm.freetls.fastly.net",)
    options_type = Options
    library_type = LastfmLibrary
    catalogue_type = Catalogue
    accounts_type = LastfmAccounts
    listener_type = LastfmListener
    api_roots = ("/2.0",)
    unknown = "/2.0/?method=unknown"
    troubles = OwnTroubles.beside(__file__)
    refusals = Refusals(__file__)
    tells_deadlines = False
    account_pages = (AccountPage("/api/auth/", ("GET",), authorize), DECISION)
    endpoints = (
        _method("auth.getSession", read=_new_session),
        _method("user.getInfo", read=lambda call: {"user": call.listener.library.profile()}),
        _method("user.getRecentTracks", "recently_played", pages=_SCROBBLES, name=_diary, shown=_between),
        _method("user.getTopTracks", "top_tracks", pages=ByNumber("toptracks", "track"), name=_period),
        _method("user.getTopArtists", "top_artists", pages=ByNumber("topartists", "artist"), name=_period),
        _method("user.getLovedTracks", "saved_tracks", pages=ByNumber("lovedtracks", "track")),
    )
    options: Options
    accounts: LastfmAccounts

    def __init__(self, options: Options, clock: Clock = time.time) -> None:
        super().__init__(options, clock)
        for grant in self.accounts.grants.values():
            _ = self.listeners[grant.listener]

    def is_name(self, name: str) -> bool:
        """Letters, digits, hyphens and underscores; may be longer than a real one."""
        return re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,63}", name) is not None

    def endpoint_of(self, request: Request, parameters: Mapping[str, str]) -> tuple[Endpoint | None, dict[str, str]]:
        """By the name of the method, whose case does not matter."""
        known = {endpoint.path.lower(): endpoint for endpoint in self.endpoints}
        there = request.url.path in {"/2.0", "/2.0/"} and request.method in {"GET", "POST"}
        return known.get(f"/2.0/?method={parameters.get('method', '').lower()}") if there else None, {}

    def whose(self, request: Request, parameters: Mapping[str, str]) -> str | None:
        """The user that a call names, or whose session key or token comes with it."""
        named = self.listeners.find(parameters.get("user", ""))
        secret = parameters.get("sk") or parameters.get("token") or ""
        return named.name if named else self.accounts.listener_behind(secret)

    def accept(
        self, request: Request, parameters: Mapping[str, str], endpoint: Endpoint | None
    ) -> tuple[str, str | None]:
        """The user whom the call is about, and the listener whose session it was made with."""
        if not parameters.get("method"):
            raise Refusal("parameters")
        if endpoint is None:
            raise Refusal("no_such_method")
        if parameters.get("api_key") != self.options.client_id:
            raise Refusal("unknown_key")
        login = endpoint.read is _new_session
        if login or "sk" in parameters or "api_sig" in parameters:
            expected = signature(parameters, self.options.client_secret)
            if not compare_digest(parameters.get("api_sig", "").lower().encode(), expected.encode()):
                raise Refusal("wrong_signature")
        caller = self._caller(parameters)
        if login and parameters.get("token"):
            return self.accounts.token(parameters["token"]).listener, caller
        if caller is not None and "user" not in parameters and not endpoint.list and not login:
            return caller, caller
        if not parameters.get("user"):
            raise Refusal("parameters")
        # Only those who logged in, or were mentioned to the control endpoints, are users to the API.
        if (named := self.listeners.find(parameters["user"])) is None:
            raise Refusal("unknown_user")
        return named.name, caller

    def _caller(self, parameters: Mapping[str, str]) -> str | None:
        if "sk" not in parameters:
            return None
        if (session := self.accounts.living(parameters["sk"], "session")) is None:
            raise Refusal("no_session")
        return session.listener

    def error(self, **row: Json) -> Json:
        return {"message": row["message"], "error": row["number"]}

    def refuse(self, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
        """
        Counted with its number: many come with status 200. Those with another one are what live tests of 2020 to 2026
        met.
        """
        response = super().refuse(refusal, headers)
        number = self.refusals.row(refusal)["number"]
        response.ending = f"{response.status_code} error {number}"  # type: ignore[attr-defined]
        return response

    def profile(self, listener: LastfmListener) -> Json:
        return listener.library.profile()

    def arrange_hidden(self, listener: LastfmListener, value: Json) -> None:
        """True shows recent listening to nobody but the listener's own sessions."""
        listener.hidden = flag(value)

    def arrange_playing(self, listener: LastfmListener, value: Json) -> None:
        """The number of a track begins to play it, which is no scrobble yet; null stops."""
        if value is not None and (isinstance(value, bool) or value not in range(ODD_TRACKS.stop)):
            raise ValueError(f"playing is null, or a number from 0 to {ODD_TRACKS.stop - 1}.")
        listener.library.playing = value
