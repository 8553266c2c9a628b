"""Tokens and session keys, the page where they begin, and the signature that proves the application's secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from typing import Any, ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.frame.accounts import TIME_TO_DECIDE, Accounts, ConsentRequest
from local.simulators.frame.consent_page import dead_end, question, with_query
from local.simulators.frame.library import Clock
from local.simulators.frame.service import Service
from local.simulators.lastfm.errors import ApiError, Error
from local.simulators.lastfm.options import Options

_UNSIGNED = {"api_sig", "callback", "format"}
_PERMISSIONS = ("See your profile and what you listen to", "Act in your name until you remove it in your settings")


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """MD5 over all parameters but a few, sorted by name, each name with its value, and the secret behind them."""
    text = "".join(f"{name}{value}" for name, value in sorted(parameters.items()) if name not in _UNSIGNED)
    return md5((text + secret).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Token:
    """Worth one session of the listener who allowed it."""

    listener: str
    until: float
    used: bool = False


@dataclass(slots=True)
class Session:
    """A session key lives until its listener removes the application."""

    listener: str
    revoked: bool = False


class LastfmAccounts(Accounts):
    """Tokens and session keys."""

    SAVED: ClassVar[dict[str, type[Any]]] = {"sessions": Session}

    def __init__(self, options: Options, clock: Clock) -> None:
        self.sessions: dict[str, Session] = {}
        self._tokens: dict[str, Token] = {}
        super().__init__(options, clock)
        self.secrets.append(options.client_secret)

    def allow(self, listener: str) -> str:
        """The token that the browser of a listener who agrees takes back to the application."""
        token = self.issue("", 24)
        self._tokens[token] = Token(listener, self.clock() + self.options.token_seconds)
        return token

    def token(self, token: str) -> Token:
        """A token that is still worth a session. Raises `ApiError`."""
        known = self._tokens.get(token)
        if known is None or known.used:
            raise ApiError(Error.AUTHENTICATION)
        if self.clock() >= known.until:
            raise ApiError(Error.EXPIRED)
        return known

    def redeem(self, token: str) -> str:
        """The key of a new session. Raises `ApiError`."""
        known = self.token(token)
        known.used = True
        key = self.issue("", 24)
        self.sessions[key] = Session(known.listener)
        self.save()
        return key

    def listener_behind(self, secret: str) -> str | None:
        known = self.sessions.get(secret) or self._tokens.get(secret)
        return None if known is None else known.listener

    def revoke(self, listener: str) -> None:
        for session in self.sessions.values():
            if session.listener == listener:
                session.revoked = True


async def authorize(service: Service, request: Request) -> Response:
    """
    The consent page.

    There is no `state`. The real service sends the browser wherever `cb` says; here it must lead to a registered
    address, with any query, so that a wrong one shows. A listener who refuses is sent to `cb` without a token; what
    the real one does is not known.
    """
    options, query = service.options, request.query_params
    if query.get("api_key") != options.client_id:
        return dead_end("Invalid API key: this application is unknown.")
    callback = query.get("cb", options.redirect_uris[0])
    address = urlsplit(callback)._replace(query="").geturl()
    if "#" in callback or address not in options.redirect_uris:
        return dead_end("The callback is not an address of this application.")
    asked = ConsentRequest(
        client=options.client_id,
        permissions=_PERMISSIONS,
        denied=callback,
        allowed=lambda listener: with_query(callback, {"token": service.accounts.allow(listener)}),
        until=service.clock() + TIME_TO_DECIDE,
    )
    return question(service, asked, options.default_listener)
