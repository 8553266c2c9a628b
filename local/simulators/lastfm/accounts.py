"""Tokens and session keys, the page where they begin, and the signature that proves the application's secret."""

from collections.abc import Mapping
from hashlib import md5
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.frame.accounts import Accounts, Grant
from local.simulators.frame.consent_page import dead_end, question, with_query
from local.simulators.frame.service import Service
from local.simulators.frame.tables import Refusal

_UNSIGNED = {"api_sig", "callback", "format"}
_PERMISSIONS = ("See your profile and what you listen to", "Act in your name until you remove it in your settings")


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """MD5 over all parameters but a few, sorted by name, each name with its value, and the secret behind them."""
    text = "".join(f"{name}{value}" for name, value in sorted(parameters.items()) if name not in _UNSIGNED)
    return md5((text + secret).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


class LastfmAccounts(Accounts):
    """A token is worth one session; a session key lives until its listener removes the application."""

    LASTING: ClassVar[frozenset[str]] = frozenset({"session"})
    REVOKED: ClassVar[str] = "session"

    def allow(self, listener: str) -> str:
        """The token that the browser of a listener who agrees takes back to the application."""
        return self.issue("token", listener, self.options.token_seconds, uses=1)

    def token(self, token: str) -> Grant:
        """A token that is still worth a session. Raises `Refusal`."""
        grant = self.find(token, "token")
        if grant is None or grant.uses == 0:
            raise Refusal("unknown_token")
        if not self.lives(grant):
            raise Refusal("expired")
        return grant

    def redeem(self, token: str) -> str:
        """The key of a new session. Raises `Refusal`."""
        grant = self.token(token)
        grant.uses = 0
        key = self.issue("session", grant.listener)
        self.save()
        return key


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
    return question(
        service,
        _PERMISSIONS,
        denied=callback,
        allowed=lambda listener: with_query(callback, {"token": service.accounts.allow(listener)}),
    )
